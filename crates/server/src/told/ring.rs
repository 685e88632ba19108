//! The latest entries of an endless list, each with its number.

use std::collections::VecDeque;

use serde::Serialize;

/// An entry and its place in the list, from 1.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Numbered<T> {
    pub(crate) number: u64,
    #[serde(flatten)]
    pub(crate) entry: T,
}

/// The latest entries; the oldest makes room for the newest.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    size: usize,
    /// The number of the latest entry; clearing does not start anew.
    latest: u64,
    entries: VecDeque<Numbered<T>>,
}

impl<T: Clone> Ring<T> {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            size,
            latest: 0,
            entries: VecDeque::new(),
        }
    }

    pub(crate) fn push(&mut self, entry: T) {
        self.latest += 1;
        self.entries.push_back(Numbered {
            number: self.latest,
            entry,
        });
        if self.entries.len() > self.size {
            self.entries.pop_front();
        }
    }

    /// The number of the latest entry, and the first `limit` that fit of those after `since`.
    pub(crate) fn find(
        &self,
        since: u64,
        limit: usize,
        fits: impl Fn(&T) -> bool,
    ) -> (u64, Vec<Numbered<T>>) {
        let found = self.entries.iter().filter(|it| it.number > since);
        let found = found.filter(|it| fits(&it.entry)).take(limit);
        (self.latest, found.cloned().collect())
    }

    pub(crate) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.entries).len()
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;

    #[test]
    fn the_oldest_makes_room_and_numbers_go_on() {
        let mut ring = Ring::new(3);
        for letter in ["a", "b", "a", "b", "a"] {
            ring.push(letter);
        }
        let numbers = |ring: &Ring<&str>, since, limit, letter| {
            let (latest, found) = ring.find(since, limit, |it| *it == letter);
            let numbers: Vec<u64> = found.iter().map(|it| it.number).collect();
            (latest, numbers)
        };
        assert_eq!(numbers(&ring, 0, 9, "a"), (5, vec![3, 5]));
        assert_eq!(numbers(&ring, 0, 1, "a"), (5, vec![3]));
        assert_eq!(numbers(&ring, 3, 9, "a"), (5, vec![5]));
        assert_eq!(ring.clear(), 3);
        ring.push("b");
        assert_eq!(numbers(&ring, 0, 9, "b"), (6, vec![6]));
    }

    #[test]
    fn a_ring_of_nothing_keeps_nothing() {
        let mut ring = Ring::new(0);
        ring.push("a");
        let (latest, found) = ring.find(0, 9, |_| true);
        assert_eq!((latest, found.len()), (1, 0));
    }
}
