//! Executes the operations on stacks, resource by resource.

mod create;
mod delete;
mod error;
mod import;
mod outputs;
mod resource;
mod rollback;
mod update;

use std::collections::BTreeMap;
use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{HandlerContext, Tags};

use crate::error::StackError;
use crate::event::StackEvent;
use crate::running::RunningGuard;
use crate::stack::{OperationRecord, Stack, StackResource};
use crate::stacks::Stacks;
use crate::status::Status;
use crate::store::Export;

pub(crate) use self::delete::Deletion;
pub(crate) use self::outputs::{outputs, used_exports};
pub(crate) use self::update::Update;

/// The type of a stack as events name it.
pub(crate) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// The maximum number of operations that are stored for a stack.
const MOST_OPERATIONS: usize = 5;

/// The work that remains when a creation fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Created resources are kept.
    DoNothing,
    /// Created resources are deleted.
    #[default]
    Rollback,
    /// The stack is deleted.
    Delete,
}

/// Why a step of an operation has failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum StepError {
    /// The resource with this name has failed; its event has the reason.
    #[error("the resource {0} has failed")]
    Resource(String),
    /// The stack cannot be stored: the operation ends.
    #[error(transparent)]
    Store(#[from] StackError),
    /// The operation was cancelled.
    #[error("the operation was cancelled")]
    Cancelled,
    /// The outputs have no values, for this reason.
    #[error("the outputs have no values: {0}")]
    Outputs(String),
}

/// An operation on a stack that is at work.
pub(crate) struct Execution {
    stacks: Arc<Stacks>,
    scope: Scope,
    pub(crate) stack: Stack,
    client_token: Option<String>,
    operation_id: String,
    /// The identifiers of resources that exist and are imported, not created, by their names.
    pub(crate) identifiers: BTreeMap<String, String>,
    /// Events that are not stored yet.
    events: Vec<StackEvent>,
    exports: BTreeMap<String, Export>,
    guard: RunningGuard,
}

impl Execution {
    /// An operation of this kind, such as `CREATE_STACK`, on a stack.
    pub(crate) fn new(
        stacks: &Arc<Stacks>,
        scope: &Scope,
        mut stack: Stack,
        guard: RunningGuard,
        (kind, client_token): (&str, Option<String>),
    ) -> Self {
        let operation_id = stacks.uuid();
        let record = OperationRecord {
            kind: kind.to_owned(),
            id: operation_id.clone(),
        };
        stack.operations.insert(0, record);
        stack.operations.truncate(MOST_OPERATIONS);
        Self {
            stacks: Arc::clone(stacks),
            scope: scope.clone(),
            stack,
            client_token,
            operation_id,
            identifiers: BTreeMap::new(),
            events: Vec::new(),
            exports: BTreeMap::new(),
            guard,
        }
    }

    /// The identifier of the operation, which its events carry.
    pub(crate) fn operation_id(&self) -> &str {
        &self.operation_id
    }

    /// Gives the stack a status, and notes it as an event.
    pub(crate) fn set_status(&mut self, status: Status, reason: Option<&str>) {
        self.stack.status = status;
        self.stack.status_reason = reason.map(str::to_owned);
        let (logical_id, physical_id) = (self.stack.name.clone(), Some(self.stack.id.clone()));
        self.push(StackEvent {
            id: self.stacks.uuid(),
            time: self.stacks.now(),
            logical_id,
            physical_id,
            resource_type: STACK_TYPE.to_owned(),
            status,
            reason: reason.map(str::to_owned),
            properties: None,
            client_token: self.client_token.clone(),
            operation_id: self.operation_id.clone(),
        });
    }

    /// Notes the present status of a resource as an event.
    fn resource_event(&mut self, resource: &StackResource) {
        let name = resource.logical_id.as_str();
        let properties = serde_json::to_string(&resource.desired).ok();
        let event = StackEvent {
            id: format!("{name}-{}-{}", resource.status, self.stacks.uuid()),
            time: resource.changed,
            logical_id: name.to_owned(),
            physical_id: resource.physical_id.clone(),
            resource_type: resource.type_name.clone(),
            status: resource.status,
            reason: resource.status_reason.clone(),
            properties,
            client_token: self.client_token.clone(),
            operation_id: self.operation_id.clone(),
        };
        self.push(event);
    }

    /// Gives a resource a status, and notes it as an event.
    fn set_resource_status(
        &mut self,
        resource: &mut StackResource,
        status: Status,
        reason: Option<String>,
    ) {
        resource.status = status;
        resource.status_reason = reason;
        resource.changed = self.stacks.now();
        self.resource_event(resource);
    }

    fn push(&mut self, event: StackEvent) {
        self.stack.event_count = self.stack.event_count.saturating_add(1);
        self.events.push(event);
    }

    /// Stores the stack and the events so far.
    pub(crate) async fn save(&mut self) -> Result<(), StackError> {
        let save = self
            .stacks
            .store
            .save(&self.scope, &self.stack, &self.events);
        save.await?;
        self.events.clear();
        Ok(())
    }

    /// Adds the stack, which is new.
    pub(crate) async fn insert(&mut self) -> Result<(), StackError> {
        let insert = self
            .stacks
            .store
            .insert(&self.scope, &self.stack, &self.events);
        insert.await?;
        self.events.clear();
        Ok(())
    }

    /// Waits for the configured duration of operations.
    async fn pause(&self) {
        let clock = &*self.stacks.environment.clock;
        self.guard.pause(self.stacks.duration, clock).await;
    }

    /// The context of a change of a resource; it has the tags of the stack before an update.
    fn context(&self, logical_id: &str, tags: (&Tags, &Tags)) -> HandlerContext {
        let (previous, current) = tags;
        let system = [
            ("aws:cloudformation:stack-name", self.stack.name.as_str()),
            ("aws:cloudformation:stack-id", self.stack.id.as_str()),
            ("aws:cloudformation:logical-id", logical_id),
        ];
        let system = system.map(|(key, value)| (key.to_owned(), value.to_owned()));
        HandlerContext {
            stack_tags: current.clone(),
            previous_stack_tags: previous.clone(),
            system_tags: Tags::from(system),
            logical_id: Some(logical_id.to_owned()),
            stack_name: Some(self.stack.name.clone()),
            ..HandlerContext::new(self.scope.clone(), "aws")
        }
    }
}
