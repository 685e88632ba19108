//! Notifies queues, topics, functions and `EventBridge` of changes of objects in the embedded S3.
//!
//! Source: docs `notification-content-structure`, `ev-events`, 2026-11.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, UNIX_EPOCH};

use b2bi_local_b2bi::Event;
use b2bi_local_model::Timestamp;
use b2bi_local_objects::{
    NotificationTarget, Notified, ObjectChange, ObjectEvent, RestoredObject, TargetKind,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::app::App;
use crate::event_log::EventBridgeEvent;
use crate::sinks::S3Notification;

const SOURCE: &str = "aws.s3";
/// The characters that are not escaped in the key of a notification.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/');
/// How many events of one millisecond have sequencers of their own.
const IN_A_MILLISECOND: u64 = 4096;

/// Sends the event to all its targets.
pub(crate) fn notify(app: &App, event: &ObjectEvent) {
    let Some(notified) = &event.notified else {
        return;
    };
    if event.change == ObjectChange::Test {
        test(app, event, notified);
        return;
    }
    let facts = Facts::new(app, event, notified);
    for target in &notified.targets {
        if target.kind == TargetKind::EventBridge {
            facts.to_event_bridge(app);
        } else {
            let message = json!({"Records": [facts.record(target)]});
            facts.send(app, target, message);
        }
    }
}

/// Sends S3's test message to each destination, and warns about those that cannot get one.
fn test(app: &App, event: &ObjectEvent, notified: &Notified) {
    let facts = Facts::new(app, event, notified);
    let has_endpoint = app.config.sinks.notifications.is_some();
    for target in &notified.targets {
        let is_bus = target.kind == TargetKind::EventBridge;
        if !is_bus && !has_endpoint {
            let (bucket, arn) = (&event.bucket, &target.arn);
            tracing::warn!(
                bucket,
                arn,
                "notifications will not be delivered: set --upstream or --s3-notifications-endpoint"
            );
        } else if matches!(target.kind, TargetKind::Queue | TargetKind::Topic) {
            let message = json!({
                "Service": "Amazon S3",
                "Event": "s3:TestEvent",
                "Time": facts.time,
                "Bucket": event.bucket,
                "RequestId": facts.sequencer,
                "HostId": facts.sequencer,
            });
            facts.send(app, target, message);
        }
    }
}

/// The facts in the documents about an event.
struct Facts<'a> {
    event: &'a ObjectEvent,
    region: &'a str,
    account: &'a str,
    time: Timestamp,
    sequencer: String,
}

impl<'a> Facts<'a> {
    fn new(app: &'a App, event: &'a ObjectEvent, notified: &'a Notified) -> Self {
        let since = event.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let is_shared = app.config.s3.shared;
        Self {
            event,
            region: &notified.region,
            account: app.account_or((!is_shared).then_some(&event.account)),
            time: app.now(),
            sequencer: app.sequencer.next(since),
        }
    }

    fn send(&self, app: &App, target: &NotificationTarget, message: Value) {
        app.event_log.sinks.notify(S3Notification {
            account: self.account.to_owned(),
            region: self.region.to_owned(),
            kind: target.kind,
            target: target.arn.clone(),
            message,
        });
    }

