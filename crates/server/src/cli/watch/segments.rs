//! X12 as a list of segments, whatever its delimiters and line breaks.

use std::sync::Arc;

use b2bi_local_x12::{
    Delimiters, Isa, LoopKey, Place, Position, Problem, Segment, Set, Severity, Sink, read,
};

/// A segment: its identifier and its elements.
pub(super) type Elements = Vec<String>;

/// The segments of X12, with `:` between components and `^` between repetitions.
///
/// A problem that ends the reading is a line too, so that it shows as a difference.
pub(super) fn segments(x12: &[u8]) -> Vec<Elements> {
    read(x12, Collector::default()).0.segments
}

/// Collects the segments of an input.
#[derive(Default)]
struct Collector {
    segments: Vec<Elements>,
}

impl Collector {
    fn add(&mut self, segment: &Segment<'_>) {
        let delimiters = segment.delimiters();
        let mut elements = vec![String::from_utf8_lossy(segment.id()).into_owned()];
        elements.extend(
            segment
                .elements()
                .map(|element| plain(element.raw(), delimiters)),
        );
        self.segments.push(elements);
    }
}

/// The bytes of an element with the standard delimiters; these as data are escaped.
fn plain(raw: &[u8], delimiters: Delimiters) -> String {
    let mut bytes = Vec::with_capacity(raw.len());
    for byte in raw {
        match *byte {
            byte if byte == delimiters.component => bytes.push(b':'),
            byte if Some(byte) == delimiters.repetition => bytes.push(b'^'),
            byte @ (b':' | b'^' | b'*' | b'\n' | b'\\') => bytes.extend([b'\\', byte]),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Sink for Collector {
    fn interchange(&mut self, isa: &Isa, _: &Position) {
        let mut elements = vec!["ISA".to_owned()];
        for position in 1..=16 {
            // ISA16 is a delimiter, and so is ISA11 in later versions.
            elements.push(match position {
                16 => ":".to_owned(),
                11 if isa.has_separator() => "^".to_owned(),
                _ => String::from_utf8_lossy(isa.field(position)).into_owned(),
            });
        }
        self.segments.push(elements);
    }

    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        self.add(gs);
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {
        self.add(st);
    }

    fn segment(&mut self, segment: &Segment<'_>, _: Place, _: &Position) {
        self.add(segment);
    }

    fn control(&mut self, segment: &Segment<'_>, _: &Position) {
        self.add(segment);
    }

    fn transaction_end(&mut self, se: &Segment<'_>, _: &Position) {
        self.add(se);
    }

    fn group_end(&mut self, ge: &Segment<'_>, _: &Position) {
        self.add(ge);
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, _: &Position) {
        self.add(iea);
    }

    fn problem(&mut self, problem: &Problem) {
        if problem.severity() == Severity::Fatal {
            self.segments.push(vec![format!("({problem})")]);
        }
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn close(&mut self, _: &Position) {}
}
