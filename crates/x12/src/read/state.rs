//! From segments to the parts of an envelope and the loops of a transaction.

use std::sync::Arc;

use super::contents::Contents;
use super::envelope::{Envelope, Header};
use super::placement::Placement;
use super::{Fit, LoopKey, Reading, Sink};
use crate::problems::ProblemLog;
use crate::tables::{self, LoopNames, Version};
use crate::text::decode;
use crate::{Isa, Position, Problem, ProblemKind, Segment, Severity, Trailer};

/// What is known of the input so far.
#[derive(Default)]
pub(super) struct State {
    pub(super) envelope: Envelope,
    pub(super) position: Position,
    pub(super) problems: ProblemLog,
    reading: Reading,
    contents: Contents,
    pub(super) ended: bool,
    placement: Placement,
    version: Option<Version>,
    group_version: Box<str>,
    pub(super) names: Option<Arc<LoopNames>>,
}

impl State {
    pub(super) fn begin_interchange(&mut self, sink: &mut impl Sink, isa: &Isa) {
        let Position {
            byte, interchange, ..
        } = self.position;
        self.position = Position {
            byte,
            interchange: interchange.saturating_add(1),
            segment_in_interchange: 1,
            ..Position::default()
        };
        self.reading.interchanges = self.position.interchange;
        self.reading.delimiters.get_or_insert(isa.delimiters());
        for (element, expected, found) in isa.wrong_lengths() {
            let kind = ProblemKind::HeaderLength { expected, found };
            self.report_at(kind, b"ISA", u16::from(element));
        }
        self.envelope.interchange = Some(Header::new(isa.field(13).trim_ascii(), 0));
        sink.interchange(isa, &self.position);
    }

    /// Notes that something else stands where an interchange should begin.
    pub(super) fn not_a_header(&mut self, begins: &[u8]) {
        let begins = decode(begins).into();
        if self.position.interchange == 0 {
            self.report(ProblemKind::NotAnInterchange { begins });
        } else {
            self.position.segment_in_interchange = 0;
            self.report(ProblemKind::DataAfterInterchange { begins });
            self.ended = true;
        }
    }

    /// Notes what is missing where the input ends.
    pub(super) fn end_of_input(&mut self) {
        if let Some(trailer) = self.envelope.wanted() {
            self.report(ProblemKind::TrailerMissing {
                trailer,
                found: Box::default(),
            });
        } else if self.position.interchange == 0 {
            self.report(ProblemKind::NotAnInterchange {
                begins: Box::default(),
            });
        }
    }

    pub(super) fn finish(self) -> Reading {
        let (problems, omitted) = self.problems.finish();
        Reading {
            problems,
            omitted,
            contents: self.contents.finish(),
            ..self.reading
        }
    }

    /// Notes a problem of the input as a whole.
    pub(super) fn report(&mut self, kind: ProblemKind) {
        self.report_at(kind, &[], 0);
    }

    /// Notes a problem of a segment, and of one of its elements unless that is 0.
    pub(super) fn report_at(&mut self, kind: ProblemKind, id: &[u8], element: u16) {
        let position = Position {
            element,
            ..self.position
        };
        let problem = Problem {
            kind,
            position,
            segment: decode(id).into(),
            reference: "",
        };
        self.ended |= problem.severity() == Severity::Fatal;
        self.problems.push(problem);
    }

    #[inline]
    pub(super) fn segment(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        let next = self.position.segment_in_interchange.saturating_add(1);
        self.position.segment_in_interchange = next;
        let id = segment.id();
        if let Some(transaction) = &mut self.envelope.transaction {
            transaction.count();
            self.position.segment = self.position.segment.saturating_add(1);
            let is_control = matches!(id, b"SE" | b"ST" | b"GE" | b"GS" | b"IEA" | b"ISA" | b"TA1");
            if !is_control || !segment.has_id() {
                self.data(sink, segment);
                return;
            }
        }
        self.control(sink, segment, id);
    }

    #[inline]
    fn data(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        if segment.id().is_empty()
            && let Some(transaction) = &mut self.envelope.transaction
        {
            transaction.note_empty();
        }
        let step = self.placement.place(segment);
        for _ in 0..step.closes {
            sink.close(&self.position);
        }
        if step.place.fit == Fit::Opens {
            let letter = step.letter;
            let name = self.placement.name(step.place.in_loop, segment);
            sink.open(LoopKey { name, letter }, &self.position);
        }
        sink.segment(segment, step.place, &self.position);
        if step.ends {
            sink.close(&self.position);
        }
    }

