//! `AWS::B2BI::Transformer`.

use async_trait::async_trait;
use serde_json::Value;

use super::api::{Api, Names};
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::resource_type::{Properties, Resource, ResourceType};
use crate::schema::Schema;

static NAMES: Names = Names {
    noun: "Transformer",
    plural: "Transformers",
    list: "transformers",
    id: "transformerId",
    arn: "TransformerArn",
    created: &[
        "Name",
        "FileFormat",
        "MappingTemplate",
        "EdiType",
        "SampleDocument",
        "InputConversion",
        "Mapping",
        "OutputConversion",
        "SampleDocuments",
    ],
    updated: &[
        "Name",
        "FileFormat",
        "MappingTemplate",
        "EdiType",
        "SampleDocument",
        "InputConversion",
        "Mapping",
        "OutputConversion",
        "SampleDocuments",
        "Status",
    ],
};

/// The advice for an update of an active transformer.
const ADVICE: &str = "AWS updates no active transformer, and the handler updates it for any change, of \
                      tags too. Give the changed transformer another logical id, so that a new one \
                      replaces it, or keep its Status inactive until it is final.";

/// Transformers, which are created inactive and cannot be changed once they are active.
pub(crate) struct Transformer(Api);

impl Transformer {
    pub(crate) fn new(environment: &Environment, schema: Schema) -> Self {
        Self(Api::new(environment, schema, &NAMES))
    }

    async fn is_active(&self, context: &HandlerContext, identifier: &str) -> bool {
        let read = self.0.read(context, identifier).await;
        read.is_ok_and(|transformer| is_active(&transformer.properties))
    }
}

fn is_active(model: &Properties) -> bool {
    model.get("Status").and_then(Value::as_str) == Some("active")
}

#[async_trait]
impl ResourceType for Transformer {
    fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Creates a transformer, which is inactive, and activates it if requested.
    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let identifier = self.0.create(context, &desired).await?;
        if is_active(&desired) {
            let activated = self.0.update_members(context, &identifier, &desired).await;
            activated.map_err(|error| error.after_creating(&identifier))?;
        }
        self.0.read(context, &identifier).await
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        self.0.read(context, identifier).await
    }

    /// Updates a transformer; an active one refuses, with an error that says what to do instead.
    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let updated = self.0.update(context, identifier, previous, &desired).await;
        match updated {
            Err(error)
                if error.code != HandlerErrorCode::NotFound
                    && self.is_active(context, identifier).await =>
            {
                let message = format!("{}. {ADVICE}", error.message.trim_end_matches('.'));
                Err(HandlerError { message, ..error })
            }
            updated => updated,
        }
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.0.delete(context, identifier).await
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        self.0.list(context).await
    }
}
