//! Reads X12 to find its content, and whether it can be read to its end.

use std::sync::Arc;

use b2bi_local_x12::{Isa, LoopKey, ParallelSink, Place, Position, Segment, Set, Sink};

/// Reads a file's segments without using them: its contents and problems are in the reading.
pub(super) struct EnvelopeOnly;

impl Sink for EnvelopeOnly {
    fn interchange(&mut self, _: &Isa, _: &Position) {}
    fn group(&mut self, _: &Segment<'_>, _: &Position) {}
    fn transaction(&mut self, _: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {}
    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn segment(&mut self, _: &Segment<'_>, _: Place, _: &Position) {}
    fn close(&mut self, _: &Position) {}
    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}

impl ParallelSink for EnvelopeOnly {
    type Worker = Self;
    type Made = ();

    fn workers(&self) -> impl Fn() -> Self + Send + Sync + use<> {
        || Self
    }

    fn begin(_: &mut Self) {}
    fn made(_: &mut Self) {}

    fn problems(_: &Self) -> usize {
        0
    }

    fn accept(&mut self, (): ()) {}
}
