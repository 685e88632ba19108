//! `UpdateTerminationProtection`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    is_protected: bool,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let is_given = form.has("EnableTerminationProtection");
        if !is_given {
            form.missing("EnableTerminationProtection");
        }
        Ok(Self {
            stack: names::stack(form),
            is_protected: form.boolean("EnableTerminationProtection").unwrap_or(false),
        })
    }
}

/// Says whether a stack can be deleted.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stacks = &service.stacks;
    let changed = stacks.set_termination_protection(scope, &input.stack, input.is_protected);
    let id = changed.await.map_err(wire)?;
    Ok(Record::default().text("StackId", id).members())
}
