//! Validation: what the standard, and rules of one's own, demand of a transaction.
//!
//! Reading places segments leniently; the [`Validator`] looks at the same calls and notes what is not
//! as it should be.

mod context;
mod custom;
mod elements;
mod order;
mod report;
mod values;

pub use custom::{Rule, RuleProblem, Rules};
pub use report::{Heading, Validation};

use std::sync::Arc;

use context::Context;
use order::Order;

use crate::tables::{Dictionary, Set};
use crate::text::decode;
use crate::{
    Fit, Isa, LoopKey, Place, Position, Problem, ProblemKind, Reading, Segment, Sink, read,
};

/// The problems kept; later ones are counted only.
const MOST_PROBLEMS: usize = 10_000;

/// How much of what is known of the standard is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// What is attested for the version.
    Attested,
    /// Also rules between elements that are known from a later version only.
    Inferred,
}

/// Collects the problems of the transactions that it is shown.
pub struct Validator<'r> {
    strictness: Strictness,
    rules: Option<&'r Rules>,
    context: Context,
    order: Order,
    notes: Notes,
}

/// The problems found, and the headings of the parts in which they were found.
#[derive(Default)]
struct Notes {
    problems: Vec<Problem>,
    dropped: u64,
    headings: Vec<Heading>,
    interchange: Heading,
    group: Heading,
    transaction: Heading,
}

/// Validates a whole input.
#[must_use]
pub fn validate(
    input: &[u8],
    strictness: Strictness,
    rules: Option<&Rules>,
) -> (Validation, Reading) {
    let (validator, reading) = read(input, Validator::new(strictness, rules));
    (validator.finish(), reading)
}

impl<'r> Validator<'r> {
    /// A validator by the standard, with rules of one's own on top.
    #[must_use]
    pub fn new(strictness: Strictness, rules: Option<&'r Rules>) -> Self {
        Self {
            strictness,
            rules,
            context: Context::default(),
            order: Order::default(),
            notes: Notes::default(),
        }
    }

    /// The problems found, in the order of the input.
    #[must_use]
    pub fn finish(mut self) -> Validation {
        self.notes
            .problems
            .sort_by_key(|problem| problem.position.order());
        Validation {
            problems: self.notes.problems,
            dropped: self.notes.dropped,
            headings: self.notes.headings,
        }
    }
}

impl Notes {
    fn add(&mut self, kind: ProblemKind, position: Position, segment: &str) {
        self.add_of_element(kind, position, segment, "");
    }

    #[cold]
    fn add_of_element(
        &mut self,
        kind: ProblemKind,
        position: Position,
        segment: &str,
        reference: &'static str,
    ) {
        if self.problems.len() >= MOST_PROBLEMS {
            self.dropped += 1;
            return;
        }
        for heading in [&self.interchange, &self.group, &self.transaction] {
            if !self
                .headings
                .iter()
                .rev()
                .take(3)
                .any(|known| known == heading)
            {
                self.headings.push(heading.clone());
            }
        }
        let segment = segment.into();
        self.problems.push(Problem {
            kind,
            position,
            segment,
            reference,
        });
    }
}

impl Sink for Validator<'_> {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.notes.interchange = Heading::interchange(isa, position);
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.notes.group = Heading::group(gs, position);
    }

    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position) {
        self.notes.transaction = Heading::transaction(st, position);
        self.context.enter(set, self.rules);
        self.order.begin(set);
        let id = decode(st.value(1));
        let Some(set) = set else {
            let set = id.as_ref().into();
            self.notes
                .add(ProblemKind::SetUnknown { set }, *position, "ST");
            return;
        };
        let found = self.notes.group.kind();
        if found != set.group() {
            let (set, expected, found) = (id.into(), set.group(), found.into());
            let kind = ProblemKind::GroupTypeWrong {
                set,
                expected,
                found,
            };
            self.notes.add(kind, *position, "ST");
        }
        if let Some(definition) = Dictionary::of(set.version()).and_then(|all| all.segment("ST")) {
            self.context
                .check(definition, st, position, self.strictness, &mut self.notes);
        }
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        match place.fit {
            Fit::NoTable => return,
            Fit::Unknown => {
                let id = decode(segment.id());
                self.notes.add(self.context.unknown(&id), *position, &id);
                return;
            }
            Fit::Stray => {
                let id = decode(segment.id());
                self.notes
                    .add(ProblemKind::SegmentUnexpected, *position, &id);
            }
            Fit::Opens | Fit::Listed => self.order.segment(place, position, &mut self.notes),
        }
        if let Some(definition) = self.context.definition(place.member) {
            self.context.check(
                definition,
                segment,
                position,
                self.strictness,
                &mut self.notes,
            );
        }
    }

    #[inline]
    fn close(&mut self, position: &Position) {
        self.order.close(position, &mut self.notes);
    }

    fn transaction_end(&mut self, _: &Segment<'_>, position: &Position) {
        self.order.close(position, &mut self.notes);
    }

    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}

    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}
