//! Lifecycle rules, read from a bucket's configuration.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::embedded::state::{Bucket, Object};
use crate::embedded::times;
use crate::embedded::versions::Version;
use crate::xml::Element;

/// The name of the configuration among those of a bucket.
pub(super) const LIFECYCLE: &str = "lifecycle";
/// The name of the setting for the minimum size of objects that change their storage class.
pub(super) const LEAST_SIZE: &str = "lifecycle:header";
const DAY: u64 = 24 * 60 * 60;

/// An enabled rule, limited to its expirations and transitions.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) filter: Filter,
    pub(super) expiry: Option<When>,
    pub(super) removes_markers: bool,
    noncurrent: Option<Noncurrent>,
    pub(super) transitions: Vec<(When, String)>,
    noncurrent_transitions: Vec<(Noncurrent, String)>,
    pub(super) upload_days: Option<u64>,
}

/// When an action applies to an object.
#[derive(Clone, Copy)]
pub(super) enum When {
    Days(u64),
    Date(SystemTime),
}

/// When an action applies to a noncurrent version, and how many newer ones are exempt.
#[derive(Clone, Copy)]
struct Noncurrent {
    days: u64,
    newer_versions: usize,
}

/// The objects to which a rule applies.
#[derive(Default)]
pub(super) struct Filter {
    prefix: String,
    tags: Vec<(String, String)>,
    greater_than: Option<u64>,
    less_than: Option<u64>,
}

/// When a number of days since a time is over: at the midnight that follows them.
///
/// Assumption A-283.
pub(super) fn midnight_after(since: SystemTime, days: u64) -> Option<SystemTime> {
    let since = since.duration_since(UNIX_EPOCH).unwrap_or_default();
    let day = (since.as_secs() / DAY)
        .saturating_add(days)
        .saturating_add(1);
    UNIX_EPOCH.checked_add(Duration::from_secs(day.saturating_mul(DAY)))
}

/// Whether a number of days since a time is over.
pub(super) fn is_past(since: SystemTime, days: u64, now: SystemTime) -> bool {
    midnight_after(since, days).is_some_and(|time| time <= now)
}

impl When {
    /// The time of the action for an object made at a time.
    pub(super) fn time(self, made: SystemTime) -> Option<SystemTime> {
        match self {
            Self::Days(days) => midnight_after(made, days),
            Self::Date(date) => Some(date),
        }
    }

    fn of(action: &Element) -> Option<Self> {
        let days = number(action, "Days").map(Self::Days);
        let date = || action.text_of("Date").and_then(read_date).map(Self::Date);
        days.or_else(date)
    }
}

impl Noncurrent {
    fn of(action: &Element) -> Option<Self> {
        let newer = number(action, "NewerNoncurrentVersions").unwrap_or(0);
        Some(Self {
            days: number(action, "NoncurrentDays")?,
            newer_versions: usize::try_from(newer).unwrap_or(usize::MAX),
        })
    }

    /// The time of the action for a version that has been noncurrent since a time, with this many
    /// newer ones.
    fn time(self, since: SystemTime, newer: usize) -> Option<SystemTime> {
        if newer < self.newer_versions {
            return None;
        }
        midnight_after(since, self.days)
    }
}

fn number(action: &Element, name: &str) -> Option<u64> {
    action.text_of(name)?.parse().ok()
}

impl Rule {
    /// When a version expires that is older than this many other noncurrent versions.
    pub(super) fn noncurrent_end(&self, since: SystemTime, newer: usize) -> Option<SystemTime> {
        self.noncurrent?.time(since, newer)
    }

    /// When such a version moves to which storage classes.
    pub(super) fn noncurrent_transitions(
        &self,
        since: SystemTime,
        newer: usize,
    ) -> impl Iterator<Item = (SystemTime, &str)> {
        let transitions = self.noncurrent_transitions.iter();
        transitions.filter_map(move |(when, class)| Some((when.time(since, newer)?, &**class)))
    }

