//! Checks what a change set imports, before anything is imported.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::HandlerContext;
use b2bi_local_template::{Action, Bound};
use serde_json::Value;

use super::{Begun, ImportRequest};
use crate::change_set::ChangeSet;
use crate::error::StackError;
use crate::execute::Execution;
use crate::plan::Planned;
use crate::prepare::Prepared;
use crate::stack::Stack;
use crate::stacks::{PARTITION, Stacks};
use crate::status::Status;

impl Stacks {
    /// The identifiers of the resources that a change set imports, by their names in the template.
    ///
    /// # Errors
    ///
    /// The template changes something else, or a resource cannot be imported.
    pub(crate) fn imports(
        &self,
        scope: &Scope,
        stack: &Stack,
        (planned, bound): (&Planned, &Bound),
        requested: &[ImportRequest],
    ) -> Result<BTreeMap<String, String>, StackError> {
        let is_imported = |name: &str| requested.iter().any(|import| import.logical_id == name);
        let others = planned
            .changes
            .iter()
            .filter(|change| change.action != Action::Add || !is_imported(&change.logical_id));
        let others: Vec<&str> = others.map(|change| change.logical_id.as_str()).collect();
        if !others.is_empty() {
            let message = format!(
                "You have modified resources [{}] in your template that are not being imported. Update, \
                 create or delete operations cannot be executed during import operations.",
                others.join(", ")
            );
            return Err(StackError::validation(message));
        }
        if declared_outputs(Some(bound)) != declared_outputs(planned.old.as_ref()) {
            let message = "As part of the import operation, you cannot modify or add [Outputs]";
            return Err(StackError::validation(message));
        }
        check_deletion_policies(bound, requested)?;
        let imports = requested.iter().map(|import| {
            let identifier = self.import_identifier(bound, import)?;
            self.check_unowned(scope, stack, import, &identifier)?;
            Ok((import.logical_id.clone(), identifier))
        });
        imports.collect()
    }

    /// The identifiers of existing resources that a change set would create: those of types that
    /// exist here and whose names are in the template.
    ///
    /// Source: Assumption A-360.
    ///
    /// # Errors
    ///
    /// One has no deletion policy, or belongs to a stack.
    pub(crate) async fn existing(
        &self,
        scope: &Scope,
        stack: &Stack,
        (planned, bound): (&Planned, &Bound),
    ) -> Result<BTreeMap<String, String>, StackError> {
        let mut found = Vec::new();
        let mut identifiers = BTreeMap::new();
        let added = planned.changes.iter();
        for change in added.filter(|change| change.action == Action::Add) {
            let import = ImportRequest {
                logical_id: change.logical_id.clone(),
                type_name: change.type_name.clone(),
                identifier: BTreeMap::new(),
            };
            if let Some(identifier) = self.existing_identifier(scope, bound, &import).await {
                self.check_unowned(scope, stack, &import, &identifier)?;
                identifiers.insert(import.logical_id.clone(), identifier);
                found.push(import);
            }
        }
        check_deletion_policies(bound, &found)?;
        Ok(identifiers)
    }

    async fn existing_identifier(
        &self,
        scope: &Scope,
        bound: &Bound,
        import: &ImportRequest,
    ) -> Option<String> {
        let resource_type = self.registry.here(&import.type_name).ok()?;
        let declared = bound.resources().get(&import.logical_id)?;
        let identifier = resource_type.schema().identifier(&declared.properties)?;
        let context = HandlerContext::new(scope.clone(), PARTITION);
        let read = resource_type.read(&context, &identifier).await;
        read.ok().map(|found| found.identifier)
    }

    fn import_identifier(
        &self,
        bound: &Bound,
        import: &ImportRequest,
    ) -> Result<String, StackError> {
        let name = &import.logical_id;
        let declared = bound.resources().get(name);
        if declared.is_none_or(|declared| declared.type_name != import.type_name) {
            let message = format!(
                "The template has no resource {name} of the type {} to import",
                import.type_name
            );
            return Err(StackError::validation(message));
        }
        let found = self.registry.here(&import.type_name);
        let found = found.map_err(|_| {
            let message = format!(
                "Resources of the type {} cannot be imported",
                import.type_name
            );
            StackError::validation(message)
        })?;
        let members = import.identifier.iter();
        let model = members.map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let wanted = found.schema().primary_identifier();
        let identifier = found.schema().identifier(&model.collect());
        let identifier = identifier.filter(|_| import.identifier.len() == wanted.len());
        identifier.ok_or_else(|| {
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            StackError::validation(format!(
                "The ResourceIdentifier of {name} must have the properties [{}]",
                wanted.join(", ")
            ))
        })
    }

    fn check_unowned(
        &self,
        scope: &Scope,
        stack: &Stack,
        import: &ImportRequest,
        identifier: &str,
    ) -> Result<(), StackError> {
        if stack.resource(&import.logical_id).is_some() {
            let message = format!("The stack has the resource {} already", import.logical_id);
            return Err(StackError::validation(message));
        }
        let owns = |other: &&Stack| {
            let mut resources = other.resources.iter();
            let is_it = |type_name: &str, found: Option<&str>| {
                type_name == import.type_name && found == Some(identifier)
            };
            other.status != Status::DeleteComplete
                && resources.any(|found| {
                    found.exists() && is_it(&found.type_name, found.identifier.as_deref())
                })
        };
        match self.store.all(scope).iter().find(owns) {
            None => Ok(()),
            Some(owner) => Err(StackError::validation(format!(
                "{identifier} already exists in stack {}",
                owner.id
            ))),
        }
    }

    /// Imports the resources of a change set.
    pub(super) async fn import(
        &self,
        mut execution: Execution,
        found: &ChangeSet,
        prepared: Prepared,
    ) -> Result<Begun, StackError> {
        execution.begin_import();
        execution.save().await?;
        let begun = Begun {
            stack_id: execution.stack.id.clone(),
            operation_id: execution.operation_id().to_owned(),
        };
        self.run(execution.run_import(prepared, found.imports.clone()))
            .await?;
        Ok(begun)
    }
}

fn declared_outputs(bound: Option<&Bound>) -> BTreeMap<&str, Value> {
    let outputs = bound.into_iter().flat_map(Bound::outputs);
    outputs
        .map(|output| (output.name.as_str(), output.written()))
        .collect()
}

fn check_deletion_policies(bound: &Bound, requested: &[ImportRequest]) -> Result<(), StackError> {
    let lacks = requested.iter().filter(|import| {
        let declared = bound.template().resource(&import.logical_id);
        declared.is_some_and(|declared| !declared.has_deletion_policy())
    });
    let lacks: Vec<&str> = lacks.map(|import| import.logical_id.as_str()).collect();
    if lacks.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Following resources to import [{}] must have DeletionPolicy attribute specified in the template.",
        lacks.join(", ")
    );
    Err(StackError::validation(message))
}
