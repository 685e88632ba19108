//! Segments of the envelope: what each begins, ends or leaves open.

use std::mem;

use super::State;
use crate::read::Sink;
use crate::{ProblemKind, Segment, Trailer};

impl State {
    /// A segment of the envelope, or one outside of all transactions.
    pub(super) fn control(&mut self, sink: &mut impl Sink, segment: &Segment<'_>, id: &[u8]) {
        let wanted = self.envelope.wanted();
        match (id, wanted) {
            (b"ST", Some(Trailer::Ge)) => self.begin_transaction(sink, segment),
            (b"SE", Some(Trailer::Se)) => self.end_transaction(sink, segment),
            (b"GS", Some(Trailer::Iea)) => self.begin_group(sink, segment),
            (b"GE", Some(Trailer::Ge)) => self.end_group(sink, segment),
            (b"IEA", Some(Trailer::Iea)) => self.end_interchange(sink, segment),
            (b"TA1" | b"ISB" | b"ISE", Some(Trailer::Iea)) => {
                sink.control(segment, &self.position);
            }
            (b"TA1", Some(Trailer::Se)) => {
                self.report_at(sink, ProblemKind::SegmentNotInSet, id, 0);
            }
            (b"ISA", Some(trailer)) => self.restart(sink, trailer),
            (b"ST" | b"GS" | b"GE" | b"IEA", Some(trailer)) if leaves_open(id, trailer) => {
                self.missing(sink, trailer, id);
                self.close(sink, trailer);
                self.control(sink, segment, id);
                return;
            }
            _ => {
                self.misplaced(sink, segment, id);
                return;
            }
        }
        self.report_suspect(sink);
        self.passes_over = false;
    }

    /// Handles the ISA of the next interchange while parts of this one are open: one problem,
    /// whichever parts they are.
    fn restart(&mut self, sink: &mut impl Sink, trailer: Trailer) {
        let open = self.position;
        (self.position.group, self.position.transaction) = (0, 0);
        self.missing(sink, trailer, b"ISA");
        self.position = open;
        while let Some(trailer) = self.envelope.wanted() {
            self.close(sink, trailer);
        }
        self.is_restarting = true;
    }

    /// Whether to read the last segment again, as the ISA of another interchange.
    pub(in crate::read) fn take_restart(&mut self) -> bool {
        mem::take(&mut self.is_restarting)
    }

    /// Ends the innermost part, which has no trailer.
    fn close(&mut self, sink: &mut impl Sink, trailer: Trailer) {
        let absent = Segment::without_elements(trailer.id().as_bytes());
        match trailer {
            Trailer::Se => {
                for _ in 0..self.placement.depth() {
                    sink.close(&self.position);
                }
                self.envelope.transaction = None;
                sink.transaction_end(&absent, &self.position);
                (self.position.transaction, self.position.segment) = (0, 0);
            }
            Trailer::Ge => {
                self.envelope.group = None;
                self.position.transaction = 0;
                sink.group_end(&absent, &self.position);
                self.position.group = 0;
            }
            Trailer::Iea => {
                self.envelope.interchange = None;
                self.position.group = 0;
                sink.interchange_end(&absent, &self.position);
            }
        }
    }
}

/// Whether a segment of the envelope is further out than the part that `trailer` closes.
fn leaves_open(id: &[u8], trailer: Trailer) -> bool {
    match trailer {
        Trailer::Se => id != b"SE",
        Trailer::Ge => matches!(id, b"GS" | b"IEA"),
        Trailer::Iea => false,
    }
}
