//! What the service sends in addition to its replies: events and log records.

use b2bi_local_model::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The source of all events.
pub const SOURCE: &str = "aws.b2bi";

/// An event of `EventBridge`; its sink adds an id.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// The job; the detail does not always name it.
    #[serde(skip)]
    pub job_id: String,
    /// The type, such as `Transformation Completed`.
    pub detail_type: &'static str,
    /// [`SOURCE`].
    pub source: &'static str,
    /// The account of the resources.
    pub account: String,
    /// When it happened.
    pub time: Timestamp,
    /// The region of the resources.
    pub region: String,
    /// The ARNs of the resources: transformer, profile, capability, partnership.
    pub resources: Vec<String>,
    /// The details, with keys in kebab case.
    pub detail: Value,
}

/// A record of `CloudWatch` Logs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogRecord {
    /// The account of the log group.
    pub account: String,
    /// The region of the log group.
    pub region: String,
    /// The log group, such as `/aws/vendedlogs/b2bi/default`.
    pub group: String,
    /// The stream within the group.
    pub stream: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The contents.
    pub message: Value,
}

/// Receives events. A call never blocks and never fails: delivery happens elsewhere.
pub trait EventSink: Send + Sync {
    /// Adds an event.
    fn emit(&self, event: Event);
}

/// Receives log records. A call never blocks and never fails.
pub trait RecordSink: Send + Sync {
    /// Adds a record.
    fn record(&self, record: LogRecord);
}

/// Ignores everything.
pub(crate) struct NoopSink;

impl EventSink for NoopSink {
    fn emit(&self, _: Event) {}
}

impl RecordSink for NoopSink {
    fn record(&self, _: LogRecord) {}
}
