//! Finds a resource type by its name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::environment::Environment;
use crate::resource_type::ResourceType;
use crate::schema::SchemaError;
use crate::types::{self, Forms, Recorded};
use crate::unknown::{UnknownResources, UnknownType};

/// The resource types that there are.
#[derive(Clone)]
pub struct Registry {
    types: BTreeMap<String, Arc<dyn ResourceType>>,
    forms: BTreeMap<String, Forms>,
    unknown: UnknownResources,
    environment: Environment,
}

impl Registry {
    /// The types that are here, whose resources are in the services of the environment, and what is
    /// done with others.
    ///
    /// # Errors
    ///
    /// A schema cannot be read.
    pub fn new(environment: Environment, unknown: UnknownResources) -> Result<Self, SchemaError> {
        let all = types::all(&environment)?;
        let named = all.into_iter().map(|resource_type| {
            let name = resource_type.type_name().to_owned();
            (name, resource_type)
        });
        Ok(Self {
            types: named.collect(),
            forms: types::forms()?,
            unknown,
            environment,
        })
    }

    /// Adds a type; one of the same name is replaced.
    pub fn add(&mut self, resource_type: Arc<dyn ResourceType>) {
        let name = resource_type.type_name().to_owned();
        self.types.insert(name, resource_type);
    }

    /// The type of this name, whose resources are here or are recorded.
    ///
    /// # Errors
    ///
    /// There is none, and its resources are not to be recorded.
    pub fn get(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        match self.here(type_name) {
            Err(_) if self.unknown.of(type_name) == UnknownType::Record && is_type(type_name) => {
                let forms = self.forms.get(type_name);
                Ok(Arc::new(Recorded::new(&self.environment, type_name, forms)))
            }
            found => found,
        }
    }

    /// The type of this name, if its resources are here.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn here(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        let found = self.types.get(type_name).cloned();
        found.ok_or_else(|| UnknownTypeError(type_name.to_owned()))
    }

    /// The names of the types that are here, in order.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }
}

/// Whether a name has the form of a type's: `AWS::SQS::Queue`, `Custom::Cleanup`.
fn is_type(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let is_word = |part: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_@-".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    let is_custom = parts.first() == Some(&"Custom") && parts.len() == 2;
    (is_custom || parts.len() >= 3) && parts.iter().all(is_word)
}

impl fmt::Debug for Registry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.types.keys()).finish()
    }
}

/// There is no such resource type here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTypeError(pub String);

impl fmt::Display for UnknownTypeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "The type {} is not here. --unknown-resources says what is done with such resources",
            self.0
        )
    }
}

impl std::error::Error for UnknownTypeError {}
