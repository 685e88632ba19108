//! The steps of one resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use b2bi_local_registry::{
    HandlerContext, HandlerError, HandlerErrorCode, Properties, Residence, Resource, ResourceType,
    Tags, UnknownTypeError,
};
use b2bi_local_template::{Bound, SsmReference, replace_dynamic_references, ssm_references};
use serde_json::Value;

use super::error::ResourceError;
use super::{Execution, StepError};
use crate::references::StackReferences;
use crate::stack::StackResource;
use crate::status::Status;

/// The reason of the event that shows the physical id.
const INITIATED: &str = "Resource creation Initiated";
/// The reason of the event that announces a replacement.
const REPLACING: &str = "Requested update requires the creation of a new physical resource; hence \
                         creating one.";
/// The reason in the last event of a recorded resource.
///
/// Source: Assumption A-347.
const RECORDED: &str = "Recorded only: there is no service for this type here, so nothing was made. \
                        Ref and Fn::GetAtt give values of AWS's form";
/// The same of a resource that the upstream has dropped.
///
/// Source: Assumption A-355.
const DROPPED: &str = "Recorded only: the upstream has no service for this type either, so nothing was \
                       made. Ref and Fn::GetAtt give values of AWS's form";

/// The states of a resource that an update replaces.
const UPDATE: (Status, Status, Status) = (
    Status::UpdateInProgress,
    Status::UpdateFailed,
    Status::UpdateComplete,
);

/// The action on a resource of a new template.
pub(super) enum Applied {
    /// Nothing had to be done.
    Unchanged,
    /// It was changed or replaced.
    Changed,
}