    fn of(rule: &Element) -> Self {
        let expiration = rule.child("Expiration");
        let text = |name| expiration.and_then(|expiration| expiration.text_of(name));
        let uploads = rule.child("AbortIncompleteMultipartUpload");
        let class = |action: &Element| action.text_of("StorageClass").map(str::to_owned);
        let transitions = rule.children_named("Transition");
        let noncurrent_transitions = rule.children_named("NoncurrentVersionTransition");
        Self {
            id: rule.text_of("ID").unwrap_or_default().to_owned(),
            filter: Filter::of(rule),
            expiry: expiration.and_then(When::of),
            removes_markers: text("ExpiredObjectDeleteMarker") == Some("true"),
            noncurrent: rule
                .child("NoncurrentVersionExpiration")
                .and_then(Noncurrent::of),
            transitions: transitions
                .filter_map(|action| Some((When::of(action)?, class(action)?)))
                .collect(),
            noncurrent_transitions: noncurrent_transitions
                .filter_map(|action| Some((Noncurrent::of(action)?, class(action)?)))
                .collect(),
            upload_days: uploads.and_then(|uploads| number(uploads, "DaysAfterInitiation")),
        }
    }
}

fn read_date(text: &str) -> Option<SystemTime> {
    // S3 also accepts a day without a time.
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    times::read(&whole)
}

/// The enabled rules of a bucket.
pub(super) fn rules(bucket: &Bucket) -> Vec<Rule> {
    let document = bucket.configurations.get(LIFECYCLE);
    let document = document.and_then(Option::as_deref);
    let document = document.and_then(|document| Element::read(document.as_bytes()));
    let rules = document
        .iter()
        .flat_map(|document| document.children_named("Rule"));
    let enabled = rules.filter(|rule| rule.text_of("Status") == Some("Enabled"));
    enabled.map(Rule::of).collect()
}

impl Filter {
    fn of(rule: &Element) -> Self {
        let mut filter = Self::default();
        if let Some(prefix) = rule.text_of("Prefix") {
            prefix.clone_into(&mut filter.prefix);
        }
        if let Some(given) = rule.child("Filter") {
            let terms = given.child("And").unwrap_or(given);
            terms.children.iter().for_each(|term| filter.add(term));
        }
        filter
    }

    /// Whether it has size conditions.
    pub(super) fn has_size(&self) -> bool {
        self.greater_than.is_some() || self.less_than.is_some()
    }

    fn add(&mut self, term: &Element) {
        match term.name.as_str() {
            "Prefix" => self.prefix.clone_from(&term.text),
            "Tag" => {
                let text = |name| term.text_of(name).unwrap_or_default().to_owned();
                self.tags.push((text("Key"), text("Value")));
            }
            "ObjectSizeGreaterThan" => self.greater_than = term.text.parse().ok(),
            "ObjectSizeLessThan" => self.less_than = term.text.parse().ok(),
            _ => {}
        }
    }

    pub(super) fn fits(&self, key: &str, version: &Version) -> bool {
        match version {
            Version::Object(object) => self.fits_object(key, object),
            Version::DeleteMarker(_) => self.fits_marker(key),
        }
    }

    pub(super) fn fits_object(&self, key: &str, object: &Object) -> bool {
        let size = object.content.size();
        key.starts_with(&self.prefix)
            && self.tags.iter().all(|tag| object.tags.contains(tag))
            && self.greater_than.is_none_or(|least| size > least)
            && self.less_than.is_none_or(|most| size < most)
    }

    /// Whether it applies to entries without tags and sizes: delete markers and uploads.
    pub(super) fn fits_marker(&self, key: &str) -> bool {
        key.starts_with(&self.prefix)
            && self.tags.is_empty()
            && self.greater_than.is_none()
            && self.less_than.is_none()
    }
}
