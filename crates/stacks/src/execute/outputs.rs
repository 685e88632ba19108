//! The outputs of a stack.

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
) -> Result<(Vec<Output>, BTreeSet<String>), String> {
    let references = StackReferences::new(registry, &stack.resources, exports);
    let outputs = bound.outputs().map(|declared| {
        let (value, export_name) = bound
            .output(declared, &references)
            .map_err(|error| error.to_string())?;
        Ok(Output {
            key: declared.name.clone(),
            value,
            description: declared.description.clone(),
            export_name,
        })
    });
    let outputs = outputs.collect::<Result<Vec<Output>, String>>()?;
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
        let (outputs, imports) = found.map_err(StepError::Outputs)?;
        self.check_exports(&outputs).map_err(StepError::Outputs)?;
        self.stack.outputs = outputs;
        self.stack.imports.extend(imports);
        Ok(())
    }

    /// An export has one stack, and stays as it is while others use it.
    fn check_exports(&self, outputs: &[Output]) -> Result<(), String> {
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
                let verb = if is.is_some() { "updated" } else { "deleted" };
                return Err(format!(
                    "Export {name} cannot be {verb} as it is in use by {}",
                    importers.join(", ")
                ));
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
            Err(format!(
                "Export with name {name} is already exported by stack {stack}"
            ))
        })
    }
}
