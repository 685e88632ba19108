//! The validator as a sink of the reader's calls.

use std::sync::Arc;

use super::{Envelope, Heading, Validator};
use crate::tables::{self, Set};
use crate::text::decode;
use crate::{Fit, Isa, LoopKey, Place, Position, Problem, ProblemKind, Segment, Sink};

impl Sink for Validator<'_> {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.notes.interchange = Heading::interchange(isa, position);
        self.envelope.interchange(isa, position, &mut self.notes);
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.notes.group = Heading::group(gs, position);
        self.envelope.group(gs, position, &mut self.notes);
    }

    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position) {
        self.notes.transaction = Heading::transaction(st, position);
        self.context.enter(set, self.rules);
        self.order.begin(set);
        self.hierarchy.clear();
        self.in_data = false;
        self.is_ignored = false;
        self.bounds.clear();
        self.notes.lost_levels = (0, 0);
        (self.repeated_level, self.repeated_levels) = (None, 0);
        self.is_validated = false;
        self.envelope.transaction(st, position, &mut self.notes);
        let guide = self.guide_for(st, position);
        self.unit.begin(st.value(1), guide.is_some());
        self.guide.begin(guide);
        let Some(set) = set else {
            self.no_set(st, position);
            return;
        };
        let found = self.notes.group.kind();
        if found != set.group() && tables::set_of_group(set.version(), found).is_some() {
            let kind = ProblemKind::GroupTypeWrong {
                set: decode(st.value(1)).into(),
                expected: set.group(),
                found: found.into(),
            };
            self.notes.add(kind, *position, "ST");
            self.is_ignored = true;
        }
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        if self.is_ignored {
            return;
        }
        if self.repeated_level.is_some() {
            self.judge_repeated_level(Some((segment, place)));
        }
        if place.fit != Fit::Unknown {
            self.report_suspects();
        }
        self.notes.from = self.notes.problems.kept();
        self.unit.segment(segment);
        let mut is_of_lost = self.order.is_of_lost_loop(place.member);
        let mut is_explained = false;
        match place.fit {
            Fit::NoTable => return,
            Fit::Unknown => {
                if !self.in_data {
                    self.unknown(segment, position);
                }
                self.explain(place, position);
                return;
            }
            Fit::Stray => is_explained = self.stray(segment, place, position),
            Fit::Opens | Fit::Listed => {
                let is_level = place.fit == Fit::Opens && segment.id() == b"HL";
                let is_lost = is_level && self.has_lost_level(segment);
                if is_level && self.hierarchy.knows(segment.value(1)) {
                    self.remember_repeated_level(position);
                }
                self.order.segment(place, position, &mut self.notes);
                if is_level {
                    self.level(segment, is_lost, position);
                }
            }
        }
        self.elements(segment, place, position);
        is_of_lost |= self.guide.is_of_lost_loop(segment);
        self.by_guide(segment, (place.fit, is_explained), position);
        let has_place = self
            .bounds
            .can_check_place(segment.id(), place.fit == Fit::Stray);
        if is_of_lost || !has_place {
            self.notes.forget_order();
        }
        if self.notes.problems.kept() > self.notes.from {
            self.explain(place, position);
        }
    }

    #[inline]
    fn close(&mut self, position: &Position) {
        if self.is_ignored {
            return;
        }
        self.order.close(position, &mut self.notes);
    }

    fn transaction_end(&mut self, _: &Segment<'_>, position: &Position) {
        if self.is_ignored {
            return;
        }
        self.report_suspects();
        if self.is_validated {
            return;
        }
        self.judge_repeated_level(None);
        self.notes.is_of_guide = true;
        self.guide.end(position, &mut self.notes);
        self.notes.is_of_guide = false;
        self.order.close(position, &mut self.notes);
        let (lost, _) = std::mem::take(&mut self.notes.lost_levels);
        let odd = self.order.latest_odd();
        self.hierarchy.end(lost, odd, &mut self.notes);
    }

    fn group_end(&mut self, ge: &Segment<'_>, position: &Position) {
        Envelope::trailer(ge, position, &mut self.notes);
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position) {
        Envelope::trailer(iea, position, &mut self.notes);
    }

    fn control(&mut self, segment: &Segment<'_>, position: &Position) {
        self.envelope.control(segment, position, &mut self.notes);
    }

    fn problem(&mut self, problem: &Problem) {
        self.is_ignored |= matches!(
            problem.kind,
            ProblemKind::TrailerMissing { .. } | ProblemKind::SegmentIncomplete
        );
        self.found_by_reading(problem);
    }
}
