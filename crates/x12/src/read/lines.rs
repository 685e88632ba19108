//! Joins the lines of a file that was wrapped at a length, with line breaks within segments
//! (assumption A-63).

use std::borrow::Cow;
use std::mem;

use memchr::memchr2;

use super::lexer::{Lexed, Lexer};
use crate::isa::{self, Header, Isa};
use crate::write::LineBreak;

const CR: u8 = b'\r';
const LF: u8 = b'\n';
/// A file whose first line is longer was not wrapped.
const LONGEST_LINE: usize = 8 << 10;
/// The maximum length of `ISA` with line breaks between the letters.
const SHORTEST: usize = 7;
/// The number of bytes of an input that are examined to detect wrapping.
const LOOKED_AT: usize = 64 << 10;

/// How a file was wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wrapping {
    /// The bytes before the ISA segment.
    pub(crate) start: usize,
    /// The number of bytes on a line.
    pub(crate) length: usize,
    pub(crate) line_break: LineBreak,
    terminator: u8,
}

/// Removes the line breaks from a wrapped file that arrives in pieces; other files are unchanged.
#[derive(Default)]
pub(crate) struct LineUnwrapper {
    form: WrapForm,
    /// Whether line breaks were removed; the rest of the input may be plain anyway.
    was_wrapped: bool,
}

enum WrapForm {
    /// Not known yet; the input so far is buffered.
    Unknown(Vec<u8>),
    Plain,
    Wrapping(Joining),
}

struct Joining {
    wrapped: Wrapping,
    /// The number of bytes on the line so far, and the last byte that is not a line break.
    column: usize,
    last: u8,
    /// The line feed of a CR LF has not arrived yet.
    breaking: bool,
}

impl Default for WrapForm {
    fn default() -> Self {
        Self::Unknown(Vec::new())
    }
}

impl LineUnwrapper {
    /// How a whole input was wrapped, and the input without the line breaks.
    pub(crate) fn whole(input: &[u8]) -> (Option<Wrapping>, Cow<'_, [u8]>) {
        let found = Wrapping::find(input, true).unwrap_or(None);
        (found, Self::default().found(found, Cow::Borrowed(input)))
    }

    /// A joiner for an input that is known not to be wrapped.
    pub(crate) fn plain() -> Self {
        Self {
            form: WrapForm::Plain,
            was_wrapped: false,
        }
    }

    /// Whether the input is known not to be wrapped from here on, and never was.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.form, WrapForm::Plain) && !self.was_wrapped
    }

    /// Whether line breaks are removed, or were removed at the beginning.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.was_wrapped
    }

    /// The next bytes without line breaks; `None` while wrapping is not known.
    pub(crate) fn join<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let WrapForm::Unknown(held) = &mut self.form else {
            return self.joined(Cow::Borrowed(bytes));
        };
        let mut input = Cow::Borrowed(bytes);
        if !held.is_empty() {
            held.extend_from_slice(bytes);
            input = Cow::Owned(mem::take(held));
        }
        if let Ok(found) = Wrapping::find(&input, false) {
            return self.found(found, input);
        }
        self.form = WrapForm::Unknown(input.into_owned());
        Cow::Borrowed(&[])
    }

    /// The rest of the buffered input, at the end of the input.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let WrapForm::Unknown(held) = &mut self.form else {
            return Vec::new();
        };
        let held = mem::take(held);
        let found = Wrapping::find(&held, true).unwrap_or(None);
        self.found(found, Cow::Owned(held)).into_owned()
    }

    fn found<'a>(&mut self, found: Option<Wrapping>, input: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        let Some(wrapped) = found else {
            self.form = WrapForm::Plain;
            return input;
        };
        self.was_wrapped = true;
        self.form = WrapForm::Wrapping(Joining {
            wrapped,
            column: 0,
            last: 0,
            breaking: false,
        });
        let body = input.get(wrapped.start..).unwrap_or(&[]);
        let joined = self.joined(Cow::Borrowed(body)).into_owned();
        let before = input.get(..wrapped.start).unwrap_or(&[]);
        Cow::Owned([before, &joined].concat())
    }

    fn joined<'a>(&mut self, bytes: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
        let WrapForm::Wrapping(joining) = &mut self.form else {
            return bytes;
        };
        let mut out = Vec::with_capacity(bytes.len());
        let taken = joining.join(&bytes, &mut out);
        if let Some(rest) = bytes.get(taken..).filter(|rest| !rest.is_empty()) {
            out.extend_from_slice(rest);
            self.form = WrapForm::Plain;
        }
        Cow::Owned(out)
    }
}

impl Joining {
    /// Joins lines until one is longer than the others, and returns the number of consumed bytes.
    fn join(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if mem::take(&mut self.breaking) && *byte == LF {
                at += 1;
            } else if self.column < self.wrapped.length {
                at += self.take(bytes.get(at..).unwrap_or(&[]), out);
            } else if self.wrapped.line_break.bytes().first() == Some(byte) {
                self.column = 0;
                self.breaking = self.wrapped.line_break == LineBreak::CrLf;
                at += 1;
            } else {
                break;
            }
        }
        at
    }

    /// Takes the rest of the line. A line that is shorter than the others ends after a terminator,
    /// as in concatenated wrapped files.
    fn take(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let room = self.wrapped.length - self.column;
        let line = bytes.get(..room).unwrap_or(bytes);
        let early = memchr2(CR, LF, line);
        let text = line.get(..early.unwrap_or(line.len())).unwrap_or(line);
        self.last = text.last().copied().unwrap_or(self.last);
        let taken = early.map_or(line.len(), |at| at + 1);
        out.extend_from_slice(line.get(..taken).unwrap_or(line));
        self.column += taken;
        if early.is_some() && self.last == self.wrapped.terminator {
            self.column = 0;
        }
        taken
    }
}

