//! `ListResourceRequests`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::fields::Fields;
use super::request::Request;
use super::{CloudControl, page, with_next};

const OPERATIONS: &[&str] = &["CREATE", "DELETE", "UPDATE"];
const STATUSES: &[&str] = &[
    "PENDING",
    "IN_PROGRESS",
    "SUCCESS",
    "FAILED",
    "CANCEL_IN_PROGRESS",
    "CANCEL_COMPLETE",
];

#[derive(Clone, Debug)]
pub(crate) struct Input {
    max_results: usize,
    next_token: Option<String>,
    operations: Vec<String>,
    statuses: Vec<String>,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let filter = fields
            .take("ResourceRequestStatusFilter")
            .unwrap_or(json!({}));
        if !filter.is_object() {
            let message = "ResourceRequestStatusFilter must be an object";
            return Err(ServiceError::serialization(message));
        }
        let input = Self {
            max_results: fields.max_results()?,
            next_token: fields.next_token()?,
            operations: fields.choices(filter.get("Operations"), "Operations", OPERATIONS)?,
            statuses: fields.choices(
                filter.get("OperationStatuses"),
                "OperationStatuses",
                STATUSES,
            )?,
        };
        fields.end()?;
        Ok(input)
    }

    fn wants(&self, request: &Request, now: i64) -> bool {
        let has = |wanted: &[String], found| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted == found)
        };
        has(&self.operations, request.operation()) && has(&self.statuses, request.status(now))
    }
}

/// A page of the requests of the account and region, the latest first.
pub(super) fn run(
    service: &CloudControl,
    context: &HandlerContext,
    input: &Input,
) -> Result<Value, ServiceError> {
    let now = service.requests.now();
    let mut all = service.requests.all(&context.scope);
    all.retain(|request| input.wants(request, now));
    let (found, next) = page(all, input.next_token.as_deref(), input.max_results)?;
    let summaries: Vec<Value> = found.iter().map(|request| request.event(now)).collect();
    Ok(with_next(
        json!({"ResourceRequestStatusSummaries": summaries}),
        next,
    ))
}
