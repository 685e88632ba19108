//! `FilterLogEvents` and `GetLogEvents`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::filter::Pattern;
use super::{Group, Logs, invalid, missing, page, with_next};
use crate::ring::Numbered;
use crate::stored::StoredRecord;

/// The maximum number of events in a reply.
const MOST: usize = 10_000;

/// The start and the end in milliseconds since 1970; the end is exclusive.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Times {
    start_time: Option<i64>,
    end_time: Option<i64>,
}

impl Times {
    fn hold(self, record: &StoredRecord) -> bool {
        let time = record.timestamp.as_millis();
        self.start_time.is_none_or(|start| start <= time)
            && self.end_time.is_none_or(|end| time < end)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterInput {
    #[serde(flatten)]
    group: Group,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefix: Option<String>,
    #[serde(flatten)]
    times: Times,
    #[serde(default)]
    filter_pattern: String,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetInput {
    #[serde(flatten)]
    group: Group,
    log_stream_name: String,
    #[serde(flatten)]
    times: Times,
    limit: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    start_from_head: bool,
}

/// Finds the events of a group that fit a pattern, oldest first.
pub(super) fn filter(
    logs: &Logs,
    scope: &Scope,
    input: &FilterInput,
) -> Result<Value, ServiceError> {
    let (names, prefix) = (&input.log_stream_names, &input.log_stream_name_prefix);
    if names.is_some() && prefix.is_some() {
        let message = "Name either logStreamNames or logStreamNamePrefix, not both";
        return Err(invalid(message));
    }
    let pattern = Pattern::read(&input.filter_pattern);
    let pattern = pattern.map_err(|error| invalid(error.to_string()))?;
    let group = input.group.existing(logs, scope)?;
    let found = logs.records(scope, |item| {
        *item.group == *group
            && names
                .as_ref()
                .is_none_or(|them| them.iter().any(|name| **name == *item.stream))
            && prefix
                .as_ref()
                .is_none_or(|prefix| item.stream.starts_with(prefix))
            && input.times.hold(item)
            && pattern.fits(item.text())
    });
    let page = page(&found, input.next_token.as_deref(), input.limit, MOST)?;
    let shown = |log_record: &Numbered<StoredRecord>| {
        let mut event = event(&log_record.entry);
        if let Some(event) = event.as_object_mut() {
            event.insert("logStreamName".to_owned(), json!(log_record.entry.stream));
            event.insert(
                "eventId".to_owned(),
                format!("{:056}", log_record.number).into(),
            );
        }
        event
    };
    let events: Vec<Value> = page.items.iter().map(shown).collect();
    let reply = json!({"events": events, "searchedLogStreams": []});
    Ok(with_next(reply, page.next))
}

/// Reads a stream, from its end unless a token or `startFromHead` says otherwise.
///
/// At either end, the token of that direction is the one that was given; this is how a reader
/// detects the end.
pub(super) fn get(logs: &Logs, scope: &Scope, input: &GetInput) -> Result<Value, ServiceError> {
    let group = input.group.existing(logs, scope)?;
    let stream = logs.records(scope, |item| {
        *item.group == *group && *item.stream == *input.log_stream_name
    });
    if stream.is_empty() {
        return Err(missing("The specified log stream does not exist."));
    }
    let held: Vec<_> = stream
        .iter()
        .filter(|stream| input.times.hold(&stream.entry))
        .collect();
    // All operations have the same message for a limit.
    page(&held, None, input.limit, MOST)?;
    let limit = input.limit.unwrap_or(MOST);
    let (start, end) = match input.next_token.as_deref().map(place).transpose()? {
        None if input.start_from_head => (0, limit),
        None => (held.len().saturating_sub(limit), held.len()),
        Some(Place::From(start)) => (start, start.saturating_add(limit)),
        Some(Place::Until(end)) => (end.saturating_sub(limit), end),
    };
    let end = end.min(held.len());
    let start = start.min(end);
    let events: Vec<Value> = held
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(|found| event(&found.entry))
        .collect();
    Ok(json!({
        "events": events,
        "nextForwardToken": format!("f/{end:056}"),
        "nextBackwardToken": format!("b/{start:056}"),
    }))
}

/// The position in a token.
enum Place {
    From(usize),
    Until(usize),
}

fn place(token: &str) -> Result<Place, ServiceError> {
    let (direction, number) = token.split_once('/').unwrap_or_default();
    match (direction, number.parse()) {
        ("f", Ok(start)) => Ok(Place::From(start)),
        ("b", Ok(end)) => Ok(Place::Until(end)),
        _ => Err(invalid("The specified nextToken is invalid.")),
    }
}

fn event(record: &StoredRecord) -> Value {
    let time = record.timestamp.as_millis();
    json!({
        "timestamp": time,
        "message": record.text(),
        "ingestionTime": time,
    })
}
