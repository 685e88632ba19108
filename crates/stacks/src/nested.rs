//! `AWS::CloudFormation::Stack`: a stack that is a resource of another.

use std::pin::Pin;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{
    HandlerContext, HandlerError, HandlerErrorCode, Properties, Resource, ResourceType, Schema,
    Tags,
};
use serde_json::{Map, Value, json};

use crate::error::StackError;
use crate::execute::OnFailure;
use crate::operations::{CreateRequest, DeleteRequest, NO_UPDATES, Parent, UpdateRequest};
use crate::prepare::{DefinitionRequest, ParameterRequest};
use crate::stack::Stack;
use crate::stacks::Stacks;
use crate::status::Status;

/// The schema of the type.
pub(crate) const SCHEMA: &str = include_str!("../schemas/cloudformation_stack.json");

/// How deep stacks may be nested.
///
/// Source: Assumption A-349.
const MAX_DEPTH: usize = 10;

/// The longest name of a stack.
const LONGEST_NAME: usize = 128;

/// The capabilities of nested stacks: their root stack has acknowledged them.
const CAPABILITIES: [&str; 2] = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"];

/// The type of nested stacks.
pub(crate) struct NestedStack {
    schema: Schema,
    stacks: Weak<Stacks>,
}

impl NestedStack {
    pub(crate) fn new(schema: Schema, stacks: Weak<Stacks>) -> Self {
        Self { schema, stacks }
    }

    fn stacks(&self) -> Result<Arc<Stacks>, HandlerError> {
        self.stacks.upgrade().ok_or_else(|| {
            HandlerError::new(HandlerErrorCode::InternalFailure, "The server is stopping")
        })
    }

    fn missing(&self, identifier: &str) -> HandlerError {
        HandlerError::not_found(self.schema.type_name(), identifier)
    }
}

/// A stack as the model of a resource.
fn resource(stack: &Stack, mut desired: Properties) -> Resource {
    let outputs = stack.outputs.iter();
    let outputs = outputs.map(|output| (output.key.clone(), Value::from(output.value.as_str())));
    desired.insert("StackId".to_owned(), Value::from(stack.id.as_str()));
    desired.insert("Outputs".to_owned(), Value::Object(outputs.collect()));
    Resource {
        identifier: stack.id.clone(),
        properties: desired,
    }
}

fn failed(error: StackError) -> HandlerError {
    HandlerError::invalid(error.message)
}

fn text<'a>(model: &'a Properties, name: &str) -> Option<&'a str> {
    model.get(name).and_then(Value::as_str)
}

async fn definition(
    stacks: &Stacks,
    context: &HandlerContext,
    model: &Properties,
) -> Result<DefinitionRequest, StackError> {
    let url = text(model, "TemplateURL").unwrap_or_default();
    let template = stacks.template_at(&context.scope, url).await?;
    let parameters = model.get("Parameters").and_then(Value::as_object);
    let parameters = parameters.into_iter().flatten().map(|(key, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        ParameterRequest {
            key: key.clone(),
            value: Some(value),
            use_previous_value: false,
        }
    });
    let tags = model.get("Tags").and_then(Value::as_array);
    let own = tags.into_iter().flatten().filter_map(|tag| {
        let key = tag.get("Key")?.as_str()?;
        Some((key.to_owned(), tag.get("Value")?.as_str()?.to_owned()))
    });
    let mut tags: Tags = context.stack_tags.clone();
    tags.extend(own);
    let arns = model.get("NotificationARNs").and_then(Value::as_array);
    let arns = arns.into_iter().flatten().filter_map(Value::as_str);
    Ok(DefinitionRequest {
        template: Some(template),
        parameters: parameters.collect(),
        tags: Some(tags),
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        notification_arns: Some(arns.map(str::to_owned).collect()),
        ..DefinitionRequest::default()
    })
}

/// Gives a nested stack the definition that it had before its last update.
///
/// The future is boxed, as it is part of the update of the outer stack, which has the same type.
pub(crate) fn restored<'a>(
    stacks: &'a Arc<Stacks>,
    scope: &'a Scope,
    id: &'a str,
) -> Pin<Box<dyn Future<Output = Result<(), StackError>> + Send + 'a>> {
    Box::pin(restore(stacks, scope, id))
}

async fn restore(stacks: &Arc<Stacks>, scope: &Scope, id: &str) -> Result<(), StackError> {
    let stack = stacks.live(scope, id)?;
    let Some(previous) = stack.previous else {
        return Ok(());
    };
    let parameters = previous.parameters.into_iter();
    let parameters = parameters.map(|known| ParameterRequest {
        key: known.key,
        value: Some(known.value),
        use_previous_value: false,
    });
    let request = UpdateRequest {
        name: id.to_owned(),
        definition: DefinitionRequest {
            template: Some(previous.template),
            parameters: parameters.collect(),
            tags: Some(previous.tags),
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
            notification_arns: Some(previous.notification_arns),
            ..DefinitionRequest::default()
        },
        ..UpdateRequest::default()
    };
    match stacks.update(scope, request).await {
        Err(error) if error.message == NO_UPDATES => return Ok(()),
        begun => begun?,
    };
    let stack = stacks.ended(scope, id).await?;
    if stack.status == Status::UpdateComplete {
        return Ok(());
    }
    Err(StackError::validation(stacks.failure_of(scope, &stack)))
}

