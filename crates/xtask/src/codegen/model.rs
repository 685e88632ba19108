//! The service model as the generator sees it: shapes in name order, operations in name order.

use anyhow::{Context as _, bail};
use serde_json::{Map, Value};

/// A service model in botocore's JSON form.
pub struct Model {
    root: Value,
}

/// A named shape of the model.
#[derive(Clone, Copy)]
pub struct Shape<'a> {
    pub name: &'a str,
    json: &'a Value,
}

/// A member of a structure.
pub struct Member<'a> {
    pub name: &'a str,
    pub shape: Shape<'a>,
    pub required: bool,
}

/// An operation with its input, its output if it has one, and the errors it declares.
pub struct Operation<'a> {
    pub name: &'a str,
    pub input: Shape<'a>,
    pub output: Option<Shape<'a>>,
    pub errors: Vec<&'a str>,
}

impl Model {
    /// Reads the JSON text of a model.
    pub fn load(text: &str) -> anyhow::Result<Self> {
        let root: Value = serde_json::from_str(text).context("model")?;
        for key in ["shapes", "operations"] {
            if !root.get(key).is_some_and(Value::is_object) {
                bail!("model: no {key}");
            }
        }
        Ok(Self { root })
    }

    /// Every shape, sorted by name.
    pub fn shapes(&self) -> Vec<Shape<'_>> {
        let mut shapes: Vec<Shape<'_>> = object(&self.root, "shapes")
            .map(|(name, json)| Shape { name, json })
            .collect();
        shapes.sort_by_key(|shape| shape.name);
        shapes
    }

    /// Every operation, sorted by name.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations: Vec<Operation<'_>> = object(&self.root, "operations")
            .map(|(name, json)| Operation {
                name,
                input: self.shape(text(&json["input"], "shape")),
                output: json
                    .get("output")
                    .map(|found| self.shape(text(found, "shape"))),
                errors: list(json, "errors")
                    .map(|list| text(list, "shape"))
                    .collect(),
            })
            .collect();
        operations.sort_by_key(|operation| operation.name);
        operations
    }

    /// The shape of this name.
    pub fn shape<'a>(&'a self, name: &'a str) -> Shape<'a> {
        let json = &self.root["shapes"][name];
        assert!(json.is_object(), "the model has no shape {name}");
        Shape { name, json }
    }

    /// The members of a structure, in the model's order.
    pub fn members<'a>(&'a self, shape: Shape<'a>) -> Vec<Member<'a>> {
        let required: Vec<&str> = list(shape.json, "required")
            .filter_map(Value::as_str)
            .collect();
        object(shape.json, "members")
            .map(|(name, json)| Member {
                name,
                shape: self.shape(text(json, "shape")),
                required: required.contains(&name.as_str()),
            })
            .collect()
    }

    /// The element shape of a list.
    pub fn element<'a>(&'a self, shape: Shape<'a>) -> Shape<'a> {
        self.shape(text(&shape.json["member"], "shape"))
    }
}

impl<'a> Shape<'a> {
    /// `structure`, `list`, `string`, `integer`, `float`, `boolean` or `timestamp`.
    pub fn kind(self) -> &'a str {
        text(self.json, "type")
    }

    /// Whether a trait such as `union`, `exception` or `sensitive` is set.
    pub fn has(self, name: &str) -> bool {
        self.json.get(name) == Some(&Value::Bool(true))
    }

    /// Whether the model calls the error retryable.
    pub fn is_retryable(self) -> bool {
        self.json.get("retryable").is_some()
    }

    /// The values of an enum; empty for other shapes.
    pub fn values(self) -> Vec<&'a str> {
        list(self.json, "enum").filter_map(Value::as_str).collect()
    }

    /// A bound such as `min` or `max`.
    pub fn bound(self, name: &str) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "bounds are whole numbers")]
        self.json.get(name)?.as_f64().map(|number| number as i64)
    }

    /// The regular expression of a string, unanchored.
    pub fn pattern(self) -> Option<&'a str> {
        self.json.get("pattern")?.as_str()
    }
}

fn object<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    json.get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::iter)
}

fn list<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json.get(key).and_then(Value::as_str).unwrap_or_default()
}
