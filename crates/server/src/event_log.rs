//! The event log: the latest events and log records, and the sinks that receive them.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use b2bi_local_b2bi::{Event, EventSink, LogRecord, RecordSink};
use b2bi_local_calibrate::Facts;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::ring::{Numbered, Ring};
use crate::sinks::{DeliveryQueue, Sinks};
use crate::stored::{StoredEvent, StoredRecord};
use crate::system::Uuid;

/// The detail that names a trading partner.
const PARTNER: &str = "trading-partner-id";
/// The detail that differs when a job is run again.
const END: &str = "end-timestamp";

/// The latest events and log records of all accounts.
pub(crate) struct EventLog {
    events: Mutex<Ring<Numbered<StoredEvent>>>,
    records: Mutex<Ring<Numbered<StoredRecord>>>,
    /// Changes with each event; its value says whether the server is about to stop.
    news: watch::Sender<bool>,
    pub(crate) sinks: Sinks,
    /// Fields as a recording of AWS has them.
    facts: OnceLock<Facts>,
}

/// An event as `EventBridge` delivers it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventBridgeEvent {
    version: &'static str,
    id: String,
    #[serde(flatten)]
    pub(crate) event: Event,
}

impl EventBridgeEvent {
    /// The event with its derived id.
    pub(crate) fn new(event: Event) -> Self {
        Self {
            version: "0",
            id: id(&event),
            event,
        }
    }
}

impl EventLog {
    /// Keeps at most `size` events and records each; 0 keeps none. The sinks get all of them.
    pub(crate) fn new(size: usize, sinks: Sinks) -> Self {
        Self {
            events: Mutex::new(Ring::new(size)),
            records: Mutex::new(Ring::new(size)),
            news: watch::Sender::new(false),
            sinks,
            facts: OnceLock::new(),
        }
    }

    /// Gives events and records from now on the fields of a recording of AWS.
    pub(crate) fn use_facts(&self, facts: &Facts) {
        // They are set once, at the start.
        let _ = self.facts.set(facts.clone());
    }

    /// The number of the latest event, and the first `limit` that fit of those after `since`.
    pub(crate) fn events(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&StoredEvent) -> bool,
    ) -> (u64, Vec<Numbered<StoredEvent>>) {
        locked(&self.events).find(since, limit, fits)
    }

    /// The number of the latest record, and the first `limit` that fit of those after `since`.
    pub(crate) fn records(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&StoredRecord) -> bool,
    ) -> (u64, Vec<Numbered<StoredRecord>>) {
        locked(&self.records).find(since, limit, fits)
    }

    /// Changes with each new event. Its value says whether the server is about to stop, so that
    /// waiting clients stop waiting.
    pub(crate) fn news(&self) -> watch::Receiver<bool> {
        self.news.subscribe()
    }

    /// How many wait for events now.
    pub(crate) fn followers(&self) -> usize {
        self.news.receiver_count()
    }

    /// Ends the waiting of those who wait for events.
    pub(crate) fn stop(&self) {
        self.news.send_replace(true);
    }

    /// Removes all events, and returns how many there were.
    pub(crate) fn clear_events(&self) -> usize {
        locked(&self.events).take().len()
    }

    /// Removes all records, and returns how many there were.
    pub(crate) fn clear_records(&self) -> usize {
        locked(&self.records).take().len()
    }
}

impl EventLog {
    /// Removes every event and notification of S3, including those that are queued for a sink;
    /// numbers start at 1 again.
    pub(crate) fn reset_events(&self) {
        self.sinks.events.iter().for_each(DeliveryQueue::discard);
        let notifications = self.sinks.notifications.iter();
        notifications.for_each(DeliveryQueue::discard);
        locked(&self.events).reset();
        self.news.send_modify(|_| ());
    }

    /// Removes every record, including those that are queued for a sink; numbers start at 1 again.
    pub(crate) fn reset_records(&self) {
        self.sinks.records.iter().for_each(DeliveryQueue::discard);
        locked(&self.records).reset();
    }
}

impl EventSink for EventLog {
    fn emit(&self, event: Event) {
        let partner = event.detail.get(PARTNER).and_then(Value::as_str);
        let partner = partner.map(Box::from);
        let mut delivery = EventBridgeEvent::new(event);
        if let Some(facts) = self.facts.get() {
            facts.change_event(&mut delivery.event.detail);
        }
        self.sinks.emit(&delivery);
        match StoredEvent::new(&delivery, partner) {
            Ok(entry) => {
                locked(&self.events).push(|number| Numbered { number, entry });
                self.news.send_modify(|_| ());
            }
            Err(error) => tracing::error!(%error, "an event cannot be stored"),
        }
    }
}

impl RecordSink for EventLog {
    fn record(&self, mut record: LogRecord) {
        if let Some(facts) = self.facts.get() {
            facts.change_log_record(&mut record.message);
        }
        self.sinks.record(&record);
        match StoredRecord::new(record) {
            Ok(entry) => {
                locked(&self.records).push(|number| Numbered { number, entry });
            }
            Err(error) => tracing::error!(%error, "a log record cannot be stored"),
        }
    }
}

/// The id is derived from the job and the event, so a job that is run again after a crash sends the
/// same events with the same ids.
fn id(event: &Event) -> String {
    let mut hash = Sha256::new();
    for text in [&event.job_id, event.detail_type] {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let details = event.detail.as_object().into_iter().flatten();
    for (key, value) in details.filter(|(key, _)| *key != END) {
        hash.update(format!("{key}\0{value}\0").as_bytes());
    }
    let bits = hash.finalize();
    let bits = bits.iter().take(16);
    Uuid::of(bits.fold(0, |bits, byte| bits << 8 | u128::from(*byte))).to_string()
}

/// An entry is inserted in one statement, so a poisoned lock contains complete entries.
fn locked<T>(ring: &Mutex<T>) -> MutexGuard<'_, T> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use b2bi_local_b2bi::Event;
    use b2bi_local_model::Timestamp;
    use serde_json::{Value, json};

    use super::id;

    fn event(job: &str, detail_type: &'static str, detail: Value) -> Event {
        Event {
            job_id: job.to_owned(),
            detail_type,
            source: "aws.b2bi",
            account: "111122223333".to_owned(),
            time: Timestamp::default(),
            region: "us-east-1".to_owned(),
            resources: Vec::new(),
            detail,
        }
    }

    #[test]
    fn the_id_depends_on_the_content_and_not_on_the_time() {
        let first = id(&event(
            "tj-1",
            "A",
            json!({"split": 1, "end-timestamp": "1"}),
        ));
        let again = id(&event(
            "tj-1",
            "A",
            json!({"split": 1, "end-timestamp": "2"}),
        ));
        assert_eq!(first, again);
        for (job, detail_type, detail) in [
            ("tj-2", "A", json!({"split": 1})),
            ("tj-1", "B", json!({"split": 1})),
            ("tj-1", "A", json!({"split": 2})),
        ] {
            assert_ne!(first, id(&event(job, detail_type, detail)));
        }
    }
}
