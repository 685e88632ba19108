//! `DescribeLogStreams`.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use serde::Deserialize;
use serde_json::{Value, json};

use super::groups::arn;
use super::{Group, Logs, invalid, page, with_next};

/// The maximum number of streams in a reply.
const MOST: usize = 50;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    #[serde(flatten)]
    group: Group,
    log_stream_name_prefix: Option<String>,
    #[serde(default)]
    order_by: OrderBy,
    #[serde(default)]
    descending: bool,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
enum OrderBy {
    #[default]
    LogStreamName,
    LastEventTime,
}

/// Lists the streams of a group that have records.
pub(super) fn describe(logs: &Logs, scope: &Scope, input: &Input) -> Result<Value, ServiceError> {
    let prefix = input.log_stream_name_prefix.as_deref();
    if prefix.is_some() && input.order_by == OrderBy::LastEventTime {
        return Err(invalid(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let group = input.group.existing(logs, scope)?;
    let mut times: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for record in logs.records(scope, |item| {
        *item.group == *group && prefix.is_none_or(|prefix| item.stream.starts_with(prefix))
    }) {
        let time = record.entry.timestamp.as_millis();
        let (first, last) = times
            .entry(record.entry.stream.into())
            .or_insert((time, time));
        (*first, *last) = (time.min(*first), time.max(*last));
    }
    let mut streams: Vec<(String, (i64, i64))> = times.into_iter().collect();
    if input.order_by == OrderBy::LastEventTime {
        streams.sort_by_key(|(_, (_, last))| *last);
    }
    if input.descending {
        streams.reverse();
    }
    let page = page(&streams, input.next_token.as_deref(), input.limit, MOST)?;
    let described = |(name, (first, last)): &(String, (i64, i64))| {
        json!({
            "logStreamName": name,
            "creationTime": first,
            "firstEventTimestamp": first,
            "lastEventTimestamp": last,
            "lastIngestionTime": last,
            "arn": format!("{}:log-stream:{name}", arn(scope, &group)),
            "storedBytes": 0,
        })
    };
    let found: Vec<Value> = page.items.iter().map(described).collect();
    Ok(with_next(json!({"logStreams": found}), page.next))
}
