//! The destinations of notifications, by the configuration of a bucket.
//!
//! Source: docs `EventNotifications`, `notification-how-to-filtering`, 2026-11.

use super::location;
use super::state::Bucket;
use crate::event::{NotificationTarget, Notified, ObjectChange, TargetKind};
use crate::xml::Element;

/// The name of the configuration among those of a bucket.
pub(crate) const NOTIFICATION: &str = "notification";
/// Each kind with its configuration element and its ARN element.
const KINDS: [(TargetKind, &str, &str); 4] = [
    (TargetKind::Queue, "QueueConfiguration", "Queue"),
    (TargetKind::Topic, "TopicConfiguration", "Topic"),
    (
        TargetKind::Function,
        "CloudFunctionConfiguration",
        "CloudFunction",
    ),
    (TargetKind::EventBridge, "EventBridgeConfiguration", ""),
];

impl Bucket {
    /// The destinations for a change of the key.
    pub(crate) fn notified(&self, change: ObjectChange, key: &str) -> Option<Box<Notified>> {
        let document = self.configurations.get(NOTIFICATION)?.as_deref()?;
        let document = Element::read(document.as_bytes())?;
        let children = document.children.iter();
        let targets: Vec<_> = children
            .filter(|configuration| is_meant(configuration, change, key))
            .filter_map(target)
            .collect();
        let region = self.region.as_deref();
        let region = region.map_or(location::DEFAULT_REGION, location::name);
        (!targets.is_empty()).then(|| {
            Box::new(Notified {
                region: region.to_owned(),
                targets,
            })
        })
    }
}

fn target(configuration: &Element) -> Option<NotificationTarget> {
    let mut kinds = KINDS.into_iter();
    let (kind, _, arn) = kinds.find(|(_, name, _)| configuration.name == *name)?;
    let text = |name| configuration.text_of(name).unwrap_or_default().to_owned();
    Some(NotificationTarget {
        kind,
        arn: text(arn),
        configuration_id: text("Id"),
    })
}

/// Whether a configuration applies to the change of the key. All apply to a test, and `EventBridge`
/// gets every event.
fn is_meant(configuration: &Element, change: ObjectChange, key: &str) -> bool {
    if change == ObjectChange::Test || configuration.name == "EventBridgeConfiguration" {
        return true;
    }
    let mut events = configuration.children_named("Event");
    events.any(|event| names(&event.text, change)) && fits(configuration, key)
}

/// Whether the name of an event, which may end with `*`, matches the change.
fn names(event: &str, change: ObjectChange) -> bool {
    let Some(event) = event.strip_prefix("s3:") else {
        return false;
    };
    event
        .strip_suffix('*')
        .map_or(event == change.name(), |kind| {
            change.name().starts_with(kind)
        })
}

fn fits(configuration: &Element, key: &str) -> bool {
    let filter = configuration.child("Filter");
    let rules = filter.and_then(|filter| filter.child("S3Key"));
    let mut rules = rules.into_iter().flat_map(|rules| &rules.children);
    rules.all(|rule| {
        let name = rule.text_of("Name").unwrap_or_default();
        let value = rule.text_of("Value").unwrap_or_default();
        if name.eq_ignore_ascii_case("prefix") {
            key.starts_with(value)
        } else {
            key.ends_with(value)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::{Bucket, NOTIFICATION, ObjectChange};

    const DOCUMENT: &str = "<NotificationConfiguration>\
        <QueueConfiguration><Id>q</Id><Queue>arn:aws:sqs:us-east-1:1:q</Queue>\
        <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:Delete</Event><Filter><S3Key>\
        <FilterRule><Name>Prefix</Name><Value>in/</Value></FilterRule>\
        <FilterRule><Name>suffix</Name><Value>.edi</Value></FilterRule></S3Key></Filter>\
        </QueueConfiguration>\
        <TopicConfiguration><Id>t</Id><Topic>arn:aws:sns:us-east-1:1:t</Topic>\
        <Event>s3:ObjectCreated:Copy</Event></TopicConfiguration>\
        <EventBridgeConfiguration/></NotificationConfiguration>";

    fn check(document: &str, change: ObjectChange, key: &str, expected: &[&str]) {
        let mut bucket = Bucket::new(UNIX_EPOCH, None);
        let document = Some(document.to_owned());
        bucket
            .configurations
            .insert(NOTIFICATION.to_owned(), document);
        let notified = bucket.notified(change, key);
        let targets = notified
            .map(|notified| notified.targets)
            .unwrap_or_default();
        let ids: Vec<_> = targets
            .iter()
            .map(|target| &*target.configuration_id)
            .collect();
        assert_eq!(ids, expected, "{change:?} {key}");
    }

    #[test]
    fn configurations_are_about_events_and_keys() {
        for (change, key, expected) in [
            (ObjectChange::Put, "in/a.edi", &["q", ""][..]),
            (ObjectChange::Put, "in/a.txt", &[""]),
            (ObjectChange::Put, "a.edi", &[""]),
            (ObjectChange::Copy, "in/a.edi", &["q", "t", ""]),
            (ObjectChange::Copy, "a", &["t", ""]),
            (ObjectChange::Delete, "in/a.edi", &["q", ""]),
            (ObjectChange::DeleteMarkerCreated, "in/a.edi", &[""]),
            (ObjectChange::TagsPut, "in/a.edi", &[""]),
            (ObjectChange::Test, "", &["q", "t", ""]),
        ] {
            check(DOCUMENT, change, key, expected);
        }
        check("<NotificationConfiguration/>", ObjectChange::Put, "k", &[]);
    }
}
