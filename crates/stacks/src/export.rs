//! Resources that no stack owns, as a template.

use std::collections::{BTreeMap, BTreeSet};

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{
    HandlerContext, HandlerError, HandlerErrorCode, Properties, Resource, ResourceType,
};
use serde_json::{Map, Value, json};

use crate::stacks::Stacks;
use crate::status::Status;

/// The exported types; a type comes after those that it needs.
const TYPES: &[&str] = &[
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::Logs::LogGroup",
    "AWS::SSM::Parameter",
    "AWS::B2BI::Profile",
    "AWS::B2BI::Transformer",
    "AWS::B2BI::Capability",
    "AWS::B2BI::Partnership",
];
/// Properties that name another resource, at any depth, and the type that they name.
const REFERENCES: &[(&str, &str)] = &[
    ("Bucket", "AWS::S3::Bucket"),
    ("BucketName", "AWS::S3::Bucket"),
    ("Capabilities", "AWS::B2BI::Capability"),
    ("ProfileId", "AWS::B2BI::Profile"),
    ("TransformerId", "AWS::B2BI::Transformer"),
];
/// The prefix of the log groups that the service creates for its profiles.
const OF_PROFILES: &str = "/aws/vendedlogs/b2bi/";
/// The maximum number of characters of a logical id.
const LONGEST: usize = 200;

/// A resource with its name in the template.
struct Exported {
    logical_id: String,
    type_name: &'static str,
    reference: String,
    properties: Properties,
}

impl Stacks {
    /// The resources of an account and region that no stack owns, as a template that creates their like.
    ///
    /// # Errors
    ///
    /// A resource cannot be read.
    pub async fn export(&self, scope: &Scope) -> Result<Value, HandlerError> {
        let context = HandlerContext::new(scope.clone(), "aws");
        let owned = self.owned(scope);
        let mut exported = Vec::new();
        let mut taken = BTreeSet::new();
        for type_name in TYPES {
            let Ok(resource_type) = self.registry.here(type_name) else {
                continue;
            };
            for resource in resource_type.list(&context).await? {
                if owned.contains(&((*type_name).to_owned(), resource.identifier.clone())) {
                    continue;
                }
                let Some(found) = read(&*resource_type, &context, &resource).await? else {
                    continue;
                };
                let reference = resource_type.reference(&found);
                let logical_id = free_name(logical_id(type_name, &found), &mut taken);
                let properties = writable(&*resource_type, found.properties);
                exported.push(Exported {
                    logical_id,
                    type_name,
                    reference,
                    properties,
                });
            }
        }
        Ok(template(&exported))
    }

    /// The types and identifiers of what stacks own.
    fn owned(&self, scope: &Scope) -> BTreeSet<(String, String)> {
        let live = self.all(scope).into_iter();
        let live = live.filter(|stack| stack.status != Status::DeleteComplete);
        let resources = live.flat_map(|stack| stack.resources);
        let named =
            resources.filter_map(|resource| Some((resource.type_name, resource.identifier?)));
        named.collect()
    }
}

