//! A bus of `EventBridge`, on AWS or on an emulator.

use std::sync::Arc;

use async_trait::async_trait;
use http::Uri;
use serde_json::{Value, json};

use super::aws::{AwsEndpoint, CallerScope, refused};
use super::http::{Client, shown};
use super::{DeliveryError, Outcome, Sink};
use crate::config::SinksConfig;
use crate::event_log::EventBridgeEvent;

/// The maximum number of entries in a call.
///
/// Source: the service model of `EventBridge`, `PutEvents`.
const MOST: usize = 10;

/// Puts events on the default bus of the account and region that each is about.
pub(super) struct EventBridge {
    endpoint: AwsEndpoint,
    /// The source instead of the events' own.
    source: Option<String>,
}

impl EventBridge {
    pub(super) fn new(client: &Client, url: &Uri, config: &SinksConfig) -> Self {
        let credentials = config.credentials.as_ref();
        Self {
            endpoint: AwsEndpoint::new(client, url, credentials, ("events", "AWSEvents")),
            source: config.source.clone(),
        }
    }

    /// The service assigns its own id, and accepts whole seconds only.
    fn entry(&self, delivery: &EventBridgeEvent) -> Value {
        let event = &delivery.event;
        json!({
            "Time": event.time.as_millis().div_euclid(1000),
            "Source": self.source.as_deref().unwrap_or(event.source),
            "Resources": event.resources,
            "DetailType": event.detail_type,
            "Detail": event.detail.to_string(),
        })
    }

    /// Puts events of one account and region.
    async fn put(&self, deliveries: &[Arc<EventBridgeEvent>]) -> Vec<Outcome> {
        let Some(first) = deliveries.first() else {
            return Vec::new();
        };
        let entries: Vec<Value> = deliveries
            .iter()
            .map(|delivery| self.entry(delivery))
            .collect();
        let input = json!({"Entries": entries});
        match self.endpoint.call(whose(first), "PutEvents", &input).await {
            Ok(reply) => outcomes(&reply, deliveries.len()),
            Err(refusal) => vec![Err(refusal.failure); deliveries.len()],
        }
    }
}

#[async_trait]
impl Sink<EventBridgeEvent> for EventBridge {
    fn name(&self) -> String {
        format!("eventbridge {}", shown(self.endpoint.url()))
    }

    fn most(&self) -> usize {
        MOST
    }

    async fn send(&self, items: &[Arc<EventBridgeEvent>]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(items.len());
        for run in items.chunk_by(|one, other| whose(one) == whose(other)) {
            outcomes.extend(self.put(run).await);
        }
        outcomes
    }
}

fn whose(delivery: &EventBridgeEvent) -> CallerScope<'_> {
    CallerScope {
        account: &delivery.event.account,
        region: &delivery.event.region,
    }
}

/// The outcome of each entry.
pub(super) fn outcomes(reply: &Value, count: usize) -> Vec<Outcome> {
    let entries = reply.get("Entries").and_then(Value::as_array);
    let entries = entries.map(Vec::as_slice).unwrap_or_default();
    let outcome = |at| {
        let text = |entry: &Value, name: &str| {
            let text = entry.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let entry = entries.get(at);
        let entry = entry
            .ok_or_else(|| DeliveryError::retryable("the reply does not mention the event"))?;
        match text(entry, "ErrorCode") {
            None => Ok(()),
            Some(code) => Err(refused(
                &code,
                &text(entry, "ErrorMessage").unwrap_or_default(),
            )),
        }
    };
    (0..count).map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::outcomes;

    #[test]
    fn each_entry_has_an_outcome_of_its_own() {
        let reply = json!({"FailedEntryCount": 2, "Entries": [
            {"EventId": "1"},
            {"ErrorCode": "InternalFailure", "ErrorMessage": "m"},
            {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."},
        ]});
        let event_log: Vec<_> = outcomes(&reply, 4)
            .into_iter()
            .map(|outcome| {
                outcome
                    .err()
                    .map(|error| (error.to_string(), error.is_final))
            })
            .collect();
        let failed = |reason: &str, is_final| Some((reason.to_owned(), is_final));
        assert_eq!(
            event_log,
            [
                None,
                failed("InternalFailure: m", false),
                failed("MalformedDetail: Detail is malformed.", true),
                failed("the reply does not mention the event", false),
            ]
        );
    }
}
