//! The reader: takes bytes in pieces of any size and passes their segments to a sink.

use std::mem;
use std::sync::Arc;

use memchr::memchr;

use super::lexer::{Lexed, Lexer, line_breaks};
use super::lines::LineUnwrapper;
use super::state::State;
use super::{ReadReport, Sink};
use crate::delimiters::{Narrowing, Wide};
use crate::isa::{self, Isa};
use crate::tables::LoopNames;
use crate::{ProblemKind, Segment};

/// The maximum length of a segment, including a binary one.
pub(super) const LONGEST_SEGMENT: usize = 256 << 20;

/// Reads an input given in pieces; its memory is limited by the longest segment.
pub struct Reader<S> {
    pub(super) sink: S,
    /// Present from an ISA segment to its IEA.
    lexer: Option<Lexer>,
    pub(super) state: State,
    pub(super) lines: LineUnwrapper,
    /// The beginning of an incomplete segment.
    pub(super) pending: Vec<u8>,
    /// The number of bytes that `pending` must have before it is lexed again.
    needed: usize,
    /// The input has ended.
    at_end: bool,
    /// Set after the first ISA segment with delimiters of several bytes.
    pub(super) narrowing: Option<Narrowing>,
    /// The delimiters of several bytes in the ISA segment that was just read.
    pub(super) found_wide: Option<Wide>,
}

impl<S: Sink> Reader<S> {
    /// A reader at the beginning of an input.
    pub fn new(sink: S) -> Self {
        Self {
            sink,
            lexer: None,
            state: State::at_first_line(),
            lines: LineUnwrapper::default(),
            pending: Vec::new(),
            needed: 0,
            at_end: false,
            narrowing: None,
            found_wide: None,
        }
    }

    /// Keeps line breaks: for part of a file that is known not to be wrapped. A short part can look
    /// wrapped.
    #[must_use]
    pub fn not_wrapped(mut self) -> Self {
        self.lines = LineUnwrapper::plain();
        self
    }

    /// A reader with loop names other than those of the tables.
    pub fn named(sink: S, names: Arc<LoopNames>) -> Self {
        let mut reader = Self::new(sink);
        reader.state.names = Some(names);
        reader
    }

    /// Keeps at most `limit` problems in full, and the first of each kind.
    ///
    /// The others are counted, and acknowledgements still include their effects.
    #[must_use]
    pub fn problem_limit(mut self, limit: usize) -> Self {
        self.state.problems.limit_to(limit);
        self
    }

