//! The problems that a validation has found so far.

use super::Heading;
use crate::problems::ProblemLog;
use crate::{GuideContext, Outcome, Position, Problem, ProblemKind};

/// The maximum number of tolerated problems that are kept.
pub(super) const NOTE_LIMIT: usize = 100;
/// The number of a segment's problems that are searched for one about its place.
const MOST_OF_SEGMENT: usize = 8;
/// The number of problems between LS and LE that are searched for those about the order of
/// segments.
const MOST_WITHIN_BOUNDS: usize = 64;

/// The problems found, and the headings of the parts in which they were found.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) problems: ProblemLog,
    pub(super) tolerated: Vec<Problem>,
    /// The number of kept problems before those of the current segment.
    pub(super) from: usize,
    /// Whether the problems recorded now are violations of the guide, and in which loop.
    pub(super) is_of_guide: bool,
    pub(super) is_of_loop: bool,
    pub(super) loop_id: &'static str,
    /// The number of HL segments of the transaction that are assumed to be missing, and the
    /// position of the last segment that revealed one.
    pub(super) lost_levels: (usize, u32),
    pub(super) headings: Vec<Heading>,
    pub(super) interchange: Heading,
    pub(super) group: Heading,
    pub(super) transaction: Heading,
}

impl Notes {
    pub(super) fn add(&mut self, kind: ProblemKind, position: Position, segment: &str) {
        self.add_of_element(kind, position, segment, "");
    }

    /// Removes the reports of missing segments in loops that close before the segment at `position`.
    pub(super) fn forget_missing(&mut self, position: &Position) {
        self.problems.take_back(|problem| {
            problem.kind == ProblemKind::SegmentMissing && problem.position == *position
        });
        self.from = self.from.min(self.problems.kept());
    }

    /// The number of kept problems before those of the current segment.
    pub(super) fn first_of_segment(&self) -> usize {
        self.from
    }

    /// The number of kept problems before those at a segment, if they are the latest.
    pub(super) fn first_at(&mut self, position: &Position) -> usize {
        let kept = self.problems.kept();
        let latest = self
            .problems
            .kept_from(kept.saturating_sub(MOST_OF_SEGMENT));
        let is_here = |problem: &&Problem| {
            problem.position.transaction == position.transaction
                && problem.position.segment == position.segment
        };
        kept.saturating_sub(latest.iter().rev().take_while(is_here).count())
    }

    /// Removes the report that the current segment is misplaced.
    #[cold]
    pub(super) fn forget_misplaced(&mut self) {
        self.problems.remove_from(self.from, Problem::is_misplaced);
    }

    /// Removes the reports about the order of the current segment.
    #[cold]
    pub(super) fn forget_order(&mut self) {
        self.problems.remove_from(self.from, |problem| {
            problem.is_misplaced() || matches!(problem.kind, ProblemKind::LoopTooOften { .. })
        });
    }

    /// Removes the reports about the order of the latest segments, those after the one at `position`.
    #[cold]
    pub(super) fn forget_order_after(&mut self, position: u32) {
        let kept = self.problems.kept();
        let latest = self
            .problems
            .kept_from(kept.saturating_sub(MOST_WITHIN_BOUNDS));
        let is_after = |problem: &&Problem| problem.position.segment > position;
        let count = latest.iter().rev().take_while(is_after).count();
        let from = kept.saturating_sub(count);
        self.problems.remove_from(from, Problem::is_misplaced);
        self.from = self.from.min(self.problems.kept());
    }

    /// Records that an HL segment is assumed to be missing; a segment reveals at most one.
    #[cold]
    pub(super) fn lose_level(&mut self, position: &Position) {
        let (count, shown) = self.lost_levels;
        if shown != position.segment {
            self.lost_levels = (count.saturating_add(1), position.segment);
        }
    }

    /// Reports a missing segment instead of the one that revealed its absence.
    pub(super) fn replace_misplaced(&mut self, from: usize, missing: &Problem) {
        let found = self.problems.kept_from(from).iter_mut();
        let shown = found.take(MOST_OF_SEGMENT);
        for shown in shown.filter(|shown| shown.is_misplaced() && shown.is_at_place_of(missing)) {
            let context = shown.guide.take();
            *shown = missing.clone();
            match (&mut shown.guide, context) {
                (Some(guide), Some(context)) => guide.unit = context.unit,
                (guide, context) => *guide = context,
            }
        }
    }

    #[cold]
    pub(super) fn add_of_element(
        &mut self,
        kind: ProblemKind,
        position: Position,
        segment: &str,
        reference: &'static str,
    ) {
        self.push(kind, position, segment, reference, Box::default());
    }

