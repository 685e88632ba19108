//! The operations of a type of resources.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::context::HandlerContext;
use crate::error::HandlerError;
use crate::schema::Schema;

/// The model of a resource: property names in `UpperCamelCase`, and their values.
pub type Properties = Map<String, Value>;

/// A resource and its model.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The values of the primary identifier, joined by `|`.
    pub identifier: String,
    /// The model, with the properties that are read-only.
    pub properties: Properties,
}

/// Where the resources of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residence {
    /// They exist and act here.
    Here,
    /// Only their models are stored.
    Recorded,
    /// They exist in the CloudFormation of the upstream.
    Upstream,
}

impl fmt::Display for Residence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Here => "here",
            Self::Recorded => "recorded",
            Self::Upstream => "upstream",
        })
    }
}

/// A type of resources: its schema and its handlers.
///
/// The caller coerces and validates a model with [`ResourceType::schema`] first, so a handler gets
/// models that its schema allows.
#[async_trait]
pub trait ResourceType: Send + Sync {
    /// The name, such as `AWS::B2BI::Profile`.
    fn type_name(&self) -> &str {
        self.schema().type_name()
    }

    /// Which properties a model has.
    fn schema(&self) -> &Schema;

    /// Where the resources of this type are.
    fn residence(&self) -> Residence {
        Residence::Here
    }

    /// Where a resource of this type is.
    fn residence_of(&self, _: &Resource) -> Residence {
        self.residence()
    }

    /// What `Ref` gives in a template; the identifier, unless the type has another.
    fn reference(&self, resource: &Resource) -> String {
        resource.identifier.clone()
    }

    /// What `Fn::GetAtt` gives in a template: a read-only property, found by its path with dots.
    fn attribute(&self, resource: &Resource, name: &str) -> Option<Value> {
        self.schema().attribute(&resource.properties, name)
    }

    /// Whether a resource's attributes with these names exist, if the type can tell.
    fn has_attributes(&self, _: &Resource, _: &BTreeSet<String>) -> bool {
        true
    }

    /// Makes a resource.
    ///
    /// # Errors
    ///
    /// It was not created, or it was created in part: then the error names it.
    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError>;

    /// The model of a resource.
    ///
    /// # Errors
    ///
    /// `NotFound`, or what the service answers.
    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError>;

    /// Changes a resource from one model to another.
    ///
    /// The caller has ensured that no create-only property differs.
    ///
    /// # Errors
    ///
    /// `NotFound`, or the service's error; a part of the change may have been made.
    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError>;

    /// Removes a resource.
    ///
    /// # Errors
    ///
    /// `NotFound`, or what the service answers.
    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError>;

    /// The resources of the account and region, in order of their identifiers. A model may have fewer
    /// properties than a read gives.
    ///
    /// # Errors
    ///
    /// The reply of the service.
    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError>;
}
