//! Finds a resource type by its name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use b2bi_local_b2bi::B2bi;

use crate::resource_type::ResourceType;
use crate::schema::SchemaError;
use crate::types;

/// The resource types that there are.
#[derive(Clone, Default)]
pub struct Registry {
    types: BTreeMap<String, Arc<dyn ResourceType>>,
}

impl Registry {
    /// The types of B2BI, whose resources are those of this service.
    ///
    /// # Errors
    ///
    /// A schema cannot be read.
    pub fn new(service: &Arc<B2bi>) -> Result<Self, SchemaError> {
        let mut registry = Self::default();
        for resource_type in types::b2bi(service)? {
            registry.add(resource_type);
        }
        Ok(registry)
    }

    /// Adds a type; one of the same name is replaced.
    pub fn add(&mut self, resource_type: Arc<dyn ResourceType>) {
        let name = resource_type.type_name().to_owned();
        self.types.insert(name, resource_type);
    }

    /// The type of this name.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn get(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        let found = self.types.get(type_name).cloned();
        found.ok_or_else(|| UnknownTypeError(type_name.to_owned()))
    }

    /// The names of all types, in order.
    pub fn type_names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }
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
        write!(out, "The type {} is not here", self.0)
    }
}

impl std::error::Error for UnknownTypeError {}
