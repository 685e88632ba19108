//! The storage classes that lifecycle rules give to objects.
//!
//! Source: docs `lifecycle-transition-general-considerations`, 2026-11; several transitions that
//! are due at once are Assumption A-286.

use std::time::SystemTime;

use super::rule::{LEAST_SIZE, Rule};
use crate::embedded::state::{Bucket, Object};

/// The storage classes in order; objects move only to later ones.
const CLASSES: [&str; 7] = [
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// Smaller objects are not moved, unless the rule has size conditions.
const LEAST_BYTES: u64 = 128 << 10;
/// The setting with which small objects move to [`ARCHIVES`].
const VARIES: &str = "varies_by_storage_class";
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// The transitions of a bucket that may be due.
pub(super) struct Transitions<'a> {
    rules: &'a [Rule],
    now: SystemTime,
    archives_small: bool,
}

impl<'a> Transitions<'a> {
    pub(super) fn new(bucket: &Bucket, rules: &'a [Rule], now: SystemTime) -> Self {
        let setting = bucket.configurations.get(LEAST_SIZE);
        let setting = setting.and_then(Option::as_deref);
        Self {
            rules,
            now,
            archives_small: setting == Some(VARIES),
        }
    }

    /// The class to which a current object moves; `None` if it is already there.
    pub(super) fn class(&self, key: &str, object: &Object) -> Option<String> {
        let made = object.last_modified;
        self.last_due(key, object, |rule| {
            let transitions = rule.transitions.iter();
            let timed = transitions.filter_map(|(when, class)| Some((when.time(made)?, &**class)));
            timed.collect()
        })
    }

    /// The class to which a noncurrent object moves.
    pub(super) fn noncurrent_class(
        &self,
        key: &str,
        object: &Object,
        since: SystemTime,
        newer: usize,
    ) -> Option<String> {
        self.last_due(key, object, |rule| {
            rule.noncurrent_transitions(since, newer).collect()
        })
    }

    fn last_due(
        &self,
        key: &str,
        object: &Object,
        transitions: impl Fn(&'a Rule) -> Vec<(SystemTime, &'a str)>,
    ) -> Option<String> {
        let rank = |class: &str| CLASSES.iter().position(|known| *known == class);
        let present = rank(object.headers.storage_class_listed())?;
        let rules = self.rules.iter();
        let fitting = rules.filter(|rule| rule.filter.fits_object(key, object));
        let due = fitting.flat_map(|rule| {
            let due = transitions(rule).into_iter();
            due.filter(|(time, class)| *time <= self.now && self.takes_size(rule, object, class))
        });
        let due = due.filter_map(|(_, class)| Some((rank(class)?, class)));
        let (_, class) = due.filter(|(rank, _)| *rank > present).max()?;
        Some(class.to_owned())
    }

    fn takes_size(&self, rule: &Rule, object: &Object, class: &str) -> bool {
        object.content.size() >= LEAST_BYTES
            || rule.filter.has_size()
            || (self.archives_small && ARCHIVES.contains(&class))
    }
}
