//! Properties of a bucket that are configurations in S3's XML.

use std::fmt::Write as _;

use serde_json::Value;

use crate::context::Tags;

/// A property that S3 has as a configuration: its name in the query, and its XML.
pub(super) struct Configuration {
    pub(super) property: &'static str,
    pub(super) name: &'static str,
    pub(super) xml: fn(&Value) -> String,
}

/// The properties that are set in S3; the others are stored in the model.
pub(super) const CONFIGURATIONS: &[Configuration] = &[
    Configuration {
        property: "VersioningConfiguration",
        name: "versioning",
        xml: versioning,
    },
    Configuration {
        property: "BucketEncryption",
        name: "encryption",
        xml: encryption,
    },
    Configuration {
        property: "PublicAccessBlockConfiguration",
        name: "publicAccessBlock",
        xml: public_access_block,
    },
    Configuration {
        property: "OwnershipControls",
        name: "ownershipControls",
        xml: ownership_controls,
    },
];

fn versioning(value: &Value) -> String {
    root(
        "VersioningConfiguration",
        &element("Status", &value["Status"]),
    )
}

fn encryption(value: &Value) -> String {
    let rule = |rule: &Value| {
        let default = &rule["ServerSideEncryptionByDefault"];
        let mut inner = element("SSEAlgorithm", &default["SSEAlgorithm"]);
        inner += &element("KMSMasterKeyID", &default["KMSMasterKeyID"]);
        let mut content = String::new();
        if default.is_object() {
            content = wrapped("ApplyServerSideEncryptionByDefault", &inner);
        }
        content += &element("BucketKeyEnabled", &rule["BucketKeyEnabled"]);
        wrapped("Rule", &content)
    };
    let rules = items(&value["ServerSideEncryptionConfiguration"]);
    root(
        "ServerSideEncryptionConfiguration",
        &rules.iter().map(rule).collect::<String>(),
    )
}

fn public_access_block(value: &Value) -> String {
    let names = [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ];
    let content: String = names
        .iter()
        .map(|name| element(name, &value[*name]))
        .collect();
    root("PublicAccessBlockConfiguration", &content)
}

fn ownership_controls(value: &Value) -> String {
    let rules = items(&value["Rules"]);
    let rule = |rule: &Value| {
        wrapped(
            "Rule",
            &element("ObjectOwnership", &rule["ObjectOwnership"]),
        )
    };
    root(
        "OwnershipControls",
        &rules.iter().map(rule).collect::<String>(),
    )
}

/// Tags as S3 has them.
pub(super) fn tagging(tags: &Tags) -> String {
    let tag = |(key, value): (&String, &String)| {
        let key = wrapped("Key", &escaped(key));
        wrapped("Tag", &(key + &wrapped("Value", &escaped(value))))
    };
    let tags: String = tags.iter().map(tag).collect();
    root("Tagging", &wrapped("TagSet", &tags))
}

/// A notification configuration: for `EventBridge`, and for the targets in the model.
pub(super) fn notification(value: &Value) -> String {
    let mut content = String::new();
    for (property, tag, target) in [
        ("TopicConfigurations", "TopicConfiguration", "Topic"),
        ("QueueConfigurations", "QueueConfiguration", "Queue"),
        (
            "LambdaConfigurations",
            "CloudFunctionConfiguration",
            "Function",
        ),
    ] {
        for configuration in items(&value[property]) {
            let named = if target == "Function" {
                "CloudFunction"
            } else {
                target
            };
            let mut inner = element(named, &configuration[target]);
            inner += &element("Event", &configuration["Event"]);
            inner += &filter(configuration.pointer("/Filter/S3Key/Rules"));
            content += &wrapped(tag, &inner);
        }
    }
    let bridge = &value["EventBridgeConfiguration"];
    if bridge.is_object() && bridge["EventBridgeEnabled"] != Value::Bool(false) {
        content += &wrapped("EventBridgeConfiguration", "");
    }
    root("NotificationConfiguration", &content)
}

fn filter(rules: Option<&Value>) -> String {
    let rule = |rule: &Value| {
        let name = element("Name", &rule["Name"]);
        wrapped("FilterRule", &(name + &element("Value", &rule["Value"])))
    };
    let rules = rules.map_or(&[][..], items);
    let rules: String = rules.iter().map(rule).collect();
    if rules.is_empty() {
        return rules;
    }
    wrapped("Filter", &wrapped("S3Key", &rules))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn root(name: &str, content: &str) -> String {
    format!("<{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{name}>")
}

fn wrapped(name: &str, content: &str) -> String {
    format!("<{name}>{content}</{name}>")
}

/// An element for a scalar; `None` if it is missing.
fn element(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => wrapped(name, &escaped(text)),
        Value::Bool(_) | Value::Number(_) => wrapped(name, &value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        let _ = match letter {
            '&' => escaped.write_str("&amp;"),
            '<' => escaped.write_str("&lt;"),
            '>' => escaped.write_str("&gt;"),
            '"' => escaped.write_str("&quot;"),
            other => escaped.write_char(other),
        };
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{CONFIGURATIONS, notification, tagging};

    fn inner(xml: &str) -> &str {
        let (_, rest) = xml.split_once('>').unwrap();
        rest.rsplit_once("</").unwrap().0
    }

    #[test]
    fn properties_are_written_as_s3_reads_them() {
        for (property, value, expected) in [
            (
                "VersioningConfiguration",
                json!({"Status": "Enabled"}),
                "<Status>Enabled</Status>",
            ),
            (
                "PublicAccessBlockConfiguration",
                json!({"BlockPublicAcls": true, "RestrictPublicBuckets": false}),
                "<BlockPublicAcls>true</BlockPublicAcls><RestrictPublicBuckets>false</RestrictPublicBuckets>",
            ),
            (
                "OwnershipControls",
                json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}),
                "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>",
            ),
            (
                "BucketEncryption",
                json!({"ServerSideEncryptionConfiguration": [
                    {"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                ]}),
                "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
                 </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>",
            ),
        ] {
            let found = CONFIGURATIONS
                .iter()
                .find(|found| found.property == property)
                .unwrap();
            assert_eq!(inner(&(found.xml)(&value)), expected, "{property}");
        }
    }

    #[test]
    fn tags_and_notifications_are_escaped() {
        let tags = BTreeMap::from([("a&b".to_owned(), "<c>".to_owned())]);
        assert_eq!(
            inner(&tagging(&tags)),
            "<TagSet><Tag><Key>a&amp;b</Key><Value>&lt;c&gt;</Value></Tag></TagSet>"
        );
        let value = json!({
            "EventBridgeConfiguration": {},
            "QueueConfigurations": [{
                "Event": "s3:ObjectCreated:*", "Queue": "arn:q",
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}},
            }],
        });
        assert_eq!(
            inner(&notification(&value)),
            "<QueueConfiguration><Queue>arn:q</Queue><Event>s3:ObjectCreated:*</Event><Filter><S3Key>\
             <FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule></S3Key></Filter>\
             </QueueConfiguration><EventBridgeConfiguration></EventBridgeConfiguration>"
        );
        let off = json!({"EventBridgeConfiguration": {"EventBridgeEnabled": false}});
        assert_eq!(inner(&notification(&off)), "");
    }
}
