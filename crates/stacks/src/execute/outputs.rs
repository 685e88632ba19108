//! The outputs of a stack.

use super::error::OutputsError;
use std::collections::{BTreeMap, BTreeSet};

use b2bi_local_registry::Registry;
use b2bi_local_template::Bound;

use super::{Execution, StepError};
use crate::references::StackReferences;
use crate::stack::{Definition, Output, Stack};
use crate::store::{Export, StackStore};

/// The outputs of a template in a stack, and the exports that they use.
pub(crate) fn outputs(
    registry: &Registry,
    stack: &Stack,
    exports: &BTreeMap<String, Export>,
    bound: &Bound,
) -> Result<(Vec<Output>, BTreeSet<String>), OutputsError> {
    let references = StackReferences::new(registry, &stack.resources, exports);
    let outputs = bound.outputs().map(|declared| {
        let (value, export_name) = bound.output(declared, &references)?;
        Ok(Output {
            key: declared.name.clone(),
            value,
            description: declared.description.clone(),
            export_name,
        })
    });
    let outputs = outputs.collect::<Result<Vec<Output>, OutputsError>>()?;
    Ok((outputs, references.imports()))
}

/// The exports of other stacks, if a template may use them.
pub(crate) fn used_exports(
    store: &StackStore,
    scope: &b2bi_local_b2bi::Scope,
    definition: &Definition,
) -> BTreeMap<String, Export> {
    let mut included = definition.included.values();
    let uses = |text: &String| text.contains("ImportValue");
    if uses(&definition.template) || included.any(uses) {
        store.exports(scope)
    } else {
        BTreeMap::new()
    }
}

impl Execution {
    /// Reads the exports that the template may use.
    pub(super) fn read_exports(&mut self) {
        let definition = &self.stack.definition;
        self.exports = used_exports(&self.stacks.store, &self.scope, definition);
    }

    /// Gives the stack the outputs of a template.
    pub(super) fn set_outputs(&mut self, bound: &Bound) -> Result<(), StepError> {
        let found = outputs(&self.stacks.registry, &self.stack, &self.exports, bound);
        let reason = |error: OutputsError| StepError::Outputs(error.to_string());
        let (outputs, imports) = found.map_err(reason)?;
        self.check_exports(&outputs).map_err(reason)?;
        self.stack.outputs = outputs;
        self.stack.imports.extend(imports);
        Ok(())
    }

    /// An export belongs to one stack, and cannot change while other stacks use it.
    fn check_exports(&self, outputs: &[Output]) -> Result<(), OutputsError> {
        let store = &self.stacks.store;
        let exported = |outputs: &[Output], name: &str| {
            let mut outputs = outputs.iter();
            let found = outputs.find(|output| output.export_name.as_deref() == Some(name));
            found.map(|output| output.value.clone())
        };
        let before = self.stack.outputs.iter();
        for name in before.filter_map(|output| output.export_name.as_deref()) {
            let (was, is) = (exported(&self.stack.outputs, name), exported(outputs, name));
            if was == is {
                continue;
            }
            let importers = store.importers(&self.scope, name);
            if !importers.is_empty() {
                let change = if is.is_some() { "updated" } else { "deleted" };
                return Err(OutputsError::ExportInUse {
                    name: name.to_owned(),
                    change,
                    importers: importers.join(", "),
                });
            }
        }
        if outputs.iter().all(|output| output.export_name.is_none()) {
            return Ok(());
        }
        let others = store.exports(&self.scope);
        let mut names = outputs
            .iter()
            .filter_map(|output| output.export_name.as_ref());
        let taken = names.find_map(|name| {
            let other = others.get(name)?;
            (other.stack_id != self.stack.id).then_some((name, other))
        });
        taken.map_or(Ok(()), |(name, other)| {
            let stack = other.stack_id.split('/').nth(1).unwrap_or_default();
            Err(OutputsError::ExportTaken {
                name: name.clone(),
                stack: stack.to_owned(),
            })
        })
    }
}
