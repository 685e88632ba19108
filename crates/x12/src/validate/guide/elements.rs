//! Checks the elements of a segment by the guide's definition for its place.

use crate::tables::{ElementUse, Usage, Use};
use crate::text::decode;
use crate::validate::Notes;
use crate::{Element, Position, ProblemKind, Segment};

pub(super) fn check(place: &Use, segment: &Segment<'_>, position: &Position, notes: &mut Notes) {
    for rule in place.checked() {
        let element = segment
            .element(rule.element)
            .filter(|element| !element.is_empty());
        let mut check_value = |value: Option<Element<'_>>| {
            if !rule.allows(value) {
                report(rule.problem(value), rule, segment, position, notes);
            }
        };
        if rule.component == 0 {
            check_value(element);
            continue;
        }
        if let Some(only) = element.filter(|element| !element.is_divided()) {
            check_value(Some(only).filter(|_| rule.component == 1));
            continue;
        }
        for repetition in element.iter().flat_map(Element::repetitions) {
            let component = repetition.components().nth(rule.component - 1);
            check_value(component.filter(|part| !part.is_empty()));
        }
    }
}

#[cold]
fn report(
    kind: ProblemKind,
    rule: &ElementUse,
    segment: &Segment<'_>,
    position: &Position,
    notes: &mut Notes,
) {
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
    /// Whether an element or component may have a value.
    fn allows(&self, value: Option<Element<'_>>) -> bool {
        match value {
            None => self.usage != Usage::Required,
            Some(_) if self.usage == Usage::NotUsed => false,
            Some(value) => self.unlisted(value).is_none(),
        }
    }

    /// The first repetition with a code that is not allowed.
    fn unlisted<'a>(&self, value: Element<'a>) -> Option<Element<'a>> {
        if !self.codes.is_known() || value.has_components() {
            return None;
        }
        if !value.has_repetitions() {
            return Some(value).filter(|value| !self.codes.contains(value.value()));
        }
        let mut repetitions = value.repetitions();
        repetitions.find(|value| !self.codes.contains(value.value()))
    }

    /// The problem of an element or component with a value that is not allowed.
    #[cold]
    fn problem(&self, value: Option<Element<'_>>) -> ProblemKind {
        let Some(value) = value else {
            return ProblemKind::ElementMissing;
        };
        match self.unlisted(value) {
            Some(unlisted) if self.usage != Usage::NotUsed => ProblemKind::CodeUnknown {
                value: decode(unlisted.value()).into(),
            },
            _ => ProblemKind::ElementNotUsed,
        }
    }
}
