//! Segments with problems, as lines with a caret below the element.

use std::collections::BTreeMap;
use std::ops::Range;

use b2bi_local_x12::{Delimiters, Position};

use super::error::CommandError;
use super::input::Repeatable;
use super::problems::{FileProblems, Located};

/// The maximum number of problems of a file that are shown with their segment.
const MOST: usize = 1000;
/// The maximum number of bytes that are kept from a segment.
const LONGEST: usize = 2048;
/// The maximum number of characters that are shown from a segment.
const WIDTH: usize = 100;

const BLUE: &str = "\x1b[34m";
const RED: &str = "\x1b[1;31m";
const RESET: &str = "\x1b[0m";

/// Adds to the first problems of a file their segments.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn add(
    problems: &mut FileProblems,
    file: &mut Repeatable<'_>,
    delimiters: Delimiters,
    is_colored: bool,
) -> Result<(), CommandError> {
    let listed = || problems.notes.iter().chain(&problems.problems).take(MOST);
    let places = listed().map(|located| located.problem.position.byte);
    let is_wrapped = listed().any(|located| located.problem.position.line == 0);
    let mut segments = Segments::new(places.collect(), delimiters.terminator, is_wrapped);
    if segments.wanted.is_empty() {
        return Ok(());
    }
    file.pieces(|piece| {
        segments.push(piece);
        Ok(())
    })?;
    segments.end();
    let all = problems.notes.iter_mut().chain(&mut problems.problems);
    for located in all.take(MOST) {
        let position = located.problem.position;
        let found = segments.found.get(&position.byte);
        located.excerpt = found.map(|text| excerpt(text, delimiters, located, is_colored));
    }
    Ok(())
}

/// Finds the segments at places of a file.
#[derive(Default)]
struct Segments {
    /// The places, the last first.
    wanted: Vec<u64>,
    terminator: u8,
    /// Whether line breaks are not counted.
    is_wrapped: bool,
    /// How many bytes were counted.
    offset: u64,
    open: Vec<u8>,
    found: BTreeMap<u64, Vec<u8>>,
}

impl Segments {
    fn new(mut places: Vec<u64>, terminator: u8, is_wrapped: bool) -> Self {
        places.sort_unstable();
        places.dedup();
        places.reverse();
        Self {
            wanted: places,
            terminator,
            is_wrapped,
            ..Self::default()
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let terminator = self.terminator;
        for part in piece.split_inclusive(|byte| *byte == terminator) {
            if self.wanted.is_empty() {
                return;
            }
            self.take(part);
            if part.ends_with(&[terminator]) {
                self.end();
            }
        }
    }

    fn take(&mut self, part: &[u8]) {
        let is_counted = |byte: &&u8| !self.is_wrapped || !matches!(byte, b'\r' | b'\n');
        let counted = part.iter().filter(is_counted);
        let length = u64::try_from(counted.clone().count()).unwrap_or_default();
        let room = LONGEST.saturating_sub(self.open.len());
        self.open.extend(counted.take(room));
        self.offset = self.offset.saturating_add(length);
    }

    /// Ends the open segment, and keeps it for the problems in it.
    fn end(&mut self) {
        let is_within = |place: &mut u64| *place < self.offset;
        while let Some(place) = self.wanted.pop_if(is_within) {
            let text = self.open.trim_ascii_start().to_vec();
            self.found.insert(place, text);
        }
        self.open.clear();
    }
}

/// The segment, with carets below the problem.
fn excerpt(segment: &[u8], delimiters: Delimiters, located: &Located, is_colored: bool) -> String {
    let segment = segment.trim_ascii_end();
    let span = span(segment, delimiters, located.problem.position);
    let before = letters(segment.get(..span.start).unwrap_or(segment));
    let marked = letters(segment.get(span).unwrap_or_default());
    let first = (before.chars().count() + 1).saturating_sub(WIDTH * 3 / 4);
    let shown: String = letters(segment).chars().skip(first).take(WIDTH).collect();
    let indent = before.chars().count() - first;
    let carets = marked.chars().count().clamp(1, WIDTH - indent);
    let number = located.line.map(|line| line.to_string());
    let number = number.unwrap_or_default();
    let (blue, red, reset) = if is_colored {
        (BLUE, RED, RESET)
    } else {
        ("", "", "")
    };
    format!(
        "{blue}{number:>6} |{reset} {shown}\n{blue}{:6} |{reset} {:indent$}{red}{}{reset}\n",
        "",
        "",
        "^".repeat(carets)
    )
}

/// The text of bytes, a dot for each control character, which a terminal could obey.
fn letters(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let visible = |letter: char| if letter.is_control() { '·' } else { letter };
    text.chars().map(visible).collect()
}

/// Where in a segment the element, repetition or component of a position is; its id without one.
fn span(segment: &[u8], delimiters: Delimiters, position: Position) -> Range<usize> {
    let end = segment.strip_suffix(&[delimiters.terminator]);
    let whole = 0..end.unwrap_or(segment).len();
    let element = usize::from(position.element);
    let mut span = nth(segment, whole, delimiters.element, element);
    if let (Some(separator), Some(at)) = (delimiters.repetition, position.repetition.checked_sub(1))
    {
        span = nth(segment, span, separator, usize::from(at));
    }
    match position.component.checked_sub(1) {
        Some(at) => nth(segment, span, delimiters.component, usize::from(at)),
        None => span,
    }
}

/// The part of a range with this number, from 0; the end of the range if there are fewer.
fn nth(bytes: &[u8], range: Range<usize>, separator: u8, number: usize) -> Range<usize> {
    let end = range.end;
    let mut begin = range.start;
    let parts = bytes.get(range).unwrap_or_default();
    for (at, part) in parts.split(|byte| *byte == separator).enumerate() {
        let after = begin.saturating_add(part.len());
        if at == number {
            return begin..after;
        }
        begin = after.saturating_add(1);
    }
    end..end
}

#[cfg(test)]
mod tests {
    use b2bi_local_x12::{Delimiters, Position};

