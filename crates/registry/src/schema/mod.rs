//! The schema of a resource type: the properties of a model, in the form of CloudFormation's
//! schemas.
//!
//! The subset of JSON Schema that those schemas use: `properties`, `patternProperties`, `required`,
//! `additionalProperties`, `items`, `enum`, `pattern`, lengths, ranges, `oneOf`, `anyOf`, `allOf` and
//! `$ref` to a definition.

mod check;
mod coerce;
mod path;
mod rule;

use std::collections::BTreeMap;
use std::iter;

use serde::{Deserialize, de};
use serde_json::Value;

pub use self::check::Violation;
pub use self::path::Path;
use self::rule::Rule;
use crate::error::HandlerError;
use crate::resource_type::{Properties, Resource};

/// The schema of a resource type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    type_name: String,
    #[serde(flatten)]
    root: Rule,
    #[serde(default)]
    definitions: BTreeMap<String, Rule>,
    #[serde(default)]
    read_only_properties: Vec<Path>,
    #[serde(default)]
    create_only_properties: Vec<Path>,
    #[serde(default)]
    write_only_properties: Vec<Path>,
    primary_identifier: Vec<Path>,
    #[serde(default)]
    tagging: Tagging,
    #[serde(skip)]
    document: Value,
}

/// The facts in a schema about tags.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Tagging {
    tag_property: Option<Path>,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or not a schema, or a regular expression in it is not valid.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let schema = Self::parse_trusted(text)?;
        let rules = iter::once(&schema.root).chain(schema.definitions.values());
        for rule in rules {
            (rule.check_patterns()).map_err(|error| SchemaError(de::Error::custom(error)))?;
        }
        Ok(schema)
    }

    /// Reads a schema whose regular expressions are known to be valid.
    ///
    /// # Errors
    ///
    /// The text is not JSON, or not a schema.
    pub fn parse_trusted(text: &str) -> Result<Self, SchemaError> {
        let mut schema: Self = serde_json::from_str(text).map_err(SchemaError)?;
        schema.document = serde_json::from_str(text).map_err(SchemaError)?;
        Ok(schema)
    }

    /// The schema of a type of which only the name is known: every property is allowed.
    #[must_use]
    pub fn open(type_name: &str) -> Self {
        let document = serde_json::json!({
            "typeName": type_name,
            "properties": {},
            "primaryIdentifier": ["/properties/Id"],
            "readOnlyProperties": ["/properties/Id"],
        });
        Self {
            type_name: type_name.to_owned(),
            root: Rule::default(),
            definitions: BTreeMap::new(),
            read_only_properties: vec![Path::of("Id")],
            create_only_properties: Vec::new(),
            write_only_properties: Vec::new(),
            primary_identifier: vec![Path::of("Id")],
            tagging: Tagging::default(),
            document,
        }
    }

    /// The name of the type, such as `AWS::B2BI::Profile`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Whether a model may have this property.
    #[must_use]
    pub fn has(&self, property: &str) -> bool {
        self.root.additional_properties.0 || self.root.properties.contains_key(property)
    }

    /// The schema as it was written.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The properties that only the service sets.
    #[must_use]
    pub fn read_only(&self) -> &[Path] {
        &self.read_only_properties
    }

    /// The properties whose change replaces the resource.
    #[must_use]
    pub fn create_only(&self) -> &[Path] {
        &self.create_only_properties
    }

    /// The properties that no read gives.
    #[must_use]
    pub fn write_only(&self) -> &[Path] {
        &self.write_only_properties
    }

    /// The properties that identify a resource.
    #[must_use]
    pub fn primary_identifier(&self) -> &[Path] {
        &self.primary_identifier
    }

    /// The property for tags, for types that have tags.
    #[must_use]
    pub fn tag_property(&self) -> Option<&Path> {
        self.tagging.tag_property.as_ref()
    }

    /// Everything in which a model breaks the schema.
    #[must_use]
    pub fn validate(&self, model: &Properties) -> Vec<Violation> {
        check::violations(&self.root, &self.definitions, model)
    }

    /// Gives values the types of the schema where templates may write others: `"true"` for a boolean,
    /// `"80"` for a number, a number or boolean for a text.
    pub fn coerce(&self, model: &mut Properties) {
        coerce::properties(&self.root, &self.definitions, model);
    }

    /// The identifier in a model: the values of the primary identifier, joined by `|`.
    #[must_use]
    pub fn identifier(&self, model: &Properties) -> Option<String> {
        let values = self.primary_identifier.iter().map(|path| path.find(model));
        let texts: Option<Vec<String>> = values.map(|value| value.and_then(text)).collect();
        texts.map(|texts| texts.join("|"))
    }

    /// A resource of this model.
    ///
    /// # Errors
    ///
    /// `InternalFailure`: the model lacks its identifier.
    pub fn resource(&self, properties: Properties) -> Result<Resource, HandlerError> {
        let identifier = self.identifier(&properties).ok_or_else(|| {
            let message = format!("The model of a {} has no identifier", self.type_name);
            HandlerError::new(crate::HandlerErrorCode::InternalFailure, message)
        })?;
        Ok(Resource {
            identifier,
            properties,
        })
    }

    /// The read-only property with this name, in which dots lead into objects.
    #[must_use]
    pub fn attribute(&self, model: &Properties, name: &str) -> Option<Value> {
        let path = Path::of(name);
        let is_read_only = self.read_only_properties.contains(&path);
        is_read_only.then(|| path.find(model).cloned()).flatten()
    }
}

/// An identifier's part as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl SchemaError {
    /// The outcome of reading data that is part of the types.
    pub(crate) fn reading<T>(read: serde_json::Result<T>) -> Result<T, Self> {
        read.map_err(Self)
    }
}

/// The text is not a schema.
#[derive(Debug, thiserror::Error)]
#[error("not a resource type schema: {0}")]
pub struct SchemaError(#[source] serde_json::Error);
