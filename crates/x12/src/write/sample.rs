//! The format of an output, derived from a sample of it.

use super::{LineBreak, Wrap, WriteOptions};
use crate::isa::{Header, Isa};
use crate::read::LineUnwrapper;

const CR: u8 = b'\r';
const LF: u8 = b'\n';

impl WriteOptions {
    /// The options for writing like a sample: its delimiters, the repetition separator of its
    /// ISA11, its line breaks. `None` if the sample does not begin with an ISA segment.
    ///
    /// A sample whose line breaks are within segments is treated as wrapped at their length.
    #[must_use]
    pub fn like(sample: &[u8]) -> Option<Self> {
        let start = sample.windows(3).position(|bytes| bytes == b"ISA")?;
        let (before, sample) = sample.split_at_checked(start)?;
        let blank = before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before);
        if !blank.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let (wrapped, text) = LineUnwrapper::whole(sample);
        let Header::Read(isa, length) = Isa::read(&text, true) else {
            return None;
        };
        let standard = Self::standard();
        Some(Self {
            delimiters: isa.delimiters(),
            wrap: wrapped.map_or_else(
                || by_segment(text.get(length..).unwrap_or_default()),
                |wrapped| Wrap::Length(wrapped.length, wrapped.line_break),
            ),
            ..standard
        })
    }
}

/// The text after a terminator.
fn by_segment(rest: &[u8]) -> Wrap {
    line_break(rest).map_or(Wrap::OneLine, Wrap::Segment)
}

fn line_break(rest: &[u8]) -> Option<LineBreak> {
    match rest {
        [CR, LF, ..] => Some(LineBreak::CrLf),
        [LF, ..] => Some(LineBreak::Lf),
        [CR, ..] => Some(LineBreak::Cr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delimiters, write_json};

    const DOCUMENT: &str = r#"{"interchanges": [{"ISA_06_SenderId": "A", "functional_groups": [{
        "GS_01_FunctionalIdentifierCode": "PO", "GS_06_GroupControlNumber": "1", "GS_08_Version": "005010", "transactions": [{
        "ST_01_TransactionSetIdentifierCode": "850", "ST_02_TransactionSetControlNumber": "0001",
        "segments": [{"BEG_01": "00", "BEG_02": "SA", "BEG_03": "PO-1", "BEG_05": "20260301"}]}]}]}]}"#;

    fn check(wrap: Wrap, [element, component, repetition, terminator]: [u8; 4]) {
        let writing = WriteOptions {
            delimiters: Delimiters {
                element,
                component,
                repetition: Some(repetition),
                terminator,
            },
            wrap,
            ..WriteOptions::standard()
        };
        let sample = write_json(DOCUMENT, &writing).unwrap();
        let shown = String::from_utf8_lossy(&sample);
        assert_eq!(WriteOptions::like(&sample), Some(writing), "{shown}");
    }

    #[test]
    fn what_was_written_is_found_out() {
        for kind in [LineBreak::Lf, LineBreak::CrLf, LineBreak::Cr] {
            check(Wrap::Segment(kind), *b"*:^~");
            check(Wrap::Length(80, kind), *b"*:^~");
            check(Wrap::Length(20, kind), *b"|>!'");
        }
        check(Wrap::OneLine, *b"*>^~");
        check(Wrap::OneLine, *b"*>^\n");
    }

    #[test]
    fn only_an_interchange_is_a_sample() {
        for sample in [
            &b""[..],
            b"ISA",
            b"ISA*00*",
            b"UNA:+.? 'UNB+",
            b"hello ISA*00*",
        ] {
            assert_eq!(WriteOptions::like(sample), None);
        }
        let after_blanks = [
            b"\xef\xbb\xbf\n",
            &*write_json(DOCUMENT, &WriteOptions::standard()).unwrap(),
        ]
        .concat();
        assert!(WriteOptions::like(&after_blanks).is_some());
    }
}
