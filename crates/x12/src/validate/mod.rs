//! Validation: the rules of the standard, of implementation guides, and custom rules.
//!
//! Reading places segments leniently; the [`Validator`] gets the same calls and records the
//! problems.

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
mod repeated;
mod report;
mod sink;
mod unique;
mod unit;
mod values;

pub use custom::{CustomRuleError, Rule, Rules};
pub(crate) use periods::{FORMAT, PERIOD, example, is_of_time};
pub use report::{Heading, Validation};
pub(crate) use values::is_well_formed_text;

use context::Context;
use envelope::Envelope;
use guide::GuideOrder;
use hierarchy::Hierarchy;
use notes::Notes;
use odd::LostBounds;
use order::Order;
use repeated::RepeatedLevel;
use unit::BusinessUnit;

use crate::message::not_counted;
use crate::tables::Version;
use crate::text::decode;
use crate::{Fit, Place, Position, Problem, ProblemKind, ReadReport, Segment, read};

/// The maximum number of consecutive segments that may be read as trailers in lower case: SE, GE
/// and IEA.
const MOST_SUSPECTS: usize = 3;

/// Which rules of the standard are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The rules confirmed for the version.
    Attested,
    /// Also rules between elements that are known only from a later version.
    Inferred,
}

/// Collects the problems of the transactions that a reader passes to it.
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
    /// Whether the following segments may be binary data that its length does not include.
    in_data: bool,
    /// The rest of the transaction is not checked: it has no SE, the input ends within the next
    /// segment, or ST01 and GS01 name different sets.
    is_ignored: bool,
    bounds: LostBounds,
    /// The last segment is an HL segment with the identifier of an earlier one.
    repeated_level: Option<Box<RepeatedLevel>>,
    /// The number of such segments in the transaction.
    repeated_levels: u32,
    /// Another validator has found no problem in the transaction.
    is_validated: bool,
    /// Trailers in lower case: reported unless the trailer is missing.
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
    /// A validator for the standard, and for custom rules.
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
            is_ignored: false,
            bounds: LostBounds::default(),
            repeated_level: None,
            repeated_levels: 0,
            is_validated: false,
            suspects: Vec::new(),
            unit: BusinessUnit::default(),
            notes: Notes::default(),
        }
    }

    /// Also checks the rules of the implementation guide in ST03, or else in GS08, if it is known.
    ///
    /// A guide whose table is derived from a related one is used only with [`Strictness::Inferred`].
    #[must_use]
    pub fn guided(mut self) -> Self {
        self.guided = true;
        self
    }

    /// Keeps at most `limit` problems in full, and the first of each kind.
    ///
    /// The others are counted, and acknowledgements still include their effects.
    #[must_use]
    pub fn problem_limit(mut self, limit: usize) -> Self {
        self.notes.problems.limit_to(limit);
        self
    }

    /// Reports a transaction without a table, unless the version of its group or ST01 has been
    /// reported as wrong.
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
        let (loop_id, unit) = (self.guide.loop_id(), self.unit.current());
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

    /// Handles a segment that is not in the set.
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
        self.bounds.unknown(&id, position.segment);
        if odd::resembles(id.as_bytes(), "HL")
            && self.guide.has_level(segment.value(3))
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

    /// Handles a problem that the reader found. A trailer in lower case explains why one is
    /// missing.
    fn found_by_reading(&mut self, problem: &Problem) {
        let mut problem = problem.clone();
        if let ProblemKind::ControlNumberWrong {
            trailer, expected, ..
        } = &problem.kind
            && !envelope::is_control_number(*trailer, expected)
        {
            // The header has been reported.
            return;
        }
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

    /// Checks a segment that opens an HL loop.
    fn level(&mut self, hl: &Segment<'_>, is_explained: bool, position: &Position) {
        let guide = self.guide.guide();
        self.hierarchy
            .segment(hl, guide, is_explained, position, &mut self.notes);
    }

    /// Whether a previously reported segment was meant as an HL segment, or shows that one is
    /// missing.
    fn has_lost_level(&mut self, hl: &Segment<'_>) -> bool {
        self.order.has_lost("HL")
            || self.guide.has_lost("HL")
            || (self.hierarchy.skips_parent(hl) && self.order.has_odd())
    }

    /// Whether a segment is an LE without its LS, where an unknown segment was meant as the LS:
    /// then the order of the segments after that was not known either.
    #[cold]
    fn ends_mistyped_bounds(&mut self, segment: &Segment<'_>) -> bool {
        if segment.id() != b"LE" {
            return false;
        }
        let Some(unknown) = self.bounds.mistyped() else {
            return false;
        };
        self.notes.forget_order_after(unknown);
        true
    }

    /// Handles a segment that no open loop lists; returns whether a previously reported one
    /// explains it.
    #[cold]
    fn stray(&mut self, segment: &Segment<'_>, place: Place, position: &Position) -> bool {
        self.notes.forget_missing(position);
        let is_explained = self.ends_mistyped_bounds(segment)
            || self.order.explains(place.member, position, &mut self.notes);
        self.order.stray();
        if !is_explained {
            let id = decode(segment.id());
            let detail = self.order.places(place.member);
            self.notes
                .add_with(ProblemKind::SegmentUnexpected, *position, &id, detail);
        }
        is_explained
    }

    /// Checks the elements of a segment of the set.
    #[inline]
    fn elements(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
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
    }

    /// Checks a segment of the set by the guide.
    #[inline]
    fn by_guide(
        &mut self,
        segment: &Segment<'_>,
        (fit, is_explained): (Fit, bool),
        position: &Position,
    ) {
        self.notes.is_of_guide = true;
        if fit == Fit::Stray {
            self.guide
                .stray(segment, is_explained, position, &mut self.notes);
        } else if self.guide.segment(segment, position, &mut self.notes) {
            self.order.retract();
        }
        self.notes.is_of_guide = false;
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
            // The standard and a guide may require the same; then the message of the guide is more
            // precise.
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

/// Whether a segment is a trailer in lower case.
fn is_like_trailer(id: &str) -> bool {
    ["SE", "GE", "IEA"]
        .iter()
        .any(|trailer| trailer.eq_ignore_ascii_case(id))
}
