//! Calls of the service's operations with JSON, and what their errors mean to a handler.

use std::sync::Arc;

use b2bi_local_b2bi::B2bi;
use b2bi_local_model::{DecodeError, Error, OPERATIONS, decode};
use serde_json::{Map, Value, json};

use super::names::{to_api, to_model};
use super::tags::{self, TagChange};
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::interceptor::{Interception, Interceptor};
use crate::resource_type::{Properties, Resource};
use crate::schema::Schema;

/// The API of one type of resources.
pub(super) struct Api {
    service: Arc<B2bi>,
    interceptor: Arc<dyn Interceptor>,
    pub(super) schema: Schema,
    names: &'static Names,
}

/// The names of a type of resources in the API.
pub(super) struct Names {
    /// In operations: `Profile`.
    pub(super) noun: &'static str,
    /// In the operation that lists: `Profiles`.
    pub(super) plural: &'static str,
    /// The member of the list's reply: `profiles`.
    pub(super) list: &'static str,
    /// The member that names a resource: `profileId`.
    pub(super) id: &'static str,
    /// The property with its ARN: `ProfileArn`.
    pub(super) arn: &'static str,
    /// The properties that a create sends.
    pub(super) created: &'static [&'static str],
    /// The properties that an update sends.
    pub(super) updated: &'static [&'static str],
}

impl Api {
    pub(super) fn new(environment: &Environment, schema: Schema, names: &'static Names) -> Self {
        Self {
            service: Arc::clone(&environment.service),
            interceptor: Arc::clone(&environment.interceptor),
            schema,
            names,
        }
    }

    /// Creates a resource, with the tags that it gets; its identifier.
    pub(super) async fn create(
        &self,
        context: &HandlerContext,
        desired: &Properties,
    ) -> Result<String, HandlerError> {
        let mut body = to_api(only(desired, self.names.created));
        let tags = context.merged_tags(tags::own(desired));
        if !tags.is_empty() {
            body.insert("tags".to_owned(), tags::listed(&tags));
        }
        let operation = format!("Create{}", self.names.noun);
        let reply = self.call(context, &operation, body).await?;
        Ok(self.schema.resource(to_model(reply))?.identifier)
    }

