//! Elements: presence, number, length, type, codes.

use super::context::Context;
use super::periods::wrong_layout;
use super::values::{is_well_formed, lengths};
use super::{Notes, Strictness};
use crate::tables::{Cell, CodeList, Definition, ElementType, Simple};
use crate::text::decode;
use crate::{Element, Position, ProblemKind, Segment};

/// The place of an element and of its problems.
struct ElementSite<'a> {
    segment: &'a Segment<'a>,
    position: &'a Position,
    notes: &'a mut Notes,
    /// The format that the preceding element named, and its position.
    format: Option<(&'a [u8], ElementPosition)>,
}

impl ElementSite<'_> {
    #[cold]
    fn report(&mut self, kind: ProblemKind, at: ElementPosition, reference: &'static str) {
        let offset = self
            .segment
            .element(at.element)
            .map_or(0, |element| element.offset());
        let narrow = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let position = Position {
            byte: self.position.byte + u64::from(offset),
            element: narrow(at.element),
            component: narrow(at.component),
            repetition: narrow(at.repetition),
            ..*self.position
        };
        let id = decode(self.segment.id());
        self.notes.add_of_element(kind, position, &id, reference);
    }
}

/// The position of an element, of a component (0 for the element), of a repetition (0 if it does
/// not repeat).
#[derive(Clone, Copy, PartialEq, Eq)]
struct ElementPosition {
    element: usize,
    component: usize,
    repetition: usize,
}

impl ElementPosition {
    /// An element as a whole.
    fn of(element: usize) -> Self {
        Self {
            element,
            component: 0,
            repetition: 0,
        }
    }

    /// The position of the next element, or of the next component of the same element.
    fn next(self) -> Self {
        if self.component == 0 {
            let element = self.element.saturating_add(1);
            Self { element, ..self }
        } else {
            let component = self.component.saturating_add(1);
            Self { component, ..self }
        }
    }
}

impl Context {
    /// Checks a segment's elements against its definition.
    pub(super) fn check(
        &self,
        definition: &Definition,
        segment: &Segment<'_>,
        position: &Position,
        strictness: Strictness,
        notes: &mut Notes,
    ) {
        let mut site = ElementSite {
            segment,
            position,
            notes,
            format: None,
        };
        for (element, cell) in (1..).zip(&definition.cells) {
            let at = ElementPosition::of(element);
            match segment.element(element).filter(|value| !value.is_empty()) {
                Some(value) => self.element(&mut site, cell, value, at),
                None if cell.mandatory => {
                    site.report(ProblemKind::ElementMissing, at, self.number_of(cell));
                }
                None => {}
            }
        }
        if segment.len() > definition.cells.len() {
            beyond(&mut site, definition.cells.len());
        }
        let inferred: &[_] = match strictness {
            Strictness::Attested => &[],
            Strictness::Inferred => &definition.unconfirmed,
        };
        for note in definition.notes.iter().chain(inferred) {
            let is_present = |at| !segment.value(usize::from(at)).is_empty();
            if let Some(element) = note.broken_at(is_present) {
                let kind = ProblemKind::ElementsUnrelated {
                    note: note.clone(),
                    trigger: note.trigger(is_present),
                };
                let element = usize::from(element);
                let cell = definition.cells.get(element.wrapping_sub(1));
                let reference = cell.map_or("", |cell| self.number_of(cell));
                site.report(kind, ElementPosition::of(element), reference);
            }
        }
    }

