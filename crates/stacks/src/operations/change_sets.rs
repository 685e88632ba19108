//! Creates, lists and deletes change sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_template::Bound;

use crate::change_set::{ChangeSet, described, mark_imports};
use crate::error::{StackError, StackErrorCode};
use crate::execute::Execution;
use crate::plan::Planned;
use crate::prepare::{DefinitionRequest, Prepared, check_capabilities};
use crate::stack::Stack;
use crate::stacks::Stacks;
use crate::status::Status;

/// The maximum number of change sets of a stack.
///
/// Source: Assumption A-348.
const MOST: usize = 1000;

/// How long a failed change set leaves its name free, in milliseconds.
///
/// The AWS CLI names its change sets by the second. AWS takes longer than that to create one, so
/// there two deployments in a row never request the same name.
///
/// Source: Assumption A-353.
const NAMED_BY_THE_SECOND: i64 = 2000;

/// Why a change set without changes has failed.
const NO_CHANGES: &str = "The submitted information didn't contain changes. Submit different information \
                          to create a change set.";

/// Whether another change set of this name is refused.
fn holds_its_name(change_set: &ChangeSet, now: i64) -> bool {
    match change_set.status.as_str() {
        "FAILED" => now.saturating_sub(change_set.created) > NAMED_BY_THE_SECOND,
        _ => change_set.execution_status != "EXECUTE_COMPLETE",
    }
}

/// The input of a change set.
#[derive(Clone, Debug, Default)]
pub struct ChangeSetRequest {
    /// The name or the ARN of the stack.
    pub stack_name: String,
    /// The name of the change set.
    pub name: String,
    /// Whether it creates its stack.
    pub creates: bool,
    /// The resources that it imports; if there are any, it makes no other changes.
    pub imports: Vec<ImportRequest>,
    /// Whether existing resources with names in the template are imported.
    pub imports_existing: bool,
    /// The new definition of the stack.
    pub definition: DefinitionRequest,
    /// Its description.
    pub description: Option<String>,
    /// `DO_NOTHING`, `ROLLBACK` or `DELETE`.
    pub on_stack_failure: Option<String>,
    /// Whether changes of nested stacks are requested.
    pub include_nested_stacks: bool,
    /// A token that the events carry.
    pub client_token: Option<String>,
}

/// A resource that a change set imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// The properties that identify it.
    pub identifier: BTreeMap<String, String>,
}

/// A created change set, and its stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedChangeSet {
    /// The ARN of the change set.
    pub id: String,
    /// The ARN of the stack.
    pub stack_id: String,
}

impl Stacks {
    /// Creates a change set. One without changes is also created, and has failed.
    ///
    /// # Errors
    ///
    /// The stack does not exist, or exists and should be created, or the definition is not acceptable.
    pub async fn create_change_set(
        self: &Arc<Self>,
        scope: &Scope,
        request: ChangeSetRequest,
    ) -> Result<CreatedChangeSet, StackError> {
        let found = self.live(scope, &request.stack_name).ok();
        let is_new = found.is_none();
        let stack = self.stack_of(scope, &request, found)?;
        let capabilities = request.definition.capabilities.clone();
        let is_empty = request.creates || stack.definition.template.is_empty();
        let previous = (!is_empty).then_some(&stack.definition);
        let owner = Self::owner(scope, &stack);
        let definition = request.definition.clone();
        let prepared = self.prepared(&owner, definition, previous).await?;
        check_capabilities(&prepared.template, &capabilities, false)?;
        let change_set = self.change_set(scope, &stack, &request, prepared).await?;
        if is_new {
            self.insert_for_review(scope, stack.clone(), request.client_token)
                .await?;
        }
        self.remove_failed(scope, &change_set).await?;
        self.store.put_change_set(scope, &change_set).await?;
        Ok(CreatedChangeSet {
            id: change_set.id,
            stack_id: stack.id,
        })
    }

    /// The stack of a change set; a new one if the change set creates it.
    fn stack_of(
        &self,
        scope: &Scope,
        request: &ChangeSetRequest,
        found: Option<Stack>,
    ) -> Result<Stack, StackError> {
        let name = &request.stack_name;
        let imports = !request.imports.is_empty();
        match (found, request.creates) {
            (Some(stack), false) if imports && stack.status == Status::ReviewInProgress => {
                self.check_change_set_name(scope, stack, &request.name)
            }
            (None, creates) if imports && !creates && !name.starts_with("arn:") => {
                Ok(self.new_stack(scope, name, None))
            }
            (None, true) if !name.starts_with("arn:") => Ok(self.new_stack(scope, name, None)),
            (None, _) => Err(StackError::validation(format!(
                "Stack [{name}] does not exist"
            ))),
            (Some(stack), true) if stack.status != Status::ReviewInProgress => {
                let message = format!(
                    "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
                    stack.name, request.name
                );
                Err(StackError::validation(message))
            }
            (Some(stack), false) if !stack.status.can_be_updated() => {
                let message = format!(
                    "Stack:{} is in {} state and can not be updated.",
                    stack.id, stack.status
                );
                Err(StackError::validation(message))
            }
            (Some(stack), _) => self.check_change_set_name(scope, stack, &request.name),
        }
    }

