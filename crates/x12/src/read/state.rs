//! Assigns segments to the parts of the envelope and the loops of a transaction.

mod control;
mod end;
mod misplaced;
mod parts;
mod passed;
mod stray;

use std::sync::Arc;

use memchr::memmem;

use misplaced::Suspect;

use super::contents::Contents;
use super::envelope::{Envelope, Header};
use super::placement::Placement;
use super::transactions::Headers;
use super::{Fit, LoopKey, ReadReport, Sink};
use crate::problems::ProblemLog;
use crate::tables::{LoopNames, Version};
use crate::text::decode;
use crate::{
    Delimiter, Isa, Outcome, Position, Problem, ProblemKind, Segment, Severity, foreign, isa,
};

/// The number of bytes that a message shows from text that is not X12.
const SHOWN: usize = 3;
/// The maximum number of tolerated problems that are kept.
const NOTE_LIMIT: usize = 100;
/// Segments whose data is lost if they follow an interchange.
const CONTROLS: [&[u8]; 7] = [b"GS", b"GE", b"ST", b"SE", b"IEA", b"TA1", b"ISB"];

/// The state of the input so far.
#[derive(Default)]
pub(super) struct State {
    pub(super) envelope: Envelope,
    pub(super) position: Position,
    pub(super) problems: ProblemLog,
    notes: Vec<Problem>,
    /// The number of groups of the interchange that have begun.
    groups: u32,
    /// The number of transactions of the group that have begun.
    transactions: u32,
    /// The input is being skipped: a segment in an invalid place, or other text between two
    /// interchanges.
    passes_over: bool,
    suspect: Option<Suspect>,
    /// The previous segment is an ISA that must be read as one.
    is_restarting: bool,
    reading: ReadReport,
    contents: Contents,
    pub(super) ended: bool,
    placement: Placement,
    version: Option<Version>,
    group_version: Box<str>,
    pub(super) names: Option<Arc<LoopNames>>,
    /// The headers of the latest interchange and its latest group.
    pub(super) headers: Headers,
}

impl State {
    /// At the beginning of an input.
    pub(super) fn at_first_line() -> Self {
        let mut state = Self::default();
        state.position.line = 1;
        state
    }

    /// Counts lines, unless the file is wrapped at a length.
    #[inline]
    pub(super) fn skip_lines(&mut self, breaks: u32) {
        if self.position.line > 0 {
            self.position.line = self.position.line.saturating_add(breaks);
        }
    }

    pub(super) fn begin_interchange(&mut self, sink: &mut impl Sink, isa: &Isa) {
        let Position {
            byte,
            line,
            interchange,
            ..
        } = self.position;
        self.position = Position {
            byte,
            line,
            interchange: interchange.saturating_add(1),
            segment_in_interchange: 1,
            ..Position::default()
        };
        self.groups = 0;
        self.reading.interchanges = self.position.interchange;
        self.reading.delimiters.get_or_insert(isa.delimiters());
        self.envelope.interchange = Some(Header::new(isa.control_number(), 0));
        self.passes_over = false;
        sink.interchange(isa, &self.position);
        self.check_header(sink, isa);
    }

    /// The number of bytes needed to name text in place of an interchange.
    pub(super) fn looked_at(&self) -> usize {
        if self.is_at_start() {
            foreign::LOOKED_AT
        } else {
            SHOWN + 1
        }
    }

