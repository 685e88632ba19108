//! `AWS::SSM::Parameter`.

use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::Ids;
use serde_json::{Value, json};

use crate::context::{HandlerContext, Tags};
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::names;
use crate::parameters::{NewValue, Parameter, ParameterError, Parameters};
use crate::resource_type::{Properties, Resource, ResourceType};
use crate::schema::Schema;

/// Parameters of Systems Manager.
pub(crate) struct SsmParameter {
    schema: Schema,
    parameters: Arc<Parameters>,
    ids: Arc<dyn Ids>,
}

impl SsmParameter {
    pub(crate) fn new(environment: &Environment, schema: Schema) -> Self {
        Self {
            schema,
            parameters: Arc::clone(&environment.parameters),
            ids: Arc::clone(&environment.ids),
        }
    }

    async fn put(
        &self,
        context: &HandlerContext,
        name: &str,
        model: &Properties,
        overwrite: bool,
    ) -> Result<Resource, HandlerError> {
        let text = |property: &str| Some(model.get(property)?.as_str()?.to_owned());
        let new = NewValue {
            name: name.to_owned(),
            kind: text("Type"),
            value: text("Value").unwrap_or_default(),
            overwrite,
            description: text("Description"),
            allowed_pattern: text("AllowedPattern"),
            tier: text("Tier"),
            data_type: text("DataType"),
            key_id: None,
            tags: context.merged_tags(own_tags(model)),
        };
        let put = self.parameters.put(&context.scope, new).await;
        let parameter = put.map_err(|error| self.failure(name, &error))?;
        Ok(Self::resource(context, &parameter))
    }

    fn failure(&self, name: &str, error: &ParameterError) -> HandlerError {
        let code = match error {
            ParameterError::AlreadyExists => {
                return HandlerError::already_exists(self.schema.type_name(), name);
            }
            ParameterError::NotFound => {
                return HandlerError::not_found(self.schema.type_name(), name);
            }
            ParameterError::AccessDenied(_) => HandlerErrorCode::AccessDenied,
            ParameterError::LimitExceeded => HandlerErrorCode::ServiceLimitExceeded,
            ParameterError::Disk(_) => HandlerErrorCode::ServiceInternalError,
            ParameterError::TooDeep
            | ParameterError::UnsupportedType(_)
            | ParameterError::InvalidPattern(_)
            | ParameterError::PatternMismatch(_)
            | ParameterError::Invalid(_) => HandlerErrorCode::InvalidRequest,
        };
        HandlerError::new(code, error.to_string())
    }

    fn resource(context: &HandlerContext, parameter: &Parameter) -> Resource {
        let name = &parameter.name;
        let arn = context.arn(
            "ssm",
            &format!("parameter/{}", name.trim_start_matches('/')),
        );
        let mut properties = Properties::new();
        for (property, value) in [
            ("Name", name),
            ("Type", &parameter.kind),
            ("Value", &parameter.value),
            ("DataType", &parameter.data_type),
            ("Arn", &arn),
        ] {
            properties.insert(property.to_owned(), value.as_str().into());
        }
        let users = |(key, _): &(&String, &String)| !key.starts_with("aws:");
        let tags: Tags = parameter
            .tags
            .iter()
            .filter(users)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if !tags.is_empty() {
            properties.insert("Tags".to_owned(), json!(tags));
        }
        Resource {
            identifier: name.clone(),
            properties,
        }
    }
}

/// A model's own tags: an object here, not a list.
fn own_tags(model: &Properties) -> Tags {
    let tags = model.get("Tags").and_then(Value::as_object);
    let pairs = tags.into_iter().flatten();
    pairs
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

#[async_trait]
impl ResourceType for SsmParameter {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    /// `Type` and `Value` are attributes too, as the user guide says.
    fn attribute(&self, resource: &Resource, name: &str) -> Option<Value> {
        match name {
            "Type" | "Value" => resource.properties.get(name).cloned(),
            _ => self.schema.attribute(&resource.properties, name),
        }
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let given = desired.get("Name").and_then(Value::as_str);
        let generated = || format!("CFN-{}", names::generated(context, self.ids.bits(), 200));
        let name = given.map_or_else(generated, str::to_owned);
        self.put(context, &name, &desired, false).await
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        let found = self.parameters.get(&context.scope, identifier);
        let missing = || HandlerError::not_found(self.schema.type_name(), identifier);
        Ok(Self::resource(context, &found.ok_or_else(missing)?))
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        self.read(context, identifier).await?;
        self.put(context, identifier, &desired, true).await?;
        let before = context.previous_merged_tags(own_tags(previous));
        let after = context.merged_tags(own_tags(&desired));
        let retagged = self.parameters.retag(&context.scope, identifier, |tags| {
            tags.retain(|key, _| !before.contains_key(key));
            tags.extend(after);
        });
        retagged
            .await
            .map_err(|error| self.failure(identifier, &error))?;
        self.read(context, identifier).await
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        let deleted = self.parameters.delete(&context.scope, identifier).await;
        deleted.map_err(|error| self.failure(identifier, &error))
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let all = self.parameters.list(&context.scope);
        Ok(all
            .iter()
            .map(|parameter| Self::resource(context, parameter))
            .collect())
    }
}
