//! `DeleteStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::DeleteRequest;

use super::super::form::Form;
use super::errors::wire;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    request: DeleteRequest,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let mode = form.choice("DeletionMode", &["STANDARD", "FORCE_DELETE_STACK"]);
        Ok(Self {
            request: DeleteRequest {
                name: names::stack(form),
                retained: form.list("RetainResources").unwrap_or_default(),
                is_forced: mode == Some("FORCE_DELETE_STACK"),
                client_token: names::token(form, "ClientRequestToken"),
            },
        })
    }
}

/// Deletes a stack. A missing one counts as deleted.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let deleted = service.stacks.delete(scope, input.request).await;
    deleted.map_err(wire)?;
    Ok(Members::new())
}
