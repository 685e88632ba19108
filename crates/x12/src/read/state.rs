//! From segments to the parts of an envelope and the loops of a transaction.

mod end;

use std::mem;
use std::sync::Arc;

use memchr::memmem;

use super::contents::Contents;
use super::envelope::{Envelope, Header};
use super::placement::Placement;
use super::{Fit, LoopKey, ReadReport, Sink};
use crate::problems::ProblemLog;
use crate::tables::{self, LoopNames, Version};
use crate::text::decode;
use crate::{
    Delimiter, Isa, Outcome, Position, Problem, ProblemKind, Segment, Severity, Trailer, foreign,
    isa,
};

/// How much of what is no X12 a message shows.
const SHOWN: usize = 3;
/// How many tolerated problems are kept.
const NOTE_LIMIT: usize = 100;
/// Segments that are lost when they stand after an interchange.
const CONTROLS: [&[u8]; 7] = [b"GS", b"GE", b"ST", b"SE", b"IEA", b"TA1", b"ISB"];

/// What is known of the input so far.
#[derive(Default)]
pub(super) struct State {
    pub(super) envelope: Envelope,
    pub(super) position: Position,
    pub(super) problems: ProblemLog,
    notes: Vec<Problem>,
    /// How many groups of the interchange have begun.
    groups: u32,
    /// How many transactions of the group have begun.
    transactions: u32,
    /// What came before is passed over: a segment where none of its kind can stand, or something else
    /// between two interchanges.
    passes_over: bool,
    /// The segment before this one is an ISA that has to be read as one.
    is_restarting: bool,
    reading: ReadReport,
    contents: Contents,
    pub(super) ended: bool,
    placement: Placement,
    version: Option<Version>,
    group_version: Box<str>,
    pub(super) names: Option<Arc<LoopNames>>,
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
        self.envelope.interchange = Some(Header::new(isa.field(13).trim_ascii(), 0));
        self.passes_over = false;
        sink.interchange(isa, &self.position);
        self.check_header(sink, isa);
    }

    /// How many bytes tell what stands where an interchange should begin.
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

    /// Whether something else was met after an interchange and before the next.
    pub(super) fn is_between(&self) -> bool {
        self.passes_over
    }

    /// Where delimiters are wrong, lengths say nothing.
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

    /// Notes that something else stands where an interchange should begin, and returns how much of it
    /// is passed over.
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
            // Parts of an interchange outside of one are lost, and the sender must know.
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
            ..self.reading
        }
    }

    /// Notes a problem of the input as a whole.
    pub(super) fn report(&mut self, sink: &mut impl Sink, kind: ProblemKind) {
        self.report_at(sink, kind, &[], 0);
    }

    /// Notes a problem of a segment, and of one of its elements unless that is 0.
    pub(super) fn report_at(
        &mut self,
        sink: &mut impl Sink,
        kind: ProblemKind,
        id: &[u8],
        element: u16,
    ) {
        let position = Position {
            element,
            ..self.position
        };
        let problem = Problem {
            kind,
            position,
            segment: decode(id).into(),
            reference: "",
            detail: Box::default(),
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

    /// A segment of the envelope, or one outside of all transactions.
    fn control(&mut self, sink: &mut impl Sink, segment: &Segment<'_>, id: &[u8]) {
        let wanted = self.envelope.wanted();
        match (id, wanted) {
            (b"ST", Some(Trailer::Ge)) => self.begin_transaction(sink, segment),
            (b"SE", Some(Trailer::Se)) => self.end_transaction(sink, segment),
            (b"GS", Some(Trailer::Iea)) => self.begin_group(sink, segment),
            (b"GE", Some(Trailer::Ge)) => self.end_group(sink, segment),
            (b"IEA", Some(Trailer::Iea)) => self.end_interchange(sink, segment),
            (b"TA1" | b"ISB" | b"ISE", Some(Trailer::Iea)) => {
                sink.control(segment, &self.position);
            }
            (b"TA1", Some(Trailer::Se)) => {
                self.report_at(sink, ProblemKind::SegmentNotInSet, id, 0);
            }
            (b"ISA", Some(trailer)) => self.restart(sink, trailer),
            (b"ST" | b"GS" | b"GE" | b"IEA", Some(trailer)) if leaves_open(id, trailer) => {
                self.missing(sink, trailer, id);
                self.close(sink, trailer);
                self.control(sink, segment, id);
                return;
            }
            _ => {
                self.misplaced(sink, segment, id);
                return;
            }
        }
        self.passes_over = false;
    }

    /// The ISA of the next interchange, with parts of this one open: one problem, whatever is open.
    fn restart(&mut self, sink: &mut impl Sink, trailer: Trailer) {
        let open = self.position;
        (self.position.group, self.position.transaction) = (0, 0);
        self.missing(sink, trailer, b"ISA");
        self.position = open;
        while let Some(trailer) = self.envelope.wanted() {
            self.close(sink, trailer);
        }
        self.is_restarting = true;
    }

    /// Whether the last segment is to be read again, as the ISA of another interchange.
    pub(super) fn take_restart(&mut self) -> bool {
        mem::take(&mut self.is_restarting)
    }

    fn missing(&mut self, sink: &mut impl Sink, trailer: Trailer, found: &[u8]) {
        let kind = ProblemKind::TrailerMissing {
            trailer,
            found: decode(found).into(),
        };
        self.report_at(sink, kind, found, 0);
    }

    /// Ends the innermost part, which has no trailer.
    fn close(&mut self, sink: &mut impl Sink, trailer: Trailer) {
        let absent = Segment::without_elements(trailer.id().as_bytes());
        match trailer {
            Trailer::Se => {
                for _ in 0..self.placement.depth() {
                    sink.close(&self.position);
                }
                self.envelope.transaction = None;
                sink.transaction_end(&absent, &self.position);
                (self.position.transaction, self.position.segment) = (0, 0);
            }
            Trailer::Ge => {
                self.envelope.group = None;
                self.position.transaction = 0;
                sink.group_end(&absent, &self.position);
                self.position.group = 0;
            }
            Trailer::Iea => {
                self.envelope.interchange = None;
                self.position.group = 0;
                sink.interchange_end(&absent, &self.position);
            }
        }
    }

    /// A segment that stands where none of its kind can; it is left out. Of several in a row the
    /// first is told.
    fn misplaced(&mut self, sink: &mut impl Sink, segment: &Segment<'_>, id: &[u8]) {
        let was_stray = mem::replace(&mut self.passes_over, true);
        let ends_headless = mem::replace(&mut self.envelope.headless, id != b"SE") && was_stray;
        let has_group = self.envelope.group.is_some();
        match (id, &mut self.envelope) {
            // Counted all the same, so that the trailer's count is no second problem.
            (
                b"SE",
                Envelope {
                    group: Some(group), ..
                },
            ) if ends_headless => group.count(),
            (
                b"GE",
                Envelope {
                    interchange: Some(interchange),
                    ..
                },
            ) => {
                // Its GS is missing, or it is one too many.
                interchange.count();
                interchange.note_uncounted();
            }
            _ => {}
        }
        if id == b"SE" && has_group && ends_headless {
            self.report_at(sink, ProblemKind::TransactionHeaderMissing, id, 0);
            return;
        }
        if was_stray {
            return;
        }
        let kind = if id == b"ST" && !has_group {
            let set = decode(segment.value(1)).into();
            ProblemKind::GroupMissing { set }
        } else {
            ProblemKind::SegmentMisplaced
        };
        self.report_at(sink, kind, id, 0);
    }

    fn begin_group(&mut self, sink: &mut impl Sink, gs: &Segment<'_>) {
        if let Some(interchange) = &mut self.envelope.interchange {
            interchange.count();
        }
        self.envelope.group = Some(Header::new(gs.value(6), 0));
        self.groups = self.groups.saturating_add(1);
        self.position.group = self.groups;
        self.transactions = 0;
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
        self.transactions = self.transactions.saturating_add(1);
        self.position.transaction = self.transactions;
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
        self.check(sink, header, Trailer::Se, se);
        sink.transaction_end(se, &self.position);
        self.position.transaction = 0;
        self.position.segment = 0;
    }

    fn end_group(&mut self, sink: &mut impl Sink, ge: &Segment<'_>) {
        let header = self.envelope.group.take();
        self.position.transaction = 0;
        self.check(sink, header, Trailer::Ge, ge);
        sink.group_end(ge, &self.position);
        self.position.group = 0;
    }

    fn end_interchange(&mut self, sink: &mut impl Sink, iea: &Segment<'_>) {
        let header = self.envelope.interchange.take();
        self.position.group = 0;
        self.check(sink, header, Trailer::Iea, iea);
        sink.interchange_end(iea, &self.position);
    }

    fn check(
        &mut self,
        sink: &mut impl Sink,
        header: Option<Header>,
        trailer: Trailer,
        segment: &Segment<'_>,
    ) {
        let problems = header.map(|header| header.close(trailer, segment));
        for (kind, element) in problems.into_iter().flatten().flatten() {
            self.report_at(sink, kind, segment.id(), element);
        }
    }
}

/// Where the next ISA segment may begin in what follows an interchange: how many bytes come before it.
fn next_header(input: &[u8], at_end: bool) -> usize {
    let found = memmem::find_iter(input, b"ISA")
        .find(|at| *at > 0 && isa::may_begin(input.get(*at..).unwrap_or(&[])));
    // The end may hold the beginning of one.
    let held = if at_end { 0 } else { 3 };
    found.unwrap_or_else(|| input.len().saturating_sub(held).max(1))
}

/// Whether a segment of this identifier is one of the envelope, wherever it stands.
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

/// Whether a segment of the envelope stands further out than what `trailer` closes.
fn leaves_open(id: &[u8], trailer: Trailer) -> bool {
    match trailer {
        Trailer::Se => id != b"SE",
        Trailer::Ge => matches!(id, b"GS" | b"IEA"),
        Trailer::Iea => false,
    }
}