    /// The model of a resource, with its tags.
    pub(super) async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        let operation = format!("Get{}", self.names.noun);
        let reply = self.call(context, &operation, self.id(identifier)).await?;
        let mut model = self.known(to_model(reply));
        let arn = self.arn(&model);
        let body = Map::from_iter([("ResourceARN".to_owned(), arn)]);
        let reply = self.call(context, "ListTagsForResource", body).await?;
        if let Some(tags) = tags::of_users(&reply) {
            model.insert(tags::PROPERTY.to_owned(), tags);
        }
        self.schema.resource(model)
    }

    /// Updates the resource, even if its own properties are equal, then those tags that differ.
    pub(super) async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: &Properties,
    ) -> Result<Resource, HandlerError> {
        let arn = self.update_members(context, identifier, desired).await?;
        self.retag(context, arn, TagChange::between(context, previous, desired))
            .await?;
        self.read(context, identifier).await
    }

    /// Calls the operation that updates; the ARN that it answers.
    pub(super) async fn update_members(
        &self,
        context: &HandlerContext,
        identifier: &str,
        desired: &Properties,
    ) -> Result<Value, HandlerError> {
        let mut body = to_api(only(desired, self.names.updated));
        body.extend(self.id(identifier));
        let operation = format!("Update{}", self.names.noun);
        let reply = self.call(context, &operation, body).await?;
        Ok(self.arn(&to_model(reply)))
    }

    async fn retag(
        &self,
        context: &HandlerContext,
        arn: Value,
        change: TagChange,
    ) -> Result<(), HandlerError> {
        let body = |name: &str, value| {
            let arn = ("ResourceARN".to_owned(), arn.clone());
            Map::from_iter([arn, (name.to_owned(), value)])
        };
        if !change.removed.is_empty() {
            let body = body("TagKeys", json!(change.removed));
            self.call(context, "UntagResource", body).await?;
        }
        if !change.set.is_empty() {
            let body = body("Tags", tags::listed(&change.set));
            self.call(context, "TagResource", body).await?;
        }
        Ok(())
    }

    pub(super) async fn delete(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<(), HandlerError> {
        let operation = format!("Delete{}", self.names.noun);
        self.call(context, &operation, self.id(identifier)).await?;
        Ok(())
    }

    /// All resources, with their members in the list.
    pub(super) async fn list(
        &self,
        context: &HandlerContext,
    ) -> Result<Vec<Resource>, HandlerError> {
        let operation = format!("List{}", self.names.plural);
        let mut found = Vec::new();
        let mut body = Map::new();
        loop {
            let mut reply = self.call(context, &operation, body).await?;
            let page = reply.shift_remove(self.names.list);
            for item in page.into_iter().flat_map(items) {
                found.push(self.schema.resource(self.known(to_model(item)))?);
            }
            match reply.shift_remove("nextToken") {
                Some(Value::String(token)) => {
                    body = Map::from_iter([("nextToken".to_owned(), token.into())]);
                }
                _ => break,
            }
        }
        found.sort_by(|a, b| a.identifier.cmp(&b.identifier));
        Ok(found)
    }

    /// The member that names a resource.
    fn id(&self, identifier: &str) -> Map<String, Value> {
        Map::from_iter([(self.names.id.to_owned(), identifier.into())])
    }

    fn arn(&self, model: &Properties) -> Value {
        model.get(self.names.arn).cloned().unwrap_or_default()
    }

    /// A model without what its schema does not have.
    fn known(&self, model: Properties) -> Properties {
        let members = model.into_iter();
        members.filter(|(name, _)| self.schema.has(name)).collect()
    }

    /// Calls an operation of the service.
    pub(super) async fn call(
        &self,
        context: &HandlerContext,
        operation: &str,
        body: Map<String, Value>,
    ) -> Result<Map<String, Value>, HandlerError> {
        let shape = OPERATIONS.iter().find(|shape| shape.name == operation);
        let shape = shape.ok_or_else(|| failure(format!("there is no operation {operation}")))?;
        let body = Value::Object(body);
        let failure_after = match self.interceptor.before(context, operation, &body).await {
            Interception::Continue => None,
            Interception::Fail(error) => return Err(error),
            Interception::FailAfter(error) => Some(error),
        };
        let body = body.to_string();
        let decoded = decode(shape, body.as_bytes()).map_err(|error| undecodable(&error))?;
        let output = self
            .service
            .call_with_system_tags(&context.scope, decoded.input);
        let output = output.await.map_err(|error| refused(&error))?;
        if let Some(error) = failure_after {
            return Err(error);
        }
        match serde_json::to_value(&output) {
            Ok(Value::Object(reply)) => Ok(reply),
            Ok(_) => Ok(Map::new()),
            Err(error) => Err(failure(error.to_string())),
        }
    }
}

fn items(list: Value) -> Vec<Map<String, Value>> {
    let Value::Array(items) = list else {
        return Vec::new();
    };
    let objects = items.into_iter().filter_map(|item| match item {
        Value::Object(members) => Some(members),
        _ => None,
    });
    objects.collect()
}

fn only(model: &Properties, names: &[&str]) -> Properties {
    let members = names.iter().filter_map(|name| {
        let value = model.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    });
    members.collect()
}

fn failure(message: String) -> HandlerError {
    HandlerError::new(HandlerErrorCode::InternalFailure, message)
}

fn undecodable(error: &DecodeError) -> HandlerError {
    match error.modelled() {
        Some(error) => refused(&error),
        None => HandlerError::new(HandlerErrorCode::GeneralServiceException, error.to_string()),
    }
}

/// The handler error for an error of the service.
///
/// Source: the handlers that AWS publishes. Assumption A-301: the text is the service's own.
fn refused(error: &Error) -> HandlerError {
    let (code, message) = match error {
        Error::AccessDenied(error) => (HandlerErrorCode::AccessDenied, &error.message),
        Error::Conflict(error) => (HandlerErrorCode::AlreadyExists, &error.message),
        Error::InternalServer(error) => (HandlerErrorCode::ServiceInternalError, &error.message),
        Error::ResourceNotFound(error) => (HandlerErrorCode::NotFound, &error.message),
        Error::ServiceQuotaExceeded(error) => {
            (HandlerErrorCode::ServiceLimitExceeded, &error.message)
        }
        Error::Throttling(error) => (HandlerErrorCode::Throttling, &error.message),
        Error::Validation(error) => (HandlerErrorCode::InvalidRequest, &error.message),
    };
    HandlerError::new(code, message.clone())
}