/// The name of a nested stack, in CloudFormation's form.
fn name(stacks: &Stacks, context: &HandlerContext) -> String {
    let random = stacks.uuid().replace('-', "").to_ascii_uppercase();
    let random: String = random.chars().take(12).collect();
    let parts = [context.stack_name.as_deref(), context.logical_id.as_deref()];
    let known: Vec<&str> = parts.into_iter().flatten().collect();
    let room = LONGEST_NAME.saturating_sub(random.len().saturating_add(1));
    let known: String = known.join("-").chars().take(room).collect();
    format!("{known}-{random}")
}

fn parent(stacks: &Stacks, context: &HandlerContext) -> Result<Option<Parent>, HandlerError> {
    let Some(id) = context.system_tags.get("aws:cloudformation:stack-id") else {
        return Ok(None);
    };
    let stack = stacks.get(&context.scope, id).map_err(failed)?;
    if stack.depth >= MAX_DEPTH {
        let message = format!("Stacks are nested deeper than {MAX_DEPTH}");
        return Err(HandlerError::invalid(message));
    }
    Ok(Some(Parent {
        id: stack.id.clone(),
        root_id: stack.root_id.unwrap_or(stack.id),
        depth: stack.depth,
    }))
}

#[async_trait]
impl ResourceType for NestedStack {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn attribute(&self, resource: &Resource, name: &str) -> Option<Value> {
        let output = name.strip_prefix("Outputs.")?;
        resource.properties.get("Outputs")?.get(output).cloned()
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let stacks = self.stacks()?;
        let parent = parent(&stacks, context)?;
        let definition = definition(&stacks, context, &desired).await;
        let request = CreateRequest {
            name: name(&stacks, context),
            definition: definition.map_err(failed)?,
            on_failure: OnFailure::Rollback,
            ..CreateRequest::default()
        };
        let begun = stacks.create_in(&context.scope, request, parent).await;
        let id = begun.map_err(failed)?.stack_id;
        let stack = stacks.ended(&context.scope, &id).await.map_err(failed)?;
        if stack.status == Status::CreateComplete {
            return Ok(resource(&stack, desired));
        }
        let reason = stacks.failure_of(&context.scope, &stack);
        let message = format!("Embedded stack {id} was not successfully created: {reason}");
        let error = HandlerError::new(HandlerErrorCode::NotStabilized, message);
        Err(error.after_creating(id))
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        let stack = self.stacks()?.live(&context.scope, identifier);
        let stack = stack.map_err(|_| self.missing(identifier))?;
        let parameters = stack.definition.parameters.iter();
        let parameters =
            parameters.map(|known| (known.key.clone(), Value::from(known.value.as_str())));
        let parameters: Map<String, Value> = parameters.collect();
        let model = Properties::from_iter([("Parameters".to_owned(), json!(parameters))]);
        Ok(resource(&stack, model))
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        _previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let stacks = self.stacks()?;
        let definition = definition(&stacks, context, &desired).await;
        let request = UpdateRequest {
            name: identifier.to_owned(),
            definition: definition.map_err(failed)?,
            ..UpdateRequest::default()
        };
        match stacks.update(&context.scope, request).await {
            Err(error) if error.message == NO_UPDATES => {}
            begun => {
                begun.map_err(failed)?;
            }
        }
        let stack = stacks.ended(&context.scope, identifier).await;
        let stack = stack.map_err(failed)?;
        if matches!(
            stack.status,
            Status::CreateComplete | Status::UpdateComplete
        ) {
            return Ok(resource(&stack, desired));
        }
        let reason = stacks.failure_of(&context.scope, &stack);
        let message = format!("Embedded stack {identifier} was not successfully updated: {reason}");
        Err(HandlerError::new(HandlerErrorCode::NotStabilized, message))
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        let stacks = self.stacks()?;
        if stacks.live(&context.scope, identifier).is_err() {
            return Err(self.missing(identifier));
        }
        let request = DeleteRequest {
            name: identifier.to_owned(),
            ..DeleteRequest::default()
        };
        let deleted = stacks.delete(&context.scope, request).await;
        deleted.map_err(failed)?;
        let stack = stacks.ended(&context.scope, identifier).await;
        let stack = stack.map_err(failed)?;
        if stack.status == Status::DeleteComplete {
            return Ok(());
        }
        let reason = stacks.failure_of(&context.scope, &stack);
        let message = format!("Embedded stack {identifier} was not successfully deleted: {reason}");
        Err(HandlerError::new(HandlerErrorCode::NotStabilized, message))
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let all = self.stacks()?.all(&context.scope);
        let live = all
            .iter()
            .filter(|stack| stack.status != Status::DeleteComplete);
        let mut resources: Vec<Resource> = live
            .map(|stack| resource(stack, Properties::new()))
            .collect();
        resources.sort_by(|one, other| one.identifier.cmp(&other.identifier));
        Ok(resources)
    }
}
