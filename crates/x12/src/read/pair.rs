//! Two sinks at once, and a sink that may be absent.

use std::sync::Arc;

use super::{LoopKey, ParallelSink, Place, Sink};
use crate::tables::Set;
use crate::{Isa, Position, Problem, Segment};

impl<A: Sink, B: Sink> Sink for (A, B) {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.0.interchange(isa, position);
        self.1.interchange(isa, position);
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.0.group(gs, position);
        self.1.group(gs, position);
    }

    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position) {
        self.0.transaction(st, set, position);
        self.1.transaction(st, set, position);
    }

    #[inline]
    fn open(&mut self, key: LoopKey<'_>, position: &Position) {
        self.0.open(key, position);
        self.1.open(key, position);
    }

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        self.0.segment(segment, place, position);
        self.1.segment(segment, place, position);
    }

    #[inline]
    fn close(&mut self, position: &Position) {
        self.0.close(position);
        self.1.close(position);
    }

    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position) {
        self.0.transaction_end(se, position);
        self.1.transaction_end(se, position);
    }

    fn group_end(&mut self, ge: &Segment<'_>, position: &Position) {
        self.0.group_end(ge, position);
        self.1.group_end(ge, position);
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position) {
        self.0.interchange_end(iea, position);
        self.1.interchange_end(iea, position);
    }

    fn control(&mut self, segment: &Segment<'_>, position: &Position) {
        self.0.control(segment, position);
        self.1.control(segment, position);
    }

    fn problem(&mut self, problem: &Problem) {
        self.0.problem(problem);
        self.1.problem(problem);
    }
}

/// Without a sink, the calls have no effect.
impl<S: Sink> Sink for Option<S> {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        if let Some(sink) = self {
            sink.interchange(isa, position);
        }
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.group(gs, position);
        }
    }

    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position) {
        if let Some(sink) = self {
            sink.transaction(st, set, position);
        }
    }

    #[inline]
    fn open(&mut self, key: LoopKey<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.open(key, position);
        }
    }

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        if let Some(sink) = self {
            sink.segment(segment, place, position);
        }
    }

    #[inline]
    fn close(&mut self, position: &Position) {
        if let Some(sink) = self {
            sink.close(position);
        }
    }

    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.transaction_end(se, position);
        }
    }

    fn group_end(&mut self, ge: &Segment<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.group_end(ge, position);
        }
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.interchange_end(iea, position);
        }
    }

    fn control(&mut self, segment: &Segment<'_>, position: &Position) {
        if let Some(sink) = self {
            sink.control(segment, position);
        }
    }

    fn problem(&mut self, problem: &Problem) {
        if let Some(sink) = self {
            sink.problem(problem);
        }
    }
}

impl<A: ParallelSink, B: ParallelSink> ParallelSink for (A, B) {
    type Worker = (A::Worker, B::Worker);
    type Made = (A::Made, B::Made);

    fn workers(&self) -> impl Fn() -> Self::Worker + Send + Sync + use<A, B> {
        let (first, second) = (self.0.workers(), self.1.workers());
        move || (first(), second())
    }

    fn begin(worker: &mut Self::Worker) {
        A::begin(&mut worker.0);
        B::begin(&mut worker.1);
    }

    fn made(worker: &mut Self::Worker) -> Self::Made {
        (A::made(&mut worker.0), B::made(&mut worker.1))
    }

    fn problems(worker: &Self::Worker) -> usize {
        A::problems(&worker.0).saturating_add(B::problems(&worker.1))
    }

    fn accept(&mut self, made: Self::Made) {
        self.0.accept(made.0);
        self.1.accept(made.1);
    }
}
