//! The quotas of an account.

use b2bi_local_model::{Error, types};

use crate::arn::ResourceKind;
use crate::context::Ctx;

/// Refuses another resource if the quota is reached; `present` is the current number.
///
/// Source: the service's quotas page; the codes are Assumption A-07.
pub(crate) fn check(ctx: &Ctx<'_>, kind: ResourceKind, present: usize) -> Result<(), Error> {
    let quotas = &ctx.config.quotas;
    let (limit, code) = match kind {
        ResourceKind::Profile => (quotas.profiles, "L-B2B10001"),
        ResourceKind::Transformer => (quotas.transformers, "L-B2B10002"),
        ResourceKind::Capability => (quotas.capabilities, "L-B2B10003"),
        ResourceKind::Partnership => (quotas.partnerships, "L-B2B10004"),
    };
    match limit {
        Some(limit) if present >= limit => Err(exceeded(ctx, kind, limit, code)),
        _ => Ok(()),
    }
}

fn exceeded(ctx: &Ctx<'_>, kind: ResourceKind, limit: usize, code: &str) -> Error {
    let noun = kind.as_str();
    let scope = ctx.scope;
    Error::ServiceQuotaExceeded(types::ServiceQuotaExceededException {
        message: format!(
            "Account {} has reached its quota of {limit} for the resource type {noun} in {}",
            scope.account, scope.region
        ),
        resource_id: scope.account.to_string(),
        resource_type: noun.to_owned(),
        service_code: "b2bi".to_owned(),
        quota_code: code.to_owned(),
    })
}
