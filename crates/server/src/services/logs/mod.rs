//! Reads of `CloudWatch` Logs, over the log records of jobs.
//!
//! Source: the service model of `CloudWatch` Logs, `2014-03-28`.

mod events;
mod filter;
mod groups;
mod streams;

use std::sync::Arc;

use b2bi_local_b2bi::{B2bi, Scope};
use b2bi_local_dispatcher::json::ERROR_TYPE;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_registry::Documents;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::scope_of;
use crate::event_log::EventLog;
use crate::ring::Numbered;
use crate::stored::StoredRecord;

const MISSING: &str = "ResourceNotFoundException";

static DESCRIPTOR: Descriptor = Descriptor {
    signing_name: "logs",
    protocol: Protocol::Json {
        target_prefix: "Logs_20140328",
    },
    operations: &[
        "DescribeLogGroups",
        "DescribeLogStreams",
        "FilterLogEvents",
        "GetLogEvents",
    ],
};

/// Whether a reply is about log groups that do not exist here, so that they may be those of an
/// upstream.
pub(crate) fn knows_nothing(service: &Descriptor, answer: &Response<Bytes>) -> bool {
    let is_missing = answer.status() == StatusCode::BAD_REQUEST
        && answer
            .headers()
            .get(ERROR_TYPE)
            .is_some_and(|code| code == MISSING);
    let is_empty = || groups::is_empty(answer.body());
    service.signing_name == DESCRIPTOR.signing_name && (is_missing || is_empty())
}

/// `CloudWatch` Logs, the reading part.
pub(crate) struct Logs {
    pub(crate) event_log: Arc<EventLog>,
    pub(crate) service: Arc<B2bi>,
    /// The groups that stacks have created.
    pub(crate) documents: Documents,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    DescribeLogGroups(groups::Input),
    DescribeLogStreams(streams::Input),
    FilterLogEvents(events::FilterInput),
    GetLogEvents(events::GetInput),
}

impl Service for Logs {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        match operation.name {
            "DescribeLogGroups" => read(body).map(Input::DescribeLogGroups),
            "DescribeLogStreams" => read(body).map(Input::DescribeLogStreams),
            "FilterLogEvents" => read(body).map(Input::FilterLogEvents),
            "GetLogEvents" => read(body).map(Input::GetLogEvents),
            other => Err(ServiceError::unknown_operation(
                DESCRIPTOR.signing_name,
                other,
            )),
        }
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        let scope = scope_of(&caller);
        let reply = match input {
            Input::DescribeLogGroups(input) => groups::describe(self, &scope, &input),
            Input::DescribeLogStreams(input) => streams::describe(self, &scope, &input),
            Input::FilterLogEvents(input) => events::filter(self, &scope, &input),
            Input::GetLogEvents(input) => events::get(self, &scope, &input),
        }?;
        Ok(Reply::Json(reply.to_string().into()))
    }
}

impl Logs {
    /// All records of the caller's that fit, oldest first.
    fn records(
        &self,
        scope: &Scope,
        fits: impl Fn(&StoredRecord) -> bool,
    ) -> Vec<Numbered<StoredRecord>> {
        let own = |log_record: &StoredRecord| {
            *log_record.account == *scope.account && *log_record.region == *scope.region
        };
        let (_, found) = self
            .event_log
            .records(0, usize::MAX, |item| own(item) && fits(item));
        found
    }
}

/// How a request names a log group: by its name, or by its name or ARN.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
}

impl Group {
    /// The name of a group that exists.
    fn existing(&self, logs: &Logs, scope: &Scope) -> Result<String, ServiceError> {
        let named = match (&self.log_group_name, &self.log_group_identifier) {
            (Some(name), None) => name.as_str(),
            (None, Some(identifier)) => name_of(identifier),
            (Some(_), Some(_)) => {
                let message = "Name either logGroupName or logGroupIdentifier, not both";
                return Err(invalid(message));
            }
            (None, None) => return Err(invalid("Name a log group: logGroupName is missing")),
        };
        let mut groups = groups::of(logs, scope).into_iter();
        groups
            .find(|group| group.name == named)
            .map(|find| find.name)
            .ok_or_else(|| missing("The specified log group does not exist."))
    }
}

/// The name in `arn:aws:logs:us-east-1:111122223333:log-group:NAME:*`, or the name itself.
fn name_of(identifier: &str) -> &str {
    let name = identifier
        .split_once(":log-group:")
        .map_or(identifier, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

/// A page of a list; the token has its start.
struct Page<'a, T> {
    items: &'a [T],
    next: Option<String>,
}

fn page<'a, T>(
    all: &'a [T],
    token: Option<&str>,
    limit: Option<usize>,
    most: usize,
) -> Result<Page<'a, T>, ServiceError> {
    let limit = limit.unwrap_or(most);
    if limit == 0 || limit > most {
        let message = format!(
            "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: \
             Member must have value between 1 and {most}"
        );
        return Err(invalid(message));
    }
    let start = match token {
        None => 0,
        Some(token) => token
            .parse::<usize>()
            .ok()
            .filter(|value| *value <= all.len())
            .ok_or_else(|| invalid("The specified nextToken is invalid."))?,
    };
    let rest = all.get(start..).unwrap_or_default();
    let items = rest.get(..limit).unwrap_or(rest);
    let next = (items.len() < rest.len()).then(|| (start + items.len()).to_string());
    Ok(Page { items, next })
}

/// Adds the token of the next page to a reply, if there is one.
fn with_next(mut reply: Value, next: Option<String>) -> Value {
    if let (Some(members), Some(next)) = (reply.as_object_mut(), next) {
        members.insert("nextToken".to_owned(), next.into());
    }
    reply
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { &body[..] };
    serde_json::from_slice(body).map_err(|error| ServiceError::serialization(error.to_string()))
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::front(
        StatusCode::BAD_REQUEST,
        "InvalidParameterException",
        message,
    )
}

fn missing(message: &str) -> ServiceError {
    ServiceError::front(StatusCode::BAD_REQUEST, MISSING, message)
}

#[cfg(test)]
mod tests {
    use super::{name_of, page};

    #[test]
    fn groups_are_named_by_name_or_arn() {
        for (identifier, expected) in [
            ("/aws/x", "/aws/x"),
            ("arn:aws:logs:us-east-1:1:log-group:/aws/x", "/aws/x"),
            ("arn:aws:logs:us-east-1:1:log-group:/aws/x:*", "/aws/x"),
        ] {
            assert_eq!(name_of(identifier), expected);
        }
    }

    #[test]
    fn pages_go_to_the_end_and_refuse_what_is_no_token() {
        let all = [1, 2, 3, 4, 5];
        let first = page(&all, None, Some(3), 50).unwrap();
        assert_eq!((first.items, first.next.as_deref()), (&all[..3], Some("3")));
        let last = page(&all, Some("3"), Some(3), 50).unwrap();
        assert_eq!((last.items, last.next), (&all[3..], None));
        for (token, limit) in [
            (Some("x"), None),
            (Some("6"), None),
            (None, Some(0)),
            (None, Some(51)),
        ] {
            assert!(page(&all, token, limit, 50).is_err(), "{token:?} {limit:?}");
        }
    }
}
