//! Hints in messages: where a missing or misplaced segment belongs.

use crate::Segment;
use crate::tables::{Guide, Set, Use};
use crate::text::decode;

/// The maximum number of loops or qualifiers that a message lists.
const MOST: usize = 6;

/// The segment after which the missing one was due, and its position.
#[derive(Clone, Copy)]
pub(super) struct DuePlace<'a> {
    pub(super) id: &'a str,
    pub(super) position: u32,
}

/// Where a missing segment belongs.
pub(super) fn due(in_loop: &str, segment: &str, qualifiers: &str, after: DuePlace<'_>) -> Box<str> {
    let within = if in_loop.is_empty() {
        String::new()
    } else {
        format!("Loop {in_loop}: ")
    };
    let DuePlace { id, position } = after;
    format!(" {within}{segment}{qualifiers} belongs after {id} at position {position}.").into()
}

/// The values that distinguish a place of a guide from others: ` (EI or SY)`.
pub(super) fn qualifiers(place: &Use) -> String {
    match place.qualifiers.first() {
        Some(first) => {
            let more = if first.values.len() > MOST {
                " …"
            } else {
                ""
            };
            let shown = first.values.get(..MOST).unwrap_or(&first.values);
            format!(" ({}{more})", shown.join(" or "))
        }
        None => String::new(),
    }
}

/// Where the set lists a segment.
pub(super) fn places_in_set(set: &Set, member: u16) -> Box<str> {
    let lists = |found: &&crate::Loop| found.items().iter().any(|item| item.member == member);
    let names = set.loops().iter().filter(lists).map(crate::Loop::name);
    places(names, "")
}

/// Where the guide lists a segment, by its qualifiers or else by its identifier.
pub(super) fn places_in_guide(guide: &Guide, segment: &Segment<'_>) -> Box<str> {
    let with = |is_meant: &dyn Fn(&Use) -> bool| -> Vec<&'static str> {
        let loops = guide.loops.iter().zip(&guide.ids);
        let lists = loops.filter(|(places, _)| places.iter().any(is_meant));
        lists.map(|(_, id)| *id).collect()
    };
    let found = with(&|place| place.is_for(segment));
    if !found.is_empty() {
        return places(found.into_iter(), "");
    }
    let found = with(&|place| place.segment.as_bytes() == segment.id());
    places(found.into_iter(), &values_in_guide(guide, segment))
}

/// The values that a guide allows in the element that distinguishes the places of a segment:
/// ` with NM1-1 41, 40`.
fn values_in_guide(guide: &Guide, segment: &Segment<'_>) -> String {
    let places = guide.loops.iter().flatten();
    let uses = places.filter(|place| place.segment.as_bytes() == segment.id());
    let mut first = uses.filter_map(|place| place.qualifiers.first()).peekable();
    let Some((element, component)) = first.peek().map(|found| (found.element, found.component))
    else {
        return String::new();
    };
    let mut values: Vec<&str> = Vec::new();
    let alike = first.filter(|found| (found.element, found.component) == (element, component));
    for value in alike.flat_map(|found| &found.values) {
        if !values.contains(value) {
            values.push(value);
        }
    }
    let more = if values.len() > MOST { " …" } else { "" };
    values.truncate(MOST);
    let id = decode(segment.id());
    let component = match component {
        0 => String::new(),
        nth => format!("-{nth}"),
    };
    format!(
        " with {id}-{element}{component} {}{more}",
        values.join(", ")
    )
}

fn places<'a>(names: impl Iterator<Item = &'a str>, with: &str) -> Box<str> {
    let mut listed: Vec<&str> = Vec::new();
    let mut outside = false;
    for name in names {
        if name.is_empty() {
            outside = true;
        } else if !listed.contains(&name) {
            listed.push(name);
        }
    }
    let more = if listed.len() > MOST { " …" } else { "" };
    listed.truncate(MOST);
    let loops = match listed.as_slice() {
        [] => String::new(),
        [one] => format!("in loop {one}"),
        several => format!("in loops {}{more}", several.join(", ")),
    };
    let outside = if outside {
        "before or after all loops"
    } else {
        ""
    };
    match (loops.is_empty(), outside.is_empty()) {
        (true, true) => Box::default(),
        (false, false) => format!(" It may stand {loops}, or {outside}{with}.").into(),
        _ => format!(" It may stand {loops}{outside}{with}.").into(),
    }
}
