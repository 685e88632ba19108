//! The calls that a reader makes, and their arguments.

use std::sync::Arc;

use crate::tables::Set;
use crate::{Isa, Position, Problem, Segment};

/// Receives the parts of an input in their order; a pair of sinks is a sink too.
///
/// Calls are nested: whatever is opened is closed, unless the reading ends with a fatal problem.
pub trait Sink {
    /// An interchange begins.
    fn interchange(&mut self, isa: &Isa, position: &Position);
    /// A functional group begins.
    fn group(&mut self, gs: &Segment<'_>, position: &Position);
    /// A transaction begins; without a table for its set, all its segments are siblings.
    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position);
    /// A loop begins; the segment that opens it follows.
    fn open(&mut self, key: LoopKey<'_>, position: &Position);
    /// A segment in the loop that was opened last.
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position);
    /// The loop that was opened last ends before the segment at `position`.
    fn close(&mut self, position: &Position);
    /// The transaction ends.
    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position);
    /// The group ends; if its GE is missing, the segment has no elements.
    fn group_end(&mut self, ge: &Segment<'_>, position: &Position);
    /// The interchange ends.
    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position);
    /// A segment of an interchange outside of its groups: TA1, ISB or ISE.
    fn control(&mut self, _segment: &Segment<'_>, _position: &Position) {}
    /// The reader found a problem.
    fn problem(&mut self, _problem: &Problem) {}
}

/// The name of a loop's occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopKey<'a> {
    /// The name, such as `HL-2000`.
    pub name: &'a str,
    /// The letter after it.
    pub letter: Option<u8>,
}

/// The place of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The reason for the place.
    pub fit: Fit,
    /// The number of the loop in the set's table: the loop that the segment opens, or that contains
    /// it.
    pub in_loop: u16,
    /// The number of its item, in the loop or, if it opens one, in the parent.
    pub item: u16,
    /// The number of the segment among the set's members.
    pub member: u16,
    /// Bit n is set if the element at position n is a composite.
    pub(crate) composites: u64,
}

/// The reason for a segment's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It opens the loop.
    Opens,
    /// The loop lists it.
    Listed,
    /// No open loop lists it, so it stays in the innermost.
    Stray,
    /// The set has no such segment, so it stays in the innermost loop.
    Unknown,
    /// There is no table for the set.
    NoTable,
}

impl Place {
    pub(crate) const OUTSIDE: Self = Self {
        fit: Fit::NoTable,
        in_loop: 0,
        item: u16::MAX,
        member: u16::MAX,
        composites: 0,
    };

    /// Whether one of the first `elements` elements is a composite in the tables.
    #[inline]
    pub(crate) fn has_composites(&self, elements: usize) -> bool {
        self.composites & ((2 << elements.min(62)) - 1) != 0
    }

    /// Whether the element at `position` is a composite in the tables.
    #[must_use]
    #[inline]
    pub fn is_composite(&self, position: usize) -> bool {
        position < 64 && self.composites & (1 << position) != 0
    }
}
