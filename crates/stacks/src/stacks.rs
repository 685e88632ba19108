//! The stacks of all accounts and regions.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::{JobDuration, Scope};
use b2bi_local_registry::{Environment, Registry, Schema, SchemaError};
use b2bi_local_template::Template;

use crate::error::{StackError, StackErrorCode};
use crate::event::StackEvent;
use crate::ids;
use crate::nested::{self, NestedStack};
use crate::prepare::{Owner, Preparer};
use crate::running::{RunningGuard, RunningOperations};
use crate::stack::{Definition, Stack};
use crate::status::Status;
use crate::store::{Export, StackStore};

/// The partition of all ARNs.
pub(crate) const PARTITION: &str = "aws";

/// A template that cannot be read, with the reason of its source.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct TemplateReadError(Box<dyn std::error::Error + Send + Sync>);

impl TemplateReadError {
    /// The error of a source.
    pub fn new(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// Where templates are read that a request names by their address.
#[async_trait]
pub trait TemplateSource: Send + Sync {
    /// The text of the template at this address.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    async fn read(&self, scope: &Scope, url: &str) -> Result<String, TemplateReadError>;
}

/// The stacks of all accounts and regions.
pub struct Stacks {
    pub(crate) registry: Registry,
    pub(crate) environment: Environment,
    pub(crate) store: StackStore,
    pub(crate) templates: Arc<dyn TemplateSource>,
    pub(crate) duration: JobDuration,
    pub(crate) running: RunningOperations,
}

impl Stacks {
    /// Stacks of resources of these types, to which nested stacks are added. They are stored among
    /// the documents of the environment. An operation ends when the duration is over.
    ///
    /// # Errors
    ///
    /// The schema of nested stacks cannot be read.
    pub fn new(
        environment: Environment,
        mut registry: Registry,
        templates: Arc<dyn TemplateSource>,
        duration: JobDuration,
    ) -> Result<Arc<Self>, SchemaError> {
        let schema = Schema::parse_trusted(nested::SCHEMA)?;
        Ok(Arc::new_cyclic(|stacks| {
            registry.add(Arc::new(NestedStack::new(schema, stacks.clone())));
            Self {
                store: StackStore::new(environment.documents.clone()),
                registry,
                environment,
                templates,
                duration,
                running: RunningOperations::default(),
            }
        }))
    }

    /// The types that stacks can have resources of.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The text of the template at this address.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub async fn template_at(&self, scope: &Scope, url: &str) -> Result<String, StackError> {
        let read = self.templates.read(scope, url).await;
        read.map_err(|error| StackError::validation(error.to_string()))
    }

    /// The stack of this name or ARN; deleted ones are found by ARN only.
    ///
    /// # Errors
    ///
    /// The stack does not exist.
    pub fn get(&self, scope: &Scope, name_or_id: &str) -> Result<Stack, StackError> {
        let found = self.store.find(scope, name_or_id);
        let stack = found.ok_or_else(|| StackError::no_stack(name_or_id))?;
        Ok(self.shown(stack))
    }

    /// The stack of this name or ARN, unless it is deleted.
    ///
    /// # Errors
    ///
    /// The stack does not exist.
    pub fn live(&self, scope: &Scope, name_or_id: &str) -> Result<Stack, StackError> {
        let stack = self.get(scope, name_or_id)?;
        if stack.status == Status::DeleteComplete {
            return Err(StackError::no_stack(name_or_id));
        }
        Ok(stack)
    }

    /// All stacks, the latest first; deleted ones too.
    #[must_use]
    pub fn all(&self, scope: &Scope) -> Vec<Stack> {
        let all = self.store.all(scope).into_iter();
        all.map(|stack| self.shown(stack)).collect()
    }

    /// The stacks of all accounts and regions, or of the named ones, the latest first.
    #[must_use]
    pub fn of_all(&self, account: Option<&str>, region: Option<&str>) -> Vec<(Scope, Stack)> {
        let all = self.store.of_all(account, region).into_iter();
        all.map(|(scope, stack)| (scope, self.shown(stack)))
            .collect()
    }

    /// The events of a stack, the latest first.
    ///
    /// # Errors
    ///
    /// The stack does not exist.
    pub fn events(&self, scope: &Scope, name_or_id: &str) -> Result<Vec<StackEvent>, StackError> {
        let stack = self.get(scope, name_or_id)?;
        Ok(self.store.events(scope, &stack.id))
    }

    /// The exports of all stacks, by name.
    #[must_use]
    pub fn exports(&self, scope: &Scope) -> BTreeMap<String, Export> {
        self.store.exports(scope)
    }

    /// The names of the stacks that use an export.
    #[must_use]
    pub fn importers(&self, scope: &Scope, export: &str) -> Vec<String> {
        self.store.importers(scope, export)
    }

    /// Refuses types that are not here and are not recorded.
    ///
    /// # Errors
    ///
    /// The template has some.
    pub fn check_types(&self, template: &Template) -> Result<(), StackError> {
        self.preparer().check_types(template)
    }

    /// The template of a stack with its transforms applied, as JSON.
    ///
    /// # Errors
    ///
    /// The stack does not exist, or the template cannot be evaluated.
    pub fn processed_template(
        &self,
        scope: &Scope,
        stack: &str,
        definition: &Definition,
    ) -> Result<String, StackError> {
        let template = Template::parse(&definition.template)?;
        if template.transforms.is_empty() {
            return Ok(definition.template.clone());
        }
        let stack = self.get(scope, stack)?;
        let owner = Self::owner(scope, &stack);
        let prepared = Preparer::stored(&owner, definition)?;
        Ok(prepared.bound.template().to_value().to_string())
    }

    /// Counts that a stack was described: an operation may wait for it.
    pub fn polled(&self, stack: &Stack) {
        self.running.polled(&stack.id);
    }

    /// A stack once no operation is at work on it.
    pub(crate) async fn ended(&self, scope: &Scope, id: &str) -> Result<Stack, StackError> {
        self.running.ended(id).await;
        self.get(scope, id)
    }

    /// Why the last operation on a stack has failed.
    pub(crate) fn failure_of(&self, scope: &Scope, stack: &Stack) -> String {
        let events = self.store.events(scope, &stack.id);
        let mut events = events.iter().filter(|event| {
            event.physical_id.as_deref() == Some(&stack.id) && event.reason.is_some()
        });
        let reason = events.find(|event| {
            event.status.as_str().contains("ROLLBACK") || event.status.as_str().ends_with("FAILED")
        });
        let reason = reason.and_then(|event| event.reason.clone());
        reason
            .or_else(|| stack.status_reason.clone())
            .unwrap_or_default()
    }

    /// A stack as clients see it. An operation that is not running any more was interrupted.
    fn shown(&self, mut stack: Stack) -> Stack {
        let is_open = stack.status.is_in_progress() && stack.status != Status::ReviewInProgress;
        if is_open && !self.running.is_running(&stack.id) {
            stack.status = stack.status.interrupted();
            stack.status_reason =
                Some("The server stopped while the operation was running".to_owned());
        }
        stack
    }

    pub(crate) fn preparer(&self) -> Preparer<'_> {
        Preparer {
            registry: &self.registry,
            parameters: &self.environment.parameters,
        }
    }

