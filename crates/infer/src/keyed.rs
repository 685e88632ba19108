//! Objects and elements whose members have names from the input, such as the quantity of each item,
//! keyed by its number.

use std::collections::BTreeSet;

use super::draft::{Draft, narrowed, target_of};
use super::records::ListCase;
use super::scalar::Scalar;
use super::search::{Cases, Search};
use super::wanted::{Element, Wanted};

/// The names that the search uses for a member's name and value.
const KEY: &str = "key";
const VALUE: &str = "value";

impl Search<'_> {
    /// The draft of objects that have one member for each record; `None` for ordinary objects.
    pub(super) fn keyed(&self, cases: &Cases<'_>) -> Option<Draft> {
        let named: Vec<Vec<(&String, &Wanted)>> =
            cases.iter().map(|case| named(case.wanted)).collect();
        let most = named.iter().map(Vec::len).max()?;
        if most < 2 || !named.iter().all(|named| self.is_keyed(named)) {
            return None;
        }
        let entries: Vec<Vec<Wanted>> = named
            .iter()
            .map(|named| named.iter().map(entry).collect())
            .collect();
        let lists: Vec<ListCase<'_>> = cases
            .iter()
            .zip(&entries)
            .map(|(case, entries)| ListCase {
                context: case.context.clone(),
                items: entries.iter().collect(),
            })
            .collect();
        let loops = self.loops(&lists)?;
        let part = |name: &str| {
            let cases = narrowed(&loops.cases, |wanted| {
                let members = members(Some(wanted)).iter();
                let mut named = members.filter(|(member, _)| member == name);
                named.next().map(|(_, value)| value)
            });
            Box::new(self.part(&cases, &target_of(name)))
        };
        let (key, value) = (part(KEY), part(VALUE));
        let is_found = matches!(&*key, Draft::Leaf(candidates)
            if candidates.first().is_some_and(|best| !best.unexplained));
        is_found.then_some(Draft::Keyed {
            each: loops.each,
            key,
            value,
        })
    }

    /// Whether every name is a value of the input, and the members are similar.
    fn is_keyed(&self, members: &[(&String, &Wanted)]) -> bool {
        let whole = self.tree.node(0).end;
        let Some((_, first)) = members.first() else {
            return true;
        };
        let different: BTreeSet<&String> = members.iter().map(|(name, _)| *name).collect();
        different.len() == members.len()
            && members.iter().all(|(name, value)| {
                let is_value = !self.index.within(&format!("={name}"), 0, whole).is_empty();
                is_value && is_alike(first, value)
            })
    }
}

/// Whether two members can be of one kind: objects and elements must have a name in common.
fn is_alike(one: &Wanted, other: &Wanted) -> bool {
    match (one, other) {
        (Wanted::Object(one), Wanted::Object(other)) => share_name(one, other),
        (Wanted::Element(one), Wanted::Element(other)) => {
            let plain = |element: &Element| element.children.is_empty();
            one.text.is_some() == other.text.is_some()
                && plain(one) == plain(other)
                && (one.attributes.is_empty() || share_name(&one.attributes, &other.attributes))
        }
        _ => one.class() == other.class(),
    }
}

fn share_name(one: &[(String, Wanted)], other: &[(String, Wanted)]) -> bool {
    let mut names = one.iter().map(|(name, _)| name);
    names.any(|name| other.iter().any(|(known, _)| known == name))
}

fn members(wanted: Option<&Wanted>) -> &[(String, Wanted)] {
    match wanted {
        Some(Wanted::Object(members)) => members,
        _ => &[],
    }
}

/// The members of an object or the children of an element, with their names.
fn named(wanted: Option<&Wanted>) -> Vec<(&String, &Wanted)> {
    match wanted {
        Some(Wanted::Object(members)) => {
            members.iter().map(|(name, value)| (name, value)).collect()
        }
        Some(Wanted::Element(element)) => element.children.iter().filter_map(child).collect(),
        _ => Vec::new(),
    }
}

fn child(child: &Wanted) -> Option<(&String, &Wanted)> {
    match child {
        Wanted::Element(element) => Some((&element.name, child)),
        _ => None,
    }
}

fn entry((name, value): &(&String, &Wanted)) -> Wanted {
    Wanted::Object(vec![
        (KEY.to_owned(), Wanted::Leaf(Scalar::Text((*name).clone()))),
        (VALUE.to_owned(), (*value).clone()),
    ])
}
