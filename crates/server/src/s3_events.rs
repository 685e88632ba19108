//! Notifications of objects in all their formats: S3's own, `EventBridge`'s, and either of them in
//! the envelopes of SQS and SNS, alone or several together.

use b2bi_local_b2bi::Notification;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// How deep envelopes may lie in each other: SQS about SNS about S3 is three, each with a list.
const DEPTH: usize = 12;
const FORMS: &str = "wanted is an S3 notification (Records), an EventBridge event (detail-type \
                     \"Object Created\"), or an SQS or SNS message with one";

/// The contents of a notification.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct S3EventBatch {
    /// The objects that were created.
    pub(crate) created: Vec<CreatedObject>,
    /// How many records are about something else, such as an object that was removed.
    pub(crate) passed_over: usize,
    /// The URL that SNS requires to be visited before it sends notifications.
    pub(crate) to_confirm: Option<String>,
}

/// An object that was created.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CreatedObject {
    bucket: String,
    key: String,
    size: Option<u64>,
    etag: Option<String>,
    occurrence: Option<String>,
}

impl CreatedObject {
    /// The object as the service receives it.
    pub(crate) fn notification(&self) -> Notification<'_> {
        Notification {
            bucket: &self.bucket,
            key: &self.key,
            size: self.size,
            etag: self.etag.as_deref(),
            occurrence: self.occurrence.as_deref(),
        }
    }
}

/// A body that is not a notification of S3.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotificationError {
    #[error("The body is not JSON ({0}); {FORMS}")]
    Body(#[source] serde_json::Error),
    #[error("Envelopes lie too deep in each other")]
    Depth,
    /// The beginning of the actual contents.
    #[error("This is not a notification about an object: {0}; {FORMS}")]
    Form(String),
    #[error("The message in the envelope is not JSON: {message}; {FORMS}")]
    Message {
        /// The beginning of the message.
        message: String,
        source: serde_json::Error,
    },
    /// The beginning of the record.
    #[error("A record has no eventName: {0}")]
    EventName(String),
    #[error("The event \"{kind}\" of {origin:?} is not of aws.s3; {FORMS}")]
    Origin {
        /// The type of the event.
        kind: String,
        /// The source that it names.
        origin: String,
    },
    #[error("A record about a created object names no bucket or no key")]
    Names,
}

impl S3EventBatch {
    /// Reads a notification, or several.
    ///
    /// # Errors
    ///
    /// The actual value, and the expected one.
    pub(crate) fn read(body: &[u8]) -> Result<Self, NotificationError> {
        let value = serde_json::from_slice(body);
        let value = value.map_err(NotificationError::Body)?;
        let mut batch = Self::default();
        batch.any(&value, DEPTH)?;
        Ok(batch)
    }

    fn any(&mut self, value: &Value, depth: usize) -> Result<(), NotificationError> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(NotificationError::Depth);
        };
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let list = |name: &str| value.get(name).and_then(Value::as_array);
        if let Some(items) = value.as_array() {
            return items.iter().try_for_each(|item| self.any(item, depth));
        }
        if let Some(items) = list("Records").or_else(|| list("Messages")) {
            return items.iter().try_for_each(|item| self.any(item, depth));
        }
        if let Some(message) = text("Body")
            .or_else(|| text("body"))
            .or_else(|| text("Message"))
        {
            return match text("Type") {
                Some("SubscriptionConfirmation") => {
                    self.to_confirm = text("SubscribeURL").map(str::to_owned);
                    self.passed_over += 1;
                    Ok(())
                }
                _ => self.enclosed(message, depth),
            };
        }
        if let Some(inner) = value.get("Sns") {
            return self.any(inner, depth);
        }
        if value.get("s3").is_some() {
            return self.record(value);
        }
        if value.get("detail-type").is_some() {
            return self.event(value);
        }
        if text("Event") == Some("s3:TestEvent") {
            self.passed_over += 1;
            return Ok(());
        }
        Err(NotificationError::Form(shown(value)))
    }

    fn enclosed(&mut self, message: &str, depth: usize) -> Result<(), NotificationError> {
        let value = serde_json::from_str(message);
        let value = value.map_err(|source| {
            let message = shown(&Value::from(message));
            NotificationError::Message { message, source }
        })?;
        self.any(&value, depth)
    }

    /// A record of S3's own form; `MinIO` writes `s3:` before the event's name.
    fn record(&mut self, record: &Value) -> Result<(), NotificationError> {
        let name = record.get("eventName").and_then(Value::as_str);
        let name = name.ok_or_else(|| NotificationError::EventName(shown(record)))?;
        let name = name.strip_prefix("s3:").unwrap_or(name);
        if !name.starts_with("ObjectCreated:") {
            self.passed_over += 1;
            return Ok(());
        }
        let object = record.pointer("/s3/object");
        let time = record.get("eventTime").and_then(Value::as_str);
        let mut created = created(record.pointer("/s3/bucket/name"), object, "eTag", time)?;
        let spaced = created.key.replace('+', " ");
        created.key = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
        self.created.push(created);
        Ok(())
    }

    /// An event of `EventBridge`, whose keys are not encoded.
    fn event(&mut self, event: &Value) -> Result<(), NotificationError> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("source") != "aws.s3" {
            return Err(NotificationError::Origin {
                kind: text("detail-type").to_owned(),
                origin: text("source").to_owned(),
            });
        }
        if text("detail-type") != "Object Created" {
            self.passed_over += 1;
            return Ok(());
        }
        let object = event.pointer("/detail/object");
        let bucket = event.pointer("/detail/bucket/name");
        let id = event.get("id").and_then(Value::as_str);
        self.created.push(created(bucket, object, "etag", id)?);
        Ok(())
    }
}

