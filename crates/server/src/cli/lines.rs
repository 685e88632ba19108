//! The lines of a file, to say on which one a problem is.

use std::collections::BTreeMap;

/// A length that stands for itself and a line that goes on.
const MORE: u8 = u8::MAX;
/// How many bytes at the end of a line are looked at for its last one.
const LOOKED_AT: usize = 64;
/// How many bytes at the beginning of the file are kept.
const HEAD: usize = 1024;

/// The lengths of the lines of a file: a byte for a line of an ordinary file.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    lengths: Vec<u8>,
    /// How long the line is that has not ended yet.
    open: usize,
    /// The last byte of the first line that is no line break, and how many bytes its break has.
    first_end: Option<(u8, u64)>,
    /// The last two bytes that are neither blanks nor line feeds.
    last: [u8; 2],
    /// The first bytes of the file.
    head: Vec<u8>,
}

impl LineIndex {
    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let wanted = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head
            .extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.open = self.open.saturating_add(part.len());
            for byte in part
                .get(part.len().saturating_sub(LOOKED_AT)..)
                .unwrap_or(part)
            {
                self.remember(*byte);
            }
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// The first bytes of the file: its headers, if it is X12.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    fn remember(&mut self, byte: u8) {
        if !matches!(byte, b'\n' | b' ') {
            self.last = [self.last[1], byte];
        }
    }

    fn end_line(&mut self) {
        let mut length = self.open;
        while length >= usize::from(MORE) {
            self.lengths.push(MORE);
            length -= usize::from(MORE);
        }
        self.lengths.push(u8::try_from(length).unwrap_or_default());
        if self.first_end.is_none() {
            self.first_end = Some(match self.last {
                [before, b'\r'] => (before, 2),
                [_, last] => (last, 1),
            });
        }
        self.open = 0;
    }

    /// The lines of places in the file, by the byte; none for a file of one line.
    ///
    /// The reader does not count the breaks of a file that is wrapped at a length, so they are not
    /// counted here either; such a file has no `terminator` at the end of its first line.
    pub(super) fn of(
        &self,
        places: impl Iterator<Item = u64>,
        terminator: Option<u8>,
    ) -> BTreeMap<u64, u64> {
        let mut lines: BTreeMap<u64, u64> = places.map(|byte| (byte, 0)).collect();
        let Some((end, break_length)) = self.first_end else {
            return BTreeMap::new();
        };
        let is_break = |byte| matches!(byte, Some(b'\n' | b'\r') | None);
        let is_wrapped = !is_break(terminator) && terminator != Some(end);
        let uncounted = if is_wrapped { break_length } else { 0 };
        let mut places = lines.iter_mut().peekable();
        let (mut line, mut begin, mut length) = (1, 0_u64, 0_u64);
        for part in &self.lengths {
            length += u64::from(*part);
            if *part == MORE {
                continue;
            }
            let next = begin.saturating_add(length.saturating_sub(uncounted));
            while let Some((_, of)) = places.next_if(|(byte, _)| **byte < next) {
                *of = line;
            }
            (line, begin, length) = (line + 1, next, 0);
        }
        let has_rest = self.open > 0;
        places.for_each(|(_, of)| *of = line - u64::from(!has_rest));
        if line + u64::from(has_rest) <= 2 {
            return BTreeMap::new();
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    fn check(text: &str, chunk: usize, byte: u64, expected: Option<u64>) {
        let mut index = LineIndex::default();
        text.as_bytes()
            .chunks(chunk)
            .for_each(|part| index.push(part));
        let found = index.of([byte].into_iter(), Some(b'~'));
        assert_eq!(found.get(&byte).copied(), expected, "{text:?} {byte}");
    }

    #[test]
    fn a_byte_is_on_its_line() {
        let long = format!("A~\n{}~\nB~\nC~", "x".repeat(600));
        for chunk in [1, 2, 7, 1000] {
            check("ISA~\nGS~\nST~\n", chunk, 0, Some(1));
            check("ISA~\nGS~\nST~\n", chunk, 5, Some(2));
            check("ISA~\r\nGS~\r\nST~\r\n", chunk, 6, Some(2));
            check("ISA~\nGS~\nST~", chunk, 9, Some(3));
            check("ISA~\nGS~\nST~\n", chunk, 99, Some(3));
            check(&long, chunk, 604, Some(2));
            check(&long, chunk, 605, Some(3));
            check("ISA~GS~ST~", chunk, 4, None);
            check("ISA~GS~ST~\n", chunk, 4, None);
        }
    }

    #[test]
    fn the_breaks_of_a_wrapped_file_are_not_counted() {
        for chunk in [1, 3, 100] {
            check("ISA*\n00*~\nGS*1\n~", chunk, 7, Some(2));
            check("ISA*\n00*~\nGS*1\n~", chunk, 8, Some(3));
            check("ISA*\r\n00*~\r\nGS*1\r\n~", chunk, 8, Some(3));
        }
    }
}