    fn number_of(&self, cell: &Cell) -> &'static str {
        let simple = cell
            .element
            .and_then(|element| self.elements().get(usize::from(element)));
        simple.map_or("", |simple| simple.number)
    }

    #[inline]
    fn element<'a>(
        &self,
        site: &mut ElementSite<'a>,
        cell: &Cell,
        value: Element<'a>,
        at: ElementPosition,
    ) {
        if !value.has_repetitions() {
            self.repetition(site, cell, value, at);
            return;
        }
        for (repetition, value) in (1..).zip(value.repetitions()) {
            let at = ElementPosition { repetition, ..at };
            if repetition > usize::from(cell.repeat) {
                site.report(
                    ProblemKind::RepetitionUnexpected { max: cell.repeat },
                    at,
                    self.number_of(cell),
                );
                return;
            }
            if !value.is_empty() {
                self.repetition(site, cell, value, at);
            }
        }
    }

    #[inline]
    fn repetition<'a>(
        &self,
        site: &mut ElementSite<'a>,
        cell: &Cell,
        value: Element<'a>,
        at: ElementPosition,
    ) {
        if let Some(element) = cell.element {
            self.simple(site, element, value, at);
            return;
        }
        let mut components = value.components();
        for (component, cell) in (1..).zip(&cell.components) {
            let at = ElementPosition { component, ..at };
            match (
                components.next().filter(|value| !value.is_empty()),
                cell.element,
            ) {
                (Some(value), Some(element)) => self.simple(site, element, value, at),
                (None, _) if cell.mandatory => {
                    site.report(ProblemKind::ElementMissing, at, self.number_of(cell));
                }
                _ => {}
            }
        }
        for (extra, component) in components.zip(cell.components.len() + 1..) {
            if !extra.is_empty() {
                site.report(
                    ProblemKind::ComponentUnexpected,
                    ElementPosition { component, ..at },
                    "",
                );
            }
        }
    }

    #[inline]
    fn simple<'a>(
        &self,
        site: &mut ElementSite<'a>,
        element: u16,
        value: Element<'a>,
        at: ElementPosition,
    ) {
        let number = usize::from(element);
        let Some(simple) = self.elements().get(number) else {
            return;
        };
        if value.has_components() && simple.form != ElementType::Binary {
            site.report(
                ProblemKind::ComponentUnexpected,
                ElementPosition { component: 2, ..at },
                simple.number,
            );
        } else if let Some(kind) = of_value(simple, self.codes().get(number), value) {
            site.report(kind, at, simple.number);
        } else if self.is_format(element) {
            site.format = Some((value.value(), at));
        } else if self.is_period(element) {
            site.period(value, at, simple.number);
        }
    }
}

impl ElementSite<'_> {
    /// Checks a value whose format the preceding element names.
    fn period(&mut self, value: Element<'_>, at: ElementPosition, reference: &'static str) {
        let Some((format, _)) = self.format.filter(|(_, named)| named.next() == at) else {
            return;
        };
        // Another value in the same format may follow.
        self.format = Some((format, at));
        if let Some(layout) = wrong_layout(format, value.value()) {
            let (value, format) = (shown(value), decode(format).into());
            let kind = ProblemKind::PeriodMalformed {
                value,
                format,
                layout,
            };
            self.report(kind, at, reference);
        }
    }
}

/// The problem of a value, its length first.
#[inline]
fn of_value(simple: &Simple, codes: Option<&CodeList>, value: Element<'_>) -> Option<ProblemKind> {
    let is_number = matches!(simple.form, ElementType::Decimal | ElementType::Integer);
    if is_number && !is_well_formed(&value, simple.form) {
        return Some(malformed(simple, value));
    }
    let (length, padded) = lengths(&value, simple.form);
    if length > simple.max as usize || padded < simple.min as usize {
        return Some(of_length(simple, value, length));
    }
    if !is_number && !is_well_formed(&value, simple.form) {
        return Some(malformed(simple, value));
    }
    let listed = codes.is_none_or(|codes| !codes.is_known() || codes.contains(value.value()));
    (!listed).then(|| ProblemKind::CodeUnknown {
        value: shown(value),
    })
}

/// Reports that the length of binary data at the position `element` does not lead to the segment's
/// end.
#[cold]
pub(super) fn report_count(
    segment: &Segment<'_>,
    element: usize,
    position: &Position,
    notes: &mut Notes,
) {
    let value = decode(segment.value(element)).into();
    let mut site = ElementSite {
        segment,
        position,
        notes,
        format: None,
    };
    let at = ElementPosition {
        element,
        component: 0,
        repetition: 0,
    };
    site.report(ProblemKind::BinaryLengthWrong { value }, at, "784");
}

#[cold]
fn malformed(simple: &Simple, value: Element<'_>) -> ProblemKind {
    ProblemKind::ElementMalformed {
        value: shown(value),
        form: simple.form,
    }
}

#[cold]
fn of_length(simple: &Simple, value: Element<'_>, length: usize) -> ProblemKind {
    let (value, min, max) = (shown(value), simple.min, simple.max);
    if length > max as usize {
        ProblemKind::ElementTooLong { value, min, max }
    } else {
        ProblemKind::ElementTooShort { value, min, max }
    }
}

#[cold]
fn shown(value: Element<'_>) -> Box<str> {
    decode(value.value()).into()
}

/// Elements after the last one of the segment.
#[cold]
fn beyond(site: &mut ElementSite<'_>, last: usize) {
    for element in last + 1..=site.segment.len() {
        if !site.segment.value(element).is_empty() {
            let at = ElementPosition::of(element);
            site.report(ProblemKind::ElementUnexpected, at, "");
        }
    }
}