    /// Whether no interchange has begun yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.position.interchange == 0
    }

    /// Whether the input is between two interchanges.
    pub(super) fn is_between(&self) -> bool {
        self.passes_over
    }

    /// If delimiters are wrong, lengths are meaningless.
    fn check_header(&mut self, sink: &mut impl Sink, isa: &Isa) {
        if let Some(fault) = isa.fault() {
            let element = match fault.delimiter {
                Delimiter::Repetition => 11,
                Delimiter::Component => 16,
                Delimiter::Element | Delimiter::Terminator => 0,
            };
            let kind = ProblemKind::DelimiterWrong {
                delimiter: fault.delimiter,
                value: decode(&[fault.value]).into(),
                reason: fault.reason,
            };
            self.report_at(sink, kind, b"ISA", element);
            return;
        }
        for (element, expected, found) in isa.wrong_lengths() {
            let kind = ProblemKind::HeaderLength { expected, found };
            self.report_at(sink, kind, b"ISA", u16::from(element));
        }
    }

    /// Reports other text in place of an interchange, and returns how many of its bytes are
    /// skipped.
    pub(super) fn not_a_header(
        &mut self,
        sink: &mut impl Sink,
        input: &[u8],
        at_end: bool,
    ) -> usize {
        let begins = || decode(input.get(..SHOWN).unwrap_or(input)).into();
        if self.is_at_start() {
            let kind = ProblemKind::NotAnInterchange {
                begins: begins(),
                format: foreign::name(input),
            };
            self.report(sink, kind);
            return input.len();
        }
        if !self.passes_over {
            self.passes_over = true;
            self.after_interchange(sink, input, begins());
        }
        next_header(input, at_end)
    }

    fn after_interchange(&mut self, sink: &mut impl Sink, input: &[u8], begins: Box<str>) {
        self.position.segment_in_interchange = 0;
        let is_part = |id: &&&[u8]| {
            let rest = input.strip_prefix(**id);
            rest.is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_punctuation))
        };
        match CONTROLS.iter().find(is_part) {
            // Parts of an interchange outside of one are lost, and the sender must be informed.
            Some(id) => self.report_at(sink, ProblemKind::SegmentMisplaced, id, 0),
            None => self.report(sink, ProblemKind::DataAfterInterchange { begins }),
        }
    }

    pub(super) fn finish(self) -> ReadReport {
        let (problems, omitted) = self.problems.finish();
        ReadReport {
            problems,
            omitted,
            notes: self.notes,
            contents: self.contents.finish(),
            last_line: match self.envelope.interchange {
                Some(_) => self.position.line,
                None => self.reading.last_line,
            },
            ..self.reading
        }
    }

    /// Records a problem of the input as a whole.
    pub(super) fn report(&mut self, sink: &mut impl Sink, kind: ProblemKind) {
        self.report_at(sink, kind, &[], 0);
    }

    /// Records a problem of a segment, and of one of its elements unless that is 0.
    pub(super) fn report_at(
        &mut self,
        sink: &mut impl Sink,
        kind: ProblemKind,
        id: &[u8],
        element: u16,
    ) {
        self.report_with(sink, kind, (id, element), Box::default());
    }

    fn report_with(
        &mut self,
        sink: &mut impl Sink,
        kind: ProblemKind,
        (id, element): (&[u8], u16),
        detail: Box<str>,
    ) {
        self.report_suspect(sink);
        let position = Position {
            element,
            ..self.position
        };
        let problem = Problem {
            kind,
            position,
            segment: decode(id).into(),
            reference: "",
            detail,
            guide: None,
        };
        self.ended |= problem.severity() == Severity::Fatal;
        sink.problem(&problem);
        if problem.outcome() > Outcome::Tolerated {
            self.problems.push(problem);
        } else if self.notes.len() < NOTE_LIMIT {
            self.notes.push(problem);
        }
    }

    #[inline]
    pub(super) fn segment(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        let next = self.position.segment_in_interchange.saturating_add(1);
        self.position.segment_in_interchange = next;
        let id = segment.id();
        if let Some(transaction) = &mut self.envelope.transaction {
            transaction.count();
            self.position.segment = self.position.segment.saturating_add(1);
            let is_control = is_control(id) || is_header(segment);
            if !is_control || !segment.has_id() {
                self.data(sink, segment);
                return;
            }
        }
        let id = if is_header(segment) { b"ISA" } else { id };
        self.control(sink, segment, id);
    }

    #[inline]
    fn data(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        if segment.id().is_empty()
            && let Some(transaction) = &mut self.envelope.transaction
        {
            transaction.note_uncounted();
        }
        let step = self.placement.place(segment);
        if step.place.fit != Fit::Unknown {
            self.envelope.in_data = segment.miscounted().is_some();
        } else if self.envelope.in_data
            && let Some(transaction) = &mut self.envelope.transaction
        {
            transaction.note_uncounted();
        }
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
}

/// Where the next ISA segment may begin after an interchange: the number of bytes before it.
fn next_header(input: &[u8], at_end: bool) -> usize {
    let found = memmem::find_iter(input, b"ISA")
        .find(|at| *at > 0 && isa::may_begin(input.get(*at..).unwrap_or(&[])));
    // The end may contain the beginning of one.
    let held = if at_end { 0 } else { 3 };
    found.unwrap_or_else(|| input.len().saturating_sub(held).max(1))
}

/// Whether an identifier belongs to the envelope, in any place.
#[inline]
fn is_control(id: &[u8]) -> bool {
    matches!(id, b"SE" | b"ST" | b"GE" | b"GS" | b"IEA" | b"TA1")
}

/// Whether a segment is the ISA of another interchange, which may have delimiters of its own.
#[inline]
fn is_header(segment: &Segment<'_>) -> bool {
    let id = segment.id();
    id.starts_with(b"ISA") && (id.len() == 3 || isa::may_begin(segment.bytes()))
}
