//! Finds a resource type by its name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::environment::Environment;
use crate::resource_type::ResourceType;
use crate::schema::SchemaError;
use crate::types::{self, Forms, Recorded, Upstream};
use crate::unknown::{UnknownResources, UnknownType};
use crate::upstream::UpstreamStacks;

/// The available resource types.
#[derive(Clone)]
pub struct Registry {
    types: BTreeMap<String, Arc<dyn ResourceType>>,
    forms: BTreeMap<String, Forms>,
    unknown: UnknownResources,
    environment: Environment,
    upstream: Option<Arc<dyn UpstreamStacks>>,
}

impl Registry {
    /// The available types, whose resources are in the services of the environment, and how to
    /// handle others.
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
            upstream: None,
        })
    }

    /// Names the upstream, to which resources can be handed.
    pub fn set_upstream(&mut self, upstream: Arc<dyn UpstreamStacks>) {
        self.upstream = Some(upstream);
    }

    /// Adds a type; one of the same name is replaced.
    pub fn add(&mut self, resource_type: Arc<dyn ResourceType>) {
        let name = resource_type.type_name().to_owned();
        self.types.insert(name, resource_type);
    }

    /// The type with this name, whose new resources are created here, recorded, or created in the
    /// upstream.
    ///
    /// # Errors
    ///
    /// The type does not exist, and its resources are neither recorded nor created in the upstream.
    pub fn get(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        if self.unknown.is_named_upstream(type_name) {
            return self.in_upstream(type_name);
        }
        match (self.here(type_name), self.unknown.of(type_name)) {
            (Err(_), UnknownType::Record) if is_type(type_name) => Ok(self.recorded(type_name)),
            (Err(_), UnknownType::Upstream) if is_type(type_name) => self.in_upstream(type_name),
            (found, _) => found,
        }
    }

    /// The type of an existing resource, by where it is. The setting for new resources may have
    /// changed since its creation.
    ///
    /// # Errors
    ///
    /// The type does not exist, or the resource is in an upstream and none is configured.
    pub fn of_existing(
        &self,
        type_name: &str,
        residence: &str,
    ) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        match residence {
            "recorded" => Ok(self.recorded(type_name)),
            "upstream" => self.in_upstream(type_name),
            _ => self.here(type_name),
        }
    }

    fn recorded(&self, type_name: &str) -> Arc<dyn ResourceType> {
        let forms = self.forms.get(type_name);
        Arc::new(Recorded::new(&self.environment, type_name, forms))
    }

    fn in_upstream(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        let upstream = self.upstream.as_ref();
        let upstream = upstream.ok_or_else(|| UnknownTypeError::no_upstream(type_name))?;
        let forms = self.forms.get(type_name);
        let upstream = Arc::clone(upstream);
        let found = Upstream::new(&self.environment, upstream, type_name, forms);
        Ok(Arc::new(found))
    }

    /// The type of this name, if its resources are here.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn here(&self, type_name: &str) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        let found = self.types.get(type_name).cloned();
        found.ok_or_else(|| UnknownTypeError::not_here(type_name))
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

/// Resources of a type cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct UnknownTypeError {
    type_name: String,
    needs_upstream: bool,
}

impl UnknownTypeError {
    fn not_here(type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            needs_upstream: false,
        }
    }

    fn no_upstream(type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            needs_upstream: true,
        }
    }

    fn message(&self) -> String {
        let name = &self.type_name;
        if self.needs_upstream {
            format!("Resources of the type {name} are in the upstream, and --upstream names none")
        } else {
            format!(
                "The type {name} is not available. --unknown-resources selects what happens with such resources"
            )
        }
    }
}
