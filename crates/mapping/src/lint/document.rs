//! The kinds of items in a service-defined document.

use serde_json::Value;

use crate::jsonata::builtins::closest;

/// The kind of a list's item: the identifier of a segment or the name of a loop; empty if it is not
/// X12.
pub(super) fn kind_of(item: &Value) -> &str {
    let first = item.as_object().and_then(|members| members.keys().next());
    match first {
        Some(name) if name.ends_with("_loop") => name,
        Some(name) => segment(name).unwrap_or_default(),
        None => "",
    }
}

/// The identifier of the segment in an item; `None` for a loop and for ISA, GS and ST.
pub(super) fn segment_of(item: &Value) -> Option<&str> {
    let kind = kind_of(item);
    (!kind.is_empty() && !kind.ends_with("_loop") && !["ISA", "GS", "ST"].contains(&kind))
        .then_some(kind)
}

/// The segment of an element, such as `N1` of `N1_02`.
pub(super) fn segment(element: &str) -> Option<&str> {
    let (segment, rest) = element.split_once('_')?;
    let is_segment = (2..=3).contains(&segment.len())
        && segment
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    let is_numbered = rest.chars().take(2).filter(char::is_ascii_digit).count() == 2;
    (is_segment && is_numbered).then_some(segment)
}

/// The name that was probably meant: an element of the same segment, or a loop with the same first
/// segment.
pub(super) fn meant<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    let start = match (segment(name), name.strip_suffix("_loop")) {
        (Some(segment), _) => format!("{segment}_"),
        (None, Some(opening)) => {
            let opening = opening.split('-').next().unwrap_or_default();
            let of_same = names.iter().find(|other| {
                other.ends_with("_loop") && other.split(['-', '_']).next() == Some(opening)
            });
            return of_same.copied();
        }
        (None, None) => match name.split_once('_') {
            Some((segment, number)) if number.parse::<u8>().is_ok() => format!("{segment}_"),
            _ => return closest(name, names.iter().copied()),
        },
    };
    closest(
        name,
        names
            .iter()
            .copied()
            .filter(|other| other.starts_with(&start)),
    )
}
