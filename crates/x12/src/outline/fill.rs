//! Fills segments with the minimum that their definitions allow.

use super::{OutlineElement, OutlineSegment, OutlineValue};
use crate::tables::{Cell, CodeList, Definition, Dictionary, ElementType, Note, Version, codes};
use crate::validate::{FORMAT, PERIOD, example};

/// The number of codes of a list that are shown.
const CODES_SHOWN: usize = 24;

/// What an implementation guide says about an element or a component (0 for the element).
pub(super) trait Narrowing {
    /// Whether the element or component must not be used.
    fn is_unused(&self, element: usize, component: usize) -> bool;
    /// Whether it is required.
    fn is_required(&self, element: usize, component: usize) -> bool;
    /// The allowed codes, if these are fewer than the standard's.
    fn codes(&self, element: usize, component: usize) -> Option<&CodeList>;
    /// The required value.
    fn value(&self, element: usize, component: usize) -> Option<&str>;
}

/// The standard, which adds no restrictions.
pub(super) struct Standard;

impl Narrowing for Standard {
    fn is_unused(&self, _: usize, _: usize) -> bool {
        false
    }
    fn is_required(&self, _: usize, _: usize) -> bool {
        false
    }
    fn codes(&self, _: usize, _: usize) -> Option<&CodeList> {
        None
    }
    fn value(&self, _: usize, _: usize) -> Option<&str> {
        None
    }
}

/// Creates segments of a version.
pub(super) struct Filler {
    pub(super) version: Version,
    pub(super) dictionary: &'static Dictionary,
}

impl Filler {
    /// The elements of a segment, as few as possible of them present.
    pub(super) fn elements(&self, id: &str, narrowing: &dyn Narrowing) -> Vec<OutlineElement> {
        let Some(definition) = self.dictionary.segment(id) else {
            return Vec::new();
        };
        let present = presence(definition, narrowing);
        let elements = (1..).zip(&definition.cells).zip(present);
        let mut elements: Vec<OutlineElement> = elements
            .filter(|((position, _), present)| *present || !narrowing.is_unused(*position, 0))
            .map(|((position, cell), present)| self.element(position, cell, present, narrowing))
            .collect();
        self.fill_periods(definition, &mut elements);
        if matches!(id, "BIN" | "BDS") {
            count_data(&mut elements);
        }
        elements
    }

    /// Gives values the format that the preceding element or component names.
    fn fill_periods(&self, definition: &Definition, elements: &mut [OutlineElement]) {
        let numbers = [FORMAT, PERIOD].map(|number| self.dictionary.number(number));
        let is = |cell: Option<&Cell>, number: Option<u16>| {
            number.is_some() && cell.is_some_and(|cell| cell.element == number)
        };
        let [format, period] = numbers;
        let mut named = None;
        for element in elements {
            let cell = definition.cells.get(element.position.wrapping_sub(1));
            for value in &mut element.values {
                let part = if value.component == 0 {
                    cell
                } else {
                    cell.and_then(|cell| cell.components.get(value.component.wrapping_sub(1)))
                };
                if is(part, format) {
                    named = example(&value.value);
                } else if !is(part, period) {
                    named = None;
                } else if let Some(example) = &named {
                    value.value.clone_from(example);
                }
            }
        }
    }

    fn element(
        &self,
        position: usize,
        cell: &Cell,
        present: bool,
        narrowing: &dyn Narrowing,
    ) -> OutlineElement {
        let values = if cell.is_composite() {
            let wanted = components(position, cell, narrowing);
            let parts = (1..).zip(&cell.components).zip(wanted);
            parts
                .filter(|((at, _), wanted)| *wanted || !narrowing.is_unused(position, *at))
                .filter_map(|((at, part), wanted)| {
                    let value = self.value(part, position, at, narrowing)?;
                    Some(OutlineValue {
                        present: wanted,
                        ..value
                    })
                })
                .collect()
        } else {
            self.value(cell, position, 0, narrowing)
                .into_iter()
                .collect()
        };
        OutlineElement {
            position,
            required: cell.mandatory || narrowing.is_required(position, 0),
            present,
            composite: cell.is_composite(),
            values,
        }
    }

