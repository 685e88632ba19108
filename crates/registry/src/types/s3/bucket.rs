//! `AWS::S3::Bucket`.

use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::Ids;
use b2bi_local_persistence::WriteError;
use serde_json::Value;

use super::configuration::{CONFIGURATIONS, notification, tagging};
use crate::buckets::Buckets;
use crate::context::{HandlerContext, Tags};
use crate::documents::Documents;
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::names;
use crate::resource_type::{Properties, Resource, ResourceType};
use crate::schema::Schema;
use crate::types::stored::PutError;

/// The collection of the models of buckets, by name.
const MODELS: &str = "resources AWS::S3::Bucket";
const NOTIFICATION: &str = "NotificationConfiguration";

/// Buckets of the server's S3.
///
/// Versioning, encryption, public access, ownership, notifications and tags are set there. All
/// other properties are stored in the model and returned.
pub(crate) struct Bucket {
    schema: Schema,
    buckets: Arc<dyn Buckets>,
    documents: Documents,
    ids: Arc<dyn Ids>,
}

impl Bucket {
    pub(crate) fn new(environment: &Environment, schema: Schema) -> Self {
        Self {
            schema,
            buckets: Arc::clone(&environment.buckets),
            documents: environment.documents.clone(),
            ids: Arc::clone(&environment.ids),
        }
    }

    /// Sets the configurations that differ.
    async fn configure(
        &self,
        context: &HandlerContext,
        bucket: &str,
        previous: &Properties,
        desired: &Properties,
    ) -> Result<(), HandlerError> {
        for configuration in CONFIGURATIONS {
            let (before, after) = (
                previous.get(configuration.property),
                desired.get(configuration.property),
            );
            if before != after {
                let document = match (configuration.name, after) {
                    // Versioning cannot be removed.
                    ("versioning", None) => Some((configuration.xml)(
                        &serde_json::json!({"Status": "Suspended"}),
                    )),
                    (_, after) => after.map(configuration.xml),
                };
                self.set(context, bucket, configuration.name, document)
                    .await?;
            }
        }
        if previous.get(NOTIFICATION) != desired.get(NOTIFICATION) {
            let document = notification(desired.get(NOTIFICATION).unwrap_or(&Value::Null));
            self.set(context, bucket, "notification", Some(document))
                .await?;
        }
        let before = context.previous_merged_tags(own_tags(previous));
        let after = context.merged_tags(own_tags(desired));
        if before != after || previous.is_empty() && !after.is_empty() {
            let document = (!after.is_empty()).then(|| tagging(&after));
            self.set(context, bucket, "tagging", document).await?;
        }
        Ok(())
    }

    async fn set(
        &self,
        context: &HandlerContext,
        bucket: &str,
        name: &str,
        document: Option<String>,
    ) -> Result<(), HandlerError> {
        let set = self
            .buckets
            .set_configuration(context, bucket, name, document);
        set.await
    }

    async fn store(
        &self,
        context: &HandlerContext,
        bucket: &str,
        model: Option<Properties>,
    ) -> Result<(), HandlerError> {
        let kept = self
            .documents
            .change::<_, WriteError>(&context.scope, |documents| {
                match model {
                    Some(model) => documents.put(MODELS, bucket, Value::Object(model)),
                    None => drop(documents.remove(MODELS, bucket)),
                }
                Ok(())
            });
        kept.await.map_err(|error| PutError::from(error).0)
    }

    /// The properties of a bucket that follow from its name.
    fn completed(&self, context: &HandlerContext, bucket: &str, model: Properties) -> Resource {
        let (region, partition) = (&context.scope.region, &context.partition);
        let mut properties = model;
        for (property, value) in [
            ("BucketName", bucket.to_owned()),
            ("Arn", format!("arn:{partition}:s3:::{bucket}")),
            ("DomainName", format!("{bucket}.s3.amazonaws.com")),
            (
                "RegionalDomainName",
                format!("{bucket}.s3.{region}.amazonaws.com"),
            ),
            (
                "DualStackDomainName",
                format!("{bucket}.s3.dualstack.{region}.amazonaws.com"),
            ),
            (
                "WebsiteURL",
                format!("http://{bucket}.s3-website-{region}.amazonaws.com"),
            ),
        ] {
            properties.insert(property.to_owned(), value.into());
        }
        for path in self.schema.write_only() {
            path.remove(&mut properties);
        }
        Resource {
            identifier: bucket.to_owned(),
            properties,
        }
    }

    fn stored_model(&self, context: &HandlerContext, bucket: &str) -> Properties {
        let kept = self.documents.get(&context.scope, MODELS, bucket);
        kept.and_then(|model| model.as_object().cloned())
            .unwrap_or_default()
    }
}

fn own_tags(model: &Properties) -> Tags {
    let tags = model.get("Tags").and_then(Value::as_array);
    let pairs = tags.into_iter().flatten().filter_map(|tag| {
        let text = |name: &str| Some(tag.get(name)?.as_str()?.to_owned());
        Some((text("Key")?, text("Value")?))
    });
    pairs.collect()
}

#[async_trait]
impl ResourceType for Bucket {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let given = desired.get("BucketName").and_then(Value::as_str);
        let generated = || names::generated(context, self.ids.bits(), 63).to_ascii_lowercase();
        let bucket = given.map_or_else(generated, str::to_owned);
        self.buckets.create(context, &bucket).await?;
        let configured = self
            .configure(context, &bucket, &Properties::new(), &desired)
            .await;
        configured.map_err(|error| error.after_creating(&bucket))?;
        let kept = self.store(context, &bucket, Some(desired.clone())).await;
        kept.map_err(|error| error.after_creating(&bucket))?;
        Ok(self.completed(context, &bucket, desired))
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        if !self.buckets.exists(context, identifier).await? {
            return Err(HandlerError::not_found(self.schema.type_name(), identifier));
        }
        let model = self.stored_model(context, identifier);
        Ok(self.completed(context, identifier, model))
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        self.read(context, identifier).await?;
        self.configure(context, identifier, previous, &desired)
            .await?;
        self.store(context, identifier, Some(desired.clone()))
            .await?;
        Ok(self.completed(context, identifier, desired))
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.buckets
            .delete(context, identifier)
            .await
            .map_err(|error| {
                if error.code == HandlerErrorCode::NotFound {
                    return HandlerError::not_found(self.schema.type_name(), identifier);
                }
                error
            })?;
        self.store(context, identifier, None).await
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let mut names = self.buckets.list(context).await?;
        names.sort();
        let resource = |name: &String| {
            let model = self.stored_model(context, name);
            self.completed(context, name, model)
        };
        Ok(names.iter().map(resource).collect())
    }
}
