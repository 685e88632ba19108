//! Checks the elements of a segment by the guide's definition for its place.

use crate::tables::{ElementUse, Usage, Use};
use crate::text::decode;
use crate::validate::Notes;
use crate::{Element, Position, ProblemKind, Segment};

pub(super) fn check(place: &Use, segment: &Segment<'_>, position: &Position, notes: &mut Notes) {
    for rule in &place.elements {
        let element = segment
            .element(rule.element)
            .filter(|element| !element.is_empty());
        if rule.component == 0 || element.is_none() {
            if rule.component == 0 {
                report(rule.problem(element), rule, segment, position, notes);
            }
            continue;
        }
        for repetition in element.iter().flat_map(Element::repetitions) {
            let component = repetition
                .components()
                .nth(rule.component - 1)
                .filter(|part| !part.is_empty());
            report(rule.problem(component), rule, segment, position, notes);
        }
    }
}

fn report(
    kind: Option<ProblemKind>,
    rule: &ElementUse,
    segment: &Segment<'_>,
    position: &Position,
    notes: &mut Notes,
) {
    let Some(kind) = kind else { return };
    let narrow = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let offset = segment
        .element(rule.element)
        .map_or(0, |element| element.offset());
    let position = Position {
        byte: position.byte + u64::from(offset),
        element: narrow(rule.element),
        component: narrow(rule.component),
        ..*position
    };
    notes.add(kind, position, &decode(segment.id()));
}

impl ElementUse {
    /// The problem of an element or component with a value.
    fn problem(&self, value: Option<Element<'_>>) -> Option<ProblemKind> {
        let Some(value) = value else {
            return (self.usage == Usage::Required).then_some(ProblemKind::ElementMissing);
        };
        if self.usage == Usage::NotUsed {
            return Some(ProblemKind::ElementNotUsed);
        }
        if !self.codes.is_known() || value.has_components() {
            return None;
        }
        let unlisted = value
            .repetitions()
            .find(|value| !self.codes.contains(value.value()));
        unlisted.map(|value| ProblemKind::CodeUnknown {
            value: decode(value.value()).into(),
        })
    }
}
