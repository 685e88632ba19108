//! Emits the shapes of the XML documents that S3 takes as configurations of buckets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::bail;
use serde_json::{Map, Value};

const USES: &str = "use crate::embedded::configuration::shape::{Count, Member, Shape};\n\n";

/// The members of inputs which are such documents, by the names of their constants.
const DOCUMENTS: &[&str] = &[
    "AccelerateConfiguration",
    "AccessControlPolicy",
    "AnalyticsConfiguration",
    "BucketLifecycleConfiguration",
    "BucketLoggingStatus",
    "CORSConfiguration",
    "IntelligentTieringConfiguration",
    "InventoryConfiguration",
    "MetricsConfiguration",
    "NotificationConfiguration",
    "ObjectLockConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "ReplicationConfiguration",
    "RequestPaymentConfiguration",
    "ServerSideEncryptionConfiguration",
    "Tagging",
    "VersioningConfiguration",
    "WebsiteConfiguration",
];

/// The text of the shapes, from the service model of S3.
///
/// # Errors
/// A shape is missing, or is of a type that no document of S3 has.
pub fn emit(model: &str) -> anyhow::Result<String> {
    let model: Value = serde_json::from_str(model)?;
    let mut emitter = Emitter {
        shapes: &model["shapes"],
        statics: BTreeMap::new(),
        open: BTreeSet::new(),
    };
    for name in DOCUMENTS {
        emitter.shape(name)?;
    }
    let statics: String = emitter.statics.into_values().collect();
    Ok(format!("{USES}{statics}"))
}

struct Emitter<'a> {
    shapes: &'a Value,
    statics: BTreeMap<String, String>,
    /// Structures that are being read, which may not have themselves as members.
    open: BTreeSet<String>,
}

impl Emitter<'_> {
    /// The expression for a shape; a structure gets its own constant.
    fn shape(&mut self, name: &str) -> anyhow::Result<String> {
        let shape = &self.shapes[name];
        match shape["type"].as_str() {
            Some("structure") => {
                let constant = super::snake(name).to_uppercase();
                if !self.statics.contains_key(&constant) {
                    if !self.open.insert(name.to_owned()) {
                        bail!("the shape {name} has itself as a member");
                    }
                    let text = self.structure(shape, &constant)?;
                    self.statics.insert(constant.clone(), text);
                }
                Ok(format!("&{constant}"))
            }
            Some("string") => Ok(match shape["enum"].as_array() {
                None => "&Shape::Text".to_owned(),
                Some(values) => {
                    let values: Vec<String> = values.iter().map(Value::to_string).collect();
                    format!("&Shape::OneOf(&[{}])", values.join(", "))
                }
            }),
            Some("boolean") => Ok("&Shape::Boolean".to_owned()),
            Some("integer" | "long") => Ok("&Shape::Integer".to_owned()),
            Some("timestamp") => Ok("&Shape::Timestamp".to_owned()),
            other => bail!("the shape {name} is of the type {other:?}"),
        }
    }

    fn structure(&mut self, shape: &Value, constant: &str) -> anyhow::Result<String> {
        let required: BTreeSet<&str> = shape["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let none = Map::new();
        let members = shape["members"].as_object().unwrap_or(&none);
        let mut text = format!(
            "pub(in crate::embedded::configuration) static {constant}: Shape = Shape::Structure(&["
        );
        for (name, member) in members {
            let target = member["shape"].as_str().unwrap_or_default();
            let element = member["locationName"].as_str().unwrap_or(name);
            let list = &self.shapes[target];
            let is_list = list["type"] == "list";
            let item = is_list.then(|| list["member"]["shape"].as_str().unwrap_or_default());
            let inner = self.shape(item.unwrap_or(target))?;
            let count = if !is_list {
                "Count::One".to_owned()
            } else if list["flattened"] == true || member["flattened"] == true {
                "Count::Flat".to_owned()
            } else {
                let item_name = list["member"]["locationName"].as_str().unwrap_or("member");
                format!("Count::Within({item_name:?})")
            };
            let _ = write!(
                text,
                "Member {{ name: {element:?}, required: {}, attribute: {}, count: {count}, shape: {inner} }},",
                required.contains(name.as_str()),
                member["xmlAttribute"] == true,
            );
        }
        Ok(text + "]);\n")
    }
}

#[cfg(test)]
mod tests {
    use super::emit;

    #[test]
    fn a_shape_that_no_document_has_is_named() {
        assert_eq!(
            emit(r#"{"shapes": {}}"#).unwrap_err().to_string(),
            "the shape AccelerateConfiguration is of the type None"
        );
    }
}
