//! The types of B2BI.

use std::collections::BTreeMap;

use b2bi_local_registry::HandlerErrorCode;
use serde_json::{Value, json};

use crate::surroundings::World;

const PROFILE: &str = "AWS::B2BI::Profile";
const TRANSFORMER: &str = "AWS::B2BI::Transformer";
const CAPABILITY: &str = "AWS::B2BI::Capability";
const PARTNERSHIP: &str = "AWS::B2BI::Partnership";

fn profile() -> Value {
    json!({
        "Name": "Northwind Freight",
        "BusinessName": "Northwind Freight",
        "Phone": "+15550100200",
        "Logging": "ENABLED",
        "Tags": [{"Key": "team", "Value": "edi"}],
    })
}

fn transformer(status: &str) -> Value {
    json!({
        "Name": "orders",
        "Status": status,
        "InputConversion": {
            "FromFormat": "X12",
            "FormatOptions": {"X12": {"TransactionSet": "X12_850", "Version": "VERSION_4010"}},
        },
        "Mapping": {"TemplateLanguage": "JSONATA", "Template": "$"},
    })
}

fn capability(transformer: &str) -> Value {
    json!({
        "Name": "orders",
        "Type": "edi",
        "Configuration": {"Edi": {
            "CapabilityDirection": "INBOUND",
            "InputLocation": {"BucketName": "orders-in", "Key": "in"},
            "OutputLocation": {"BucketName": "orders-out", "Key": "out"},
            "TransformerId": transformer,
            "Type": {"X12Details": {"TransactionSet": "X12_850", "Version": "VERSION_4010"}},
        }},
    })
}

#[tokio::test]
async fn a_profile_is_created_read_updated_listed_and_deleted() {
    let mut world = World::new();
    world.context.stack_tags =
        BTreeMap::from([("team".into(), "all".into()), ("env".into(), "test".into())]);
    let name = "aws:cloudformation:stack-name";
    world.context.system_tags = BTreeMap::from([(name.into(), "partners".into())]);
    world.context.previous_stack_tags = world.context.stack_tags.clone();

    let created = world.create(PROFILE, profile()).await.unwrap();
    assert_eq!(created.properties["ProfileId"], created.identifier.as_str());
    let own = json!([{"Key": "env", "Value": "test"}, {"Key": "team", "Value": "edi"}]);
    assert_eq!(created.properties["Tags"], own);
    let resource_type = world.of(PROFILE);
    assert_eq!(resource_type.reference(&created), created.identifier);
    let arn = resource_type.attribute(&created, "ProfileArn").unwrap();
    assert_eq!(
        arn,
        format!(
            "arn:aws:b2bi:us-east-1:111122223333:profile/{}",
            created.identifier
        )
    );
    assert_eq!(resource_type.attribute(&created, "Name"), None);

    let mut desired = profile();
    desired["Name"] = "Southwind".into();
    desired["Tags"] = json!([]);
    world.context.stack_tags = BTreeMap::from([("team".into(), "new".into())]);
    let updated = world.update(PROFILE, &created, desired).await.unwrap();
    assert_eq!(updated.properties["Name"], "Southwind");
    assert_eq!(
        updated.properties["Tags"],
        json!([{"Key": "team", "Value": "new"}])
    );

    let listed = resource_type.list(&world.context).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].properties.get("ProfileArn"), None);
    world.delete(PROFILE, &created.identifier).await.unwrap();
    let gone = world.read(PROFILE, &created.identifier).await.unwrap_err();
    assert_eq!(gone.code, HandlerErrorCode::NotFound);
}

#[tokio::test]
async fn a_transformer_is_activated_after_it_was_created() {
    let world = World::new();
    let created = world
        .create(TRANSFORMER, transformer("active"))
        .await
        .unwrap();
    assert_eq!(created.properties["Status"], "active");
    let created = world
        .create(TRANSFORMER, transformer("inactive"))
        .await
        .unwrap();
    assert_eq!(created.properties["Status"], "inactive");
    let updated = world
        .update(TRANSFORMER, &created, transformer("active"))
        .await
        .unwrap();
    assert_eq!(updated.properties["Status"], "active");
}