    pub(crate) fn owner<'a>(scope: &'a Scope, stack: &'a Stack) -> Owner<'a> {
        Owner {
            scope,
            partition: PARTITION,
            id: &stack.id,
            name: &stack.name,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.environment.clock.now().as_millis()
    }

    pub(crate) fn uuid(&self) -> String {
        ids::uuid(self.environment.ids.bits())
    }

    /// An ARN such as that of `stack/NAME/UUID`.
    pub(crate) fn arn(&self, scope: &Scope, kind: &str, name: &str) -> String {
        ids::arn(PARTITION, scope, &format!("{kind}/{name}/{}", self.uuid()))
    }

    /// Keeps other operations from a stack.
    pub(crate) fn occupy(&self, stack: &Stack) -> Result<RunningGuard, StackError> {
        self.running.occupy(&stack.id).ok_or_else(|| {
            StackError::validation(format!(
                "Stack:{} is in {} state and can not be updated.",
                stack.id, stack.status
            ))
        })
    }

    /// Carries an operation out, whether or not the client waits. Without a duration, the caller does.
    ///
    /// Source: Assumption A-344.
    pub(crate) async fn run(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), StackError> {
        let work = tokio::spawn(work);
        if self.duration != JobDuration::Immediate {
            return Ok(());
        }
        match work.await {
            Ok(()) => Ok(()),
            Err(failed) if failed.is_panic() => resume_unwind(failed.into_panic()),
            Err(_) => Err(StackError::new(
                StackErrorCode::Internal,
                "The server is stopping",
            )),
        }
    }
}

impl std::fmt::Debug for Stacks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Stacks").finish_non_exhaustive()
    }
}
