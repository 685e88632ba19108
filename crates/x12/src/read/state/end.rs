//! The end of the input: within a segment, or with parts of the envelope open.

use super::{State, is_control, is_header};
use crate::read::Sink;
use crate::{ProblemKind, Segment};

/// The message about an input without data.
const BLANK: &str = "nothing but blanks and line breaks";

impl State {
    /// Reports missing parts at the end of the input.
    pub(in crate::read) fn end_of_input(&mut self, sink: &mut impl Sink) {
        if let Some(trailer) = self.envelope.wanted() {
            self.missing(sink, trailer, &[]);
        } else if self.is_at_start() {
            let kind = ProblemKind::NotAnInterchange {
                begins: Box::default(),
                format: Some(BLANK).filter(|_| self.position.byte > 0),
            };
            self.report(sink, kind);
        }
    }

    /// Handles a last segment without a terminator, which is allowed only for an IEA segment.
    pub(in crate::read) fn last_segment(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        if is_header(segment) {
            self.segment(sink, segment);
        } else if segment.id() == b"IEA" && !self.envelope.is_cut_off(segment) {
            self.segment(sink, segment);
            self.report(sink, ProblemKind::TerminatorMissing);
        } else {
            self.incomplete(sink, segment);
        }
    }

    /// Handles an incomplete segment: its data stays in the document.
    fn incomplete(&mut self, sink: &mut impl Sink, segment: &Segment<'_>) {
        let before = self.position;
        let in_transaction = self.envelope.transaction.is_some();
        self.position.segment_in_interchange = before.segment_in_interchange.saturating_add(1);
        self.position.segment = before.segment.saturating_add(u32::from(in_transaction));
        self.report_at(sink, ProblemKind::SegmentIncomplete, segment.id(), 0);
        self.position = before;
        if in_transaction && !is_control(segment.id()) {
            self.segment(sink, segment);
        }
    }
}
