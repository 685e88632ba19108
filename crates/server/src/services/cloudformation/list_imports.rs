//! `ListImports`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::validation;
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

/// The maximum number of stacks in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    export: String,
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            export: form.required("ExportName", (1, 255), |_| true),
            next_token: names::next_token(form),
        })
    }
}

/// The stacks that use an export.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let importers = service.stacks.importers(scope, &input.export);
    if importers.is_empty() {
        let message = format!("Export '{}' is not imported by any stack.", input.export);
        return Err(validation(message));
    }
    let (importers, next) = page(importers, input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .texts("Imports", &importers)
        .optional("NextToken", next);
    Ok(reply.members())
}
