//! Resources of types that are in the upstream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{
    HandlerContext, HandlerError, HandlerErrorCode, Properties, Registry, Residence, Tags,
    UnknownResources, UpstreamStack, UpstreamStacks,
};
use serde_json::{Value, json};

use crate::surroundings::World;

/// An upstream that knows the attribute `Arn` of all types but `Dropped`, and refuses `Refused`.
#[derive(Default)]
struct Emulator {
    stacks: Mutex<BTreeMap<String, Value>>,
    is_gone: bool,
    keeps_stacks: bool,
}

fn error(code: HandlerErrorCode) -> HandlerError {
    HandlerError::new(code, "refused")
}

fn type_of(template: &Value) -> &str {
    template["Resources"]["R"]["Type"].as_str().unwrap()
}

/// The attributes that a template asks for, or the values that it gives.
fn outputs(template: &Value) -> Vec<(String, Value)> {
    let outputs = template["Outputs"].as_object().into_iter().flatten();
    let described = |output: &Value| output["Description"].as_str().unwrap().to_owned();
    outputs
        .map(|(_, output)| (described(output), output["Value"].clone()))
        .collect()
}

impl Emulator {
    fn put(&self, name: &str, template: &Value) -> Result<(), HandlerError> {
        if self.is_gone {
            return Err(error(HandlerErrorCode::NetworkFailure));
        }
        let mut stacks = self.stacks.lock().unwrap();
        stacks.insert(name.to_owned(), template.clone());
        let is_known = |(_, value): &(String, Value)| {
            value.is_string() || value["Fn::GetAtt"] == json!(["R", "Arn"])
        };
        if type_of(template) == "AWS::Test::Refused" || !outputs(template).iter().all(is_known) {
            return Err(error(HandlerErrorCode::GeneralServiceException));
        }
        Ok(())
    }
}

#[async_trait]
impl UpstreamStacks for Emulator {
    fn address(&self) -> &'static str {
        "http://127.0.0.1:5000"
    }

    async fn create(
        &self,
        _: &Scope,
        name: &str,
        template: &Value,
        _: &Tags,
    ) -> Result<(), HandlerError> {
        self.put(name, template)
    }

    async fn update(
        &self,
        _: &Scope,
        name: &str,
        template: &Value,
        _: &Tags,
    ) -> Result<(), HandlerError> {
        self.put(name, template)
    }

    async fn describe(&self, _: &Scope, name: &str) -> Result<UpstreamStack, HandlerError> {
        let stacks = self.stacks.lock().unwrap();
        let template = stacks
            .get(name)
            .ok_or_else(|| error(HandlerErrorCode::NotFound))?;
        let is_dropped = type_of(template) == "AWS::Test::Dropped";
        let value = |value: &Value| value.as_str().unwrap_or("an arn").to_owned();
        let outputs = outputs(template).into_iter();
        Ok(UpstreamStack {
            physical_id: (!is_dropped).then(|| "https://sqs/orders".to_owned()),
            outputs: outputs.map(|(name, found)| (name, value(&found))).collect(),
            template: template.clone(),
        })
    }

    async fn delete(&self, _: &Scope, name: &str) -> Result<(), HandlerError> {
        if self.keeps_stacks {
            return Err(error(HandlerErrorCode::GeneralServiceException));
        }
        self.stacks.lock().unwrap().remove(name);
        Ok(())
    }
}

fn registry(emulator: &Arc<Emulator>, unknown: &str) -> Registry {
    let unknown = unknown.parse::<UnknownResources>().unwrap();
    let mut registry = World::with(unknown).registry;
    registry.set_upstream(Arc::clone(emulator) as Arc<dyn UpstreamStacks>);
    registry
}

fn context(attributes: &[&str]) -> HandlerContext {
    let scope = Scope {
        account: "111122223333".into(),
        region: "us-east-1".into(),
    };
    let names = attributes.iter().map(|name| (*name).to_owned());
    HandlerContext {
        stack_name: Some("orders".to_owned()),
        logical_id: Some("Queue".to_owned()),
        attributes: names.collect(),
        ..HandlerContext::new(scope, "aws")
    }
}

fn properties(wait: u8) -> Properties {
    let Value::Object(properties) = json!({ "QueueName": "orders", "VisibilityTimeout": wait })
    else {
        unreachable!()
    };
    properties
}