    fn bucket_arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.event.bucket)
    }

    /// A record of S3's own form.
    fn record(&self, target: &NotificationTarget) -> Value {
        let event = self.event;
        let key = utf8_percent_encode(&event.key, KEPT).to_string();
        let object = self.object(&key.replace("%20", "+"), "eTag", "versionId");
        let ids = json!({"x-amz-request-id": self.sequencer, "x-amz-id-2": self.sequencer});
        let s3 = json!({
            "s3SchemaVersion": "1.0",
            "configurationId": target.configuration_id,
            "bucket": {
                "name": event.bucket,
                "ownerIdentity": {"principalId": self.account},
                "arn": self.bucket_arn(),
            },
            "object": object,
        });
        with_known([
            ("eventVersion", Some("2.1".into())),
            ("eventSource", Some("aws:s3".into())),
            ("awsRegion", Some(self.region.into())),
            ("eventTime", Some(json!(self.time))),
            ("eventName", Some(event.change.name().into())),
            ("userIdentity", Some(json!({"principalId": self.account}))),
            (
                "requestParameters",
                Some(json!({"sourceIPAddress": "127.0.0.1"})),
            ),
            ("responseElements", Some(ids)),
            ("s3", Some(s3)),
            ("glacierEventData", self.restored().map(restore_data)),
        ])
    }

    /// The copy of an archived object, once it can be read.
    fn restored(&self) -> Option<&RestoredObject> {
        let is_done = self.event.change == ObjectChange::RestoreDone;
        self.event.restored.as_deref().filter(|_| is_done)
    }

    /// The object of a document; the forms name two of its members differently.
    fn object(&self, key: &str, etag: &str, version: &str) -> Value {
        let event = self.event;
        let is_restored = matches!(
            event.change,
            ObjectChange::RestoreBegun | ObjectChange::RestoreDone
        );
        let has_size = event.change.is_created() || is_restored;
        let size = has_size.then(|| event.size.into());
        let tag = (!event.etag.is_empty()).then(|| event.etag.as_str().into());
        with_known([
            ("key", Some(key.into())),
            ("size", size),
            (etag, tag),
            (version, event.version_id.as_deref().map(Value::from)),
            ("sequencer", Some(self.sequencer.as_str().into())),
        ])
    }

    /// The detail of an `EventBridge` event, and its resources.
    fn detail(&self) -> (&'static str, Value) {
        let event = self.event;
        let (detail_type, reason, deletion) = words_of(event.change);
        let object = self.object(&event.key, "etag", "version-id");
        let is_restore = detail_type.starts_with("Object Restore");
        let archived = event.restored.as_deref().filter(|_| is_restore);
        let class = archived.map(|archived| archived.storage_class.as_str().into());
        let until = self.restored().map(|copy| json!(time_of(copy)));
        let known = [
            ("version", Some("0".into())),
            ("bucket", Some(json!({"name": event.bucket}))),
            ("object", Some(object)),
            ("request-id", Some(self.sequencer.as_str().into())),
            ("requester", Some(self.account.into())),
            ("source-ip-address", Some("127.0.0.1".into())),
            ("reason", reason.map(Value::from)),
            ("deletion-type", deletion.map(Value::from)),
            ("restore-expiry-time", until),
            ("source-storage-class", class),
        ];
        (detail_type, with_known(known))
    }

    /// Passes the event to the sinks of events, and to the endpoint if none of them is a bus.
    fn to_event_bridge(&self, app: &App) {
        let (detail_type, detail) = self.detail();
        let event = EventBridgeEvent::new(Event {
            job_id: self.sequencer.clone(),
            detail_type,
            source: SOURCE,
            account: self.account.to_owned(),
            time: self.time,
            region: self.region.to_owned(),
            resources: vec![self.bucket_arn()],
            detail,
        });
        let sinks = &app.config.sinks;
        app.event_log.sinks.emit(&event);
        if sinks.event_bridges.is_empty() && sinks.notifications.is_some() {
            let bus = NotificationTarget {
                kind: TargetKind::EventBridge,
                arn: format!(
                    "arn:aws:events:{}:{}:event-bus/default",
                    self.region, self.account
                ),
                configuration_id: String::new(),
            };
            let entry = json!({
                "Time": self.time.as_millis().div_euclid(1000),
                "Source": sinks.source.as_deref().unwrap_or(SOURCE),
                "Resources": [self.bucket_arn()],
                "DetailType": detail_type,
                "Detail": event.event.detail.to_string(),
            });
            self.send(app, &bus, entry);
        }
    }
}

fn time_of(copy: &RestoredObject) -> Timestamp {
    let since = copy.until.duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The part of a record about a completed restore.
fn restore_data(copy: &RestoredObject) -> Value {
    json!({"restoreEventData": {
        "lifecycleRestorationExpiryTime": time_of(copy),
        "lifecycleRestoreStorageClass": copy.storage_class,
    }})
}

/// An object with the members that are present.
fn with_known<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let known = members.into_iter();
    let known = known.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect())
}

/// Makes the sequencers of notifications, which define their order.
#[derive(Debug, Default)]
pub(crate) struct Sequencer(AtomicU64);

impl Sequencer {
    /// A text that is greater than all before, including those before a restart, unless the clock
    /// goes back.
    fn next(&self, since: Duration) -> String {
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let least = millis.saturating_mul(IN_A_MILLISECOND);
        let after = |last: u64| least.max(last.saturating_add(1));
        let before = self
            .0
            .fetch_update(Relaxed, Relaxed, |last| Some(after(last)));
        format!("{:018X}", after(before.unwrap_or_else(|before| before)))
    }
}

/// The type of an `EventBridge` event, the reason, and the kind of a deletion.
fn words_of(change: ObjectChange) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    match change {
        ObjectChange::Put => ("Object Created", Some("PutObject"), None),
        ObjectChange::Post => ("Object Created", Some("POST Object"), None),
        ObjectChange::Copy => ("Object Created", Some("CopyObject"), None),
        ObjectChange::CompleteMultipartUpload => {
            ("Object Created", Some("CompleteMultipartUpload"), None)
        }
        ObjectChange::Delete => (
            "Object Deleted",
            Some("DeleteObject"),
            Some("Permanently Deleted"),
        ),
        ObjectChange::DeleteMarkerCreated => (
            "Object Deleted",
            Some("DeleteObject"),
            Some("Delete Marker Created"),
        ),
        ObjectChange::ExpiryDelete => (
            "Object Deleted",
            Some("Lifecycle Expiration"),
            Some("Permanently Deleted"),
        ),
        ObjectChange::ExpiryMarkerCreated => (
            "Object Deleted",
            Some("Lifecycle Expiration"),
            Some("Delete Marker Created"),
        ),
        ObjectChange::Transition => ("Object Storage Class Changed", None, None),
        ObjectChange::RestoreBegun => ("Object Restore Initiated", None, None),
        ObjectChange::RestoreDone => ("Object Restore Completed", None, None),
        ObjectChange::TagsPut => ("Object Tags Added", None, None),
        ObjectChange::AclPut => ("Object ACL Updated", None, None),
        ObjectChange::TagsDeleted | ObjectChange::Test => ("Object Tags Deleted", None, None),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Sequencer;

    #[test]
    fn sequencers_give_the_order() {
        let sequencer = Sequencer::default();
        let at = |millis| sequencer.next(Duration::from_millis(millis));
        let made = [at(1), at(1), at(0), at(9), at(1_900_000_000_000)];
        assert!(made.is_sorted_by(|one, next| one < next), "{made:?}");
    }
}