/// More input is needed.
#[derive(Debug)]
pub(crate) struct Undecided;

impl Wrapping {
    /// How `input` was wrapped: all lines up to the first that breaks a segment, and the line after
    /// it, have the same length. `None` if it was not wrapped.
    pub(crate) fn find(input: &[u8], at_end: bool) -> Result<Option<Self>, Undecided> {
        let complete = at_end || input.len() >= LOOKED_AT;
        let input = input.get(..LOOKED_AT).unwrap_or(input);
        let start = input.iter().position(|byte| !is_blank(*byte));
        let start = start.unwrap_or(input.len());
        let text = input.get(start..).unwrap_or(&[]);
        let unknown = if complete { Ok(None) } else { Err(Undecided) };
        if text.len() < SHORTEST {
            return unknown;
        }
        let named = text.iter().filter(|byte| !matches!(**byte, CR | LF));
        if !named.take(3).eq(b"ISA") {
            return Ok(None);
        }
        let first_line = text.get(..LONGEST_LINE).unwrap_or(text);
        match memchr2(CR, LF, first_line) {
            Some(length) => Self::at(start, length, text, complete),
            None if text.len() < LONGEST_LINE => unknown,
            None => Ok(None),
        }
    }

    fn at(
        start: usize,
        length: usize,
        text: &[u8],
        complete: bool,
    ) -> Result<Option<Self>, Undecided> {
        let line_break = match text.get(length..) {
            // It may be the first half of a CR LF.
            Some([CR]) if !complete => return Err(Undecided),
            Some([CR, LF, ..]) => LineBreak::CrLf,
            Some([LF, ..]) => LineBreak::Lf,
            _ => LineBreak::Cr,
        };
        let place = isa::FIXED_LENGTH - 1;
        let breaks = place / length * line_break.bytes().len();
        let Some(terminator) = text.get(place + breaks).copied() else {
            return if complete { Ok(None) } else { Err(Undecided) };
        };
        // If the line break is the terminator, a segment's name follows it.
        if matches!(terminator, CR | LF) || terminator.is_ascii_alphanumeric() {
            return Ok(None);
        }
        let wrapped = Self {
            start,
            length,
            line_break,
            terminator,
        };
        let confirmed = wrapped.confirmed(text, complete)?;
        Ok(confirmed.then_some(wrapped))
    }

    fn confirmed(self, text: &[u8], complete: bool) -> Result<bool, Undecided> {
        let line_break = self.line_break.bytes();
        let (mut broken, mut breaks, mut rest) = (false, 0, text);
        loop {
            let line = rest.get(..self.length).unwrap_or(rest);
            let after = rest.get(line.len()..).unwrap_or(&[]);
            if memchr2(CR, LF, line).is_some() || after.iter().all(|byte| matches!(*byte, CR | LF))
            {
                // The last line so far.
                let is_whole = memchr2(CR, LF, rest.trim_ascii_end()).is_none();
                return match is_whole {
                    true if !complete => Err(Undecided),
                    true if breaks == 1 && self.length >= isa::FIXED_LENGTH => {
                        Ok(self.is_between_lines(text, rest, broken))
                    }
                    is_whole => Ok(is_whole && broken),
                };
            }
            let Some(next) = after.strip_prefix(line_break) else {
                return Ok(false);
            };
            if broken {
                return Ok(true);
            }
            broken = line.last() != Some(&self.terminator);
            rest = next;
            breaks += 1;
        }
    }

    /// Whether a single line break after the ISA segment, with `rest` after it, is not part of the
    /// data.
    fn is_between_lines(self, text: &[u8], rest: &[u8], broken: bool) -> bool {
        let line = text.get(..self.length).unwrap_or(text);
        // A terminator may also occur in binary data.
        let breaks_data = || is_binary(&[line, rest].concat(), self.length - 1);
        !is_binary(text, self.length) && (broken || breaks_data())
    }
}

/// Whether the byte at `place` is in binary data: within the length that the segment states, with a
/// terminator after it.
fn is_binary(text: &[u8], place: usize) -> bool {
    let Header::Read(isa, mut at) = Isa::read(text, true) else {
        return false;
    };
    let mut lexer = Lexer::new(isa.delimiters());
    while at <= place {
        let rest = text.get(at..).unwrap_or(&[]);
        let Lexed::Segment(length) = lexer.lex(rest) else {
            return false;
        };
        if place < at + length {
            return lexer.is_binary_at(place - at);
        }
        at += length + 1;
    }
    false
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, CR | LF | b' ' | b'\t' | 0xef | 0xbb | 0xbf | 0x1a | 0)
}
