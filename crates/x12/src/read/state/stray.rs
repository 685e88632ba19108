//! Segments of the envelope within a part that continues after them.
//!
//! A second GS within a transaction is a stray segment if the transaction continues after it. If a
//! group begins, the trailers before it are missing. The next segment decides (assumption A-392).

use super::{State, is_control, is_header};
use crate::read::Sink;
use crate::read::envelope::Header;
use crate::{ProblemKind, Segment, Trailer};

impl State {
    /// Whether the segment after this one decides the meaning of this one.
    #[inline]
    pub(in crate::read) fn depends_on_next(&self, segment: &Segment<'_>) -> bool {
        matches!(segment.bytes(), [b'S' | b'G' | b'I', ..]) && self.is_out_of_turn(segment)
    }

    fn is_out_of_turn(&self, segment: &Segment<'_>) -> bool {
        match (self.envelope.wanted(), segment.id()) {
            (Some(_), _) if is_header(segment) => true,
            (Some(Trailer::Se), b"SE") => {
                let header = self.envelope.transaction.as_ref();
                header.is_some_and(|header| !header.is_ended_by(segment))
            }
            (Some(Trailer::Se), id) => matches!(id, b"ST" | b"GS" | b"GE" | b"IEA"),
            (Some(Trailer::Ge), id) => matches!(id, b"GS" | b"IEA"),
            _ => false,
        }
    }

    /// Whether a segment that depends on the next one is stray; `next` is the identifier that
    /// follows, empty at the end of the input.
    pub(in crate::read) fn is_stray(&self, segment: &Segment<'_>, next: &[u8]) -> bool {
        if self.repeats_header(segment) {
            return true;
        }
        let id = segment.id();
        if !self.goes_on_with(next) {
            return false;
        }
        let own = self.placement.set().map(|set| set.id().as_bytes());
        let may_begin = self.begins(own.unwrap_or_default(), next);
        let is_empty = self.position.segment == 1;
        match self.envelope.wanted() {
            Some(Trailer::Se) if is_empty && may_begin => true,
            Some(Trailer::Se) if id == b"ST" => !self.begins(segment.value(1), next),
            Some(Trailer::Se) if id == b"SE" => !may_begin,
            _ => true,
        }
    }

    /// Whether a segment repeats the header directly before it.
    fn repeats_header(&self, segment: &Segment<'_>) -> bool {
        let repeats = |header: &Option<Header>, parts: u64, element: usize| {
            let control = segment.value(element).trim_ascii();
            header
                .as_ref()
                .is_some_and(|header| header.is_new(parts, control))
        };
        match (self.envelope.wanted(), segment.id()) {
            (Some(Trailer::Se), b"ST") => repeats(&self.envelope.transaction, 1, 2),
            (Some(Trailer::Ge), b"GS") => repeats(&self.envelope.group, 0, 6),
            (Some(Trailer::Iea), b"ISA") => repeats(&self.envelope.interchange, 0, 13),
            _ => false,
        }
    }

    /// Whether the innermost open part may continue with a segment.
    fn goes_on_with(&self, next: &[u8]) -> bool {
        match self.envelope.wanted() {
            Some(Trailer::Se) => next == b"SE" || self.may_have(next),
            Some(Trailer::Ge) => matches!(next, b"ST" | b"GE"),
            Some(Trailer::Iea) => next == b"IEA",
            None => false,
        }
    }

    /// Whether the open transaction may contain a segment; without tables, anything that looks like
    /// a segment.
    fn may_have(&self, id: &[u8]) -> bool {
        let is_id = |id: &[u8]| {
            matches!(id.len(), 2 | 3)
                && id.iter().all(u8::is_ascii_alphanumeric)
                && id.first().is_some_and(u8::is_ascii_uppercase)
        };
        let is_other = is_control(id) || matches!(id, b"ISA" | b"ISB" | b"ISE");
        !is_other
            && match self.placement.set() {
                Some(set) => set.member(id).is_some(),
                None => is_id(id),
            }
    }

    /// Whether a transaction of a set may begin with a segment.
    fn begins(&self, set: &[u8], id: &[u8]) -> bool {
        let set = std::str::from_utf8(set).ok();
        let set = set.and_then(|set| crate::tables::set(self.version?, set));
        let Some(set) = set else { return false };
        let items = set.loops().first().map_or(&[][..], |found| found.items());
        let required = items.iter().position(|item| item.min > 0);
        let first = items.iter().take(required.map_or(1, |at| at + 1));
        first
            .into_iter()
            .any(|item| set.id_of(item).as_bytes() == id)
    }

    /// A stray segment of the envelope: it is left out.
    #[cold]
    pub(in crate::read) fn stray(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        let position = &mut self.position;
        position.segment_in_interchange = position.segment_in_interchange.saturating_add(1);
        let mut kind = ProblemKind::SegmentMisplaced;
        if let Some(transaction) = &mut self.envelope.transaction {
            transaction.count();
            transaction.note_uncounted();
            position.segment = position.segment.saturating_add(1);
            kind = ProblemKind::SegmentNotInSet;
        }
        self.report_at(sink, kind, segment.id(), 0);
    }
}
