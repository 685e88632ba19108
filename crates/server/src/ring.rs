//! A bounded list of the latest entries.

use std::collections::VecDeque;
use std::mem;

use serde::Serialize;

/// The latest entries; the oldest is replaced by the newest.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    size: usize,
    /// The number of the latest entry; the first is 1, and clearing does not start again.
    latest: u64,
    entries: VecDeque<T>,
}

/// An entry and its place in the list, from 1.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Numbered<T> {
    pub(crate) number: u64,
    #[serde(flatten)]
    pub(crate) entry: T,
}

impl<T> Ring<T> {
    /// A ring of at most `size` entries; 0 keeps none.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size,
            latest: 0,
            entries: VecDeque::new(),
        }
    }

    /// Adds the entry made from its number, and returns the one that it replaces.
    pub(crate) fn push(&mut self, entry: impl FnOnce(u64) -> T) -> Option<T> {
        self.latest += 1;
        let is_full = self.entries.len() >= self.size;
        let oldest = is_full.then(|| self.entries.pop_front()).flatten();
        if self.size > 0 {
            self.entries.push_back(entry(self.latest));
        }
        oldest
    }

    /// Takes all entries, and numbers later ones from 1 again.
    pub(crate) fn reset(&mut self) {
        self.latest = 0;
        self.entries.clear();
    }

    /// The number of the latest entry.
    pub(crate) fn latest(&self) -> u64 {
        self.latest
    }

    /// The entries, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter()
    }

    /// The latest entry that fits, to be changed.
    pub(crate) fn latest_mut(&mut self, fits: impl Fn(&T) -> bool) -> Option<&mut T> {
        self.entries.iter_mut().rev().find(|entry| fits(entry))
    }

    /// Takes all entries out, oldest first.
    pub(crate) fn take(&mut self) -> VecDeque<T> {
        mem::take(&mut self.entries)
    }
}

impl<T: Clone> Ring<Numbered<T>> {
    /// The number of the latest entry, and the first `limit` that fit of those after `since`.
    pub(crate) fn find(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&T) -> bool,
    ) -> (u64, Vec<Numbered<T>>) {
        let found = self.iter().filter(|item| item.number > since);
        let found = found.filter(|found| fits(&found.entry)).take(limit);
        (self.latest, found.cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbered, Ring};

    fn push(ring: &mut Ring<Numbered<&'static str>>, entry: &'static str) -> Option<u64> {
        let oldest = ring.push(|number| Numbered { number, entry });
        oldest.map(|oldest| oldest.number)
    }

    #[test]
    fn the_oldest_makes_room_and_numbers_go_on() {
        let mut ring = Ring::new(3);
        let made_room = ["a", "b", "a", "b", "a"].map(|letter| push(&mut ring, letter));
        assert_eq!(made_room, [None, None, None, Some(1), Some(2)]);
        let numbers = |ring: &Ring<Numbered<&str>>, since, limit, letter| {
            let (latest, found) = ring.find(since, limit, |item| *item == letter);
            let numbers: Vec<u64> = found.iter().map(|found| found.number).collect();
            (latest, numbers)
        };
        assert_eq!(numbers(&ring, 0, 9, "a"), (5, vec![3, 5]));
        assert_eq!(numbers(&ring, 0, 1, "a"), (5, vec![3]));
        assert_eq!(numbers(&ring, 3, 9, "a"), (5, vec![5]));
        assert_eq!(ring.take().len(), 3);
        push(&mut ring, "b");
        assert_eq!(numbers(&ring, 0, 9, "b"), (6, vec![6]));
    }

    #[test]
    fn a_ring_of_nothing_keeps_nothing() {
        let mut ring = Ring::new(0);
        assert_eq!(push(&mut ring, "a"), None);
        assert_eq!((ring.latest(), ring.iter().count()), (1, 0));
    }
}
