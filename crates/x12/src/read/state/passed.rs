//! Transactions that another reader has read.

use super::State;
use crate::read::Sink;

impl State {
    /// The number of problems, including tolerated ones.
    pub(in crate::read) fn met(&self) -> usize {
        self.problems.kept().saturating_add(self.notes.len())
    }

    /// The numbers of interchanges, groups and transactions that have begun, each within the one
    /// before.
    pub(in crate::read) fn ordinals(&self) -> (u32, u32, u32) {
        (self.position.interchange, self.groups, self.transactions)
    }

    /// Whether the last segment was an ST.
    pub(in crate::read) fn is_after_header(&self) -> bool {
        self.envelope.transaction.is_some() && self.position.segment == 1 && self.suspect.is_none()
    }

    /// Ends the loops of the open transaction and returns the number of its segments after ST;
    /// `None` if none is open, or if the sender may omit segments from the count.
    pub(in crate::read) fn end_loops(&mut self, sink: &mut impl Sink) -> Option<u32> {
        let transaction = self.envelope.transaction.as_ref()?;
        if transaction.has_uncounted() || self.suspect.is_some() || self.envelope.in_data {
            return None;
        }
        for _ in 0..self.placement.close_all() {
            sink.close(&self.position);
        }
        self.position.segment.checked_sub(1)
    }

    /// Skips segments of the open transaction.
    pub(in crate::read) fn skip(&mut self, bytes: u64, segments: u32, breaks: u32) {
        let Self {
            envelope, position, ..
        } = self;
        if let Some(transaction) = &mut envelope.transaction {
            transaction.count_more(segments);
        }
        envelope.in_data = false;
        position.byte = position.byte.saturating_add(bytes);
        position.segment = position.segment.saturating_add(segments);
        position.segment_in_interchange = position.segment_in_interchange.saturating_add(segments);
        self.skip_lines(breaks);
    }
}
