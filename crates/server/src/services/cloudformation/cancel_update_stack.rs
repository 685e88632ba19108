//! `CancelUpdateStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        names::token(form, "ClientRequestToken");
        let stack = names::stack(form);
        Ok(Self { stack })
    }
}

/// Cancels an update that is at work, which is rolled back.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let cancelled = service.stacks.cancel_update(scope, &input.stack);
    cancelled.map_err(wire)?;
    Ok(Members::new())
}
