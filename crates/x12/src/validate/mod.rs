//! Validation: what the standard, and rules of one's own, demand of a transaction.
//!
//! Reading places segments leniently; the [`Validator`] looks at the same calls and notes what is not
//! as it should be.

mod context;
mod convention;
mod custom;
mod elements;
mod envelope;
mod guide;
mod hierarchy;
mod hints;
mod lost;
mod notes;
mod odd;
mod order;
mod parallel;
mod periods;
mod report;
mod unique;
mod unit;
mod values;

pub use custom::{CustomRuleError, Rule, Rules};
pub(crate) use periods::{FORMAT, PERIOD, example, is_of_time};
pub use report::{Heading, Validation};
pub(crate) use values::is_well_formed_text;

use std::sync::Arc;

use context::Context;
use envelope::Envelope;
use guide::GuideOrder;
use hierarchy::Hierarchy;
use notes::Notes;
use odd::LostBounds;
use order::Order;
use unit::BusinessUnit;

use crate::message_trailer::not_counted;
use crate::tables::{self, Set, Version};
use crate::text::decode;
use crate::{
    Fit, Isa, LoopKey, Place, Position, Problem, ProblemKind, ReadReport, Segment, Sink, read,
};

/// How many segments in a row may be taken for trailers in lower case: SE, GE and IEA.
const MOST_SUSPECTS: usize = 3;

/// How much of what is known of the standard is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// What is attested for the version.
    Attested,
    /// Also rules between elements that are known from a later version only.
    Inferred,
}

/// Collects the problems of the transactions that it is shown.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is set and cleared by another call"
)]
pub struct Validator<'r> {
    strictness: Strictness,
    rules: Option<&'r Rules>,
    context: Context,
    order: Order,
    guided: bool,
    guide: GuideOrder,
    hierarchy: Hierarchy,
    envelope: Envelope,
    /// Whether what follows may be binary data that its count leaves out.
    in_data: bool,
    /// The transaction has no SE, or the input ends within the segment that follows: what else it lacks
    /// may have been lost with that.
    is_cut: bool,
    bounds: LostBounds,
    /// Another validator has found no problem in the transaction.
    is_validated: bool,
    /// Segments that are trailers but for their lower case: reported unless the trailer is missing.
    suspects: Vec<Problem>,
    unit: BusinessUnit,
    notes: Notes,
}

