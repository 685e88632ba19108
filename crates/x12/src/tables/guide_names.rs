//! Loop names from an implementation guide, for documents that use them (assumption A-162).

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::names::Conditional;
use super::{Guide, Set, Use, Version};

/// The set whose loops are named by the guide, and the loop where this starts.
const SET: &str = "837";
const FROM: &str = "CLM";

/// The table of a set, with the loop names of the guide that a version such as `005010X222A1` names.
pub(crate) fn set_of_guide(version: Version, set: &str, guide_version: &str) -> Option<Arc<Set>> {
    let standard = super::set(version, set)?;
    if set != SET || version != Version::V5010 {
        return Some(standard);
    }
    let Some(guide) = super::guide(set, guide_version) else {
        return Some(standard);
    };
    let named = guide
        .named
        .get_or_init(|| Arc::new(named(&standard, &guide)));
    Some(Arc::clone(named))
}

/// The table of a guide's set, built on first use.
pub(super) type Named = OnceLock<Arc<Set>>;

fn named(standard: &Set, guide: &Guide) -> Set {
    let mut names = Vec::new();
    collect(guide, 0, "", &mut names);
    let mut set = standard.clone();
    for found in &mut set.loops {
        let (of_loop, others) = names
            .into_iter()
            .partition(|name: &Conditional| name.path == found.path);
        names = others;
        if !of_loop.is_empty() {
            found.conditional = of_loop;
        }
    }
    set
}

/// Adds the names of the loops below the loop `number`, to which the opening segments `path` lead.
fn collect(guide: &Guide, number: usize, path: &str, names: &mut Vec<Conditional>) {
    let places = guide.loops.get(number).map_or(&[][..], Vec::as_slice);
    for place in places {
        // A loop comes after the one that contains it.
        let Some(inner) = place.opens.filter(|inner| *inner > number) else {
            continue;
        };
        let is_below = path.split('/').any(|opener| opener == FROM);
        let path = below(path, place.segment);
        let id = guide.ids.get(inner).copied().unwrap_or("");
        if is_below && let Some(name) = conditional(place, &path, id) {
            let is_known = |known: &Conditional| known.path == name.path && known.name == name.name;
            if !names.iter().any(is_known) {
                names.push(name);
            }
        }
        collect(guide, inner, &path, names);
    }
}

/// The path of a loop; HL loops are siblings in the tables, whatever their level.
fn below(path: &str, opener: &str) -> String {
    if path.is_empty() || path == opener {
        opener.to_owned()
    } else {
        format!("{path}/{opener}")
    }
}

fn conditional(place: &Use, path: &str, id: &str) -> Option<Conditional> {
    let qualifier = place
        .qualifiers
        .iter()
        .find(|qualifier| qualifier.component == 0)?;
    Some(Conditional {
        path: path.to_owned().into(),
        name: format!("{}-{id}", place.segment).into(),
        element: qualifier.element,
        values: qualifier
            .values
            .iter()
            .copied()
            .map(Cow::Borrowed)
            .collect(),
    })
}
