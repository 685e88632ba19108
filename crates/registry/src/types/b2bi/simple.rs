//! The types of B2BI whose handlers call one operation each, and those of tags.

use async_trait::async_trait;

use super::api::Api;
use super::{capability, partnership, profile};
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::HandlerError;
use crate::resource_type::{Properties, Resource, ResourceType};
use crate::schema::Schema;

/// A type that is created with one call.
pub(crate) struct Simple(Api);

impl Simple {
    pub(crate) fn profile(environment: &Environment, schema: Schema) -> Self {
        Self(Api::new(environment, schema, &profile::NAMES))
    }

    pub(crate) fn capability(environment: &Environment, schema: Schema) -> Self {
        Self(Api::new(environment, schema, &capability::NAMES))
    }

    pub(crate) fn partnership(environment: &Environment, schema: Schema) -> Self {
        Self(Api::new(environment, schema, &partnership::NAMES))
    }
}

#[async_trait]
impl ResourceType for Simple {
    fn schema(&self) -> &Schema {
        &self.0.schema
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let identifier = self.0.create(context, &desired).await?;
        self.0.read(context, &identifier).await
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        self.0.read(context, identifier).await
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let updated = self.0.update(context, identifier, previous, &desired);
        updated.await
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.0.delete(context, identifier).await
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        self.0.list(context).await
    }
}