    /// The sink, to take its results so far.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Whether a fatal problem ended the reading; further input is ignored.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state.ended
    }

    /// Reads the next bytes of the input.
    ///
    /// The first few thousand bytes may be buffered until it is known whether the file is wrapped.
    pub fn push(&mut self, bytes: &[u8]) {
        let joined = self.lines.join(bytes);
        self.take(&joined);
    }

    fn take(&mut self, bytes: &[u8]) {
        match &mut self.narrowing {
            None => self.consume(bytes),
            Some(narrowing) => {
                let narrow = narrowing.narrow(bytes);
                self.consume(&narrow);
            }
        }
        // The rest of the interchange is read with one byte for each of these delimiters.
        while let Some(wide) = self.found_wide.take() {
            let narrowing = self.narrowing.get_or_insert_default();
            narrowing.learn(&wide);
            let rest = narrowing.narrow(&mem::take(&mut self.pending));
            self.needed = 0;
            self.consume(&rest);
        }
    }

    fn consume(&mut self, bytes: &[u8]) {
        if self.pending.is_empty() {
            let taken = self.run(bytes);
            self.pending
                .extend_from_slice(bytes.get(taken..).unwrap_or(&[]));
            return;
        }
        let ends = self.lexer.as_ref().is_none_or(|lexer| {
            self.pending.len() >= self.needed
                || memchr(lexer.delimiters().terminator, bytes).is_some()
        });
        self.pending.extend_from_slice(bytes);
        if ends && self.pending.len() >= self.needed {
            let input = mem::take(&mut self.pending);
            let taken = self.run(&input);
            self.pending = input;
            self.pending.drain(..taken);
        }
    }

    /// Ends the input.
    pub fn finish(mut self) -> (S, ReadReport) {
        let joined = self.lines.finish();
        self.take(&joined);
        self.at_end = true;
        self.needed = 0;
        let held = self.narrowing.as_mut().map(Narrowing::rest);
        self.pending.extend(held.into_iter().flatten());
        let input = mem::take(&mut self.pending);
        self.take(&input);
        let mut rest = mem::take(&mut self.pending);
        while !self.state.ended
            && !rest.is_empty()
            && let Some(lexer) = self.lexer.take()
        {
            let taken = self.last_segments(lexer, &rest);
            rest.drain(..taken);
            self.take(&rest);
            rest = mem::take(&mut self.pending);
        }
        if !self.state.ended {
            self.state.end_of_input(&mut self.sink);
        }
        (self.sink, self.state.finish())
    }

    /// Reads the whole segments of `input` and returns the number of consumed bytes.
    fn run(&mut self, input: &[u8]) -> usize {
        let base = self.state.position.byte;
        let mut at = 0;
        loop {
            // Further input is ignored, so its lines are not counted either.
            if self.state.ended {
                self.needed = 0;
                return input.len();
            }
            let rest = input.get(at..).unwrap_or(&[]);
            let blanks = self.skip_blanks(rest);
            if blanks > 0 {
                self.count_lines(rest.get(..blanks).unwrap_or(rest));
                at += blanks;
            }
            let rest = input.get(at..).unwrap_or(&[]);
            self.state.position.byte = base + at as u64;
            if rest.is_empty() {
                self.needed = 0;
                return at;
            }
            match self.step(rest) {
                Ok(taken) => {
                    at += taken;
                    if self.found_wide.is_some() {
                        self.state.position.byte = base + at as u64;
                        self.needed = 0;
                        return at;
                    }
                }
                Err(more) => {
                    self.needed = more;
                    if more > LONGEST_SEGMENT || rest.len() > LONGEST_SEGMENT {
                        let limit = LONGEST_SEGMENT;
                        self.state
                            .report(&mut self.sink, ProblemKind::SegmentTooLong { limit });
                        return input.len();
                    }
                    return at;
                }
            }
        }
    }

    /// Reads one segment. The error is the number of bytes needed, if the segment is incomplete in
    /// the input.
    #[inline]
    fn step(&mut self, input: &[u8]) -> Result<usize, usize> {
        let Some(lexer) = &mut self.lexer else {
            return self.header(input);
        };
        match lexer.lex(input) {
            Lexed::Incomplete(more) => Err(more),
            Lexed::Segment(length) => {
                let segment = lexer.segment(input.get(..length).unwrap_or(input));
                let rest = input.get(length + 1..).unwrap_or(&[]);
                let is_stray = is_stray(&self.state, lexer, &segment, (rest, self.at_end));
                if is_stray.ok_or(input.len() + 1)? {
                    self.state.stray(&mut self.sink, &segment);
                } else {
                    self.state.segment(&mut self.sink, &segment);
                }
                let breaks = lexer.breaks(input.get(..length).unwrap_or(input));
                // The delimiters end with their interchange.
                if self.state.envelope.interchange.is_none() {
                    self.lexer = None;
                    if self.state.take_restart() {
                        return Ok(0);
                    }
                }
                self.state.skip_lines(breaks);
                Ok(length + 1)
            }
        }
    }

    /// Reads the rest of an interchange at the end of the input: a segment without a terminator, or
    /// segments after binary data whose stated length exceeds the rest of the input. Returns the
    /// number of consumed bytes.
    fn last_segments(&mut self, mut lexer: Lexer, input: &[u8]) -> usize {
        let mut at = 0;
        while let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) {
            let length = lexer.lex_last(rest);
            let last = length == rest.len();
            let segment = lexer.segment(rest.get(..length).unwrap_or(rest));
            let behind = rest.get(length + 1..).unwrap_or(&[]);
            if last {
                self.state.last_segment(&mut self.sink, &segment);
            } else if is_stray(&self.state, &lexer, &segment, (behind, true)) == Some(true) {
                self.state.stray(&mut self.sink, &segment);
            } else {
                self.state.segment(&mut self.sink, &segment);
            }
            if self.state.take_restart() {
                break;
            }
            self.state
                .skip_lines(lexer.breaks(rest.get(..length).unwrap_or(rest)));
            at += length + 1;
            let blanks = Self::blanks(input.get(at..).unwrap_or(&[]), true);
            self.count_lines(
                input
                    .get(at..)
                    .and_then(|rest| rest.get(..blanks))
                    .unwrap_or(&[]),
            );
            at += blanks;
            self.state.position.byte += (length + 1 + blanks) as u64;
            if self.state.ended || self.state.envelope.interchange.is_none() {
                break;
            }
        }
        at.min(input.len())
    }

    fn count_lines(&mut self, passed: &[u8]) {
        self.state.skip_lines(line_breaks(passed));
    }

    /// The number of ignored bytes before a segment: line breaks and spaces; between interchanges
    /// also a byte order mark, NUL and Ctrl-Z.
    #[inline]
    fn skip_blanks(&self, input: &[u8]) -> usize {
        Self::blanks(input, self.lexer.is_some())
    }

    #[inline]
    fn blanks(input: &[u8], within: bool) -> usize {
        let is_blank = |byte: &u8| match byte {
            b'\r' | b'\n' | b' ' | b'\t' => true,
            0xef | 0xbb | 0xbf | 0x1a | 0x00 => !within,
            _ => false,
        };
        input
            .iter()
            .position(|byte| !is_blank(byte))
            .unwrap_or(input.len())
    }

    fn header(&mut self, input: &[u8]) -> Result<usize, usize> {
        let header = match self.state.is_between() && !isa::may_begin(input) {
            true if input.len() < 4 && !self.at_end => isa::Header::Incomplete,
            true => isa::Header::Other,
            false => Isa::read(input, self.at_end),
        };
        match header {
            isa::Header::Read(isa, length) => {
                self.lexer = Some(Lexer::new(isa.delimiters()));
                if self.lines.is_wrapped() {
                    self.state.position.line = 0;
                }
                let bytes = input.get(..length).unwrap_or_default();
                self.state.headers.set_isa(bytes);
                self.state.begin_interchange(&mut self.sink, &isa);
                self.count_lines(input.get(..length).unwrap_or(input));
                let wide = isa.wide();
                self.found_wide = wide.pairs().next().map(|_| wide.clone());
                return Ok(length);
            }
            isa::Header::Incomplete if !self.at_end && input.len() < isa::LONGEST => {
                return Err(input.len() + 1);
            }
            // A few more bytes are needed to name it.
            isa::Header::Other if !self.at_end && input.len() < self.state.looked_at() => {
                return Err(self.state.looked_at());
            }
            isa::Header::Incomplete => {
                self.state
                    .report(&mut self.sink, ProblemKind::HeaderIncomplete);
            }
            isa::Header::Elements(found) => {
                self.state
                    .report(&mut self.sink, ProblemKind::HeaderElements { found });
            }
            isa::Header::Other => {
                let passed = self.state.not_a_header(&mut self.sink, input, self.at_end);
                self.count_lines(input.get(..passed).unwrap_or(input));
                return Ok(passed);
            }
        }
        Ok(input.len())
    }
}

/// Whether a segment is stray at its place. `rest` is the input after it, and `at_end` says that no
/// more follows. `None` if more of the input is needed.
#[inline]
fn is_stray(
    state: &State,
    lexer: &Lexer,
    segment: &Segment<'_>,
    (rest, at_end): (&[u8], bool),
) -> Option<bool> {
    if !state.depends_on_next(segment) {
        return Some(false);
    }
    let next = lexer.next_id(rest, at_end)?;
    Some(state.is_stray(segment, next))
}