#[tokio::test]
async fn a_transformer_that_cannot_be_activated_is_named_by_the_error() {
    let world = World::new();
    let incomplete = json!({"Name": "orders", "Status": "active"});
    let error = world.create(TRANSFORMER, incomplete).await.unwrap_err();
    assert_eq!(error.code, HandlerErrorCode::InvalidRequest);
    let left = error.identifier.unwrap();
    assert_eq!(
        world.read(TRANSFORMER, &left).await.unwrap().properties["Status"],
        "inactive"
    );
}

#[tokio::test]
async fn an_active_transformer_refuses_every_update_and_says_what_to_do() {
    let world = World::new();
    let created = world
        .create(TRANSFORMER, transformer("active"))
        .await
        .unwrap();
    let before = world.read(TRANSFORMER, &created.identifier).await.unwrap();
    let mut renamed = transformer("active");
    renamed["Name"] = "renamed".into();
    let mut tagged = transformer("active");
    tagged["Tags"] = json!([{"Key": "a", "Value": "b"}]);
    for desired in [
        renamed,
        tagged,
        transformer("active"),
        transformer("inactive"),
    ] {
        let error = world
            .update(TRANSFORMER, &created, desired)
            .await
            .unwrap_err();
        assert!(error.message.contains("logical id"), "{error}");
    }
    assert_eq!(
        world.read(TRANSFORMER, &created.identifier).await.unwrap(),
        before
    );
}

#[tokio::test]
async fn a_partnership_binds_a_capability_and_a_profile() {
    let world = World::new();
    let profile = world.create(PROFILE, profile()).await.unwrap();
    let transformer = world
        .create(TRANSFORMER, transformer("active"))
        .await
        .unwrap();
    let inactive = world
        .create(TRANSFORMER, json!({"Name": "x", "Status": "inactive"}))
        .await
        .unwrap();
    let error = world
        .create(CAPABILITY, capability(&inactive.identifier))
        .await
        .unwrap_err();
    assert_eq!(error.code, HandlerErrorCode::InvalidRequest);
    let capability = world
        .create(CAPABILITY, capability(&transformer.identifier))
        .await
        .unwrap();
    let partnership = json!({
        "Name": "Northwind",
        "Email": "edi@example.com",
        "ProfileId": profile.identifier,
        "Capabilities": [capability.identifier],
    });
    let created = world
        .create(PARTNERSHIP, partnership.clone())
        .await
        .unwrap();
    assert!(
        created.properties["TradingPartnerId"]
            .as_str()
            .unwrap()
            .starts_with("tp-")
    );
    let in_use = world
        .delete(PROFILE, &profile.identifier)
        .await
        .unwrap_err();
    assert_eq!(in_use.code, HandlerErrorCode::AlreadyExists);
    let renamed = json!({"Name": "Renamed", "Capabilities": [capability.identifier]});
    let updated = world.update(PARTNERSHIP, &created, renamed).await.unwrap();
    assert_eq!(updated.properties["Name"], "Renamed");
}

#[tokio::test]
async fn create_then_delete_leaves_the_state_as_before() {
    let world = World::new();
    world.create(PROFILE, profile()).await.unwrap();
    let before = world.service.describe().unwrap();
    for (type_name, model) in [
        (PROFILE, profile()),
        (TRANSFORMER, transformer("active")),
        (TRANSFORMER, transformer("inactive")),
    ] {
        let created = world.create(type_name, model).await.unwrap();
        assert_ne!(world.service.describe().unwrap(), before);
        world.delete(type_name, &created.identifier).await.unwrap();
        assert_eq!(world.service.describe().unwrap(), before, "{type_name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new();
    for type_name in [PROFILE, TRANSFORMER, CAPABILITY, PARTNERSHIP] {
        let gone = world
            .read(type_name, "p-0123456789abcdef0")
            .await
            .unwrap_err();
        assert_eq!(gone.code, HandlerErrorCode::NotFound, "{type_name}");
        let gone = world
            .delete(type_name, "p-0123456789abcdef0")
            .await
            .unwrap_err();
        assert_eq!(gone.code, HandlerErrorCode::NotFound, "{type_name}");
        assert_eq!(world.of(type_name).list(&world.context).await.unwrap(), []);
    }
    assert!(world.registry.get("AWS::B2BI::Profiles").is_err());
}
