//! The columns of a generated table: one for each element of its segments.

use std::collections::HashSet;
use std::fmt;

use b2bi_local_x12::{ElementType, OutlineElement, OutlineSegment, OutlineValue};

use super::loops::{LoopTable, unique};

/// The maximum number of codes in a condition.
const CODE_LIMIT: usize = 8;
/// The digits after the point of numbers with one, of the 18 that a decimal column has.
const SCALE: u8 = 6;

/// What distinguishes segments with the same identifier: the codes of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    segment: &'static str,
    element: usize,
    component: usize,
    codes: Vec<String>,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}{:02}", self.segment, self.element)?;
        if self.component > 0 {
            write!(f, "-{:02}", self.component)?;
        }
        write!(f, "={}]", self.codes.join("|"))
    }
}

impl Condition {
    /// Whether it is about this value.
    fn is_of(&self, element: &OutlineElement, value: &OutlineValue) -> bool {
        self.element == element.position && self.component == value.component
    }

    /// The codes as the end of a name, such as `_85`.
    pub(super) fn suffix(&self) -> String {
        let codes = self.codes.iter().take(2);
        codes.fold(String::new(), |name, code| name + "_" + code)
    }
}

/// The condition that distinguishes a segment; `None` if it is the only one, or if nothing does.
pub(super) fn condition_among<'o>(
    segment: &OutlineSegment,
    all: impl Iterator<Item = &'o OutlineSegment>,
) -> Option<Condition> {
    let own: Vec<Condition> = qualifiers(segment).collect();
    let others: Vec<Vec<Condition>> = all
        .filter(|other| !std::ptr::eq(*other, segment))
        .map(|other| qualifiers(other).collect())
        .collect();
    if others.is_empty() {
        return None;
    }
    // What differs from the most of the others; the first of them in the segment's order.
    let differing = |condition: &Condition| {
        others
            .iter()
            .filter(|other| !other.contains(condition))
            .count()
    };
    own.into_iter()
        .filter(|condition| differing(condition) > 0)
        .rev()
        .max_by_key(differing)
}

/// Each value that is always present, and whose allowed codes are all known and few.
fn qualifiers(segment: &OutlineSegment) -> impl Iterator<Item = Condition> + '_ {
    let is_listed = |(element, value): &(&OutlineElement, &OutlineValue)| {
        let always = element.required && (value.component == 0 || value.required);
        let count = value.codes.len();
        always && (1..=CODE_LIMIT).contains(&count) && count == value.code_count
    };
    values(segment)
        .filter(is_listed)
        .map(|(element, value)| Condition {
            segment: segment.id,
            element: element.position,
            component: value.component,
            codes: value.codes.clone(),
        })
}

/// A column as a line of TOML.
pub(super) fn columns(table: &LoopTable<'_>) -> Vec<String> {
    let mut names = HashSet::new();
    let mut selectors = HashSet::new();
    let mut lines = Vec::new();
    for segment in &table.segments {
        let of_id = table.segments.iter().filter(|other| other.id == segment.id);
        let condition = condition_among(segment, of_id.copied());
        let selector = condition
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        // Segments that nothing distinguishes are found by the same selector.
        if !selectors.insert((segment.id, selector.clone())) {
            continue;
        }
        let suffix = condition
            .as_ref()
            .map_or_else(String::new, Condition::suffix);
        let stem = [segment.id, &suffix].concat().to_ascii_lowercase();
        let mut note = note(segment);
        // An element that a condition gives one value needs no column.
        let fixed = condition
            .as_ref()
            .filter(|condition| condition.codes.len() == 1);
        for (element, value) in values(segment) {
            if fixed.is_some_and(|fixed| fixed.is_of(element, value)) {
                continue;
            }
            let at = place(element, value);
            let name = unique(&mut names, [&*stem, &at.replace('-', "_")].concat());
            let kinds = kinds(segment, element, value);
            for (end, kind) in kinds {
                lines.push(format!(
                    "{name}{end} = \"{}{selector}{at}{kind}\"{note}",
                    segment.id
                ));
            }
            note.clear();
        }
    }
    lines
}

/// The comment on the first column of a segment that may occur more than once.
fn note(segment: &OutlineSegment) -> String {
    match segment.max {
        1 => String::new(),
        _ if segment.opens => String::new(),
        u32::MAX => " # the first that has a value".to_owned(),
        most => format!(" # the first of up to {most} that has a value"),
    }
}

fn values(segment: &OutlineSegment) -> impl Iterator<Item = (&OutlineElement, &OutlineValue)> {
    segment
        .elements
        .iter()
        .flat_map(|element| element.values.iter().map(move |value| (element, value)))
}

/// The end of a selector, such as `-03` or `-01-02`.
fn place(element: &OutlineElement, value: &OutlineValue) -> String {
    match value.component {
        0 => format!("-{:02}", element.position),
        component => format!("-{:02}-{component:02}", element.position),
    }
}

/// The types of a value as the end of a selector, each with the end of its column's name.
fn kinds(
    segment: &OutlineSegment,
    element: &OutlineElement,
    value: &OutlineValue,
) -> Vec<(&'static str, String)> {
    let one = |kind: &str| vec![("", kind.to_owned())];
    match value.form {
        ElementType::Code => one(" code"),
        ElementType::Date => one(" date"),
        ElementType::Decimal => vec![("", format!(" decimal({SCALE})"))],
        ElementType::Integer if value.max > 18 => one(""),
        ElementType::Integer if value.implied_decimals == 0 => one(" integer"),
        ElementType::Integer => vec![("", format!(" implied({})", value.implied_decimals))],
        ElementType::Time | ElementType::Binary => one(""),
        ElementType::Text => match formats(segment, element) {
            Some(formats) if formats.iter().all(|format| format == "D8") => one(" date"),
            Some(formats)
                if formats
                    .iter()
                    .all(|format| format == "D8" || format == "RD8") =>
            {
                vec![("", " date".to_owned()), ("_end", " last_date".to_owned())]
            }
            _ => one(""),
        },
    }
}

/// The formats that a value may have, which the element before it names (data element 1250).
fn formats<'s>(segment: &'s OutlineSegment, element: &OutlineElement) -> Option<&'s [String]> {
    let before = element.position.checked_sub(1)?;
    let mut elements = segment.elements.iter();
    let qualifier = elements.find(|element| element.position == before)?;
    let value = qualifier.values.first()?;
    let is_format = |code: &String| code == "D8" || code == "RD8";
    let complete = value.codes.len() == value.code_count && !value.codes.is_empty();
    (complete && value.codes.iter().all(is_format)).then_some(&*value.codes)
}
