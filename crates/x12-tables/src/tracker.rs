//! Follows the envelope and the loops, and passes on each segment of the input with them.

use std::sync::Arc;

use b2bi_local_x12::{Isa, LoopKey, Place, Position, Segment, Set, Sink};

use crate::context::{Context, Loops, Origin};
use crate::schema::{Elements, Value};

/// One segment of the input.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Isa(&'a Isa),
    Envelope(&'a Segment<'a>),
    Body(&'a Segment<'a>, Place),
}

impl<'a> Part<'a> {
    /// The identifier as in the input, and the elements.
    pub(crate) fn split(self) -> (&'a [u8], Elements<'a>) {
        match self {
            Self::Isa(isa) => (b"ISA", Elements::Isa(isa)),
            Self::Envelope(segment) | Self::Body(segment, _) => Elements::of(segment),
        }
    }
}

/// Takes the segments of an input.
pub(crate) trait SegmentSink {
    /// Takes one, at a place in the file.
    fn take(&mut self, context: &Context, loops: &Loops, position: &Position, part: Part<'_>);
}

/// A sink that passes on segments.
pub(crate) struct Tracker<T> {
    context: Context,
    loops: Loops,
    pub(crate) take: T,
}

impl<T: SegmentSink> Tracker<T> {
    pub(crate) fn new(file: &str, origin: Origin, take: T) -> Self {
        Self {
            context: Context::new(file, origin),
            loops: Loops::default(),
            take,
        }
    }

    #[inline]
    fn part(&mut self, position: &Position, part: Part<'_>) {
        let origin = &self.context.origin;
        if !origin.is_head(position) {
            let place = origin.place(position);
            self.take.take(&self.context, &self.loops, &place, part);
        }
    }

    fn envelope(&mut self, segment: &Segment<'_>, position: &Position) {
        if segment.is_in_input() {
            self.part(position, Part::Envelope(segment));
        }
    }
}

impl<T: SegmentSink> Sink for Tracker<T> {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.context.interchange(isa);
        self.part(position, Part::Isa(isa));
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.context.group(gs);
        self.envelope(gs, position);
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, position: &Position) {
        self.context.transaction(st);
        self.loops.clear();
        self.envelope(st, position);
    }

    fn open(&mut self, key: LoopKey<'_>, position: &Position) {
        self.loops.open(key, position);
    }

    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        self.part(position, Part::Body(segment, place));
    }

    fn close(&mut self, _: &Position) {
        self.loops.close();
    }

    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position) {
        self.envelope(se, position);
        self.context.transaction_end();
    }

    fn group_end(&mut self, ge: &Segment<'_>, position: &Position) {
        self.envelope(ge, position);
        self.context.group_end();
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position) {
        self.envelope(iea, position);
    }

    fn control(&mut self, segment: &Segment<'_>, position: &Position) {
        self.envelope(segment, position);
    }
}

/// A row of segments or of elements: the place of a segment, and what follows it.
#[inline]
pub(crate) fn row<'a, const OWN: usize, const ALL: usize>(
    context: &'a Context,
    loops: &'a Loops,
    position: &Position,
    own: [Value<'a>; OWN],
) -> [Value<'a>; ALL] {
    let place = [
        Value::from(&*context.file),
        position.interchange.into(),
        position.group.into(),
        position.transaction.into(),
        Value::filled_text(&context.set),
        Value::filled_text(&context.version),
        position.segment.into(),
        position.byte.into(),
        Value::from(loops.path()),
        loops.occurrence().into(),
        loops.segment().into(),
        loops.parent_segment().into(),
    ];
    let mut values = place.into_iter().chain(own);
    std::array::from_fn(|_| values.next().unwrap_or(Value::Null))
}
