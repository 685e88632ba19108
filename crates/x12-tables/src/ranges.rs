//! Ranges of a file that can be read by several readers.

use std::sync::Arc;

use b2bi_local_x12::{Isa, LoopKey, Place, Position, Reader, Segment, Set, Sink};

use crate::context::Origin;

/// A range of a file: it begins at the file's beginning or at a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Where it begins, and what the reader must know about the text before it.
    pub origin: Origin,
    /// The byte at which it ends.
    pub end: u64,
}

/// Finds ranges of about this size in a file that arrives in pieces.
///
/// The rows of all ranges together are those of the file. A file that is wrapped at a length, or
/// whose delimiters have several bytes, is one range.
pub struct RangeFinder {
    reader: Reader<Starts>,
    length: u64,
}

impl RangeFinder {
    /// Finds ranges of at least this many bytes, except for the last.
    #[must_use]
    pub fn new(size: u64) -> Self {
        let starts = Starts {
            size: size.max(1),
            ..Starts::default()
        };
        Self {
            reader: Reader::new(starts),
            length: 0,
        }
    }

    /// Reads the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.length = self.length.saturating_add(bytes.len() as u64);
        self.reader.push(bytes);
    }

    /// Ends the file.
    #[must_use]
    pub fn finish(self) -> Vec<Range> {
        let (starts, _) = self.reader.finish();
        let mut origins = vec![Origin::default()];
        if !starts.is_one_range {
            origins.extend(starts.found);
        }
        let is_part = origins.len() > 1;
        for origin in &mut origins {
            origin.is_part = is_part;
        }
        let ends = origins.iter().skip(1).map(|origin| origin.byte);
        let ends: Vec<u64> = ends.chain([self.length]).collect();
        let ranges = origins.into_iter().zip(ends);
        ranges.map(|(origin, end)| Range { origin, end }).collect()
    }
}

/// Notes where transactions begin that are far enough from one another.
#[derive(Default)]
struct Starts {
    size: u64,
    isa: Vec<u8>,
    gs: Vec<u8>,
    terminator: u8,
    element: u8,
    last: u64,
    /// The transaction before has no SE: its rows are complete only when the next one begins.
    is_cut: bool,
    /// The number in its interchange of the segment after the last one that was read. A segment that was
    /// left out depends on the one after it, so no range begins there.
    next: u32,
    found: Vec<Origin>,
    is_one_range: bool,
}

impl Sink for Starts {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        let delimiters = isa.delimiters();
        (self.terminator, self.element) = (delimiters.terminator, delimiters.element);
        // A wrapped file has no lines, and its bytes are counted without the breaks.
        let is_wide = isa.delimiter_bytes().iter().any(|bytes| bytes.len() > 1);
        self.is_one_range |= is_wide || position.line == 0;
        self.isa = b"ISA".to_vec();
        for field in 1..=16 {
            self.isa.push(self.element);
            self.isa.extend_from_slice(isa.field(field));
        }
        self.isa.push(self.terminator);
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.gs = gs.bytes().to_vec();
        self.gs.push(self.terminator);
        self.next = position.segment_in_interchange.saturating_add(1);
    }

    fn transaction(&mut self, _: &Segment<'_>, _: Option<&Arc<Set>>, position: &Position) {
        let is_cut = std::mem::replace(&mut self.is_cut, false);
        let is_next = position.segment_in_interchange == self.next;
        if is_cut || !is_next || position.byte.saturating_sub(self.last) < self.size {
            return;
        }
        self.last = position.byte;
        self.found.push(Origin {
            head: [&*self.isa, &*self.gs].concat(),
            byte: position.byte,
            interchange: position.interchange,
            group: position.group,
            transaction: position.transaction,
            segment_in_interchange: position.segment_in_interchange,
            is_part: false,
        });
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn segment(&mut self, _: &Segment<'_>, _: Place, _: &Position) {}
    fn close(&mut self, _: &Position) {}
    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position) {
        self.is_cut = !se.is_in_input();
        self.next = position.segment_in_interchange.saturating_add(1);
    }
    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}
