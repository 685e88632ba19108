//! `CloudWatch` Logs, on AWS or on an emulator.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use b2bi_local_b2bi::LogRecord;
use http::Uri;
use serde_json::{Value, json};

use super::aws::{AwsEndpoint, AwsError, CallerScope};
use super::http::{Client, shown};
use super::{DeliveryError, Outcome, Sink};
use crate::config::SinksConfig;

/// How many records are sent together; a call may have 10,000 of 1 MB in all.
///
/// Source: the service model of `CloudWatch` Logs, `PutLogEvents`.
const MOST: usize = 200;
/// The maximum number of streams that are remembered as existing; the service is asked again about
/// others.
const KNOWN: usize = 10_000;

/// Writes records to the service's log groups and streams, which it creates.
pub(super) struct Logs {
    endpoint: AwsEndpoint,
    /// The streams that exist.
    known: Mutex<HashSet<Stream>>,
}

/// A stream, and its account and region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    account: String,
    region: String,
    group: String,
    name: String,
}

impl Logs {
    pub(super) fn new(client: &Client, url: &Uri, config: &SinksConfig) -> Self {
        let credentials = config.credentials.as_ref();
        Self {
            endpoint: AwsEndpoint::new(client, url, credentials, ("logs", "Logs_20140328")),
            known: Mutex::default(),
        }
    }

    /// Puts records of one stream.
    async fn put(&self, records: &[Arc<LogRecord>]) -> Vec<Outcome> {
        let Some(stream) = records.first().map(|first| Stream::of(first)) else {
            return Vec::new();
        };
        match self.put_all(&stream, records).await {
            Ok(reply) => outcomes(&reply, records.len()),
            Err(refusal) => vec![Err(self.explained(&stream, refusal)); records.len()],
        }
    }

    async fn put_all(
        &self,
        stream: &Stream,
        records: &[Arc<LogRecord>],
    ) -> Result<Value, AwsError> {
        if !self.known().contains(stream) {
            self.make(stream).await?;
        }
        let events: Vec<Value> = records.iter().map(|record| event(record)).collect();
        let input = json!({
            "logGroupName": stream.group,
            "logStreamName": stream.name,
            "logEvents": events,
        });
        self.endpoint
            .call(stream.whose(), "PutLogEvents", &input)
            .await
    }

    async fn make(&self, stream: &Stream) -> Result<(), AwsError> {
        let group = json!({"logGroupName": stream.group});
        let named = json!({"logGroupName": stream.group, "logStreamName": stream.name});
        for (operation, input) in [("CreateLogGroup", group), ("CreateLogStream", named)] {
            match self.endpoint.call(stream.whose(), operation, &input).await {
                Err(refusal) if refusal.code != "ResourceAlreadyExistsException" => {
                    return Err(refusal);
                }
                _ => {}
            }
        }
        let mut known = self.known();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(stream.clone());
        Ok(())
    }

    /// A missing stream is created again at the next attempt.
    fn explained(&self, stream: &Stream, refusal: AwsError) -> DeliveryError {
        let is_gone = refusal.code == "ResourceNotFoundException";
        let was_there = is_gone && self.known().remove(stream);
        DeliveryError {
            is_final: refusal.failure.is_final && !was_there,
            ..refusal.failure
        }
    }

    fn known(&self) -> MutexGuard<'_, HashSet<Stream>> {
        // A stream is inserted with one statement; a missing one is created again.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sink<LogRecord> for Logs {
    fn name(&self) -> String {
        format!("logs {}", shown(self.endpoint.url()))
    }

    fn most(&self) -> usize {
        MOST
    }

    async fn send(&self, items: &[Arc<LogRecord>]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(items.len());
        for run in items.chunk_by(|one, other| go_together(one, other)) {
            outcomes.extend(self.put(run).await);
        }
        outcomes
    }
}

impl Stream {
    fn of(record: &LogRecord) -> Self {
        Self {
            account: record.account.clone(),
            region: record.region.clone(),
            group: record.group.clone(),
            name: record.stream.clone(),
        }
    }

    fn whose(&self) -> CallerScope<'_> {
        CallerScope {
            account: &self.account,
            region: &self.region,
        }
    }
}

/// Whether a record may follow another in one call: the service requires one stream, and times in
/// ascending order.
fn go_together(one: &LogRecord, other: &LogRecord) -> bool {
    Stream::of(one) == Stream::of(other) && one.timestamp <= other.timestamp
}

fn event(record: &LogRecord) -> Value {
    json!({
        "timestamp": record.timestamp.as_millis(),
        "message": record.message.to_string(),
    })
}

/// The outcome of each record: the service rejects those that are too old or too new.
fn outcomes(reply: &Value, count: usize) -> Vec<Outcome> {
    let rejected = reply.get("rejectedLogEventsInfo");
    let place = |name: &str| {
        let place = rejected?.get(name)?.as_u64()?;
        usize::try_from(place).ok()
    };
    let old = place("tooOldLogEventEndIndex").max(place("expiredLogEventEndIndex"));
    let new = place("tooNewLogEventStartIndex");
    let outcome = |at| {
        if old.is_some_and(|end| at < end) {
            return Err(DeliveryError::permanent(
                "the record is too old for the endpoint",
            ));
        }
        if new.is_some_and(|start| at >= start) {
            return Err(DeliveryError::permanent(
                "the record is of a time yet to come for the endpoint",
            ));
        }
        Ok(())
    };
    (0..count).map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::outcomes;

    #[test]
    fn records_out_of_time_are_rejected_one_by_one() {
        for (info, expected) in [
            (Value::Null, [true, true, true]),
            (json!({"tooOldLogEventEndIndex": 1}), [false, true, true]),
            (json!({"expiredLogEventEndIndex": 2}), [false, false, true]),
            (json!({"tooNewLogEventStartIndex": 2}), [true, true, false]),
        ] {
            let reply = json!({"rejectedLogEventsInfo": info});
            let arrived: Vec<bool> = outcomes(&reply, 3).iter().map(Result::is_ok).collect();
            assert_eq!(arrived, expected, "{reply}");
        }
    }
}
