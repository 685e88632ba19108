//! What the service has told: the latest events and log records, for whoever asks.

mod ring;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_b2bi::{Announcer, Event, Ids, LogRecord, Records};
use serde::Serialize;
use tokio::sync::watch;

use crate::machine::uuid;
use ring::Ring;

pub(crate) use ring::Numbered;

/// The events and the log records of all accounts, each the latest so many.
pub(crate) struct Told {
    ids: Arc<dyn Ids>,
    events: Mutex<Ring<Announced>>,
    records: Mutex<Ring<LogRecord>>,
    /// Changes with each event; what it holds is whether the server is about to stop.
    news: watch::Sender<bool>,
}

/// An event as `EventBridge` delivers it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    version: &'static str,
    id: String,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// A delivery in the list, and the job that it is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Announced {
    pub(crate) job_id: String,
    #[serde(rename = "event")]
    pub(crate) delivery: Delivery,
}

impl Told {
    /// Keeps `size` events and as many records at most; 0 keeps none.
    pub(crate) fn new(size: usize, ids: Arc<dyn Ids>) -> Self {
        Self {
            ids,
            events: Mutex::new(Ring::new(size)),
            records: Mutex::new(Ring::new(size)),
            news: watch::Sender::new(false),
        }
    }

    /// The number of the latest event, and the first `limit` that fit of those after `since`.
    pub(crate) fn events(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&Announced) -> bool,
    ) -> (u64, Vec<Numbered<Announced>>) {
        locked(&self.events).find(since, limit, fits)
    }

    /// The number of the latest record, and the first `limit` that fit of those after `since`.
    pub(crate) fn records(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&LogRecord) -> bool,
    ) -> (u64, Vec<Numbered<LogRecord>>) {
        locked(&self.records).find(since, limit, fits)
    }

    /// Changes with each event to come. It holds whether the server is about to stop: who waits for
    /// events then waits no longer.
    pub(crate) fn news(&self) -> watch::Receiver<bool> {
        self.news.subscribe()
    }

    /// How many wait for events now.
    pub(crate) fn followers(&self) -> usize {
        self.news.receiver_count()
    }

    /// Sends those home who wait for events.
    pub(crate) fn stop(&self) {
        self.news.send_replace(true);
    }

    /// Forgets every event, and tells how many there were.
    pub(crate) fn clear_events(&self) -> usize {
        locked(&self.events).clear()
    }

    /// Forgets every record, and tells how many there were.
    pub(crate) fn clear_records(&self) -> usize {
        locked(&self.records).clear()
    }
}

impl Announcer for Told {
    fn announce(&self, event: Event) {
        let delivery = Delivery {
            version: "0",
            id: uuid(self.ids.bits()),
            event,
        };
        locked(&self.events).push(Announced {
            job_id: delivery.event.job_id.clone(),
            delivery,
        });
        self.news.send_modify(|_| ());
    }
}

impl Records for Told {
    fn record(&self, record: LogRecord) {
        locked(&self.records).push(record);
    }
}

/// What goes in goes in with one statement, so a poisoned lock holds whole entries.
fn locked<T>(ring: &Mutex<T>) -> MutexGuard<'_, T> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}
