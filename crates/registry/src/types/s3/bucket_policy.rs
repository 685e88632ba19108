//! `AWS::S3::BucketPolicy`.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::buckets::Buckets;
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::HandlerError;
use crate::resource_type::{Properties, Resource, ResourceType};
use crate::schema::Schema;

const POLICY: &str = "policy";

/// Policies of buckets.
pub(crate) struct BucketPolicy {
    schema: Schema,
    buckets: Arc<dyn Buckets>,
}

impl BucketPolicy {
    pub(crate) fn new(environment: &Environment, schema: Schema) -> Self {
        Self {
            schema,
            buckets: Arc::clone(&environment.buckets),
        }
    }

    async fn put(
        &self,
        context: &HandlerContext,
        bucket: &str,
        model: &Properties,
    ) -> Result<Resource, HandlerError> {
        let policy = match model.get("PolicyDocument") {
            Some(Value::String(text)) => text.clone(),
            Some(document) => document.to_string(),
            None => String::new(),
        };
        let put = self
            .buckets
            .set_configuration(context, bucket, POLICY, Some(policy));
        put.await?;
        self.read(context, bucket).await
    }

    fn missing(&self, bucket: &str) -> HandlerError {
        HandlerError::not_found(self.schema.type_name(), bucket)
    }
}

#[async_trait]
impl ResourceType for BucketPolicy {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let bucket = desired
            .get("Bucket")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if self
            .buckets
            .configuration(context, bucket, POLICY)
            .await?
            .is_some()
        {
            return Err(HandlerError::already_exists(
                self.schema.type_name(),
                bucket,
            ));
        }
        self.put(context, bucket, &desired).await
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        let policy = self
            .buckets
            .configuration(context, identifier, POLICY)
            .await?;
        let policy = policy.ok_or_else(|| self.missing(identifier))?;
        let document = serde_json::from_str(&policy).unwrap_or(Value::String(policy));
        let properties = Properties::from_iter([
            ("Bucket".to_owned(), identifier.into()),
            ("PolicyDocument".to_owned(), document),
        ]);
        self.schema.resource(properties)
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        _previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        self.read(context, identifier).await?;
        self.put(context, identifier, &desired).await
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.read(context, identifier).await?;
        let removed = self
            .buckets
            .set_configuration(context, identifier, POLICY, None);
        removed.await
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let mut found = Vec::new();
        for bucket in self.buckets.list(context).await? {
            match self.read(context, &bucket).await {
                Ok(policy) => found.push(policy),
                Err(error) if error.code == crate::HandlerErrorCode::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}
