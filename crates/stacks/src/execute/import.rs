//! Imports existing resources into a stack.

use super::error::ResourceError;
use std::collections::BTreeMap;

use b2bi_local_template::Bound;

use super::create::INITIATED;
use super::resource::take_over;
use super::{Execution, StepError};
use crate::error::StackError;
use crate::prepare::Prepared;
use crate::stack::StackResource;
use crate::status::Status;

const STARTED: &str = "Resource import started.";
const COMPLETED: &str = "Resource import completed.";

impl Execution {
    /// Notes that the import begins.
    pub(crate) fn begin_import(&mut self) {
        self.set_status(Status::ImportInProgress, Some(INITIATED));
    }

    /// Imports resources by their identifiers. When one cannot be imported, none is.
    pub(crate) async fn run_import(
        mut self,
        prepared: Prepared,
        identifiers: BTreeMap<String, String>,
    ) {
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.import_all(prepared, &identifiers).await;
    }

    async fn import_all(
        &mut self,
        prepared: Prepared,
        identifiers: &BTreeMap<String, String>,
    ) -> Result<(), StackError> {
        self.pause().await;
        self.read_exports();
        let before = self.stack.resources.clone();
        match self.import_each(&prepared.bound, identifiers).await {
            Ok(()) => {
                self.stack.definition = prepared.definition;
                self.stack.updated = Some(self.stacks.now());
                self.sort_resources(&prepared.bound);
                self.set_status(Status::ImportComplete, None);
            }
            Err(StepError::Store(error)) => return Err(error),
            Err(error) => {
                self.stack.resources = before;
                let reason = error.reason("import");
                self.set_status(Status::ImportRollbackInProgress, Some(&reason));
                self.set_status(Status::ImportRollbackComplete, None);
            }
        }
        // Nothing is stored before: a stack that is interrupted owns nothing that it did not own.
        self.save().await
    }

    async fn import_each(
        &mut self,
        bound: &Bound,
        identifiers: &BTreeMap<String, String>,
    ) -> Result<(), StepError> {
        for logical_id in bound.order() {
            if let Some(identifier) = identifiers.get(logical_id) {
                self.check_cancelled()?;
                self.import(bound, logical_id, identifier).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn import(
        &mut self,
        bound: &Bound,
        logical_id: &str,
        identifier: &str,
    ) -> Result<(), StepError> {
        let Some(mut resource) = self.declared(bound, logical_id) else {
            return Ok(());
        };
        resource.physical_id = Some(identifier.to_owned());
        resource.identifier = Some(identifier.to_owned());
        let started = Some(STARTED.to_owned());
        self.set_resource_status(&mut resource, Status::ImportInProgress, started);
        match self.read_imported(bound, &mut resource, identifier).await {
            Ok(()) => {
                let completed = Some(COMPLETED.to_owned());
                self.set_resource_status(&mut resource, Status::ImportComplete, completed);
                self.stack.put_resource(resource);
                Ok(())
            }
            Err(error) => {
                let reason = Some(error.to_string());
                self.set_resource_status(&mut resource, Status::ImportFailed, reason);
                Err(StepError::Resource(logical_id.to_owned()))
            }
        }
    }

    /// Reads a resource that is imported. It is not updated to the template.
    ///
    /// Source: Assumption A-356.
    async fn read_imported(
        &mut self,
        bound: &Bound,
        resource: &mut StackResource,
        identifier: &str,
    ) -> Result<(), ResourceError> {
        resource.desired = self.desired(bound, &resource.logical_id, &resource.type_name)?;
        let resource_type = self.resource_type(&resource.type_name)?;
        let tags = &self.stack.definition.tags;
        let context = self.context(&resource.logical_id, (tags, tags));
        let read = resource_type.read(&context, identifier).await;
        let made = read.map_err(|error| ResourceError::Handler(self.handler_reason(&error)))?;
        take_over(resource, &*resource_type, made);
        Ok(())
    }
}