/// The whole resource; `None` if it was deleted meanwhile, or if the service creates it itself.
async fn read(
    resource_type: &dyn ResourceType,
    context: &HandlerContext,
    listed: &Resource,
) -> Result<Option<Resource>, HandlerError> {
    let is_log_group = resource_type.type_name() == "AWS::Logs::LogGroup";
    if is_log_group && listed.identifier.starts_with(OF_PROFILES) {
        return Ok(None);
    }
    match resource_type.read(context, &listed.identifier).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code == HandlerErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The properties that a template may set.
fn writable(resource_type: &dyn ResourceType, mut properties: Properties) -> Properties {
    for path in resource_type.schema().read_only() {
        path.remove(&mut properties);
    }
    properties
}

/// A name by the kind and the name of a resource: `ProfileAcme`.
fn logical_id(type_name: &str, resource: &Resource) -> String {
    let kind = type_name.rsplit("::").next().unwrap_or_default();
    let name = resource.properties.get("Name").and_then(Value::as_str);
    let words = name.unwrap_or(&resource.identifier);
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric());
    let mut id = kind.to_owned();
    for word in words {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
    id.truncate(LONGEST);
    id
}

/// The name, with a number if another resource has it.
fn free_name(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 1_u64;
    while !taken.insert(free.clone()) {
        number = number.saturating_add(1);
        free = format!("{name}{number}");
    }
    free
}

fn template(exported: &[Exported]) -> Value {
    let names: BTreeMap<(&str, &str), &str> = exported
        .iter()
        .map(|found| ((found.type_name, &*found.reference), &*found.logical_id))
        .collect();
    let resources: Map<String, Value> = exported
        .iter()
        .map(|found| {
            let mut properties = Value::Object(found.properties.clone());
            refer(&mut properties, found, &names);
            let resource = json!({"Type": found.type_name, "Properties": properties});
            (found.logical_id.clone(), resource)
        })
        .collect();
    json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
}

/// Replaces identifiers of other resources of the template by references to them.
fn refer(value: &mut Value, owner: &Exported, names: &BTreeMap<(&str, &str), &str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match REFERENCES.iter().find(|(property, _)| name == property) {
                    Some((_, type_name)) if *type_name != owner.type_name => {
                        replace(member, type_name, names);
                    }
                    _ => refer(member, owner, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, owner, names)),
        _ => {}
    }
}

fn replace(value: &mut Value, type_name: &str, names: &BTreeMap<(&str, &str), &str>) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replace(item, type_name, names)),
        Value::String(identifier) => {
            if let Some(name) = names.get(&(type_name, identifier)) {
                *value = json!({ "Ref": name });
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use b2bi_local_registry::{Properties, Resource};
    use serde_json::json;

    use super::{Exported, free_name, logical_id, template};

    fn object(value: serde_json::Value) -> Properties {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn names_are_words_and_unique() {
        for (properties, expected) in [
            (json!({"Name": "acme orders, inc."}), "ProfileAcmeOrdersInc"),
            (json!({"Name": "ÄÖ"}), "Profile"),
            (json!({}), "ProfileP1"),
        ] {
            let resource = Resource {
                identifier: "p-1".to_owned(),
                properties: object(properties),
            };
            assert_eq!(logical_id("AWS::B2BI::Profile", &resource), expected);
        }
        let mut taken = BTreeSet::new();
        let names = ["A", "A", "A2", "A"].map(|name| free_name(name.to_owned(), &mut taken));
        assert_eq!(names, ["A", "A2", "A22", "A3"]);
    }

    #[test]
    fn only_properties_that_name_a_resource_become_references() {
        let exported = |logical_id: &str, type_name, reference: &str, properties| Exported {
            logical_id: logical_id.to_owned(),
            type_name,
            reference: reference.to_owned(),
            properties: object(properties),
        };
        let bucket = json!({"BucketName": "x"});
        let capability = json!({
            "Name": "x",
            "Configuration": {"Edi": {"TransformerId": "tr-1", "InputLocation": {"BucketName": "x", "Key": "x"}}},
        });
        let partnership = json!({"ProfileId": "p-9", "Capabilities": ["ca-1", "ca-2"]});
        let all = [
            exported("BucketX", "AWS::S3::Bucket", "x", bucket.clone()),
            exported("TransformerT", "AWS::B2BI::Transformer", "tr-1", json!({})),
            exported("CapabilityX", "AWS::B2BI::Capability", "ca-1", capability),
            exported(
                "PartnershipP",
                "AWS::B2BI::Partnership",
                "ps-1",
                partnership,
            ),
        ];
        let template = template(&all);
        let properties = |name: &str| template["Resources"][name]["Properties"].clone();
        assert_eq!(properties("BucketX"), bucket);
        let expected = json!({
            "Name": "x",
            "Configuration": {"Edi": {
                "TransformerId": {"Ref": "TransformerT"},
                "InputLocation": {"BucketName": {"Ref": "BucketX"}, "Key": "x"},
            }},
        });
        assert_eq!(properties("CapabilityX"), expected);
        let expected =
            json!({"ProfileId": "p-9", "Capabilities": [{"Ref": "CapabilityX"}, "ca-2"]});
        assert_eq!(properties("PartnershipP"), expected);
    }
}
