//! Resource types that only store their models.

use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::Ids;
use b2bi_local_persistence::WriteError;
use serde_json::Value;

use crate::context::HandlerContext;
use crate::documents::Documents;
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::names;
use crate::resource_type::{Properties, Residence, Resource, ResourceType};
use crate::schema::Schema;

/// Sets what a model lacks: its name, and its read-only properties. The text is a name that is new.
pub(crate) type Complete = dyn Fn(&HandlerContext, &mut Properties, &str) + Send + Sync;

/// A type whose models are stored among the documents.
pub(crate) struct StoredType {
    schema: Schema,
    documents: Documents,
    ids: Arc<dyn Ids>,
    complete: Box<Complete>,
    residence: Residence,
    /// A member of stored models that is not a property.
    hidden: Option<&'static str>,
}

impl StoredType {
    pub(crate) fn new(
        environment: &Environment,
        schema: Schema,
        complete: impl Fn(&HandlerContext, &mut Properties, &str) + Send + Sync + 'static,
    ) -> Self {
        Self {
            schema,
            documents: environment.documents.clone(),
            ids: Arc::clone(&environment.ids),
            complete: Box::new(complete),
            residence: Residence::Here,
            hidden: None,
        }
    }

    /// The same, with a member of stored models that is not a property.
    pub(crate) fn hiding(self, member: &'static str) -> Self {
        Self {
            hidden: Some(member),
            ..self
        }
    }

    /// A resource as others see it.
    fn shown(&self, mut resource: Resource) -> Resource {
        if let Some(hidden) = self.hidden {
            resource.properties.shift_remove(hidden);
        }
        resource
    }

    /// A stored model.
    fn stored_model(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Properties, HandlerError> {
        let found = self
            .documents
            .get(&context.scope, &self.collection(), identifier);
        let model = found.and_then(|document| document.as_object().cloned());
        model.ok_or_else(|| HandlerError::not_found(self.schema.type_name(), identifier))
    }

    /// The same, for a type of which nothing exists but the models.
    pub(crate) fn recorded(self) -> Self {
        Self {
            residence: Residence::Recorded,
            ..self
        }
    }

    /// The collection of the models, by identifier.
    fn collection(&self) -> String {
        format!("resources {}", self.schema.type_name())
    }

    fn model(&self, context: &HandlerContext, mut desired: Properties) -> Properties {
        let name = names::generated(context, self.ids.bits(), 63);
        (self.complete)(context, &mut desired, &name);
        desired
    }

    async fn put(
        &self,
        context: &HandlerContext,
        resource: &Resource,
        may_exist: bool,
    ) -> Result<(), HandlerError> {
        let (collection, identifier) = (self.collection(), &resource.identifier);
        let document = Value::Object(resource.properties.clone());
        let put = self
            .documents
            .change::<_, PutError>(&context.scope, |documents| {
                if documents.get(&collection, identifier).is_some() != may_exist {
                    let name = self.schema.type_name();
                    return Err(PutError(if may_exist {
                        HandlerError::not_found(name, identifier)
                    } else {
                        HandlerError::already_exists(name, identifier)
                    }));
                }
                documents.put(&collection, identifier, document);
                Ok(())
            });
        put.await.map_err(|error| error.0)
    }
}

/// A change of documents that a handler aborts.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct PutError(pub(crate) HandlerError);

impl From<WriteError> for PutError {
    fn from(error: WriteError) -> Self {
        Self(HandlerError::new(
            HandlerErrorCode::ServiceInternalError,
            error.to_string(),
        ))
    }
}

#[async_trait]
impl ResourceType for StoredType {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn residence(&self) -> Residence {
        self.residence
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let resource = self.schema.resource(self.model(context, desired))?;
        self.put(context, &resource, false).await?;
        Ok(self.shown(resource))
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        Ok(self.shown(Resource {
            identifier: identifier.to_owned(),
            properties: self.stored_model(context, identifier)?,
        }))
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        _previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let mut properties = self.stored_model(context, identifier)?;
        let fixed: Vec<String> = [self.schema.read_only(), self.schema.primary_identifier()]
            .into_iter()
            .flatten()
            .filter_map(|path| path.names().first().cloned())
            .collect();
        properties.retain(|name, _| fixed.contains(name) || self.hidden == Some(name.as_str()));
        for (name, value) in desired {
            properties.entry(name).or_insert(value);
        }
        let resource = Resource {
            identifier: identifier.to_owned(),
            properties,
        };
        self.put(context, &resource, true).await?;
        Ok(self.shown(resource))
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        let collection = self.collection();
        let removed = self
            .documents
            .change::<_, PutError>(&context.scope, |documents| {
                let removed = documents.remove(&collection, identifier);
                let missing = || HandlerError::not_found(self.schema.type_name(), identifier);
                removed.map(drop).ok_or_else(|| PutError(missing()))
            });
        removed.await.map_err(|error| error.0)
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let all = self.documents.list(&context.scope, &self.collection());
        let resources = all.into_iter().filter_map(|(identifier, document)| {
            let properties = document.as_object()?.clone();
            Some(self.shown(Resource {
                identifier,
                properties,
            }))
        });
        Ok(resources.collect())
    }
}
