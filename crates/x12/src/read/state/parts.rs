//! The parts of the envelope: where each begins, and where it ends with its trailer.

use super::State;
use crate::read::Sink;
use crate::read::envelope::Header;
use crate::tables::{self, Version};
use crate::text::decode;
use crate::{Segment, Trailer};

impl State {
    pub(super) fn begin_group(&mut self, sink: &mut impl Sink, gs: &Segment<'_>) {
        if let Some(interchange) = &mut self.envelope.interchange {
            interchange.count();
        }
        self.envelope.group = Some(Header::new(gs.value(6), 0));
        self.headers.set_gs(gs);
        self.groups = self.groups.saturating_add(1);
        self.position.group = self.groups;
        self.transactions = 0;
        self.position.transaction = 0;
        // The tables are those of X12 groups; other agencies name versions in other ways.
        self.version = Version::of_group(gs.value(8)).filter(|_| gs.value(7) == b"X");
        self.group_version = decode(gs.value(8)).into();
        sink.group(gs, &self.position);
    }

    pub(super) fn begin_transaction(&mut self, sink: &mut impl Sink, st: &Segment<'_>) {
        if let Some(group) = &mut self.envelope.group {
            group.count();
        }
        self.envelope.transaction = Some(Header::new(st.value(2), 1));
        self.transactions = self.transactions.saturating_add(1);
        self.position.transaction = self.transactions;
        self.position.segment = 1;
        let id = decode(st.value(1));
        let own = decode(st.value(3));
        let guide_version = if own.is_empty() {
            &self.group_version
        } else {
            &*own
        };
        let set = self.version.and_then(|version| match &self.names {
            Some(names) => names.set(version, &id, guide_version),
            None => tables::set_of_guide(version, &id, guide_version),
        });
        self.contents.count(self.version, &self.group_version, &id);
        self.placement.begin(set);
        sink.transaction(st, self.placement.set(), &self.position);
    }

    pub(super) fn end_transaction(&mut self, sink: &mut impl Sink, se: &Segment<'_>) {
        for _ in 0..self.placement.depth() {
            sink.close(&self.position);
        }
        let header = self.envelope.transaction.take();
        self.check(sink, header, Trailer::Se, se);
        sink.transaction_end(se, &self.position);
        self.position.transaction = 0;
        self.position.segment = 0;
    }

    pub(super) fn end_group(&mut self, sink: &mut impl Sink, ge: &Segment<'_>) {
        let header = self.envelope.group.take();
        self.position.transaction = 0;
        self.check(sink, header, Trailer::Ge, ge);
        sink.group_end(ge, &self.position);
        self.position.group = 0;
    }

    pub(super) fn end_interchange(&mut self, sink: &mut impl Sink, iea: &Segment<'_>) {
        let header = self.envelope.interchange.take();
        self.reading.last_line = self.position.line;
        self.position.group = 0;
        self.check(sink, header, Trailer::Iea, iea);
        sink.interchange_end(iea, &self.position);
    }

    fn check(
        &mut self,
        sink: &mut impl Sink,
        header: Option<Header>,
        trailer: Trailer,
        segment: &Segment<'_>,
    ) {
        let problems = header.map(|header| header.close(trailer, segment));
        for (kind, element) in problems.into_iter().flatten().flatten() {
            self.report_at(sink, kind, segment.id(), element);
        }
    }
}
