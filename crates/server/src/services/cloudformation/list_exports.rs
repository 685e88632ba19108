//! `ListExports`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

/// The maximum number of exports in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let next_token = names::next_token(form);
        Ok(Self { next_token })
    }
}

/// The exports of the account and region, by name.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let exports = service.stacks.exports(scope).into_iter().collect();
    let (exports, next) = page(exports, input.next_token.as_deref(), PAGE)?;
    let exports = exports.into_iter().map(|(name, export)| {
        Record::default()
            .text("ExportingStackId", export.stack_id)
            .text("Name", name)
            .text("Value", export.value)
            .value()
    });
    let reply = Record::default()
        .list("Exports", exports)
        .optional("NextToken", next);
    Ok(reply.members())
}
