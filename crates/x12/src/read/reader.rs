//! The reader: takes bytes in pieces of any size, hands on what they say.

use std::mem;
use std::sync::Arc;

use memchr::memchr;

use super::lexer::{Lexed, Lexer};
use super::lines::Lines;
use super::state::State;
use super::{Reading, Sink};
use crate::ProblemKind;
use crate::isa::{self, Isa};
use crate::tables::LoopNames;
use crate::text::decode;

/// The longest segment taken; a binary segment may be that long too.
const LONGEST_SEGMENT: usize = 256 << 20;
/// How much of an input that is not X12 a message shows.
const SHOWN: usize = 3;

/// Reads an input given in pieces; what it keeps is bounded by the longest segment.
pub struct Reader<S> {
    sink: S,
    state: State,
    lines: Lines,
    /// The beginning of a segment whose end has not come yet.
    pending: Vec<u8>,
    /// How many bytes `pending` needs before another look at it makes sense.
    needed: usize,
}

impl<S: Sink> Reader<S> {
    /// A reader at the beginning of an input.
    pub fn new(sink: S) -> Self {
        Self {
            sink,
            state: State::default(),
            lines: Lines::default(),
            pending: Vec::new(),
            needed: 0,
        }
    }

    /// A reader that gives loops other names than those of the tables.
    pub fn named(sink: S, names: Arc<LoopNames>) -> Self {
        let mut reader = Self::new(sink);
        reader.state.names = Some(names);
        reader
    }

    /// The sink, to take out of it what it has made so far.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Whether a fatal problem ended the reading; further input is not looked at.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state.ended
    }

    /// Reads the next bytes of the input.
    ///
    /// The first few thousand may be kept until it is known whether the file is wrapped.
    pub fn push(&mut self, bytes: &[u8]) {
        let joined = self.lines.join(bytes);
        self.take(&joined);
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.pending.is_empty() {
            let taken = self.state.run(&mut self.sink, bytes, &mut self.needed);
            self.pending
                .extend_from_slice(bytes.get(taken..).unwrap_or(&[]));
            return;
        }
        let ends = self.state.lexer.as_ref().is_none_or(|lexer| {
            self.pending.len() >= self.needed
                || memchr(lexer.delimiters().terminator, bytes).is_some()
        });
        self.pending.extend_from_slice(bytes);
        if ends && self.pending.len() >= self.needed {
            let input = mem::take(&mut self.pending);
            let taken = self.state.run(&mut self.sink, &input, &mut self.needed);
            self.pending = input;
            self.pending.drain(..taken);
        }
    }

    /// Ends the input.
    pub fn finish(mut self) -> (S, Reading) {
        let joined = self.lines.finish();
        self.take(&joined);
        let input = mem::take(&mut self.pending);
        self.state.finish(&mut self.sink, &input);
        (self.sink, self.state.reading)
    }
}

impl State {
    /// Reads the whole segments of `input` and returns how many bytes that took.
    fn run(&mut self, sink: &mut impl Sink, input: &[u8], needed: &mut usize) -> usize {
        let base = self.position.byte;
        let mut at = 0;
        loop {
            at += self.skip_blanks(input.get(at..).unwrap_or(&[]));
            let rest = input.get(at..).unwrap_or(&[]);
            self.position.byte = base + at as u64;
            if self.ended || rest.is_empty() {
                *needed = 0;
                return if self.ended { input.len() } else { at };
            }
            match self.step(sink, rest) {
                Ok(taken) => at += taken,
                Err(more) => {
                    *needed = more;
                    if more > LONGEST_SEGMENT || rest.len() > LONGEST_SEGMENT {
                        self.report(ProblemKind::SegmentTooLong {
                            limit: LONGEST_SEGMENT,
                        });
                        return input.len();
                    }
                    return at;
                }
            }
        }
    }

    /// Reads one segment; says how many bytes are needed when the input does not hold all of it.
    fn step(&mut self, sink: &mut impl Sink, input: &[u8]) -> Result<usize, usize> {
        let Some(mut lexer) = self.lexer.take() else {
            return self.header(sink, input, false);
        };
        let taken = match lexer.lex(input) {
            Lexed::Incomplete(more) => Err(more),
            Lexed::Segment(length) => {
                let segment = lexer.segment(input.get(..length).unwrap_or(input));
                self.segment(sink, &segment);
                Ok(length + 1)
            }
        };
        // An interchange that has ended takes its delimiters with it.
        if self.envelope.interchange.is_some() {
            self.lexer = Some(lexer);
        }
        taken
    }

    fn finish(&mut self, sink: &mut impl Sink, input: &[u8]) {
        if !self.ended && !input.is_empty() {
            match self.lexer.take() {
                None => {
                    let _ = self.header(sink, input, true);
                }
                Some(lexer) => self.last_segments(sink, lexer, input),
            }
        }
        if !self.ended {
            self.end_of_input();
        }
    }

    /// Reads what is left when no more comes: a segment without terminator, or segments after a count
    /// of binary data that leads beyond the end.
    fn last_segments(&mut self, sink: &mut impl Sink, mut lexer: Lexer, mut input: &[u8]) {
        while !input.is_empty() && !self.ended {
            let length = lexer.lex_last(input);
            if length == input.len() {
                self.report(ProblemKind::TerminatorMissing);
            }
            self.segment(sink, &lexer.segment(input.get(..length).unwrap_or(input)));
            let rest = input.get(length + 1..).unwrap_or(&[]);
            let rest = rest.get(self.skip_blanks(rest)..).unwrap_or(&[]);
            self.position.byte += (input.len() - rest.len()) as u64;
            input = rest;
        }
    }

    fn end_of_input(&mut self) {
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

    /// How many bytes before a segment mean nothing: line ends and blanks; between interchanges also
    /// a byte order mark, NUL and the end-of-file mark of old systems.
    #[inline]
    fn skip_blanks(&self, input: &[u8]) -> usize {
        let within = self.lexer.is_some();
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

    fn header(&mut self, sink: &mut impl Sink, input: &[u8], at_end: bool) -> Result<usize, usize> {
        match Isa::read(input, at_end) {
            isa::Header::Read(isa, length) => {
                self.begin_interchange(sink, &isa);
                Ok(length)
            }
            isa::Header::Incomplete if !at_end && input.len() < isa::LONGEST => {
                Err(input.len() + 1)
            }
            isa::Header::Incomplete => {
                self.report(ProblemKind::HeaderIncomplete);
                Ok(input.len())
            }
            isa::Header::Other => {
                let begins = decode(input.get(..SHOWN).unwrap_or(input)).into();
                if self.position.interchange == 0 {
                    self.report(ProblemKind::NotAnInterchange { begins });
                } else {
                    self.position.segment_in_interchange = 0;
                    self.report(ProblemKind::DataAfterInterchange { begins });
                    self.ended = true;
                }
                Ok(input.len())
            }
        }
    }
}
