//! Sinks: the destinations of events and log records.
//!
//! Each destination is a [`Sink`]; a [`DeliveryQueue`] passes it the items, retries failed ones,
//! and keeps the dead letters.

mod aws;
mod delivery_queue;
mod event_bridge;
mod file;
mod http;
mod logs;
mod notifications;
mod sink_status;
mod webhook;

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::LogRecord;
use b2bi_local_panics::Panics;

use crate::clock::ServerClock;
use crate::config::SinksConfig;
use crate::event_log::EventBridgeEvent;

pub(crate) use delivery_queue::DeliveryQueue;
pub(crate) use notifications::S3Notification;
pub(crate) use sink_status::{DeadLetter, SinkCounts};

/// A destination of items of a kind.
#[async_trait]
trait Sink<T>: Send + Sync {
    /// Its kind and destination, such as `webhook http://127.0.0.1:8000/events`.
    fn name(&self) -> String;

    /// The maximum number of items that are sent together.
    fn most(&self) -> usize;

    /// Sends items, the oldest first, and returns the outcome of each in the same order.
    async fn send(&self, items: &[Arc<T>]) -> Vec<Outcome>;
}

/// The outcome of an item.
type Outcome = Result<(), DeliveryError>;

/// Why an item was not delivered.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
struct DeliveryError {
    #[source]
    reason: Arc<dyn Error + Send + Sync>,
    /// Whether it would be the same another time.
    is_final: bool,
}

impl DeliveryError {
    /// It may succeed later.
    fn retryable(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            reason: Arc::from(reason.into()),
            is_final: false,
        }
    }

    /// It would be the same another time.
    fn permanent(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            reason: Arc::from(reason.into()),
            is_final: true,
        }
    }
}

/// The sinks of a server.
pub(crate) struct Sinks {
    pub(crate) events: Vec<DeliveryQueue<EventBridgeEvent>>,
    pub(crate) records: Vec<DeliveryQueue<LogRecord>>,
    /// One at most: `None` if objects are elsewhere.
    pub(crate) notifications: Vec<DeliveryQueue<S3Notification>>,
}

/// A sink cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SinkSetupError {
    #[error("events-file: {} cannot be written to: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{0}: SSL_CERT_FILE names a file of certificates to trust")]
    Trust(#[source] io::Error),
}

impl Sinks {
    /// Sets up the sinks that are configured. It must be called on a runtime.
    ///
    /// # Errors
    ///
    /// A file cannot be written, or there are no trusted certificates for an address with TLS.
    pub(crate) fn open(
        config: &SinksConfig,
        clock: &Arc<ServerClock>,
        panics: &Arc<Panics>,
    ) -> Result<Self, SinkSetupError> {
        let mut events: Vec<Box<dyn Sink<EventBridgeEvent>>> = Vec::new();
        for path in &config.files {
            events.push(Box::new(file::File::open(path)?));
        }
        let client = http::Client::new(config.urls()).map_err(SinkSetupError::Trust)?;
        for url in &config.webhooks {
            events.push(Box::new(webhook::Webhook::new(&client, url)));
        }
        for url in &config.event_bridges {
            events.push(Box::new(event_bridge::EventBridge::new(
                &client, url, config,
            )));
        }
        let mut records: Vec<Box<dyn Sink<LogRecord>>> = Vec::new();
        for url in &config.logs {
            records.push(Box::new(logs::Logs::new(&client, url, config)));
        }
        let notifications: Box<dyn Sink<S3Notification>> =
            Box::new(notifications::Notifications::new(&client, config));
        let attempts = config.attempts;
        let events = events.into_iter();
        let records = records.into_iter();
        Ok(Self {
            events: events
                .map(|events| DeliveryQueue::start(events, clock, panics, attempts))
                .collect(),
            records: records
                .map(|records| DeliveryQueue::start(records, clock, panics, attempts))
                .collect(),
            notifications: vec![DeliveryQueue::start(notifications, clock, panics, attempts)],
        })
    }

    /// Passes an event to every sink of events, without waiting.
    pub(crate) fn emit(&self, delivery: &EventBridgeEvent) {
        offer(&self.events, delivery);
    }

    /// Passes a log record to every sink of log records, without waiting.
    pub(crate) fn record(&self, record: &LogRecord) {
        offer(&self.records, record);
    }

    /// Queues a notification of S3, and does not wait for it.
    pub(crate) fn notify(&self, notification: S3Notification) {
        offer(&self.notifications, &notification);
    }

    /// Waits until every item accepted so far has been tried, including those that wait for a
    /// retry.
    pub(crate) async fn flush(&self) {
        for delivery_queue in &self.events {
            delivery_queue.flush().await;
        }
        for delivery_queue in &self.records {
            delivery_queue.flush().await;
        }
        for delivery_queue in &self.notifications {
            delivery_queue.flush().await;
        }
    }

    /// Drops the dead letters of all sinks.
    pub(crate) fn clear_dead_letters(&self) {
        for delivery_queue in &self.events {
            delivery_queue.forget();
        }
        for delivery_queue in &self.records {
            delivery_queue.forget();
        }
        for delivery_queue in &self.notifications {
            delivery_queue.forget();
        }
    }

    /// Counts from 0 again; what waits to be sent still counts as that.
    pub(crate) fn reset_counts(&self) {
        self.events.iter().for_each(DeliveryQueue::reset_counts);
        self.records.iter().for_each(DeliveryQueue::reset_counts);
        let notifications = self.notifications.iter();
        notifications.for_each(DeliveryQueue::reset_counts);
    }

    /// The outcome of all items, for each sink.
    pub(crate) fn sink_counts(&self) -> Vec<SinkCounts> {
        let events = self.events.iter().map(DeliveryQueue::sink_counts);
        let notifications = self.notifications.iter().map(DeliveryQueue::sink_counts);
        events
            .chain(self.records.iter().map(DeliveryQueue::sink_counts))
            .chain(notifications)
            .collect()
    }
}

fn offer<T: Clone + Send + Sync + 'static>(queues: &[DeliveryQueue<T>], item: &T) {
    if queues.is_empty() {
        return;
    }
    let item = Arc::new(item.clone());
    for delivery_queue in queues {
        delivery_queue.offer(&item);
    }
}
