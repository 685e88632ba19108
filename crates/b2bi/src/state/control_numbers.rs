//! Control numbers: counters that documents and acknowledgements share.
//!
//! ISA13 counts for a sender and a receiver (ISA05 and ISA06, ISA07 and ISA08), GS06 for a kind of
//! group between two applications (GS01, GS02, GS03). A number is taken just before its file is
//! written, when everything else has succeeded, and returned if the write fails. So no two files
//! have the same number, and the next file of the pair fills the gap.

use std::collections::BTreeSet;

use b2bi_local_x12::{FirstControlNumbers, ReceivedInterchanges, read};
use serde::{Deserialize, Serialize};

use crate::state::Table;

/// The greatest control number; after it comes 1.
///
/// Source: X12 elements I12 and 28.
const LAST: u64 = 999_999_999;

/// The maximum number of counters of an account in a region; beyond it, the oldest starts again.
const COUNTERS: usize = 100_000;

/// The counters in the state of an account and region.
pub(crate) struct ControlNumbers<'s>(pub(crate) &'s mut Table<Counter>);

/// The numbers of one pair, or of one kind of group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Counter {
    next: u64,
    /// Numbers that were taken and returned.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    returned: BTreeSet<u64>,
}

/// The first numbers of unused counters.
///
/// Source: Assumption A-74.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstNumbers {
    pub(crate) interchange: u64,
    pub(crate) group: u64,
    pub(crate) transaction: u64,
}

/// The counters that a file advances: one for each of its interchanges, one for each of its groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CounterKeys {
    interchanges: Vec<String>,
    groups: Vec<String>,
}

/// The numbers of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileNumbers {
    counted: CounterKeys,
    interchange: u64,
    group: u64,
    transaction: u64,
}

impl FirstNumbers {
    /// All from 1.
    pub(crate) const FIRST: Self = Self {
        interchange: 1,
        group: 1,
        transaction: 1,
    };

    /// The numbers of a draft, which are never visible.
    pub(crate) fn numbers(self) -> FirstControlNumbers {
        FirstControlNumbers {
            interchange: self.interchange,
            group: self.group,
            transaction: self.transaction,
        }
    }
}

impl CounterKeys {
    /// The counters of a file that is written except for its numbers.
    pub(crate) fn of(x12: &[u8]) -> Self {
        let (received, _) = read(x12, ReceivedInterchanges::new());
        let mut counted = Self {
            interchanges: Vec::new(),
            groups: Vec::new(),
        };
        for (isa, groups) in received.envelopes() {
            let field = |position| String::from_utf8_lossy(isa.field(position));
            let sides = [5, 6, 7, 8].map(|position| field(position).trim().to_owned());
            counted.interchanges.push(key("ISA", &sides));
            let of_group = |[kind, sender, receiver, ..]: &[String; 8]| {
                key(
                    "GS",
                    &[kind, sender, receiver].map(|item| item.trim().to_owned()),
                )
            };
            counted.groups.extend(groups.map(of_group));
        }
        counted
    }
}

impl FileNumbers {
    /// The numbers in the type of the X12 writer.
    pub(crate) fn numbers(&self) -> FirstControlNumbers {
        FirstControlNumbers {
            interchange: self.interchange,
            group: self.group,
            transaction: self.transaction,
        }
    }
}

impl ControlNumbers<'_> {
    /// Takes the numbers for a file.
    pub(crate) fn take(&mut self, counted: CounterKeys, starts: FirstNumbers) -> FileNumbers {
        FileNumbers {
            interchange: self.take_run(&counted.interchanges, starts.interchange),
            group: self.take_run(&counted.groups, starts.group),
            transaction: starts.transaction,
            counted,
        }
    }

    /// Returns the numbers of a file that was not written.
    pub(crate) fn release(&mut self, taken: &FileNumbers) {
        self.release_run(&taken.counted.interchanges, taken.interchange);
        self.release_run(&taken.counted.groups, taken.group);
    }

    /// Takes consecutive numbers for these counters, and returns the first.
    ///
    /// Returned numbers are used only for a single number. If counters differ, the run begins where
    /// all of them can continue.
    fn take_run(&mut self, keys: &[String], start: u64) -> u64 {
        if let [key] = keys
            && let Some(returned) = self.change(key, start, |item| item.returned.pop_first())
        {
            return returned;
        }
        let known = keys.iter().filter_map(|key| self.0.get(key));
        let mut first = known.map(|known| known.next).max().unwrap_or(start);
        let length = keys.len() as u64;
        // A restored state may have any number here.
        if first.saturating_add(length) > LAST + 1 {
            first = 1;
        }
        for (key, number) in keys.iter().zip(first..) {
            self.change(key, start, |item| item.next = after(number));
        }
        first
    }

    fn release_run(&mut self, keys: &[String], first: u64) {
        for (key, number) in keys.iter().zip(first..) {
            self.change(key, number, |item| item.release(number));
        }
    }

    /// Changes a counter, and creates it if it does not exist.
    fn change<T>(&mut self, key: &str, start: u64, change: impl FnOnce(&mut Counter) -> T) -> T {
        if let Some(counter) = self.0.get_mut(key) {
            return change(counter);
        }
        let mut counter = Counter {
            next: start,
            returned: BTreeSet::new(),
        };
        let changed = change(&mut counter);
        self.0.insert(key.to_owned(), counter);
        while self.0.len() > COUNTERS && self.0.remove_first_if(|_| true).is_some() {}
        changed
    }
}

