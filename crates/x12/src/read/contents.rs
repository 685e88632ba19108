//! The kinds of transaction of an input, counted.

use std::collections::{HashMap, HashSet};

use super::TransactionKind;
use crate::tables::{self, Version};

/// The maximum number of kinds that are listed unconditionally.
///
/// Beyond it, a kind is listed only if it is the first of a set with a table; there are few of
/// those.
const LIMIT: usize = 1_000;

#[derive(Default)]
pub(super) struct Contents {
    kinds: Vec<TransactionKind>,
    /// The index in `kinds`, by GS08 and ST01.
    index: HashMap<(Box<str>, Box<str>), usize>,
    /// The sets with a table that are in `kinds`.
    sets: HashSet<(Version, Box<str>)>,
    /// The kind that was counted last.
    last: usize,
    /// The number of transactions of kinds that are not listed.
    unlisted: u64,
}

impl Contents {
    /// Counts a transaction.
    #[inline]
    pub(super) fn count(&mut self, version: Option<Version>, group_version: &str, set: &str) {
        let last = self.kinds.get_mut(self.last);
        match last.filter(|kind| *kind.set == *set && *kind.group_version == *group_version) {
            Some(kind) => kind.transactions = kind.transactions.saturating_add(1),
            None => self.count_other(version, group_version, set),
        }
    }

    pub(super) fn finish(mut self) -> Vec<TransactionKind> {
        if self.unlisted > 0 {
            self.kinds.push(TransactionKind {
                version: None,
                group_version: Box::default(),
                set: Box::default(),
                transactions: self.unlisted,
            });
        }
        self.kinds
    }

    /// Counts a transaction of a different kind from the one before.
    fn count_other(&mut self, version: Option<Version>, group_version: &str, set: &str) {
        let key = (group_version.into(), set.into());
        if let Some(index) = self.index.get(&key) {
            self.last = *index;
        } else if self.is_listed(version, set) {
            self.last = self.kinds.len();
            self.index.insert(key, self.last);
            self.kinds.push(TransactionKind {
                version,
                group_version: group_version.into(),
                set: set.into(),
                transactions: 0,
            });
        } else {
            self.unlisted = self.unlisted.saturating_add(1);
            return;
        }
        if let Some(kind) = self.kinds.get_mut(self.last) {
            kind.transactions = kind.transactions.saturating_add(1);
        }
    }

    /// Whether to list a new kind.
    fn is_listed(&mut self, version: Option<Version>, set: &str) -> bool {
        let known = version.filter(|version| tables::set(*version, set).is_some());
        let is_first = known.is_some_and(|version| self.sets.insert((version, set.into())));
        is_first || self.kinds.len() < LIMIT
    }
}
