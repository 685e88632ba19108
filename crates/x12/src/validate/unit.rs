//! The current claim, member or payment of a transaction: what a 999 calls the business unit.

use crate::Segment;
use crate::text::decode;

/// The element that identifies the unit in the transactions of a set.
struct Row {
    sets: &'static [&'static str],
    /// The name in CTX01.
    name: &'static str,
    segment: &'static [u8],
    element: usize,
    /// The first element must have this value, unless it is empty.
    qualifier: &'static [u8],
}

const ROWS: [Row; 4] = [
    Row {
        sets: &["837"],
        name: "CLM01",
        segment: b"CLM",
        element: 1,
        qualifier: b"",
    },
    Row {
        sets: &["834"],
        name: "SUBSCRIBER NUMBER REF02",
        segment: b"REF",
        element: 2,
        qualifier: b"0F",
    },
    Row {
        sets: &["820"],
        name: "ENT01",
        segment: b"ENT",
        element: 1,
        qualifier: b"",
    },
    Row {
        sets: &["270", "271", "276", "277", "278"],
        name: "TRN02",
        segment: b"TRN",
        element: 2,
        qualifier: b"",
    },
];

/// The current unit.
#[derive(Default)]
pub(super) struct BusinessUnit {
    row: Option<&'static Row>,
    value: Vec<u8>,
}

impl BusinessUnit {
    /// Begins a transaction; only guides use units.
    pub(super) fn begin(&mut self, set: &[u8], is_guided: bool) {
        let mut rows = ROWS.iter().filter(|_| is_guided);
        self.row = rows.find(|row| row.sets.iter().any(|item| item.as_bytes() == set));
        self.value.clear();
    }

    #[inline]
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        let Some(row) = self.row else { return };
        let id = segment.id();
        if id == row.segment {
            if row.qualifier.is_empty() || segment.value(1) == row.qualifier {
                self.value.clear();
                self.value.extend_from_slice(segment.value(row.element));
            }
        } else if matches!(id, b"HL" | b"INS") {
            self.value.clear();
        }
    }

    /// The name of the element and its value.
    pub(super) fn current(&self) -> Option<(&'static str, Box<str>)> {
        let row = self.row.filter(|_| !self.value.is_empty())?;
        Some((row.name, decode(&self.value).into()))
    }
}