/// An object of either form; `otherwise` distinguishes writes that have no sequencer.
fn created(
    bucket: Option<&Value>,
    object: Option<&Value>,
    etag: &str,
    otherwise: Option<&str>,
) -> Result<CreatedObject, NotificationError> {
    let text = |name: &str| {
        object
            .and_then(|object| object.get(name))
            .and_then(Value::as_str)
    };
    let bucket = bucket.and_then(Value::as_str);
    let (Some(bucket), Some(key)) = (bucket, text("key")) else {
        return Err(NotificationError::Names);
    };
    Ok(CreatedObject {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        size: object
            .and_then(|object| object.get("size"))
            .and_then(Value::as_u64),
        etag: text(etag).map(|text| text.trim_matches('"').to_owned()),
        occurrence: text("sequencer").or(otherwise).map(str::to_owned),
    })
}

/// The beginning of a body, for the error message.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CreatedObject, S3EventBatch};

    fn record(name: &str) -> Value {
        json!({"Records": [{
            "eventName": name, "eventTime": "2026-03-01T09:30:00.123Z",
            "s3": {"bucket": {"name": "orders"},
                   "object": {"key": "in/a+b%2Bc.edi", "size": 7, "eTag": "e", "sequencer": "01"}},
        }]})
    }

    fn event(kind: &str) -> Value {
        json!({
            "id": "1", "source": "aws.s3", "detail-type": kind,
            "detail": {"bucket": {"name": "orders"}, "object": {
                "key": "in/a b+c.edi", "size": 7, "etag": "e", "sequencer": "01"}},
        })
    }

    fn created() -> CreatedObject {
        CreatedObject {
            bucket: "orders".to_owned(),
            key: "in/a b+c.edi".to_owned(),
            size: Some(7),
            etag: Some("e".to_owned()),
            occurrence: Some("01".to_owned()),
        }
    }

    fn check(body: &Value, created_count: usize, passed_over: usize) {
        let batch = S3EventBatch::read(body.to_string().as_bytes());
        let expected = S3EventBatch {
            created: (0..created_count).map(|_| created()).collect(),
            passed_over,
            to_confirm: None,
        };
        assert_eq!(batch.unwrap(), expected, "{body}");
    }

    #[test]
    fn every_form_is_read() {
        for plain in [
            record("ObjectCreated:Put"),
            record("s3:ObjectCreated:CompleteMultipartUpload"),
            event("Object Created"),
        ] {
            let text = plain.to_string();
            let topic = json!({"Type": "Notification", "Message": text});
            check(&plain, 1, 0);
            check(&json!([plain, plain]), 2, 0);
            check(&topic, 1, 0);
            for body in [&text, &topic.to_string()] {
                check(&json!({"Body": body}), 1, 0);
                check(&json!({"Messages": [{"Body": body}, {"Body": body}]}), 2, 0);
                check(
                    &json!({"Records": [{"eventSource": "aws:sqs", "body": body}]}),
                    1,
                    0,
                );
            }
            check(
                &json!({"Records": [{"EventSource": "aws:sns", "Sns": topic}]}),
                1,
                0,
            );
        }
    }

    #[test]
    fn what_is_about_something_else_is_passed_over() {
        check(&record("ObjectRemoved:Delete"), 0, 1);
        check(&event("Object Deleted"), 0, 1);
        check(
            &json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
            0,
            1,
        );
        check(&json!({"Records": []}), 0, 0);
        let wanted = json!({"Type": "SubscriptionConfirmation", "Message": "You have chosen",
                            "SubscribeURL": "https://sns/?Action=ConfirmSubscription"});
        let batch = S3EventBatch::read(wanted.to_string().as_bytes()).unwrap();
        let url = Some("https://sns/?Action=ConfirmSubscription");
        assert_eq!((batch.to_confirm.as_deref(), batch.created.len()), (url, 0));
    }

    #[test]
    fn writings_without_a_sequencer_are_distinguished_too() {
        let mut record = record("ObjectCreated:Put");
        let mut event = event("Object Created");
        for (whole, object, expected) in [
            (
                &mut record,
                "/Records/0/s3/object",
                Some("2026-03-01T09:30:00.123Z"),
            ),
            (&mut event, "/detail/object", Some("1")),
        ] {
            let object = whole.pointer_mut(object).and_then(Value::as_object_mut);
            object.unwrap().remove("sequencer");
            let batch = S3EventBatch::read(whole.to_string().as_bytes()).unwrap();
            assert_eq!(batch.created[0].occurrence.as_deref(), expected);
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_word() {
        let mut deep = json!([]);
        for _ in 0..20 {
            deep = json!([deep]);
        }
        for (body, expected) in [
            ("", "The body is not JSON"),
            (
                "1",
                "This is not a notification about an object: 1; wanted is",
            ),
            (
                "{\"a\": 1}",
                "This is not a notification about an object: {\"a\":1}; wanted is",
            ),
            (
                "{\"Message\": \"hello\"}",
                "The message in the envelope is not JSON: \"hello\"",
            ),
            (
                "{\"detail-type\": \"EC2\"}",
                "The event \"EC2\" of \"\" is not of aws.s3",
            ),
            ("{\"Records\": [{\"s3\": {}}]}", "A record has no eventName"),
            (
                "{\"Records\": [{\"s3\": {}, \"eventName\": \"ObjectCreated:Put\"}]}",
                "A record about a created object names no bucket",
            ),
            (&deep.to_string(), "Envelopes lie too deep"),
        ] {
            let error = S3EventBatch::read(body.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{body}: {error}");
        }
    }
}
