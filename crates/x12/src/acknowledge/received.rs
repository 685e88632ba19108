//! The parts of an input that acknowledgements refer to.

use std::sync::Arc;

use crate::tables::Set;
use crate::text::decode;
use crate::{Isa, LoopKey, ParallelSink, Place, Position, Segment, Sink};

/// The interchanges of an input, collected while reading.
#[derive(Clone, Debug, Default)]
pub struct ReceivedInterchanges {
    pub(super) interchanges: Vec<Interchange>,
}

#[derive(Clone, Debug)]
pub(super) struct Interchange {
    pub(super) isa: Isa,
    pub(super) groups: Vec<Group>,
    /// Whether it contains a TA1.
    pub(super) has_ta1: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    /// GS01 to GS08.
    pub(super) gs: [String; 8],
    pub(super) transactions: Vec<Transaction>,
    /// GE01.
    pub(super) claimed: String,
}

#[derive(Clone, Debug)]
pub(super) struct Transaction {
    /// ST01 to ST03.
    pub(super) st: [String; 3],
}

impl ReceivedInterchanges {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The ISA of each interchange, with GS01 to GS08 of each of its groups.
    pub fn envelopes(&self) -> impl Iterator<Item = (&Isa, impl Iterator<Item = &[String; 8]>)> {
        self.interchanges.iter().map(|interchange| {
            (
                &interchange.isa,
                interchange.groups.iter().map(|group| &group.gs),
            )
        })
    }

    /// How many transactions there are.
    #[must_use]
    pub fn transactions(&self) -> usize {
        let groups = self
            .interchanges
            .iter()
            .flat_map(|interchange| &interchange.groups);
        groups.map(|group| group.transactions.len()).sum()
    }

    fn group_mut(&mut self) -> Option<&mut Group> {
        self.interchanges.last_mut()?.groups.last_mut()
    }
}

impl Interchange {
    /// Whether it contains only acknowledgements; then it is not acknowledged.
    pub(super) fn acknowledges(&self) -> bool {
        let holds_any = self.has_ta1 || !self.groups.is_empty();
        holds_any && self.groups.iter().all(Group::acknowledges)
    }
}

impl Transaction {
    /// ST01.
    pub(super) fn set(&self) -> &str {
        let [set, ..] = &self.st;
        set
    }
}

impl Group {
    /// Whether the group contains acknowledgements, which are not acknowledged.
    pub(super) fn acknowledges(&self) -> bool {
        let [kind, ..] = &self.gs;
        kind == "FA"
    }
}

fn texts<const N: usize>(segment: &Segment<'_>) -> [String; N] {
    std::array::from_fn(|index| decode(segment.value(index + 1)).into_owned())
}

impl Sink for ReceivedInterchanges {
    fn interchange(&mut self, isa: &Isa, _: &Position) {
        self.interchanges.push(Interchange {
            isa: isa.clone(),
            groups: Vec::new(),
            has_ta1: false,
        });
    }

    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        if let Some(interchange) = self.interchanges.last_mut() {
            let group = Group {
                gs: texts(gs),
                transactions: Vec::new(),
                claimed: String::new(),
            };
            interchange.groups.push(group);
        }
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {
        if let Some(group) = self.group_mut() {
            group.transactions.push(Transaction { st: texts(st) });
        }
    }

    fn group_end(&mut self, ge: &Segment<'_>, _: &Position) {
        if let Some(group) = self.group_mut() {
            group.claimed = decode(ge.value(1)).into_owned();
        }
    }

    fn control(&mut self, segment: &Segment<'_>, _: &Position) {
        if let Some(interchange) = self.interchanges.last_mut() {
            interchange.has_ta1 |= segment.id() == b"TA1";
        }
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn segment(&mut self, _: &Segment<'_>, _: Place, _: &Position) {}
    fn close(&mut self, _: &Position) {}
    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}

impl ParallelSink for ReceivedInterchanges {
    /// Segments between ST and SE do not matter.
    type Worker = Option<Self>;
    type Made = ();

    fn workers(&self) -> impl Fn() -> Option<Self> + Send + Sync + use<> {
        || None
    }

    fn begin(_: &mut Option<Self>) {}
    fn made(_: &mut Option<Self>) {}

    fn problems(_: &Option<Self>) -> usize {
        0
    }

    fn accept(&mut self, (): ()) {}
}
