//! `GetTemplate`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::{validation, wire};
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: Option<String>,
    change_set: Option<String>,
    is_processed: bool,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let stage = form.choice("TemplateStage", &["Original", "Processed"]);
        let input = Self {
            stack: names::optional_stack(form),
            change_set: form.has("ChangeSetName").then(|| names::change_set(form)),
            is_processed: stage == Some("Processed"),
        };
        if input.stack.is_none() && input.change_set.is_none() {
            return Err(validation(
                "At least one of StackName and ChangeSetName must be specified",
            ));
        }
        Ok(input)
    }
}

/// The template of a stack or of a change set, original or with its transforms applied.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stacks = &service.stacks;
    let (name, definition) = match (&input.change_set, &input.stack) {
        (Some(change_set), stack) => {
            let found = stacks.get_change_set(scope, change_set, stack.as_deref());
            let found = found.map_err(wire)?;
            (found.stack_id, found.definition)
        }
        (None, stack) => {
            let name = stack.as_deref().unwrap_or_default();
            let found = stacks.get(scope, name).map_err(wire)?;
            (found.id, found.definition)
        }
    };
    let body = if input.is_processed {
        stacks
            .processed_template(scope, &name, &definition)
            .map_err(wire)?
    } else {
        definition.template
    };
    let stages = ["Original".to_owned(), "Processed".to_owned()];
    let reply = Record::default()
        .text("TemplateBody", body)
        .texts("StagesAvailable", &stages);
    Ok(reply.members())
}
