//! `ContinueUpdateRollback`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    skipped: Vec<String>,
    client_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            skipped: form.list("ResourcesToSkip").unwrap_or_default(),
            client_token: names::token(form, "ClientRequestToken"),
        })
    }
}

/// Continues a rollback that has failed.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let (stack, skipped, token) = (&input.stack, input.skipped, input.client_token);
    let continued = service
        .stacks
        .continue_update_rollback(scope, stack, skipped, token);
    continued.await.map_err(wire)?;
    Ok(Members::new())
}
