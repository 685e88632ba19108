//! The report of a validation: headings for the parts with problems, and one line per problem.

use std::fmt::Write as _;

use super::notes::NOTE_LIMIT;
use crate::message::printable;
use crate::text::decode;
use crate::{Isa, Omitted, Position, Problem, Segment};

/// The results of a validation.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// The kept problems, including those of the envelope, in the order of the input.
    pub problems: Vec<Problem>,
    /// The problems that were not kept.
    pub omitted: Omitted,
    /// The kept notes about tolerated problems.
    pub notes: Vec<Problem>,
    /// The headings of the parts in which the problems are.
    pub headings: Vec<Heading>,
}

/// The facts in a report about an interchange, a group or a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    interchange: u32,
    group: u32,
    transaction: u32,
    kind: Box<str>,
    control: Box<str>,
    version: Box<str>,
    agency: Box<str>,
    /// Whether it is already among the headings of the report.
    pub(super) is_listed: bool,
}

impl Heading {
    pub(super) fn interchange(isa: &Isa, position: &Position) -> Self {
        Self {
            interchange: position.interchange,
            control: decode(isa.field(13)).trim().into(),
            ..Self::default()
        }
    }

    pub(super) fn group(gs: &Segment<'_>, position: &Position) -> Self {
        Self {
            interchange: position.interchange,
            group: position.group,
            kind: decode(gs.value(1)).into(),
            control: decode(gs.value(6)).into(),
            version: decode(gs.value(8)).into(),
            agency: decode(gs.value(7)).into(),
            ..Self::default()
        }
    }

    pub(super) fn transaction(st: &Segment<'_>, position: &Position) -> Self {
        Self {
            interchange: position.interchange,
            group: position.group,
            transaction: position.transaction,
            kind: decode(st.value(1)).into(),
            control: decode(st.value(2)).into(),
            ..Self::default()
        }
    }

    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// Whether the group follows the tables of X12.
    pub(super) fn is_of_x12(&self) -> bool {
        &*self.agency == "X"
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    fn is_of(&self, position: &Position) -> bool {
        let place = (self.interchange, self.group, self.transaction);
        let Position {
            interchange,
            group,
            transaction,
            ..
        } = *position;
        place == (interchange, 0, 0)
            || place == (interchange, group, 0)
            || place == (interchange, group, transaction)
    }

    fn line(&self) -> String {
        let Self {
            interchange,
            group,
            transaction,
            kind,
            control,
            version,
            ..
        } = self;
        match (group, transaction) {
            (0, _) => format!("Interchange {interchange}: X12, control# {control}\n"),
            (_, 0) => format!(
                "  Functional group {group}: type {kind}, control# {control}, version {version}\n"
            ),
            _ => format!("    Transaction {transaction}: type {kind}, control# {control}\n"),
        }
    }
}

impl Validation {
    /// The number of problems found.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.omitted
            .count()
            .saturating_add(self.problems.len() as u64)
    }

    /// Whether the transaction at a position may have problems if it is validated separately, as a
    /// [`Piece`](crate::Piece). If it has none in the whole input, it has none then.
    #[must_use]
    pub fn may_concern(&self, transaction: &Position) -> bool {
        let concerns = |problem: &Problem| {
            let at = &problem.position;
            let is_same = |ours: u32, theirs: u32| ours == 0 || ours == theirs;
            is_same(at.interchange, transaction.interchange)
                && is_same(at.group, transaction.group)
                && is_same(at.transaction, transaction.transaction)
        };
        // Problems that were not kept may concern any transaction.
        self.omitted.count() > 0
            || self.notes.len() >= NOTE_LIMIT
            || self.problems.iter().chain(&self.notes).any(concerns)
    }

    /// The report, empty if there are no problems.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = String::new();
        let mut headings = self.headings.iter().peekable();
        for problem in &self.problems {
            while let Some(heading) = headings.next_if(|heading| heading.is_of(&problem.position)) {
                text += &heading.line();
            }
            let (id, message) = (printable(&problem.segment), problem.message());
            // Outside of transactions segments are counted from ISA.
            let at = match problem.position.transaction {
                0 => problem.position.segment_in_interchange,
                _ => problem.position.segment,
            };
            let blank = if id.is_empty() { "" } else { " " };
            let _ = write!(
                text,
                "      *** Segment{blank}{id} at position {at}: {message}"
            );
            if problem.is_of_envelope() || problem.position.transaction == 0 {
                let _ = write!(text, "{}", problem.place());
            }
            text.push('\n');
        }
        if self.omitted.count() > 0 {
            let _ = writeln!(
                text,
                "      *** {} more errors are not listed",
                self.omitted.count()
            );
        }
        if self.total() > 0 {
            let _ = writeln!(text, "{} errors detected", self.total());
        }
        text
    }
}