impl Counter {
    /// Returns a number; the last ones are as if they had never been taken.
    fn release(&mut self, number: u64) {
        self.returned.insert(number);
        while let Some(last) = self.returned.last().copied()
            && after(last) == self.next
        {
            self.returned.remove(&last);
            self.next = last;
        }
    }
}

fn after(number: u64) -> u64 {
    if number >= LAST { 1 } else { number + 1 }
}

/// `ISA|ZZ|US|01|THEM`
fn key(level: &str, parts: &[String]) -> String {
    format!("{level}|{}", parts.join("|"))
}

#[cfg(test)]
mod tests {
    use super::{COUNTERS, ControlNumbers, CounterKeys, FileNumbers, FirstNumbers, LAST};
    use crate::state::Table;

    fn counted(interchanges: &[&str], groups: &[&str]) -> CounterKeys {
        CounterKeys {
            interchanges: interchanges.iter().map(ToString::to_string).collect(),
            groups: groups.iter().map(ToString::to_string).collect(),
        }
    }

    fn numbers(taken: &FileNumbers) -> (u64, u64) {
        (taken.interchange, taken.group)
    }

    #[test]
    fn each_pair_counts_for_itself_from_its_start() {
        let mut table = Table::default();
        let mut all = ControlNumbers(&mut table);
        let starts = FirstNumbers {
            interchange: 7,
            ..FirstNumbers::FIRST
        };
        let mut take = |isa, gs| numbers(&all.take(counted(&[isa], &[gs]), starts));
        assert_eq!(take("a", "x"), (7, 1));
        assert_eq!(take("a", "y"), (8, 1));
        assert_eq!(take("b", "x"), (7, 2));
    }

    #[test]
    fn what_is_given_back_is_the_next() {
        let mut table = Table::default();
        let mut all = ControlNumbers(&mut table);
        let mut taken: Vec<FileNumbers> = Vec::new();
        for _ in 0..4 {
            taken.push(all.take(counted(&["a"], &["x"]), FirstNumbers::FIRST));
        }
        let mut release = |nth: usize| {
            if let Some(taken) = taken.get(nth) {
                all.release(taken);
            }
        };
        release(1);
        release(3);
        let next = |all: &mut ControlNumbers<'_>| {
            numbers(&all.take(counted(&["a"], &["x"]), FirstNumbers::FIRST))
        };
        assert_eq!(
            [next(&mut all), next(&mut all), next(&mut all)],
            [(2, 2), (4, 4), (5, 5)]
        );
    }

    #[test]
    fn a_file_with_several_parts_has_numbers_in_a_row() {
        let mut table = Table::default();
        let mut all = ControlNumbers(&mut table);
        let first = all.take(counted(&["a", "a"], &["x", "y", "x"]), FirstNumbers::FIRST);
        let second = all.take(counted(&["a"], &["y"]), FirstNumbers::FIRST);
        assert_eq!((numbers(&first), numbers(&second)), ((1, 1), (3, 3)));
        all.release(&second);
        all.release(&first);
        let third = all.take(counted(&["a"], &["y"]), FirstNumbers::FIRST);
        assert_eq!(numbers(&third), (1, 2));
    }

    #[test]
    fn after_the_greatest_number_comes_the_first() {
        let mut table = Table::default();
        let mut all = ControlNumbers(&mut table);
        let starts = FirstNumbers {
            interchange: LAST,
            ..FirstNumbers::FIRST
        };
        let mut take = || all.take(counted(&["a"], &[]), starts).interchange;
        assert_eq!([take(), take(), take()], [LAST, 1, 2]);
    }

    #[test]
    fn of_too_many_counters_the_oldest_begins_anew() {
        let mut table = Table::default();
        let mut all = ControlNumbers(&mut table);
        let mut take = |key: &str| {
            all.take(counted(&[key], &[]), FirstNumbers::FIRST)
                .interchange
        };
        for number in 0..COUNTERS {
            take(&number.to_string());
        }
        assert_eq!((take("0"), take("1"), take("one more")), (2, 2, 1));
        assert_eq!((take("1"), take("0")), (3, 1));
        assert_eq!(table.len(), COUNTERS);
    }

    #[test]
    fn an_envelope_tells_what_counts() {
        let x12 = b"ISA*00*          *00*          *ZZ*US             *01*THEM           *260101*0900*U*00401*000000001*0*P*:~\
            GS*PO*A*B*20260101*0900*1*X*004010~ST*850*0001~SE*2*0001~GE*1*1~IEA*1*000000001~";
        let expected = counted(&["ISA|ZZ|US|01|THEM"], &["GS|PO|A|B"]);
        assert_eq!(CounterKeys::of(x12), expected);
    }
}
