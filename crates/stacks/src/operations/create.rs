//! Creates a stack.

use std::collections::BTreeSet;
use std::sync::Arc;

use b2bi_local_b2bi::Scope;

use super::Begun;
use crate::error::StackError;
use crate::execute::{Execution, OnFailure};
use crate::prepare::{DefinitionRequest, check_capabilities};
use crate::stack::{Definition, Stack};
use crate::stacks::Stacks;
use crate::status::Status;

/// The input for creating a stack.
#[derive(Clone, Debug, Default)]
pub struct CreateRequest {
    /// The name.
    pub name: String,
    /// Its definition.
    pub definition: DefinitionRequest,
    /// What to keep if the creation fails.
    pub on_failure: OnFailure,
    /// Whether it cannot be deleted.
    pub termination_protection: bool,
    /// The stack policy.
    pub policy: Option<String>,
    /// A token that the events carry.
    pub client_token: Option<String>,
}

/// The stack that a nested one is a resource of.
pub(crate) struct Parent {
    pub(crate) id: String,
    pub(crate) root_id: String,
    pub(crate) depth: usize,
}

impl Stacks {
    /// Creates a stack. A request with the token of the one that has created it changes nothing.
    ///
    /// # Errors
    ///
    /// The definition is invalid, or the stack exists. A resource that cannot be created is not an
    /// error: the status of the stack shows it.
    pub async fn create(
        self: &Arc<Self>,
        scope: &Scope,
        request: CreateRequest,
    ) -> Result<Begun, StackError> {
        let token = request.client_token.as_deref();
        match self.begun_before(scope, &request.name, token, "CREATE")? {
            Some(begun) => Ok(begun),
            None => self.create_in(scope, request, None).await,
        }
    }

    pub(crate) async fn create_in(
        self: &Arc<Self>,
        scope: &Scope,
        request: CreateRequest,
        parent: Option<Parent>,
    ) -> Result<Begun, StackError> {
        let mut stack = self.new_stack(scope, &request.name, parent.as_ref());
        let capabilities = request.definition.capabilities.clone();
        let owner = Self::owner(scope, &stack);
        let prepared = self.prepared(&owner, request.definition, None).await?;
        check_capabilities(&prepared.template, &capabilities, true)?;
        stack.definition = prepared.definition;
        stack.termination_protection = request.termination_protection;
        stack.disable_rollback = request.on_failure == OnFailure::DoNothing;
        stack.policy = request.policy;
        let guard = self.occupy(&stack)?;
        let operation = ("CREATE_STACK", request.client_token);
        let mut execution = Execution::new(self, scope, stack, guard, operation);
        execution.begin_create();
        execution.insert().await?;
        let begun = Begun {
            stack_id: execution.stack.id.clone(),
            operation_id: execution.operation_id().to_owned(),
        };
        let work = execution.run_create(prepared.bound, request.on_failure);
        self.run(work).await?;
        Ok(begun)
    }

    /// A stack of this name of which nothing is stored yet.
    pub(crate) fn new_stack(&self, scope: &Scope, name: &str, parent: Option<&Parent>) -> Stack {
        Stack {
            id: self.arn(scope, "stack", name),
            name: name.to_owned(),
            status: Status::CreateInProgress,
            status_reason: None,
            definition: Definition::default(),
            previous: None,
            outputs: Vec::new(),
            resources: Vec::new(),
            imports: BTreeSet::new(),
            disable_rollback: false,
            termination_protection: false,
            policy: None,
            change_set_id: None,
            parent_id: parent.map(|parent| parent.id.clone()),
            root_id: parent.map(|parent| parent.root_id.clone()),
            depth: parent.map_or(0, |parent| parent.depth.saturating_add(1)),
            created: self.now(),
            updated: None,
            deleted: None,
            event_count: 0,
            update: None,
            operations: Vec::new(),
        }
    }
}
