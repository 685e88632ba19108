//! Where a property is in a model.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::resource_type::Properties;

/// The path of a property: `/properties/Endpoint/Address` in a schema, `Endpoint.Address` in a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

impl Path {
    /// The path of names with dots between them.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self(name.split('.').map(str::to_owned).collect())
    }

    /// The names in the path.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The value at this path; `None` below a list, whose items have no names.
    #[must_use]
    pub fn find<'a>(&self, model: &'a Properties) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        let start = model.get(first)?;
        rest.iter().try_fold(start, |value, name| value.get(name))
    }

    /// Removes the value at this path.
    pub fn remove(&self, model: &mut Properties) -> Option<Value> {
        let (last, parents) = self.0.split_last()?;
        let parent = parents.iter().try_fold(model, |members, name| {
            members.get_mut(name).and_then(Value::as_object_mut)
        })?;
        parent.shift_remove(last)
    }
}

impl fmt::Display for Path {
    /// As templates write it: with dots.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("."))
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pointer = String::deserialize(deserializer)?;
        let names = pointer.trim_start_matches('/').split('/');
        let names = names.filter(|name| *name != "properties");
        Ok(Self(names.map(str::to_owned).collect()))
    }
}