impl Execution {
    pub(super) fn resource_type(
        &self,
        type_name: &str,
    ) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        self.stacks.registry.get(type_name)
    }

    /// The type of a resource that exists.
    fn type_of(&self, resource: &StackResource) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        resource.resource_type(&self.stacks.registry)
    }

    /// The context of a change of a resource, with the requested attributes if it is in the upstream.
    fn change_context(
        &self,
        resource: &StackResource,
        bound: &Bound,
        tags: (&Tags, &Tags),
    ) -> HandlerContext {
        let mut context = self.context(&resource.logical_id, tags);
        if resource.residence == "upstream" {
            context.attributes = bound.attributes(&resource.logical_id);
        }
        context
    }

    /// A resource as the template declares it, of which nothing exists yet.
    pub(super) fn declared(&self, bound: &Bound, logical_id: &str) -> Option<StackResource> {
        let declared = bound.resources().get(logical_id)?;
        let residence = self.resource_type(&declared.type_name).ok();
        Some(StackResource {
            logical_id: logical_id.to_owned(),
            type_name: declared.type_name.clone(),
            physical_id: None,
            identifier: None,
            status: Status::CreateInProgress,
            status_reason: None,
            changed: self.stacks.now(),
            desired: Properties::new(),
            model: Properties::new(),
            dependencies: declared.dependencies.clone(),
            deletion_policy: declared.deletion_policy,
            update_replace_policy: declared.update_replace_policy,
            metadata: declared.metadata.clone(),
            residence: residence.map_or_else(String::new, |found| found.residence().to_string()),
            drift: None,
        })
    }

    /// The properties that the template gives a resource, coerced and checked.
    pub(super) fn desired(
        &mut self,
        bound: &Bound,
        logical_id: &str,
        type_name: &str,
    ) -> Result<Properties, ResourceError> {
        let references =
            StackReferences::new(&self.stacks.registry, &self.stack.resources, &self.exports);
        let properties = bound.properties(logical_id, &references)?;
        self.stack.imports.extend(references.imports());
        let mut properties = Value::Object(properties);
        let dynamic = self.dynamic_values(&properties)?;
        replace_dynamic_references(&mut properties, &dynamic);
        let mut properties = match properties {
            Value::Object(properties) => properties,
            _ => Properties::new(),
        };
        let resource_type = self.resource_type(type_name)?;
        let schema = resource_type.schema();
        schema.coerce(&mut properties);
        let violations = schema.validate(&properties);
        if violations.is_empty() {
            return Ok(properties);
        }
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        Err(ResourceError::Properties {
            logical_id: logical_id.to_owned(),
            violations: lines.join(", "),
        })
    }

    /// The values of the parameters of Systems Manager that texts refer to.
    fn dynamic_values(
        &self,
        properties: &Value,
    ) -> Result<BTreeMap<SsmReference, String>, ResourceError> {
        let wanted = ssm_references(properties);
        let found = wanted?.into_iter().map(|reference| {
            let parameters = &self.stacks.environment.parameters;
            let parameter = parameters.get(&self.scope, &reference.name);
            let parameter = parameter.filter(|parameter| {
                let wanted = reference.version.as_ref();
                wanted.is_none_or(|wanted| *wanted == parameter.version.to_string())
            });
            let version = reference.version.as_ref();
            let version = version.map_or_else(String::new, |version| format!(":{version}"));
            let missing = || ResourceError::Parameter(format!("{}{version}", reference.name));
            let value = parameter.ok_or_else(missing)?.value;
            Ok((reference, value))
        });
        found.collect()
    }

    /// Makes a resource of the template.
    pub(super) async fn create(
        &mut self,
        bound: &Bound,
        logical_id: &str,
    ) -> Result<(), StepError> {
        if let Some(identifier) = self.identifiers.get(logical_id).cloned() {
            return self.import(bound, logical_id, &identifier).await;
        }
        let Some(mut resource) = self.declared(bound, logical_id) else {
            return Ok(());
        };
        self.set_resource_status(&mut resource, Status::CreateInProgress, None);
        self.stack.put_resource(resource.clone());
        self.save().await?;
        let statuses = (
            Status::CreateInProgress,
            Status::CreateFailed,
            Status::CreateComplete,
        );
        match self.desired(bound, logical_id, &resource.type_name) {
            Ok(desired) => self.make(bound, resource, desired, statuses).await,
            Err(error) => {
                let reason = Some(error.to_string());
                self.set_resource_status(&mut resource, Status::CreateFailed, reason);
                self.stack.put_resource(resource);
                Err(StepError::Resource(logical_id.to_owned()))
            }
        }
    }

    /// Calls the handler that creates a resource, and records the result.
    async fn make(
        &mut self,
        bound: &Bound,
        mut resource: StackResource,
        desired: Properties,
        (in_progress, failed, complete): (Status, Status, Status),
    ) -> Result<(), StepError> {
        let logical_id = resource.logical_id.clone();
        resource.desired.clone_from(&desired);
        let made = match self.resource_type(&resource.type_name) {
            Ok(resource_type) => {
                let tags = &self.stack.definition.tags;
                let context = self.change_context(&resource, bound, (tags, tags));
                let made = resource_type.create(&context, desired).await;
                made.map(|made| (resource_type, made))
            }
            Err(error) => Err(HandlerError::invalid(error.to_string())),
        };
        let outcome = match made {
            Ok((resource_type, made)) => {
                let reason = completed_reason(&*resource_type, &made);
                take_over(&mut resource, &*resource_type, made);
                let initiated = Some(INITIATED.to_owned());
                self.set_resource_status(&mut resource, in_progress, initiated);
                self.set_resource_status(&mut resource, complete, reason);
                Ok(())
            }
            Err(error) => {
                resource.physical_id.clone_from(&error.identifier);
                resource.identifier.clone_from(&error.identifier);
                let reason = self.handler_reason(&error);
                self.set_resource_status(&mut resource, failed, Some(reason));
                Err(StepError::Resource(logical_id))
            }
        };
        self.stack.put_resource(resource);
        outcome
    }

    /// Changes an existing resource to match the template.
    pub(super) async fn apply(
        &mut self,
        bound: &Bound,
        logical_id: &str,
        previous_tags: &Tags,
    ) -> Result<Applied, StepError> {
        let (Some(present), Some(mut declared)) = (
            self.stack.resource(logical_id).cloned(),
            self.declared(bound, logical_id),
        ) else {
            return Ok(Applied::Unchanged);
        };
        let desired = match self.desired(bound, logical_id, &present.type_name) {
            Ok(desired) => desired,
            Err(error) => return self.fail_update(present, error.to_string()),
        };
        declared.physical_id.clone_from(&present.physical_id);
        declared.identifier.clone_from(&present.identifier);
        declared.model.clone_from(&present.model);
        declared.desired.clone_from(&present.desired);
        let residence_of_new = declared.residence.clone();
        declared.residence.clone_from(&present.residence);
        if !self.needs_update(bound, &present, &desired, previous_tags) {
            declared.status = present.status;
            declared.status_reason = present.status_reason;
            declared.changed = present.changed;
            self.stack.put_resource(declared);
            return Ok(Applied::Unchanged);
        }
        let is_replaced = self.is_replaced(&present, &desired);
        let reason = is_replaced.then(|| REPLACING.to_owned());
        self.set_resource_status(&mut declared, Status::UpdateInProgress, reason);
        self.stack.put_resource(declared.clone());
        self.save().await?;
        if is_replaced {
            declared.physical_id = None;
            declared.identifier = None;
            declared.residence = residence_of_new;
            self.make(bound, declared, desired, UPDATE).await?;
        } else {
            let tags = &self.stack.definition.tags;
            let context = self.change_context(&declared, bound, (previous_tags, tags));
            self.change(&context, declared, desired).await?;
        }
        Ok(Applied::Changed)
    }

    fn fail_update<T>(
        &mut self,
        mut resource: StackResource,
        reason: String,
    ) -> Result<T, StepError> {
        let logical_id = resource.logical_id.clone();
        self.set_resource_status(&mut resource, Status::UpdateFailed, Some(reason));
        self.stack.put_resource(resource);
        Err(StepError::Resource(logical_id))
    }

    /// Whether a resource differs from the template, or gets other tags.
    fn needs_update(
        &self,
        bound: &Bound,
        present: &StackResource,
        desired: &Properties,
        previous_tags: &Tags,
    ) -> bool {
        let is_upstream = present.residence == "upstream";
        let has_tags = || {
            let found = present.resource_type(&self.stacks.registry);
            is_upstream || found.is_ok_and(|found| found.schema().tag_property().is_some())
        };
        // A nested stack determines itself whether its template differs.
        present.desired != *desired
            || present.type_name == super::STACK_TYPE
            || (self.stack.definition.tags != *previous_tags && has_tags())
            || self.lacks_attributes(bound, present)
    }

    /// Whether the template asks for attributes of a resource in the upstream that are not known yet.
    pub(super) fn lacks_attributes(&self, bound: &Bound, present: &StackResource) -> bool {
        if present.residence != "upstream" {
            return false;
        }
        let wanted = bound.attributes(&present.logical_id);
        let found = present.resource_type(&self.stacks.registry);
        found.is_ok_and(|found| !found.has_attributes(&present.made(), &wanted))
    }

    /// Whether a property differs that only a new resource can have.
    fn is_replaced(&self, present: &StackResource, desired: &Properties) -> bool {
        let found = present.resource_type(&self.stacks.registry);
        found.is_ok_and(|resource_type| {
            let mut paths = resource_type.schema().create_only().iter();
            paths.any(|path| path.find(&present.desired) != path.find(desired))
        })
    }

    /// Calls the handler that changes a resource in place, and notes how it ends.
    pub(super) async fn change(
        &mut self,
        context: &HandlerContext,
        mut resource: StackResource,
        desired: Properties,
    ) -> Result<(), StepError> {
        let identifier = resource.identifier.clone().unwrap_or_default();
        let changed = match self.type_of(&resource) {
            Ok(resource_type) => {
                let previous = resource.desired.clone();
                let update = resource_type.update(context, &identifier, &previous, desired.clone());
                update.await.map(|made| (resource_type, made))
            }
            Err(error) => Err(HandlerError::invalid(error.to_string())),
        };
        match changed {
            Ok((resource_type, made)) => {
                let reason = completed_reason(&*resource_type, &made);
                take_over(&mut resource, &*resource_type, made);
                resource.desired = desired;
                self.set_resource_status(&mut resource, Status::UpdateComplete, reason);
                self.stack.put_resource(resource);
                Ok(())
            }
            Err(error) => {
                let reason = self.handler_reason(&error);
                self.fail_update(resource, reason)
            }
        }
    }

    /// Whether a resource still has the properties that it was given.
    pub(super) async fn is_as_before(&self, resource: &StackResource) -> bool {
        if resource.type_name == super::STACK_TYPE {
            return self.has_rolled_back(resource);
        }
        let Ok(resource_type) = self.type_of(resource) else {
            return false;
        };
        let tags = &self.stack.definition.tags;
        let context = self.context(&resource.logical_id, (tags, tags));
        let identifier = resource.identifier.as_deref().unwrap_or_default();
        let read = resource_type.read(&context, identifier).await;
        read.is_ok_and(|found| found.properties == resource.model)
    }

    /// Deletes the resource; one that does not exist counts as deleted.
    pub(super) async fn remove(&mut self, resource: &mut StackResource) -> Result<(), StepError> {
        self.set_resource_status(resource, Status::DeleteInProgress, None);
        self.save().await?;
        let removed = match (&resource.identifier, self.type_of(resource)) {
            (Some(identifier), Ok(resource_type)) => {
                let tags = &self.stack.definition.tags;
                let context = self.context(&resource.logical_id, (tags, tags));
                resource_type.delete(&context, identifier).await
            }
            (None, _) => Ok(()),
            (_, Err(error)) => Err(HandlerError::invalid(error.to_string())),
        };
        match removed {
            Err(error) if error.code != HandlerErrorCode::NotFound => {
                let reason = self.handler_reason(&error);
                self.set_resource_status(resource, Status::DeleteFailed, Some(reason));
                Err(StepError::Resource(resource.logical_id.clone()))
            }
            _ => {
                self.set_resource_status(resource, Status::DeleteComplete, None);
                Ok(())
            }
        }
    }

    /// The reason of the event of a handler that has failed.
    pub(super) fn handler_reason(&self, error: &HandlerError) -> String {
        format!(
            "Resource handler returned message: \"{}\" (RequestToken: {}, HandlerErrorCode: {})",
            error.message,
            self.stacks.uuid(),
            error.code
        )
    }
}

pub(super) fn take_over(
    resource: &mut StackResource,
    resource_type: &dyn ResourceType,
    made: Resource,
) {
    resource.physical_id = Some(resource_type.reference(&made));
    resource.residence = resource_type.residence_of(&made).to_string();
    resource.identifier = Some(made.identifier);
    resource.model = made.properties;
}

/// The text of a resource's last event about where it is.
fn completed_reason(resource_type: &dyn ResourceType, made: &Resource) -> Option<String> {
    match (resource_type.residence(), resource_type.residence_of(made)) {
        (_, Residence::Here) => None,
        (Residence::Upstream, Residence::Recorded) => Some(DROPPED.to_owned()),
        (_, Residence::Recorded) => Some(RECORDED.to_owned()),
        (_, Residence::Upstream) => Some(format!(
            "Made in the upstream, as the stack {}",
            made.identifier
        )),
    }
}
