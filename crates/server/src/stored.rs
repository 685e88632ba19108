//! The stored form of events and log records: members that filters use, and the rest as JSON text, which
//! takes a quarter of the memory.

use b2bi_local_b2bi::LogRecord;
use b2bi_local_model::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::event_log::EventBridgeEvent;

/// An event in the list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredEvent {
    pub(crate) job_id: Box<str>,
    #[serde(skip)]
    pub(crate) account: Box<str>,
    #[serde(skip)]
    pub(crate) region: Box<str>,
    #[serde(skip)]
    pub(crate) detail_type: &'static str,
    #[serde(skip)]
    pub(crate) trading_partner_id: Option<Box<str>>,
    /// The event as `EventBridge` delivers it.
    event: Box<RawValue>,
}

impl StoredEvent {
    /// Writes the event, which is about a file of this trading partner.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub(crate) fn new(
        delivery: &EventBridgeEvent,
        trading_partner_id: Option<Box<str>>,
    ) -> serde_json::Result<Self> {
        let event = &delivery.event;
        Ok(Self {
            job_id: event.job_id.as_str().into(),
            account: event.account.as_str().into(),
            region: event.region.as_str().into(),
            detail_type: event.detail_type,
            trading_partner_id,
            event: to_raw_value(delivery)?,
        })
    }
}

/// A log record in the list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredRecord {
    pub(crate) account: Box<str>,
    pub(crate) region: Box<str>,
    pub(crate) group: Box<str>,
    pub(crate) stream: Box<str>,
    pub(crate) timestamp: Timestamp,
    message: Box<RawValue>,
}

impl StoredRecord {
    /// Writes the message of a record.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub(crate) fn new(record: LogRecord) -> serde_json::Result<Self> {
        Ok(Self {
            message: to_raw_value(&record.message)?,
            account: record.account.into(),
            region: record.region.into(),
            group: record.group.into(),
            stream: record.stream.into(),
            timestamp: record.timestamp,
        })
    }

    /// The message as CloudWatch Logs shows it.
    pub(crate) fn text(&self) -> &str {
        self.message.get()
    }
}

#[cfg(test)]
mod tests {
    use b2bi_local_b2bi::LogRecord;
    use b2bi_local_model::Timestamp;
    use serde_json::{Value, json};

    use super::StoredRecord;

    #[test]
    fn a_stored_record_reads_as_the_record() {
        let messages = [
            json!({"z": {"b": [1, 2.50, null], "a": "é\"\n"}, "a": -0.0}),
            json!("text"),
            Value::Null,
        ];
        for message in messages {
            let record = LogRecord {
                account: "1".to_owned(),
                region: "r".to_owned(),
                group: "g".to_owned(),
                stream: "s".to_owned(),
                timestamp: Timestamp::from_millis(1500),
                message,
            };
            let stored = StoredRecord::new(record.clone()).unwrap();
            assert_eq!(stored.text(), record.message.to_string());
            assert_eq!(json!(stored), json!(record));
            let written = serde_json::to_string(&stored).unwrap();
            let read: Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read, json!(record));
        }
    }
}
