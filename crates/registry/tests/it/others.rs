//! The types other than B2BI's.

use b2bi_local_registry::{HandlerErrorCode, Residence};
use serde_json::{Value, json};

use crate::surroundings::World;

/// A model of each type that needs no other, and the result of an update.
fn models() -> Vec<(&'static str, Value, Value)> {
    vec![
        (
            "AWS::S3::Bucket",
            json!({"BucketName": "inbox"}),
            json!({"BucketName": "inbox", "Tags": [{"Key": "a", "Value": "b"}]}),
        ),
        (
            "AWS::Logs::LogGroup",
            json!({"LogGroupName": "/x", "RetentionInDays": 7}),
            json!({"LogGroupName": "/x", "RetentionInDays": 14}),
        ),
        (
            "AWS::SSM::Parameter",
            json!({"Name": "/a/b", "Type": "String", "Value": "1"}),
            json!({"Name": "/a/b", "Type": "String", "Value": "2", "Tags": {"a": "b"}}),
        ),
        (
            "AWS::CloudFormation::WaitConditionHandle",
            json!({}),
            json!({}),
        ),
        (
            "AWS::CloudFormation::WaitCondition",
            json!({"Count": 1}),
            json!({"Count": 2}),
        ),
        (
            "AWS::CDK::Metadata",
            json!({"Analytics": "v2"}),
            json!({"Analytics": "v3"}),
        ),
        (
            "AWS::SQS::Queue",
            json!({"QueueName": "q"}),
            json!({"QueueName": "q", "DelaySeconds": 1}),
        ),
        (
            "Custom::Cleanup",
            json!({"ServiceToken": "arn"}),
            json!({"ServiceToken": "other"}),
        ),
    ]
}

#[tokio::test]
async fn create_then_delete_leaves_everything_as_before() {
    let mut world = World::new();
    world.context.stack_name = Some("orders".to_owned());
    for (type_name, model, changed) in models() {
        let created = world.create(type_name, model.clone()).await.unwrap();
        let read = world.read(type_name, &created.identifier).await.unwrap();
        assert_eq!(read, created, "{type_name}");
        let listed = world.of(type_name).list(&world.context).await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&read), "{type_name}");
        let updated = world
            .update(type_name, &created, changed.clone())
            .await
            .unwrap();
        assert_eq!(updated.identifier, created.identifier);
        for (name, value) in changed.as_object().unwrap() {
            assert_eq!(
                updated.properties.get(name),
                Some(value),
                "{type_name} {name}"
            );
        }
        let again = world.read(type_name, &created.identifier).await.unwrap();
        assert_eq!(again, updated, "{type_name}");
        world.delete(type_name, &created.identifier).await.unwrap();
        assert_eq!(world.documents.describe(None, None), [], "{type_name}");
        assert_eq!(world.buckets.configurations("inbox"), None);
        for gone in [
            world.read(type_name, &created.identifier).await.map(drop),
            world.delete(type_name, &created.identifier).await,
            world.update(type_name, &created, changed).await.map(drop),
        ] {
            assert_eq!(
                gone.unwrap_err().code,
                HandlerErrorCode::NotFound,
                "{type_name}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_named_is_there_once_only() {
    let world = World::new();
    for (type_name, model, _) in models() {
        let is_named = model
            .as_object()
            .unwrap()
            .keys()
            .any(|key| key.ends_with("Name"));
        world.create(type_name, model.clone()).await.unwrap();
        let again = world.create(type_name, model).await;
        if is_named {
            assert_eq!(
                again.unwrap_err().code,
                HandlerErrorCode::AlreadyExists,
                "{type_name}"
            );
        } else {
            again.unwrap();
        }
    }
}

#[tokio::test]
async fn buckets_are_configured_and_tell_their_addresses() {
    let mut world = World::new();
    world
        .context
        .stack_tags
        .insert("stack".into(), "tag".into());
    world.context.previous_stack_tags = world.context.stack_tags.clone();
    world.context.stack_name = Some("Orders".to_owned());
    world.context.logical_id = Some("Inbox".to_owned());
    let model = json!({
        "VersioningConfiguration": {"Status": "Enabled"},
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": true}},
        "LifecycleConfiguration": {"Rules": []},
    });
    let created = world.create("AWS::S3::Bucket", model).await.unwrap();
    let name = &created.identifier;
    assert!(name.starts_with("orders-inbox-"), "{name}");
    let resource_type = world.of("AWS::S3::Bucket");
    let arn = resource_type.attribute(&created, "Arn").unwrap();
    assert_eq!(arn, format!("arn:aws:s3:::{name}"));
    let regional = resource_type
        .attribute(&created, "RegionalDomainName")
        .unwrap();
    assert_eq!(regional, format!("{name}.s3.us-east-1.amazonaws.com"));
    let set: Vec<String> = world
        .buckets
        .configurations(name)
        .unwrap()
        .into_keys()
        .collect();
    assert_eq!(set, ["notification", "tagging", "versioning"]);

    let updated = world
        .update("AWS::S3::Bucket", &created, json!({}))
        .await
        .unwrap();
    assert_eq!(updated.properties.get("VersioningConfiguration"), None);
    let set = world.buckets.configurations(name).unwrap();
    assert!(set["versioning"].contains("Suspended"));
    assert!(!set["notification"].contains("EventBridge"));
}

#[tokio::test]
async fn a_bucket_has_one_policy() {
    let world = World::new();
    let policy =
        json!({"Bucket": "inbox", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}});
    let missing = world
        .create("AWS::S3::BucketPolicy", policy.clone())
        .await
        .unwrap_err();
    assert_eq!(missing.code, HandlerErrorCode::NotFound);
    world
        .create("AWS::S3::Bucket", json!({"BucketName": "inbox"}))
        .await
        .unwrap();
    let created = world
        .create("AWS::S3::BucketPolicy", policy.clone())
        .await
        .unwrap();
    assert_eq!(Value::Object(created.properties.clone()), policy);
    let again = world
        .create("AWS::S3::BucketPolicy", policy)
        .await
        .unwrap_err();
    assert_eq!(again.code, HandlerErrorCode::AlreadyExists);
    let text = json!({"Bucket": "inbox", "PolicyDocument": "{\"Statement\":[]}"});
    let updated = world
        .update("AWS::S3::BucketPolicy", &created, text)
        .await
        .unwrap();
    assert_eq!(
        updated.properties["PolicyDocument"],
        json!({"Statement": []})
    );
    world
        .delete("AWS::S3::BucketPolicy", "inbox")
        .await
        .unwrap();
    assert_eq!(world.buckets.configurations("inbox").unwrap().len(), 0);
}