    use super::{Segments, nth, span};

    const DELIMITERS: Delimiters = Delimiters {
        element: b'*',
        component: b':',
        repetition: Some(b'^'),
        terminator: b'~',
    };

    #[test]
    fn a_span_is_what_the_position_names() {
        let segment = "SV1*HC:99213:25*125^99*UN~";
        for (element, repetition, component, expected) in [
            (0, 0, 0, "SV1"),
            (1, 0, 0, "HC:99213:25"),
            (1, 0, 2, "99213"),
            (1, 0, 9, ""),
            (2, 2, 0, "99"),
            (2, 1, 1, "125"),
            (3, 0, 0, "UN"),
            (7, 0, 0, ""),
        ] {
            let position = Position {
                element,
                repetition,
                component,
                ..Position::default()
            };
            let found = span(segment.as_bytes(), DELIMITERS, position);
            assert_eq!(&segment[found], expected, "{position:?}");
        }
        assert_eq!(nth(b"", 0..0, b'*', 0), 0..0);
    }

    #[test]
    fn segments_are_found_in_pieces_of_any_size() {
        for (text, is_wrapped, place, expected) in [
            ("ISA*1~\nGS*2~\nST*3~", false, 0, "ISA*1~"),
            ("ISA*1~\nGS*2~\nST*3~", false, 7, "GS*2~"),
            ("ISA*1~\nGS*2~\nST*3~", false, 15, "ST*3~"),
            ("ISA*1~G\r\nS*2~ST\r\n*3~", true, 8, "GS*2~"),
            ("ISA*1~G\r\nS*2~ST\r\n*3", true, 12, "ST*3"),
        ] {
            for size in [1, 3, 100] {
                let mut segments = Segments::new(vec![place, place], b'~', is_wrapped);
                let pieces = text.as_bytes().chunks(size);
                pieces.for_each(|piece| segments.push(piece));
                segments.end();
                let found = segments.found.get(&place).map(Vec::as_slice);
                assert_eq!(found, Some(expected.as_bytes()), "{text:?} {size}");
            }
        }
    }
}