    /// A segment of the envelope, or one outside of all transactions.
    fn control(&mut self, sink: &mut impl Sink, segment: &Segment<'_>, id: &[u8]) {
        let wanted = self.envelope.wanted();
        match (id, wanted) {
            (b"ST", Some(Trailer::Ge)) => self.begin_transaction(sink, segment),
            (b"SE", Some(Trailer::Se)) => self.end_transaction(sink, segment),
            (b"GS", Some(Trailer::Iea)) => self.begin_group(sink, segment),
            (b"GE", Some(Trailer::Ge)) => self.end_group(sink, segment),
            (b"IEA", Some(Trailer::Iea)) => self.end_interchange(sink, segment),
            (b"TA1", _) => {}
            (b"ST" | b"SE" | b"GS" | b"GE" | b"IEA" | b"ISA", Some(trailer))
                if leaves_open(id, trailer) =>
            {
                let found = decode(id).into();
                self.report_at(ProblemKind::TrailerMissing { trailer, found }, id, 0);
            }
            _ => self.report_at(ProblemKind::SegmentMisplaced, id, 0),
        }
    }

    fn begin_group(&mut self, sink: &mut impl Sink, gs: &Segment<'_>) {
        if let Some(interchange) = &mut self.envelope.interchange {
            interchange.count();
        }
        self.envelope.group = Some(Header::new(gs.value(6), 0));
        self.position.group = self.position.group.saturating_add(1);
        self.position.transaction = 0;
        // The tables are those of X12 groups; others say what they follow in another way.
        self.version = Version::of_group(gs.value(8)).filter(|_| gs.value(7) == b"X");
        self.group_version = decode(gs.value(8)).into();
        sink.group(gs, &self.position);
    }

    fn begin_transaction(&mut self, sink: &mut impl Sink, st: &Segment<'_>) {
        if let Some(group) = &mut self.envelope.group {
            group.count();
        }
        self.envelope.transaction = Some(Header::new(st.value(2), 1));
        self.position.transaction = self.position.transaction.saturating_add(1);
        self.position.segment = 1;
        let id = decode(st.value(1));
        let own = decode(st.value(3));
        let guide_version = if own.is_empty() {
            &self.group_version
        } else {
            &*own
        };
        let set = self.version.and_then(|version| match &self.names {
            Some(names) => names.set(version, &id, guide_version),
            None => tables::set_of_guide(version, &id, guide_version),
        });
        self.contents.count(self.version, &self.group_version, &id);
        self.placement.begin(set);
        sink.transaction(st, self.placement.set(), &self.position);
    }

    fn end_transaction(&mut self, sink: &mut impl Sink, se: &Segment<'_>) {
        for _ in 0..self.placement.depth() {
            sink.close(&self.position);
        }
        let header = self.envelope.transaction.take();
        self.check(header, Trailer::Se, se);
        sink.transaction_end(se, &self.position);
        self.position.segment = 0;
    }

    fn end_group(&mut self, sink: &mut impl Sink, ge: &Segment<'_>) {
        let header = self.envelope.group.take();
        self.position.transaction = 0;
        self.check(header, Trailer::Ge, ge);
        sink.group_end(ge, &self.position);
    }

    fn end_interchange(&mut self, sink: &mut impl Sink, iea: &Segment<'_>) {
        let header = self.envelope.interchange.take();
        self.position.group = 0;
        self.check(header, Trailer::Iea, iea);
        sink.interchange_end(iea, &self.position);
    }

    fn check(&mut self, header: Option<Header>, trailer: Trailer, segment: &Segment<'_>) {
        let problems = header.map(|header| header.close(trailer, segment));
        for (kind, element) in problems.into_iter().flatten().flatten() {
            self.report_at(kind, segment.id(), element);
        }
    }
}

/// Whether a segment of the envelope stands further out than what `trailer` closes.
fn leaves_open(id: &[u8], trailer: Trailer) -> bool {
    match trailer {
        Trailer::Se => id != b"SE",
        Trailer::Ge => matches!(id, b"GS" | b"IEA" | b"ISA"),
        Trailer::Iea => id == b"ISA",
    }
}
