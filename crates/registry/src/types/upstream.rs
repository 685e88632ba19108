//! Types whose resources are in the upstream: each resource is its own stack there.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::Ids;
use serde_json::{Map, Value, json};

use super::recorded::{Forms, Recorded, filled_attributes};
use crate::context::HandlerContext;
use crate::environment::Environment;
use crate::error::{HandlerError, HandlerErrorCode};
use crate::names;
use crate::resource_type::{Properties, Residence, Resource, ResourceType};
use crate::schema::Schema;
use crate::upstream::{UpstreamStack, UpstreamStacks};

/// How the names of stacks in the upstream begin.
const PREFIX: &str = "b2bi-shadow-";
/// The name of the only resource of a stack in the upstream.
///
/// It is short because an upstream derives names from it, some of which are limited to 64
/// characters.
const LOGICAL_ID: &str = "R";
/// The longest part of a stack's name that names its owner, with its random end.
const LONGEST_NAME: usize = 36;

/// The member of a model with what `Ref` gives.
const ID: &str = "Id";
/// The member of a model with the values that `Fn::GetAtt` gives.
const ATTRIBUTES: &str = "UpstreamAttributes";

/// A type whose resources are in the upstream. A resource that the upstream drops is recorded.
pub(crate) struct Upstream {
    schema: Schema,
    stacks: Arc<dyn UpstreamStacks>,
    recorded: Recorded,
    forms: Forms,
    ids: Arc<dyn Ids>,
}

impl Upstream {
    pub(crate) fn new(
        environment: &Environment,
        stacks: Arc<dyn UpstreamStacks>,
        type_name: &str,
        forms: Option<&Forms>,
    ) -> Self {
        Self {
            schema: Schema::open(type_name),
            stacks,
            recorded: Recorded::new(environment, type_name, forms),
            forms: forms.cloned().unwrap_or_default(),
            ids: Arc::clone(&environment.ids),
        }
    }

    fn stack_name(&self, context: &HandlerContext) -> Result<String, HandlerError> {
        let owner = context.stack_name.as_deref().unwrap_or_default();
        if owner.starts_with(PREFIX) {
            let message = format!(
                "The upstream {} is this server, or leads back to it",
                self.stacks.address()
            );
            return Err(HandlerError::invalid(message));
        }
        let name = names::generated(context, self.ids.bits(), LONGEST_NAME);
        Ok(format!("{PREFIX}{name}"))
    }

    fn template(
        &self,
        context: &HandlerContext,
        properties: &Properties,
        outputs: &Outputs,
    ) -> Value {
        let mut template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": description(context),
            "Resources": {
                LOGICAL_ID: { "Type": self.schema.type_name(), "Properties": properties },
            },
        });
        if let Some(members) = template.as_object_mut().filter(|_| !outputs.is_empty()) {
            members.insert("Outputs".to_owned(), outputs.to_value());
        }
        template
    }

    async fn update_stack(
        &self,
        context: &HandlerContext,
        name: &str,
        properties: &Properties,
        outputs: &Outputs,
    ) -> Result<(), HandlerError> {
        let template = self.template(context, properties, outputs);
        let tags = &context.stack_tags;
        self.stacks
            .update(&context.scope, name, &template, tags)
            .await
    }

    /// Adds outputs with the requested attributes to a stack. An attribute that the upstream does
    /// not know is taken from the table of forms, if it is there.
    ///
    /// Source: Assumption A-355.
    async fn add_outputs(
        &self,
        context: &HandlerContext,
        name: &str,
        properties: &Properties,
        physical_id: &str,
    ) -> Result<(), HandlerError> {
        let wanted = &context.attributes;
        if wanted.is_empty() {
            return Ok(());
        }
        let all = Outputs::of(wanted);
        match self.update_stack(context, name, properties, &all).await {
            Err(error) if error.code != HandlerErrorCode::NetworkFailure => {}
            outcome => return outcome,
        }
        let mut known = Outputs::default();
        if wanted.len() > 1 {
            for attribute in wanted {
                let mut tried = known.clone();
                tried.ask(attribute);
                match self.update_stack(context, name, properties, &tried).await {
                    Ok(()) => known = tried,
                    Err(error) if error.code == HandlerErrorCode::NetworkFailure => {
                        return Err(error);
                    }
                    Err(_) => {}
                }
            }
        }
        let random = names::random(self.ids.bits(), 16).to_ascii_lowercase();
        let last = physical_id.rsplit(['/', ':']).next().unwrap_or(physical_id);
        for (attribute, value) in
            filled_attributes(&self.forms, context, properties, (last, &random))
        {
            if wanted.contains(&attribute) {
                known.give(&attribute, value);
            }
        }
        self.update_stack(context, name, properties, &known).await
    }

    /// Reads the result of a change.
    async fn described(
        &self,
        context: &HandlerContext,
        name: &str,
    ) -> Result<Resource, HandlerError> {
        let described = self.stacks.describe(&context.scope, name).await?;
        resource(name, &described)
            .ok_or_else(|| HandlerError::not_found(self.schema.type_name(), name))
    }

    /// Creates the missing parts of a resource whose stack exists; `None` if the upstream has
    /// dropped the resource.
    async fn complete(
        &self,
        context: &HandlerContext,
        name: &str,
        properties: &Properties,
    ) -> Result<Option<Resource>, HandlerError> {
        let described = self.stacks.describe(&context.scope, name).await?;
        let Some(physical_id) = described.physical_id else {
            return Ok(None);
        };
        self.add_outputs(context, name, properties, &physical_id)
            .await?;
        self.described(context, name).await.map(Some)
    }

    /// Deletes the stack of a resource that was not created. The error names the stack if it
    /// remains.
    async fn clean_up(
        &self,
        context: &HandlerContext,
        name: &str,
        error: HandlerError,
    ) -> HandlerError {
        match self.stacks.delete(&context.scope, name).await {
            Ok(()) => error,
            Err(_) => error.after_creating(name),
        }
    }
}

