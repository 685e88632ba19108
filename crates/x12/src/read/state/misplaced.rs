//! Segments at places where the standard does not allow them.
//!
//! One may explain why something is missing after it: `ge` in place of GE, or BEG after a missing
//! ST. It is kept until that is clear, so that one mistake gives one message.

use std::mem;

use super::State;
use crate::message::not_counted;
use crate::message::printable;
use crate::read::Sink;
use crate::read::envelope::Envelope;
use crate::text::decode;
use crate::{Position, ProblemKind, Segment, Trailer};

/// A segment that is reported as misplaced unless it explains what follows.
pub(in crate::read) struct Suspect {
    id: Box<str>,
    position: Position,
}

impl Suspect {
    /// Whether it equals this identifier except for the case of the letters.
    fn is_meant_as(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id)
    }

    fn why_not_counted(&self) -> Box<str> {
        let number = self.position.segment_in_interchange;
        not_counted(&self.id, number)
    }
}

impl State {
    /// Leaves a segment out. Of several in a row, the first is reported.
    pub(super) fn misplaced(&mut self, sink: &mut impl Sink, segment: &Segment<'_>, id: &[u8]) {
        let was_stray = mem::replace(&mut self.passes_over, true);
        let ends_headless = mem::replace(&mut self.envelope.headless, id != b"SE") && was_stray;
        let has_group = self.envelope.group.is_some();
        self.count_misplaced(id, ends_headless);
        if id == b"SE" && has_group && ends_headless {
            self.header_missing(sink);
            return;
        }
        if was_stray {
            return;
        }
        if id == b"ST" && !has_group {
            let set = decode(segment.value(1)).into();
            self.report_at(sink, ProblemKind::GroupMissing { set }, id, 0);
        } else if self.may_explain(id) {
            self.suspect = Some(Suspect {
                id: decode(id).into(),
                position: self.position,
            });
        } else {
            self.report_at(sink, ProblemKind::SegmentMisplaced, id, 0);
        }
    }

    /// Counts a part without a header, so that the trailer's count is not a second problem.
    fn count_misplaced(&mut self, id: &[u8], ends_headless: bool) {
        match (id, &mut self.envelope) {
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
                // Its GS is missing, or it is superfluous.
                interchange.count();
                interchange.note_uncounted();
            }
            _ => {}
        }
    }

    /// Whether a misplaced segment may explain what is missing after it.
    fn may_explain(&self, id: &[u8]) -> bool {
        match self.envelope.wanted() {
            Some(Trailer::Ge) => !matches!(id, b"SE" | b"GS" | b"GE" | b"IEA" | b"TA1"),
            Some(Trailer::Iea) => id.eq_ignore_ascii_case(b"IEA"),
            _ => false,
        }
    }

    /// Handles an SE segment that ends segments without an ST segment: one problem for all of them.
    fn header_missing(&mut self, sink: &mut impl Sink) {
        let detail = self.suspect.take().map(|first| {
            if first.is_meant_as("ST") {
                return first.why_not_counted();
            }
            let (id, number) = (printable(&first.id), first.position.segment_in_interchange);
            format!(". Segment {id} at position {number} is the first without one").into()
        });
        let kind = ProblemKind::TransactionHeaderMissing;
        self.report_with(sink, kind, (b"SE", 0), detail.unwrap_or_default());
    }

    /// A part has no trailer; `found` is in its place, or empty at the end of the input.
    pub(in crate::read) fn missing(
        &mut self,
        sink: &mut impl Sink,
        trailer: Trailer,
        found: &[u8],
    ) {
        let is_reason = |suspect: &mut Suspect| suspect.is_meant_as(trailer.id());
        let reason = self.suspect.take_if(is_reason);
        let kind = ProblemKind::TrailerMissing {
            trailer,
            found: decode(found).into(),
        };
        let detail = reason.map(|reason| reason.why_not_counted());
        self.report_with(sink, kind, (found, 0), detail.unwrap_or_default());
    }

    /// Reports the segment that explains nothing, if there is one.
    #[inline]
    pub(in crate::read) fn report_suspect(&mut self, sink: &mut impl Sink) {
        if let Some(Suspect { id, position }) = self.suspect.take() {
            let here = mem::replace(&mut self.position, position);
            self.report_at(sink, ProblemKind::SegmentMisplaced, id.as_bytes(), 0);
            self.position = here;
        }
    }
}
