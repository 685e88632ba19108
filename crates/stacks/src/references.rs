//! The values of references in a stack.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use b2bi_local_registry::Registry;
use b2bi_local_template::{Found, References, TypeFacts};
use serde_json::Value;

use crate::stack::StackResource;
use crate::store::Export;

/// References into the resources of a stack, and to exports.
pub(crate) struct StackReferences<'a> {
    registry: &'a Registry,
    resources: &'a [StackResource],
    exports: &'a BTreeMap<String, Export>,
    imports: RefCell<BTreeSet<String>>,
}

impl<'a> StackReferences<'a> {
    pub(crate) fn new(
        registry: &'a Registry,
        resources: &'a [StackResource],
        exports: &'a BTreeMap<String, Export>,
    ) -> Self {
        Self {
            registry,
            resources,
            exports,
            imports: RefCell::default(),
        }
    }

    /// The exports that were asked for.
    pub(crate) fn imports(self) -> BTreeSet<String> {
        self.imports.into_inner()
    }

    fn existing(&self, logical_id: &str) -> Option<&'a StackResource> {
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.logical_id == logical_id && resource.exists())
    }
}

impl References for StackReferences<'_> {
    fn resource(&self, logical_id: &str) -> Found {
        let found = self.existing(logical_id);
        let id = found.and_then(|resource| resource.physical_id.as_deref());
        id.map_or(Found::Later, |id| Found::Value(Value::from(id)))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Found {
        let Some(resource) = self.existing(logical_id) else {
            return Found::Later;
        };
        let Ok(resource_type) = resource.resource_type(self.registry) else {
            return Found::Missing;
        };
        let value = resource_type.attribute(&resource.made(), attribute);
        value.map_or(Found::Missing, Found::Value)
    }

    fn export(&self, name: &str) -> Found {
        let Some(export) = self.exports.get(name) else {
            return Found::Missing;
        };
        self.imports.borrow_mut().insert(name.to_owned());
        Found::Value(Value::from(export.value.as_str()))
    }
}

/// The types of the registry.
pub(crate) struct RegistryFacts<'a>(pub(crate) &'a Registry);

impl TypeFacts for RegistryFacts<'_> {
    fn is_create_only(&self, type_name: &str, property: &str) -> bool {
        let found = self.0.get(type_name);
        found.is_ok_and(|resource_type| {
            let mut paths = resource_type.schema().create_only().iter();
            paths.any(|path| path.names().first().is_some_and(|name| name == property))
        })
    }

    fn has_tags(&self, type_name: &str) -> bool {
        let found = self.0.get(type_name);
        found.is_ok_and(|resource_type| resource_type.schema().tag_property().is_some())
    }
}
