//! The open parts of the envelope, with their counts and control numbers.

use crate::text::decode;
use crate::{ProblemKind, Segment, Trailer};

/// The open headers, each with the values that its trailer must have.
#[derive(Default)]
pub(crate) struct Envelope {
    pub(crate) interchange: Option<Header>,
    pub(crate) group: Option<Header>,
    pub(crate) transaction: Option<Header>,
    /// Whether the following segments may be binary data that its count does not include.
    pub(crate) in_data: bool,
    /// Whether segments of a transaction without a header have been skipped since the last SE.
    pub(crate) headless: bool,
}

/// A header: its control number, and the number of its parts so far.
pub(crate) struct Header {
    control: Box<[u8]>,
    parts: u64,
    /// The number of parts that a sender may omit from the count: empty segments, and pieces of
    /// binary data.
    uncounted: u64,
}

impl Header {
    pub(crate) fn new(control: &[u8], parts: u64) -> Self {
        Self {
            control: control.into(),
            parts,
            uncounted: 0,
        }
    }

    #[cold]
    pub(crate) fn note_uncounted(&mut self) {
        self.uncounted += 1;
    }

    #[inline]
    pub(crate) fn count(&mut self) {
        self.parts += 1;
    }

    /// Adds to the count of parts.
    pub(crate) fn count_more(&mut self, parts: u32) {
        self.parts = self.parts.saturating_add(u64::from(parts));
    }

    /// Whether there are parts that a sender may omit from the count.
    pub(crate) fn has_uncounted(&self) -> bool {
        self.uncounted > 0
    }

    /// Whether the next segment, an SE, is correct.
    pub(crate) fn is_ended_by(&self, se: &Segment<'_>) -> bool {
        self.has_parts(self.parts.saturating_add(1), se.value(1))
            && self.matches(Trailer::Se, se.value(2))
    }

    /// Whether a count is correct, with or without the parts that a sender may omit.
    fn has_parts(&self, parts: u64, count: &[u8]) -> bool {
        let least = parts.saturating_sub(self.uncounted);
        let count = decode(count).parse();
        count.is_ok_and(|count: u64| (least..=parts).contains(&count))
    }

    /// Whether nothing has followed a header with this control number.
    pub(crate) fn is_new(&self, parts: u64, control: &[u8]) -> bool {
        self.parts == parts && &*self.control == control
    }

    /// Compares with a trailer: each problem, and the position of the wrong element.
    pub(crate) fn close(
        &self,
        trailer: Trailer,
        segment: &Segment<'_>,
    ) -> [Option<(ProblemKind, u16)>; 2] {
        let (count, control) = (segment.value(1), segment.value(2));
        let wrong_count = (!self.has_parts(self.parts, count)).then(|| ProblemKind::CountWrong {
            trailer,
            expected: self.parts,
            found: decode(count).into(),
        });
        let wrong_control =
            (!self.matches(trailer, control)).then(|| ProblemKind::ControlNumberWrong {
                trailer,
                expected: decode(&self.control).into(),
                found: decode(control).into(),
            });
        [
            wrong_count.map(|kind| (kind, 1)),
            wrong_control.map(|kind| (kind, 2)),
        ]
    }

    /// Group control numbers are compared as numbers, the others as text.
    fn matches(&self, trailer: Trailer, control: &[u8]) -> bool {
        let significant = |id: &[u8]| id.iter().position(|byte| *byte != b'0').unwrap_or(id.len());
        let number = |id| <[u8]>::get(id, significant(id)..).unwrap_or(&[]);
        match trailer {
            Trailer::Ge => number(&self.control) == number(control),
            Trailer::Se | Trailer::Iea => &*self.control == control,
        }
    }
}

impl Envelope {
    /// Whether an IEA segment at the end of the input lacks the end of its control number.
    pub(crate) fn is_cut_off(&self, iea: &Segment<'_>) -> bool {
        let control = self.interchange.as_ref().map(|header| &*header.control);
        control.is_some_and(|control| {
            let found = iea.value(2);
            found.len() < control.len() && control.starts_with(found)
        })
    }

    /// The trailer that must precede anything outside of the innermost open part.
    pub(crate) fn wanted(&self) -> Option<Trailer> {
        if self.transaction.is_some() {
            Some(Trailer::Se)
        } else if self.group.is_some() {
            Some(Trailer::Ge)
        } else {
            self.interchange.as_ref().map(|_| Trailer::Iea)
        }
    }
}
