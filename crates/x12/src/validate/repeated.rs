//! HL segments that repeat another one where no level begins.
//!
//! A copy of an HL segment is a stray segment. The segment after it distinguishes it from one with
//! a wrong identifier: no level begins with that segment.

use super::Validator;
use super::guide::GuideOrder;
use super::hierarchy::Hierarchy;
use crate::{HierarchyFault, Place, Position, Problem, ProblemKind, Segment};

/// The state before an HL segment with the identifier of an earlier one.
pub(super) struct RepeatedLevel {
    position: Position,
    guide: GuideOrder,
    hierarchy: Hierarchy,
    lost_levels: (usize, u32),
    /// The loops that it closes.
    closed: Vec<u16>,
    /// The number of kept problems.
    problems: usize,
}

/// The maximum number of states that are remembered in a transaction: each is a copy.
const MOST: u32 = 16;

impl Validator<'_> {
    /// Remembers the state before an HL segment with the identifier of an earlier one.
    #[cold]
    pub(super) fn remember_repeated_level(&mut self, position: &Position) {
        self.repeated_levels = self.repeated_levels.saturating_add(1);
        if self.repeated_levels > MOST {
            return;
        }
        self.repeated_level = Some(Box::new(RepeatedLevel {
            position: *position,
            guide: self.guide.clone(),
            hierarchy: self.hierarchy.clone(),
            lost_levels: self.notes.lost_levels,
            closed: self.order.closed().to_vec(),
            problems: self.notes.first_at(position),
        }));
    }

    /// Handles the segment after such an HL segment: if no level begins with it, the HL segment is
    /// stray, and what follows is checked as if it did not exist. At the end of the transaction
    /// there is no segment.
    #[cold]
    pub(super) fn judge_repeated_level(&mut self, next: Option<(&Segment<'_>, Place)>) {
        let begins = |(segment, place): (&Segment<'_>, Place)| {
            self.order.is_of_last(place) && self.guide.may_follow_first(segment)
        };
        let is_level = next.is_some_and(begins);
        let Some(before) = self.repeated_level.take().filter(|_| !is_level) else {
            return;
        };
        let RepeatedLevel {
            position,
            guide,
            hierarchy,
            lost_levels,
            closed,
            problems,
        } = *before;
        self.guide = guide;
        self.guide.odd(b"HL", position.segment);
        self.hierarchy = hierarchy;
        self.notes.lost_levels = lost_levels;
        self.order.take_back_level(&closed, &position);
        let is_consequence = |problem: &Problem| !is_repeated(problem);
        self.notes.problems.remove_from(problems, is_consequence);
    }
}

fn is_repeated(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::HierarchyWrong {
            fault: HierarchyFault::IdRepeated,
            ..
        }
    )
}