    fn check_change_set_name(
        &self,
        scope: &Scope,
        stack: Stack,
        name: &str,
    ) -> Result<Stack, StackError> {
        let present = self.store.change_sets(scope, &stack.id);
        if present.len() >= MOST {
            let message = format!("A stack has at most {MOST} change sets");
            return Err(StackError::new(StackErrorCode::LimitExceeded, message));
        }
        let now = self.now();
        let is_taken = |other: &ChangeSet| other.name == name && holds_its_name(other, now);
        if present.iter().any(is_taken) {
            let message = format!("ChangeSet [{name}] already exists");
            return Err(StackError::new(StackErrorCode::AlreadyExists, message));
        }
        Ok(stack)
    }

    /// Removes the failed change sets with the name of this one.
    async fn remove_failed(&self, scope: &Scope, by: &ChangeSet) -> Result<(), StackError> {
        let present = self.store.change_sets(scope, &by.stack_id).into_iter();
        let failed = present.filter(|other| other.name == by.name && other.status == "FAILED");
        let ids: Vec<String> = failed.map(|other| other.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.store.remove_change_sets(scope, &ids).await
    }

    async fn insert_for_review(
        self: &Arc<Self>,
        scope: &Scope,
        stack: Stack,
        client_token: Option<String>,
    ) -> Result<(), StackError> {
        let guard = self.occupy(&stack)?;
        let operation = ("CREATE_CHANGESET", client_token);
        let mut execution = Execution::new(self, scope, stack, guard, operation);
        execution.set_status(Status::ReviewInProgress, Some("User Initiated"));
        execution.insert().await
    }

    async fn change_set(
        &self,
        scope: &Scope,
        stack: &Stack,
        request: &ChangeSetRequest,
        prepared: Prepared,
    ) -> Result<ChangeSet, StackError> {
        let planned = self.planned(scope, stack, &prepared).await;
        let mut imports = BTreeMap::new();
        if let Ok(planned) = &planned {
            let planned = (planned, &prepared.bound);
            imports = self.all_imports(scope, stack, planned, request).await?;
        }
        let (mut changes, status_reason) = match planned {
            Ok(planned) if !planned.is_needed => (Vec::new(), Some(NO_CHANGES.to_owned())),
            Ok(planned) => {
                let old = planned.old.as_ref();
                let changes = described(&planned.changes, stack, old, &prepared.bound);
                (changes, None)
            }
            Err(error) if error.code == StackErrorCode::Validation => {
                (Vec::new(), Some(error.message))
            }
            Err(error) => return Err(error),
        };
        mark_imports(&mut changes, &imports);
        let (status, execution_status) = match &status_reason {
            Some(_) => ("FAILED", "UNAVAILABLE"),
            None => ("CREATE_COMPLETE", "AVAILABLE"),
        };
        Ok(ChangeSet {
            id: self.arn(scope, "changeSet", &request.name),
            name: request.name.clone(),
            stack_id: stack.id.clone(),
            stack_name: stack.name.clone(),
            description: request.description.clone(),
            status: status.to_owned(),
            status_reason,
            execution_status: execution_status.to_owned(),
            definition: prepared.definition,
            changes,
            creates: request.creates,
            imports,
            imports_existing: request.imports_existing,
            on_stack_failure: request.on_stack_failure.clone(),
            include_nested_stacks: request.include_nested_stacks,
            created: self.now(),
        })
    }

    /// The resources that a change set imports: those that are named, or those that exist.
    async fn all_imports(
        &self,
        scope: &Scope,
        stack: &Stack,
        planned: (&Planned, &Bound),
        request: &ChangeSetRequest,
    ) -> Result<BTreeMap<String, String>, StackError> {
        let named = match request.imports.as_slice() {
            [] => BTreeMap::new(),
            imports => self.imports(scope, stack, planned, imports)?,
        };
        if request.imports_existing {
            return self.existing(scope, stack, planned).await;
        }
        Ok(named)
    }

    /// The change set of this ARN, or of this name of a stack.
    ///
    /// # Errors
    ///
    /// The change set or the stack does not exist.
    pub fn get_change_set(
        &self,
        scope: &Scope,
        name: &str,
        stack: Option<&str>,
    ) -> Result<ChangeSet, StackError> {
        let missing = || {
            let message = format!("ChangeSet [{name}] does not exist");
            StackError::new(StackErrorCode::ChangeSetNotFound, message)
        };
        if name.starts_with("arn:") {
            return self.store.change_set(scope, name).ok_or_else(missing);
        }
        let stack = stack.ok_or_else(|| {
            StackError::validation(
                "StackName must be specified if ChangeSetName is not specified as an ARN.",
            )
        })?;
        let Ok(stack) = self.live(scope, stack) else {
            let message = format!("Stack [{stack}] does not exist");
            return Err(StackError::validation(message));
        };
        let mut found = self.store.change_sets(scope, &stack.id).into_iter();
        found.find(|found| found.name == name).ok_or_else(missing)
    }

    /// The change sets of a stack, the latest first.
    ///
    /// # Errors
    ///
    /// The stack does not exist.
    pub fn change_sets(&self, scope: &Scope, stack: &str) -> Result<Vec<ChangeSet>, StackError> {
        let stack = self.live(scope, stack)?;
        Ok(self.store.change_sets(scope, &stack.id))
    }

    /// Deletes a change set. A missing one counts as deleted.
    ///
    /// # Errors
    ///
    /// The stack does not exist.
    pub async fn delete_change_set(
        &self,
        scope: &Scope,
        name: &str,
        stack: Option<&str>,
    ) -> Result<(), StackError> {
        match self.get_change_set(scope, name, stack) {
            Ok(found) => self.store.remove_change_sets(scope, &[found.id]).await,
            Err(error) if error.code == StackErrorCode::ChangeSetNotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}
