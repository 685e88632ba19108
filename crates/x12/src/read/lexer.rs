//! Splits bytes into segments.

use memchr::{memchr, memchr_iter};

use super::reader::LONGEST_SEGMENT;
use crate::delimiters::{
    BINARY, Class, Classes, Delimiters, ELEMENT, ESCAPE, MARKUP, TERMINATOR, WIDE,
};
use crate::segment::{Segment, Span};

/// How far to search for the next identifier.
const NEXT: usize = 256;

/// The number of line feeds.
pub(super) fn line_breaks(bytes: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Finds the end of a segment and the bounds of its elements.
pub(crate) struct Lexer {
    delimiters: Delimiters,
    classes: Classes,
    spans: Vec<Span>,
    /// The classes of bytes in the last segment.
    seen: Class,
}

/// What the lexer found at the start of its input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lexed {
    /// A segment of this length, followed by its terminator.
    Segment(usize),
    /// A segment that is incomplete in the input; at least this many bytes are needed.
    Incomplete(usize),
}

impl Lexer {
    pub(crate) fn new(delimiters: Delimiters) -> Self {
        Self {
            delimiters,
            classes: delimiters.classes(),
            spans: Vec::with_capacity(64),
            seen: 0,
        }
    }

    pub(crate) fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The last segment, whose bytes are `bytes`.
    pub(crate) fn segment<'a>(&'a self, bytes: &'a [u8]) -> Segment<'a> {
        Segment::new(bytes, &self.spans, self.seen, self.delimiters)
    }

    /// The number of line breaks in the last segment and its terminator.
    #[inline]
    pub(crate) fn breaks(&self, bytes: &[u8]) -> u32 {
        let own = u32::from(self.delimiters.terminator == b'\n');
        if self.seen & (ESCAPE | BINARY) == 0 {
            own
        } else {
            own.saturating_add(line_breaks(bytes))
        }
    }

    /// Whether a byte of the last segment belongs to binary data.
    pub(crate) fn is_binary_at(&self, place: usize) -> bool {
        let data = self.spans.last();
        data.is_some_and(|data| data.classes & BINARY != 0 && place >= data.start as usize)
    }

    /// The identifier of the segment at the start of `rest`, empty at the end of the input; `None`
    /// if more bytes are needed.
    pub(crate) fn next_id<'a>(&self, rest: &'a [u8], at_end: bool) -> Option<&'a [u8]> {
        let seen = rest.get(..NEXT).unwrap_or(rest);
        let id = seen.trim_ascii_start();
        let is_end =
            |byte: &u8| *byte == self.delimiters.element || *byte == self.delimiters.terminator;
        match id.iter().position(is_end) {
            Some(end) => id.get(..end),
            None if at_end || seen.len() == NEXT => Some(id),
            None => None,
        }
    }

    /// Reads the segment at the start of `input`.
    pub(crate) fn lex(&mut self, input: &[u8]) -> Lexed {
        if input.starts_with(b"B")
            && let Some(lexed) = self.lex_binary(input)
        {
            return lexed;
        }
        self.lex_text(input)
    }

    /// Reads the segment at the start of `input`; the end of the input also ends it.
    pub(crate) fn lex_last(&mut self, input: &[u8]) -> usize {
        match self.lex(input) {
            Lexed::Segment(length) => length,
            Lexed::Incomplete(_) => match self.lex_text(input) {
                Lexed::Segment(length) => length,
                Lexed::Incomplete(_) => input.len(),
            },
        }
    }

    fn lex_text(&mut self, input: &[u8]) -> Lexed {
        self.spans.clear();
        let mut start = 0;
        let mut seen = 0;
        let mut all = 0;
        for (end, byte) in (0..).zip(input) {
            let class = self.classes.get(usize::from(*byte)).copied().unwrap_or(0);
            if class & (ELEMENT | TERMINATOR) == 0 {
                seen |= class;
                continue;
            }
            self.spans.push(Span {
                start,
                end,
                classes: seen,
            });
            all |= seen;
            if class == TERMINATOR {
                self.seen = all;
                return Lexed::Segment(end as usize);
            }
            start = end + 1;
            seen = 0;
        }
        let end = u32::try_from(input.len()).unwrap_or(u32::MAX);
        self.spans.push(Span {
            start,
            end,
            classes: seen,
        });
        self.seen = all | seen;
        Lexed::Incomplete(input.len() + 1)
    }

    /// Reads a segment whose last element has a stated length, because it may contain delimiters;
    /// `None` if the segment is not of that kind or its length does not lead to a terminator.
    fn lex_binary(&mut self, input: &[u8]) -> Option<Lexed> {
        let elements_before = match input.get(..3)? {
            b"BIN" => 1,
            b"BDS" => 2,
            _ => return None,
        };
        let Delimiters {
            element,
            terminator,
            ..
        } = self.delimiters;
        // If both were the same byte, the result would depend on how much of the input has arrived.
        if element == terminator || input.get(3) != Some(&element) {
            return None;
        }
        self.spans.clear();
        let mut start = 0;
        for _ in 0..=elements_before {
            let end = start + memchr(self.delimiters.element, input.get(start..)?)?;
            // A segment that ends before its data is read as text.
            if memchr(self.delimiters.terminator, input.get(start..end)?).is_some() {
                return None;
            }
            self.push(input, start, end);
            start = end + 1;
        }
        let counted = self
            .spans
            .last()
            .map(|span| span.start as usize..span.end as usize)?;
        let length: usize = std::str::from_utf8(input.get(counted)?)
            .ok()?
            .trim()
            .parse()
            .ok()?;
        // No segment is as long as this length.
        let end = start
            .checked_add(length)
            .filter(|end| *end < LONGEST_SEGMENT)?;
        match input.get(end) {
            Some(byte) if *byte == self.delimiters.terminator => {
                self.push(input, start, end);
                self.seen = BINARY;
                Some(Lexed::Segment(end))
            }
            Some(_) => None,
            None => Some(Lexed::Incomplete(end + 1)),
        }
    }

    fn push(&mut self, input: &[u8], start: usize, end: usize) {
        let data = input.get(start..end).unwrap_or(&[]);
        let class = |byte: &u8| self.classes.get(usize::from(*byte)).copied().unwrap_or(0);
        let seen: Class = data.iter().map(class).fold(0, |seen, class| seen | class);
        let bound = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        // Separators within binary data are data.
        let classes = BINARY | (seen & (ESCAPE | MARKUP | WIDE));
        self.spans.push(Span {
            start: bound(start),
            end: bound(end),
            classes,
        });
    }
}