/// Validates a whole input.
#[must_use]
pub fn validate(
    input: &[u8],
    strictness: Strictness,
    rules: Option<&Rules>,
) -> (Validation, ReadReport) {
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
            guided: false,
            guide: GuideOrder::default(),
            hierarchy: Hierarchy::default(),
            envelope: Envelope::default(),
            in_data: false,
            is_cut: false,
            bounds: LostBounds::default(),
            is_validated: false,
            suspects: Vec::new(),
            unit: BusinessUnit::default(),
            notes: Notes::default(),
        }
    }

    /// Also demands what the implementation guide does that ST03 or else GS08 names, if it is known.
    ///
    /// A guide that is known from a related one only counts with [`Strictness::Inferred`].
    #[must_use]
    pub fn guided(mut self) -> Self {
        self.guided = true;
        self
    }

    /// Keeps at most `limit` problems in full, and the first of each kind.
    ///
    /// The others are counted, and acknowledgements still know what they decide.
    #[must_use]
    pub fn problem_limit(mut self, limit: usize) -> Self {
        self.notes.problems.limit_to(limit);
        self
    }

    /// A transaction without a table. Where its group has none, the group is told of, and where ST01 is
    /// no code of the standard, ST01.
    fn no_set(&mut self, st: &Segment<'_>, position: &Position) {
        let has_tables = Version::of_group(self.notes.group.version().as_bytes()).is_some();
        if has_tables && self.notes.group.is_of_x12() && self.envelope.names_set(st) {
            let set = decode(st.value(1)).into();
            self.notes
                .add(ProblemKind::SetUnknown { set }, *position, "ST");
        }
    }

    /// Adds what the guide says to the problems of a segment.
    #[cold]
    fn explain(&mut self, place: Place, position: &Position) {
        if self.guide.guide().is_none() {
            return;
        }
        let (loop_id, unit) = (self.guide.loop_id(), self.unit.told());
        let found = self.notes.problems.kept_from(self.notes.from).iter_mut();
        for problem in found.filter(|found| found.position.segment == position.segment) {
            let Position {
                element, component, ..
            } = problem.position;
            if problem.reference.is_empty() && element > 0 {
                problem.reference = self.context.reference(place.member, element, component);
            }
            let guide = problem.guide.get_or_insert_default();
            guide.unit.clone_from(&unit);
            if guide.loop_id.is_empty() {
                guide.loop_id = loop_id;
            }
        }
    }

    /// A segment that the set has not.
    #[cold]
    fn unknown(&mut self, segment: &Segment<'_>, position: &Position) {
        let id = if segment.has_id() {
            decode(segment.id())
        } else {
            "".into()
        };
        if self.suspects.len() < MOST_SUSPECTS && is_like_trailer(&id) {
            let kind = self.context.unknown(&id);
            self.suspects.push(Notes::plain(kind, *position, &id));
            return;
        }
        self.report_suspects();
        self.notes.add(self.context.unknown(&id), *position, &id);
        self.order.odd(id.as_bytes(), position.segment);
        self.guide.odd(id.as_bytes(), position.segment);
        self.bounds.unknown(&id);
        if odd::resembles(id.as_bytes(), "HL")
            && self.hierarchy.mistyped(segment, position, &mut self.notes)
        {
            self.guide.level(segment, position, &mut self.notes);
        }
    }

    /// Reports the segments that look like trailers and are followed by more of the transaction.
    #[inline]
    fn report_suspects(&mut self) {
        if !self.suspects.is_empty() {
            for suspect in std::mem::take(&mut self.suspects) {
                self.notes.take(suspect);
            }
        }
    }

    /// A problem that the reading found. Where a trailer is missing, one in lower case is the reason.
    fn found_by_reading(&mut self, problem: &Problem) {
        let mut problem = problem.clone();
        if let ProblemKind::TrailerMissing { trailer, .. } = problem.kind {
            let is_reason = |found: &&Problem| found.segment.eq_ignore_ascii_case(trailer.id());
            if let Some(reason) = self.suspects.iter().find(is_reason) {
                problem.detail = not_counted(&reason.segment, reason.position.segment);
                self.suspects.clear();
            }
        }
        self.report_suspects();
        self.notes.take(problem);
    }

    /// A segment that opens an HL loop.
    fn level(&mut self, hl: &Segment<'_>, is_explained: bool, position: &Position) {
        let guide = self.guide.guide();
        self.hierarchy
            .segment(hl, guide, is_explained, position, &mut self.notes);
    }

    /// Whether another segment, already reported, was an HL segment or shows that one is lost.
    fn has_lost_level(&mut self, hl: &Segment<'_>) -> bool {
        self.order.has_lost("HL")
            || self.guide.has_lost("HL")
            || (self.hierarchy.skips_parent(hl) && self.order.has_odd())
    }

    /// A segment that no open loop lists; whether another one, already reported, is the reason.
    #[cold]
    fn stray(&mut self, segment: &Segment<'_>, place: Place, position: &Position) -> bool {
        self.notes.forget_missing(position);
        let is_explained = self.order.explains(place.member, position, &mut self.notes);
        self.order.stray();
        if !is_explained {
            let id = decode(segment.id());
            let detail = self.order.places(place.member);
            self.notes
                .add_with(ProblemKind::SegmentUnexpected, *position, &id, detail);
        }
        is_explained
    }

    /// The problems found, in the order of the input.
    #[must_use]
    pub fn finish(self) -> Validation {
        let (mut found, omitted) = self.notes.problems.finish();
        found.sort_by_key(|problem| problem.position.order());
        let mut problems: Vec<Problem> = Vec::with_capacity(found.len());
        for problem in found {
            let mut here = problems
                .iter_mut()
                .rev()
                .take_while(|known| known.is_at_place_of(&problem));
            // The standard and a guide may demand the same; then the guide knows more.
            match here.find(|known| self.guided && known.says_the_same_as(&problem)) {
                Some(known) if known.kind != problem.kind && !problem.is_of_value() => {
                    *known = problem;
                }
                Some(known) if !problem.detail.is_empty() => known.detail = problem.detail,
                Some(_) => {}
                None => problems.push(problem),
            }
        }
        Validation {
            problems,
            omitted,
            notes: self.notes.tolerated,
            headings: self.notes.headings,
        }
    }
}

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
        self.is_cut = false;
        self.bounds.clear();
        self.notes.lost_levels = (0, 0);
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
        }
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        if self.is_cut {
            return;
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
                self.order.segment(place, position, &mut self.notes);
                if is_level {
                    self.level(segment, is_lost, position);
                }
            }
        }
        let miscounted = segment.miscounted();
        self.in_data = miscounted.is_some();
        if let Some(element) = miscounted {
            elements::report_count(segment, element, position, &mut self.notes);
        }
        if !segment.has_id() {
            self.notes.add(ProblemKind::SegmentUnknown, *position, "");
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
        is_of_lost |= self.guide.is_of_lost_loop(segment);
        self.notes.is_of_guide = true;
        if place.fit == Fit::Stray {
            self.guide
                .stray(segment, is_explained, position, &mut self.notes);
        } else if self.guide.segment(segment, position, &mut self.notes) {
            self.order.retract();
        }
        self.notes.is_of_guide = false;
        let tells_place = self
            .bounds
            .tell_place(segment.id(), place.fit == Fit::Stray);
        if is_of_lost || !tells_place {
            self.notes.forget_order();
        }
        if self.notes.problems.kept() > self.notes.from {
            self.explain(place, position);
        }
    }

    #[inline]
    fn close(&mut self, position: &Position) {
        if self.is_cut {
            return;
        }
        self.order.close(position, &mut self.notes);
    }

    fn transaction_end(&mut self, _: &Segment<'_>, position: &Position) {
        if self.is_cut {
            return;
        }
        self.report_suspects();
        if self.is_validated {
            return;
        }
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
        self.is_cut |= matches!(
            problem.kind,
            ProblemKind::TrailerMissing { .. } | ProblemKind::SegmentIncomplete
        );
        self.found_by_reading(problem);
    }
}

/// Whether a segment is a trailer but for the case of its letters.
fn is_like_trailer(id: &str) -> bool {
    ["SE", "GE", "IEA"]
        .iter()
        .any(|trailer| trailer.eq_ignore_ascii_case(id))
}
