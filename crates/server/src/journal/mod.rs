//! The journal: the latest API requests, in the order in which they ended, and the faults of jobs.

mod entry;
mod expectation;
mod filter;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

pub(crate) use entry::short;
pub use entry::{Entry, Fault, FaultedJob, Kind};
pub(crate) use expectation::{Expectation, ExpectationError};
pub(crate) use filter::{Filter, FilterError};

use crate::ring::Ring;
use crate::system::Uuid;

/// The latest entries; the oldest is replaced by the newest.
#[derive(Debug)]
pub(crate) struct Journal {
    size: usize,
    ring: Mutex<Ring<Entry>>,
    /// Changes with each entry while there are subscribers; its value says whether the server is
    /// about to stop.
    news: watch::Sender<bool>,
}

impl Journal {
    /// A journal of at most `size` entries; 0 keeps none and costs nothing.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size,
            ring: Mutex::new(Ring::new(size)),
            news: watch::Sender::new(false),
        }
    }

    /// The maximum number of entries.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Whether any entries are kept.
    pub(crate) fn is_on(&self) -> bool {
        self.size > 0
    }

    /// Keeps an entry and gives it its number.
    pub(crate) fn push(&self, mut entry: Entry) {
        let mut ring = self.ring();
        let oldest = ring.push(|number| {
            entry.number = number;
            entry
        });
        // The entry that is evicted is freed after the lock is released.
        drop(ring);
        drop(oldest);
        // Later subscribers look at the entries first.
        if self.news.receiver_count() > 0 {
            self.news.send_modify(|_| ());
        }
    }

    /// Changes with each new entry. Its value says whether the server is about to stop.
    pub(crate) fn news(&self) -> watch::Receiver<bool> {
        self.news.subscribe()
    }

    /// Ends the streams of those who follow.
    pub(crate) fn stop(&self) {
        self.news.send_replace(true);
    }

    /// Notes that the reply to a request has not reached its client.
    pub(crate) fn undelivered(&self, request_id: Uuid) {
        let mut ring = self.ring();
        if let Some(entry) = ring.latest_mut(|entry| entry.request_id == Some(request_id)) {
            entry.status = None;
        }
    }

    /// The number of the latest entry, and the entries that fit, oldest first.
    pub(crate) fn find(&self, filter: &Filter) -> (u64, Vec<Entry>) {
        self.find_first(filter, usize::MAX)
    }

    /// The number of the latest entry, and the first `limit` entries that fit, oldest first.
    pub(crate) fn find_first(&self, filter: &Filter, limit: usize) -> (u64, Vec<Entry>) {
        let ring = self.ring();
        let found = ring.iter().filter(|entry| filter.accepts(entry));
        (ring.latest(), found.take(limit).cloned().collect())
    }

    /// Removes all entries, and returns how many there were.
    pub(crate) fn clear(&self) -> usize {
        let entries = self.ring().take();
        entries.len()
    }

    /// Removes every entry, and numbers later ones from 1 again.
    pub(crate) fn reset(&self) {
        self.ring().reset();
        self.news.send_modify(|_| ());
    }

    fn ring(&self) -> MutexGuard<'_, Ring<Entry>> {
        // An entry is added in one statement, so a poisoned lock contains complete ones.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Filter, Journal};

    fn numbers(journal: &Journal, filter: &str) -> Vec<u64> {
        let filter = Filter::from_query(filter).unwrap();
        let (_, entries) = journal.find(&filter);
        entries.iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn the_oldest_makes_room_and_numbers_go_on() {
        let journal = Journal::new(3);
        for _ in 0..5 {
            journal.push(Entry::default());
        }
        assert_eq!(numbers(&journal, ""), [3, 4, 5]);
        assert_eq!(numbers(&journal, "since=4"), [5]);
        assert_eq!(journal.clear(), 3);
        journal.push(Entry::default());
        assert_eq!(numbers(&journal, ""), [6]);
    }

    #[test]
    fn entries_are_found_by_any_of_their_fields() {
        let journal = Journal::new(9);
        for (operation, status, executed) in [
            ("GetProfile", Some(200), 1),
            ("ListProfiles", Some(503), 0),
            ("ListProfiles", None, 2),
        ] {
            journal.push(Entry {
                operation,
                status,
                executed,
                invocation_id: status.map(|status| format!("call-{status}")),
                ..Entry::default()
            });
        }
        for (filter, expected) in [
            ("operation=List*", &[2, 3][..]),
            ("operation=GetProfile&status=200", &[1]),
            ("status=5*", &[2]),
            ("status=none", &[3]),
            ("executed=true", &[1, 3]),
            ("executed=false", &[2]),
            ("executed=2", &[3]),
            ("invocation=call-5%30%33", &[2]),
            ("account=x", &[]),
        ] {
            assert_eq!(numbers(&journal, filter), expected, "{filter}");
        }
        for filter in ["operatoin=x", "since=x", "operation"] {
            assert!(Filter::from_query(filter).is_err(), "{filter}");
        }
    }
}
