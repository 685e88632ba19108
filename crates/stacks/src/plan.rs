//! The changes of a stack's update.

use b2bi_local_b2bi::Scope;
use b2bi_local_template::{Action, Bound, Change, ChangeSource, Detail, Replacement, Target, plan};

use crate::error::StackError;
use crate::execute::{STACK_TYPE, outputs, used_exports};
use crate::prepare::{Prepared, Preparer};
use crate::references::RegistryFacts;
use crate::stack::{Stack, StackResource};
use crate::stacks::Stacks;

/// The changes of an update.
pub(crate) struct Planned {
    pub(crate) changes: Vec<Change>,
    /// The stack's current template; `None` if it has none yet.
    pub(crate) old: Option<Bound>,
    /// Whether there is anything to do.
    pub(crate) is_needed: bool,
}

impl Stacks {
    /// The changes from a stack to a new definition.
    pub(crate) async fn planned(
        &self,
        scope: &Scope,
        stack: &Stack,
        new: &Prepared,
    ) -> Result<Planned, StackError> {
        let has_definition = !stack.definition.template.is_empty();
        let old = has_definition.then(|| {
            let owner = Self::owner(scope, stack);
            Preparer::stored(&owner, &stack.definition)
        });
        let old = old.transpose()?.map(|prepared| prepared.bound);
        let tags_change = stack.definition.tags != new.definition.tags;
        let facts = RegistryFacts(&self.registry);
        let mut changes = plan(old.as_ref(), &new.bound, tags_change, &facts)?;
        self.add_nested(scope, stack, &new.bound, &mut changes)
            .await;
        let is_needed = tags_change
            || !changes.is_empty()
            || is_incomplete(stack, &new.bound)
            || self.outputs_differ(scope, stack, new)?;
        Ok(Planned {
            changes,
            old,
            is_needed,
        })
    }

    fn outputs_differ(
        &self,
        scope: &Scope,
        stack: &Stack,
        new: &Prepared,
    ) -> Result<bool, StackError> {
        let exports = used_exports(&self.store, scope, &new.definition);
        let found = outputs(&self.registry, stack, &exports, &new.bound);
        let (found, _) = found.map_err(|error| StackError::validation(error.to_string()))?;
        Ok(found != stack.outputs)
    }

    /// Adds the nested stacks whose templates differ from those at their addresses.
    async fn add_nested(
        &self,
        scope: &Scope,
        stack: &Stack,
        new: &Bound,
        changes: &mut Vec<Change>,
    ) {
        for logical_id in new.order() {
            let is_planned = changes
                .iter()
                .any(|change| change.logical_id == *logical_id);
            let present = stack.resource(logical_id);
            let present = present.filter(|resource| resource.type_name == STACK_TYPE);
            let Some(present) = present.filter(|_| !is_planned) else {
                continue;
            };
            if self.nested_differs(scope, present).await {
                changes.push(automatic(present));
            }
        }
    }

    async fn nested_differs(&self, scope: &Scope, present: &StackResource) -> bool {
        let url = present
            .desired
            .get("TemplateURL")
            .and_then(|url| url.as_str());
        let nested = present.identifier.as_deref();
        let (Some(url), Some(nested)) = (url, nested) else {
            return false;
        };
        let (read, nested) = (
            self.templates.read(scope, url).await,
            self.store.find(scope, nested),
        );
        match (read, nested) {
            (Ok(text), Some(nested)) => nested.definition.template != text,
            _ => true,
        }
    }
}

/// Whether a resource is missing that an earlier operation has not created.
fn is_incomplete(stack: &Stack, new: &Bound) -> bool {
    new.order().iter().any(|name| {
        let resource = stack.resource(name);
        resource.is_none_or(|resource| !resource.exists())
    })
}

fn automatic(nested: &StackResource) -> Change {
    Change {
        logical_id: nested.logical_id.clone(),
        type_name: nested.type_name.clone(),
        action: Action::Modify,
        replacement: Replacement::False,
        details: vec![Detail {
            target: Target::Properties,
            property: None,
            recreation: Replacement::False,
            source: ChangeSource::Automatic,
        }],
    }
}