#[tokio::test]
async fn recorded_types_give_references_by_form() {
    let mut world = World::new();
    world.context.stack_name = Some("s".to_owned());
    world.context.logical_id = Some("L".to_owned());
    let account = "111122223333";
    for (type_name, model, reference, attribute, value) in [
        (
            "AWS::SQS::Queue",
            json!({"QueueName": "q"}),
            format!("https://sqs.us-east-1.amazonaws.com/{account}/q"),
            "Arn",
            format!("arn:aws:sqs:us-east-1:{account}:q"),
        ),
        (
            "AWS::IAM::Role",
            json!({"RoleName": "deploy"}),
            "deploy".to_owned(),
            "Arn",
            format!("arn:aws:iam::{account}:role/deploy"),
        ),
        (
            "AWS::IAM::ManagedPolicy",
            json!({"ManagedPolicyName": "p"}),
            format!("arn:aws:iam::{account}:policy/p"),
            "PolicyArn",
            format!("arn:aws:iam::{account}:policy/p"),
        ),
    ] {
        let created = world.create(type_name, model).await.unwrap();
        let resource_type = world.of(type_name);
        assert_eq!(resource_type.residence(), Residence::Recorded);
        assert_eq!(resource_type.reference(&created), reference);
        assert_eq!(resource_type.attribute(&created, attribute).unwrap(), value);
        assert_eq!(resource_type.attribute(&created, "Nothing"), None);
    }
    let created = world.create("AWS::New::Thing", json!({})).await.unwrap();
    let name = &created.identifier;
    assert!(name.starts_with("s-L-"), "{name}");
    let arn = world
        .of("AWS::New::Thing")
        .attribute(&created, "Arn")
        .unwrap();
    assert_eq!(arn, format!("arn:aws:new:us-east-1:{account}:thing/{name}"));
}

#[tokio::test]
async fn parameters_refuse_what_systems_manager_refuses() {
    let world = World::new();
    for (model, code) in [
        (
            json!({"Name": "a/b", "Type": "String", "Value": "1"}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "/aws/b", "Type": "String", "Value": "1"}),
            HandlerErrorCode::AccessDenied,
        ),
        (
            json!({"Name": "a b", "Type": "String", "Value": "1"}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "a", "Type": "String", "Value": ""}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "a", "Type": "String", "Value": "1", "AllowedPattern": "^a$"}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "a", "Type": "String", "Value": "1", "AllowedPattern": "("}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "/a".repeat(16), "Type": "String", "Value": "1"}),
            HandlerErrorCode::InvalidRequest,
        ),
        (
            json!({"Name": "a", "Type": "String", "Value": "1".repeat(4097)}),
            HandlerErrorCode::InvalidRequest,
        ),
    ] {
        let error = world
            .create("AWS::SSM::Parameter", model.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code, code, "{model}");
    }
    let unnamed = world.create(
        "AWS::SSM::Parameter",
        json!({"Type": "String", "Value": "1"}),
    );
    assert!(unnamed.await.unwrap().identifier.starts_with("CFN-"));
}