fn description(context: &HandlerContext) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let (stack, logical_id) = (name(&context.stack_name), name(&context.logical_id));
    format!("The resource {logical_id} of the stack {stack} of b2bi-local")
}

/// A stack in the upstream as the model of a resource.
fn resource(name: &str, stack: &UpstreamStack) -> Option<Resource> {
    let physical_id = stack.physical_id.as_ref()?;
    let declared = stack
        .template
        .pointer(&format!("/Resources/{LOGICAL_ID}/Properties"));
    let mut properties = declared
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let attributes = stack.outputs.iter();
    let attributes: Properties = attributes
        .map(|(attribute, value)| (attribute.clone(), Value::from(value.as_str())))
        .collect();
    properties.insert(ID.to_owned(), Value::from(physical_id.as_str()));
    properties.insert(ATTRIBUTES.to_owned(), Value::Object(attributes));
    Some(Resource {
        identifier: name.to_owned(),
        properties,
    })
}

/// The outputs of a stack in the upstream: the description of each is the name of its attribute.
#[derive(Clone, Debug, Default)]
struct Outputs(Map<String, Value>);

impl Outputs {
    fn of(attributes: &BTreeSet<String>) -> Self {
        let mut outputs = Self::default();
        for attribute in attributes {
            outputs.ask(attribute);
        }
        outputs
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an output that asks the upstream for an attribute.
    fn ask(&mut self, attribute: &str) {
        let call = json!({ "Fn::GetAtt": [LOGICAL_ID, attribute] });
        self.put(attribute, call);
    }

    /// Adds an output with the value of an attribute, unless the upstream has one.
    fn give(&mut self, attribute: &str, value: Value) {
        let mut present = self.0.values();
        if !present.any(|output| output.get("Description").is_some_and(|is| is == attribute)) {
            self.put(attribute, value);
        }
    }

    fn put(&mut self, attribute: &str, value: Value) {
        let key = format!("Attribute{}", self.0.len());
        let output = json!({ "Description": attribute, "Value": value });
        self.0.insert(key, output);
    }

    fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

#[async_trait]
impl ResourceType for Upstream {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn residence(&self) -> Residence {
        Residence::Upstream
    }

    fn residence_of(&self, resource: &Resource) -> Residence {
        if resource.properties.contains_key(ATTRIBUTES) {
            Residence::Upstream
        } else {
            Residence::Recorded
        }
    }

    fn reference(&self, resource: &Resource) -> String {
        let id = resource.properties.get(ID).and_then(Value::as_str);
        id.unwrap_or(&resource.identifier).to_owned()
    }

    fn attribute(&self, resource: &Resource, name: &str) -> Option<Value> {
        resource.properties.get(ATTRIBUTES)?.get(name).cloned()
    }

    fn has_attributes(&self, resource: &Resource, names: &BTreeSet<String>) -> bool {
        let known = resource.properties.get(ATTRIBUTES);
        names
            .iter()
            .all(|name| known.is_some_and(|known| known.get(name).is_some()))
    }

    async fn create(
        &self,
        context: &HandlerContext,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let name = self.stack_name(context)?;
        let template = self.template(context, &desired, &Outputs::default());
        let (scope, tags) = (&context.scope, &context.stack_tags);
        let created = self.stacks.create(scope, &name, &template, tags).await;
        let completed = match created {
            Ok(()) => self.complete(context, &name, &desired).await,
            Err(error) if error.code == HandlerErrorCode::NetworkFailure => return Err(error),
            Err(error) => Err(error),
        };
        match completed {
            Ok(Some(made)) => Ok(made),
            Ok(None) => {
                let deleted = self.stacks.delete(scope, &name).await;
                deleted.map_err(|error| error.after_creating(&name))?;
                self.recorded.create(context, desired).await
            }
            Err(error) => Err(self.clean_up(context, &name, error).await),
        }
    }

    async fn read(
        &self,
        context: &HandlerContext,
        identifier: &str,
    ) -> Result<Resource, HandlerError> {
        self.described(context, identifier).await
    }

    async fn update(
        &self,
        context: &HandlerContext,
        identifier: &str,
        _previous: &Properties,
        desired: Properties,
    ) -> Result<Resource, HandlerError> {
        let none = Outputs::default();
        self.update_stack(context, identifier, &desired, &none)
            .await?;
        let completed = self.complete(context, identifier, &desired).await?;
        completed.ok_or_else(|| HandlerError::not_found(self.schema.type_name(), identifier))
    }

    async fn delete(&self, context: &HandlerContext, identifier: &str) -> Result<(), HandlerError> {
        self.stacks.delete(&context.scope, identifier).await
    }

    async fn list(&self, _: &HandlerContext) -> Result<Vec<Resource>, HandlerError> {
        let message = format!(
            "Resources of type {} are in the upstream {}: list them there",
            self.schema.type_name(),
            self.stacks.address()
        );
        Err(HandlerError::invalid(message))
    }
}