    /// A simple element or a component; `None` for a composite within a composite.
    fn value(
        &self,
        cell: &Cell,
        position: usize,
        component: usize,
        narrowing: &dyn Narrowing,
    ) -> Option<OutlineValue> {
        let number = usize::from(cell.element?);
        let simple = self.dictionary.elements().get(number)?;
        let (min, max) = (simple.min as usize, simple.max as usize);
        let own = codes(self.version)
            .get(number)
            .filter(|found| found.is_known());
        let narrowed = narrowing
            .codes(position, component)
            .filter(|code| code.is_known());
        let fits = |code: &String| {
            let listed = own.is_none_or(|own| own.contains(code.as_bytes()));
            listed && (min..=max).contains(&code.len())
        };
        let list = narrowed.or(own);
        let allowed: Vec<String> = list
            .into_iter()
            .flat_map(CodeList::spelled)
            .filter(fits)
            .take(CODES_SHOWN)
            .collect();
        let fixed = narrowing.value(position, component).map(str::to_owned);
        let value = fixed
            .or_else(|| allowed.first().cloned())
            .unwrap_or_else(|| placeholder(simple.form, min, max));
        Some(OutlineValue {
            component,
            required: cell.mandatory || narrowing.is_required(position, component),
            present: true,
            form: simple.form,
            implied_decimals: simple.implied_decimals,
            min: simple.min,
            max: simple.max,
            code_count: list.map_or(0, CodeList::len),
            codes: allowed,
            value,
        })
    }
}

/// A value of a type with the minimum length.
fn placeholder(form: ElementType, min: usize, max: usize) -> String {
    match form {
        ElementType::Date => if max >= 8 { "20260301" } else { "260301" }.to_owned(),
        ElementType::Time => {
            let length = if max >= 4 { min.clamp(4, 8) } else { max };
            "12305999".get(..length).unwrap_or_default().to_owned()
        }
        ElementType::Decimal | ElementType::Integer => "1".repeat(min.max(1)),
        ElementType::Text | ElementType::Code | ElementType::Binary => "A".repeat(min.max(1)),
    }
}

/// Which elements must have a value for the segment to be valid.
fn presence(definition: &Definition, narrowing: &dyn Narrowing) -> Vec<bool> {
    let wanted = |(position, cell): (usize, &Cell)| {
        cell.mandatory
            || narrowing.is_required(position, 0)
            || narrowing.value(position, 0).is_some()
            || narrowing.value(position, 1).is_some()
    };
    let mut present: Vec<bool> = (1..).zip(&definition.cells).map(wanted).collect();
    if !present.contains(&true) {
        // A segment without data could not be written again: a document does not name it.
        let first = (1..=present.len()).find(|at| !narrowing.is_unused(*at, 0));
        if let Some(slot) = first.and_then(|at| present.get_mut(at - 1)) {
            *slot = true;
        }
    }
    let notes = || definition.notes.iter().chain(&definition.unconfirmed);
    // Each round adds an element, so there are at most as many rounds as elements.
    for _ in 0..present.len() {
        let is_present = |at: u8| present.get(usize::from(at) - 1) == Some(&true);
        let may = |at: &u8| !is_present(*at) && !narrowing.is_unused(usize::from(*at), 0);
        let missing = notes().find_map(|note| remedy(note, is_present, may));
        match missing.and_then(|at| present.get_mut(usize::from(at) - 1)) {
            Some(slot) => *slot = true,
            None => break,
        }
    }
    present
}

/// The element that satisfies a violated rule; of several, one that may be used.
fn remedy(note: &Note, is_present: impl Fn(u8) -> bool, may: impl Fn(&u8) -> bool) -> Option<u8> {
    let at = note.broken_at(&is_present)?;
    if may(&at) {
        return Some(at);
    }
    note.positions.iter().copied().find(may)
}

/// Which components must have a value for the composite to be valid.
fn components(position: usize, cell: &Cell, narrowing: &dyn Narrowing) -> Vec<bool> {
    let wanted = |(at, part): (usize, &Cell)| {
        part.mandatory
            || narrowing.is_required(position, at)
            || narrowing.value(position, at).is_some()
    };
    let mut wanted: Vec<bool> = (1..).zip(&cell.components).map(wanted).collect();
    if !wanted.contains(&true)
        && let Some(first) = wanted.first_mut()
    {
        *first = true;
    }
    wanted
}

/// The element before binary data is its length.
fn count_data(elements: &mut [OutlineElement]) {
    let Some((data, before)) = elements.split_last_mut() else {
        return;
    };
    let length = data.values.first().map_or(0, |value| value.value.len());
    if let Some(count) = before
        .last_mut()
        .and_then(|last_mut| last_mut.values.first_mut())
    {
        count.value = length.to_string();
    }
}

impl OutlineSegment {
    /// Sets the value of a simple element, which is then present.
    pub(super) fn set(&mut self, position: usize, text: impl Into<String>) {
        let element = self
            .elements
            .iter_mut()
            .find(|element| element.position == position);
        if let Some(element) = element {
            element.present = true;
            if let Some(value) = element.values.first_mut() {
                value.value = text.into();
            }
        }
    }
}
