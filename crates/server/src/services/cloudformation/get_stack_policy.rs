//! `GetStackPolicy`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let stack = names::stack(form);
        Ok(Self { stack })
    }
}

/// The policy of a stack; nothing if it has none.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = service.stacks.live(scope, &input.stack).map_err(wire)?;
    let reply = Record::default().optional("StackPolicyBody", stack.policy);
    Ok(reply.members())
}
