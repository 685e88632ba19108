//! The versions, and the sets of each.

use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use super::{Embedded, Set};

static SETS: Embedded = Embedded::new(include_bytes!("../../tables/sets.z"));
static BY_VERSION: [OnceLock<Vec<Entry>>; 5] = [const { OnceLock::new() }; 5];

/// A version of the standard that has tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 004010
    V4010,
    /// 004030
    V4030,
    /// 004050
    V4050,
    /// 004060
    V4060,
    /// 005010
    V5010,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 5] = [
        Self::V4010,
        Self::V4030,
        Self::V4050,
        Self::V4060,
        Self::V5010,
    ];

    /// The four digits, such as `4010`.
    #[must_use]
    pub fn digits(self) -> &'static str {
        match self {
            Self::V4010 => "4010",
            Self::V4030 => "4030",
            Self::V4050 => "4050",
            Self::V4060 => "4060",
            Self::V5010 => "5010",
        }
    }

    /// The version in GS08, also with a guide: `005010X222A1` is 5010.
    #[must_use]
    pub fn of_group(gs08: &[u8]) -> Option<Self> {
        let digits = gs08.strip_prefix(b"00")?.get(..4)?;
        Self::ALL
            .into_iter()
            .find(|version| version.digits().as_bytes() == digits)
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Whether the version is in the mask of a table row.
    pub(crate) fn is_in(self, mask: &str) -> bool {
        mask.parse::<u32>()
            .is_ok_and(|mask| mask & (1 << self.index()) != 0)
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads the four digits.
    ///
    /// # Errors
    /// If no version with tables has these digits.
    fn from_str(digits: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|version| version.digits() == digits)
            .ok_or(())
    }
}

/// A row of the table of sets. Its last column, the confidence in the names of loops, is not read.
pub(crate) struct Row {
    pub(crate) set: &'static str,
    pub(crate) group: &'static str,
    pub(crate) expression: &'static str,
}

pub(crate) struct Entry {
    pub(crate) row: Row,
    pub(crate) table: OnceLock<Arc<Set>>,
}

/// The sets of a version, in order.
pub(crate) fn rows(version: Version) -> &'static [Entry] {
    let parse = || {
        SETS.lines()
            .filter_map(|line| entry(line, version))
            .collect()
    };
    BY_VERSION
        .get(version.index())
        .map_or(&[], |rows| rows.get_or_init(parse))
}

pub(crate) fn row(version: Version, set: &str) -> Option<&'static Entry> {
    let rows = rows(version);
    let at = rows.binary_search_by(|entry| entry.row.set.cmp(set)).ok()?;
    rows.get(at)
}

fn entry(line: &'static str, version: Version) -> Option<Entry> {
    let mut columns = line.split('\t');
    let (set, mask) = (columns.next()?, columns.next()?);
    if !version.is_in(mask) {
        return None;
    }
    let row = Row {
        set,
        group: columns.next()?,
        expression: columns.next()?,
    };
    Some(Entry {
        row,
        table: OnceLock::new(),
    })
}