#[tokio::test]
async fn attributes_are_the_upstreams_or_of_the_table() {
    for (asked, expected) in [
        (&[] as &[&str], json!({})),
        (&["Arn"], json!({ "Arn": "an arn" })),
        (&["QueueName"], json!({ "QueueName": "orders" })),
        (
            &["Arn", "Nothing", "QueueName"],
            json!({ "Arn": "an arn", "QueueName": "orders" }),
        ),
    ] {
        let emulator = Arc::default();
        let queues = registry(&emulator, "upstream")
            .get("AWS::SQS::Queue")
            .unwrap();
        let context = context(asked);
        let made = queues.create(&context, properties(30)).await.unwrap();
        assert_eq!(made.properties["UpstreamAttributes"], expected, "{asked:?}");
        assert_eq!(queues.reference(&made), "https://sqs/orders");
        assert_eq!(queues.residence_of(&made), Residence::Upstream);
        let wanted: BTreeSet<String> = context.attributes.clone();
        let has_all = !asked.contains(&"Nothing");
        assert_eq!(queues.has_attributes(&made, &wanted), has_all, "{asked:?}");
        let read = queues.read(&context, &made.identifier).await.unwrap();
        assert_eq!(read, made, "{asked:?}");
        let updated = queues
            .update(&context, &made.identifier, &properties(30), properties(60))
            .await
            .unwrap();
        assert_eq!(updated.properties["VisibilityTimeout"], 60);
        assert_eq!(updated.properties["UpstreamAttributes"], expected);
        queues.delete(&context, &made.identifier).await.unwrap();
        assert!(emulator.stacks.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_the_upstream_drops_is_recorded() {
    let emulator = Arc::default();
    let registry = registry(&emulator, "upstream");
    let dropped = registry.get("AWS::Test::Dropped").unwrap();
    let context = context(&["Arn"]);
    let made = dropped.create(&context, Properties::new()).await.unwrap();
    assert_eq!(dropped.residence_of(&made), Residence::Recorded);
    assert!(emulator.stacks.lock().unwrap().is_empty());
    let recorded = registry
        .of_existing("AWS::Test::Dropped", "recorded")
        .unwrap();
    assert!(recorded.attribute(&made, "Arn").is_some());
    recorded.delete(&context, &made.identifier).await.unwrap();
}

#[tokio::test]
async fn a_failed_creation_leaves_nothing_or_names_what_it_leaves() {
    for (is_gone, keeps_stacks, code, is_named, left) in [
        (true, false, HandlerErrorCode::NetworkFailure, false, 0),
        (
            false,
            false,
            HandlerErrorCode::GeneralServiceException,
            false,
            0,
        ),
        (
            false,
            true,
            HandlerErrorCode::GeneralServiceException,
            true,
            1,
        ),
    ] {
        let emulator = Arc::new(Emulator {
            is_gone,
            keeps_stacks,
            ..Emulator::default()
        });
        let refused = registry(&emulator, "upstream")
            .get("AWS::Test::Refused")
            .unwrap();
        let made = refused.create(&context(&[]), Properties::new()).await;
        let error = made.unwrap_err();
        assert_eq!((error.code, error.identifier.is_some()), (code, is_named));
        assert_eq!(emulator.stacks.lock().unwrap().len(), left);
    }
}

#[tokio::test]
async fn a_type_that_is_here_may_be_named() {
    let emulator = Arc::default();
    let check = |unknown: &str, name: &str, expected: Option<Residence>| {
        let found = registry(&emulator, unknown).get(name).ok();
        let found = found.map(|found| found.residence());
        assert_eq!(found, expected, "{unknown} {name}");
    };
    let bucket = "AWS::S3::Bucket";
    check("upstream", bucket, Some(Residence::Here));
    check(
        "record,AWS::S3::Bucket=upstream",
        bucket,
        Some(Residence::Upstream),
    );
    check("upstream", "AWS::B2BI::Other", None);
    check("upstream", "nothing", None);
    check("record", "AWS::SQS::Queue", Some(Residence::Recorded));
    let existing = registry(&emulator, "record").of_existing("AWS::SQS::Queue", "upstream");
    assert_eq!(existing.unwrap().residence(), Residence::Upstream);
    let none = World::new().registry;
    let error = none
        .of_existing("AWS::SQS::Queue", "upstream")
        .err()
        .unwrap();
    assert!(error.to_string().contains("--upstream names none"));
}
