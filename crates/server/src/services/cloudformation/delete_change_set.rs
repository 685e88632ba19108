//! `DeleteChangeSet`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    stack: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::change_set(form),
            stack: names::optional_stack(form),
        })
    }
}

/// Deletes a change set. A missing one counts as deleted.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = input.stack.as_deref();
    let deleted = service.stacks.delete_change_set(scope, &input.name, stack);
    deleted.await.map_err(wire)?;
    Ok(Members::new())
}