    /// Adds a problem of a segment with advice for correcting it.
    #[cold]
    pub(super) fn add_with(
        &mut self,
        kind: ProblemKind,
        position: Position,
        segment: &str,
        detail: Box<str>,
    ) {
        self.push(kind, position, segment, "", detail);
    }

    pub(super) fn push(
        &mut self,
        kind: ProblemKind,
        position: Position,
        segment: &str,
        reference: &'static str,
        detail: Box<str>,
    ) {
        let problem = Problem {
            reference,
            detail,
            guide: self.is_of_guide.then(|| Box::new(self.guide_context())),
            ..Self::plain(kind, position, segment)
        };
        self.take(problem);
    }

    pub(super) fn plain(kind: ProblemKind, position: Position, segment: &str) -> Problem {
        Problem {
            kind,
            position,
            segment: segment.into(),
            reference: "",
            detail: Box::default(),
            guide: None,
        }
    }

    pub(super) fn guide_context(&self) -> GuideContext {
        GuideContext {
            is_demanding: true,
            is_of_loop: self.is_of_loop,
            loop_id: self.loop_id,
            unit: None,
        }
    }

    pub(super) fn take(&mut self, problem: Problem) {
        if problem.outcome() == Outcome::Tolerated {
            if self.tolerated.len() < NOTE_LIMIT {
                self.tolerated.push(problem);
            }
            return;
        }
        if self.problems.keeps(&problem) {
            self.note_headings(&problem.position);
        }
        self.problems.push(problem);
    }

    pub(super) fn note_headings(&mut self, position: &Position) {
        let levels = match (position.interchange, position.group, position.transaction) {
            (0, ..) => 0,
            (_, 0, _) => 1,
            (_, _, 0) => 2,
            _ => 3,
        };
        let parts = [
            &mut self.interchange,
            &mut self.group,
            &mut self.transaction,
        ];
        let parts = parts.into_iter().take(levels);
        for heading in parts.filter(|heading| !heading.is_listed) {
            heading.is_listed = true;
            self.headings.push(heading.clone());
        }
    }
}

impl Problem {
    pub(super) fn is_at_place_of(&self, other: &Self) -> bool {
        self.position.order() == other.position.order()
    }

    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let explains = |level: &Self, value: &Self| level.is_of_hierarchy() && value.is_of_value();
        let are_misplaced = self.is_misplaced() && other.is_misplaced();
        // A value of a wrong form is in no list.
        let unlisted = |form: &Self, other: &Self| {
            let is_unlisted = matches!(
                other.kind,
                ProblemKind::CodeUnknown { .. } | ProblemKind::BinaryLengthWrong { .. }
            );
            form.is_of_form() && (is_unlisted || other.is_of_hierarchy())
        };
        // A guide may require an element that another element requires too.
        let is_demanded = |by_element: &Self, by_guide: &Self| {
            matches!(by_element.kind, ProblemKind::ElementsUnrelated { .. })
                && by_guide.kind == ProblemKind::ElementMissing
        };
        let says_the_same = self.kind == other.kind
            || is_demanded(self, other)
            || is_demanded(other, self)
            || are_misplaced
            || unlisted(self, other)
            || unlisted(other, self)
            || explains(self, other)
            || explains(other, self);
        says_the_same && self.segment == other.segment
    }

    pub(super) fn is_misplaced(&self) -> bool {
        matches!(
            self.kind,
            ProblemKind::SegmentUnexpected
                | ProblemKind::SegmentOutOfOrder
                | ProblemKind::SegmentTooOften { .. }
        )
    }

    pub(super) fn is_of_hierarchy(&self) -> bool {
        matches!(self.kind, ProblemKind::HierarchyWrong { .. })
    }

    /// Whether a value has a wrong length, form or characters.
    pub(super) fn is_of_form(&self) -> bool {
        matches!(
            self.kind,
            ProblemKind::ElementTooShort { .. }
                | ProblemKind::ElementTooLong { .. }
                | ProblemKind::ElementMalformed { .. }
        )
    }

    /// Whether a value is missing, has a wrong form or is not listed, so that it cannot select a
    /// place.
    pub(super) fn is_of_unusable_value(&self) -> bool {
        self.is_of_form()
            || matches!(
                self.kind,
                ProblemKind::CodeUnknown { .. } | ProblemKind::ElementMissing
            )
    }

    /// Whether a value is wrong whatever the segments around it are.
    pub(super) fn is_of_value(&self) -> bool {
        matches!(
            self.kind,
            ProblemKind::CodeUnknown { .. } | ProblemKind::ElementNotUsed
        )
    }
}
