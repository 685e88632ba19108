//! Chooses between a record and the records within it if the example has one of each.

use std::collections::BTreeSet;

use super::index::sought;
use super::records::{Alignment, ListCase, Votes};
use super::search::Search;
use super::standard;
use super::template::Select;
use super::tree::NodeId;
use super::wanted::Wanted;

impl Search<'_> {
    /// The records below the found ones that contain the first value of each item, for X12 loops
    /// that may repeat. For example, a list of claims is made from claims even if each subscriber
    /// has one claim.
    pub(super) fn deepened(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        found: Alignment,
    ) -> Alignment {
        let ordered = |select: &Select| !matches!(select, Select::Exists(_));
        if found.selects.iter().any(ordered) {
            return found;
        }
        let below = self.tree.schemas().filter(|&(schema, kind)| {
            let code = kind.label.code();
            let repeats = code.is_some_and(|code| standard::repeats(&code));
            repeats
                && kind.listed
                && schema != found.schema
                && self.tree.is_below(schema, found.schema)
        });
        let deeper = below.filter_map(|(schema, _)| self.align(lists, votes, schema));
        let of_first = |deeper: &Alignment| {
            let mut items = lists.iter().zip(&deeper.records).zip(&found.records);
            deeper.selects.is_empty()
                && items.all(|((list, inner), outer)| {
                    let mut pairs = list.items.iter().zip(inner).zip(outer);
                    pairs.all(|((item, &inner), &outer)| self.is_of(item, inner, outer))
                })
        };
        let depth = |alignment: &Alignment| self.tree.schema(alignment.schema).depth;
        let deepest = deeper.filter(of_first).max_by_key(depth);
        deepest.unwrap_or(found)
    }

    /// Whether the first value of an item is in an inner record, and nowhere else in the outer one.
    fn is_of(&self, item: &Wanted, inner: NodeId, outer: NodeId) -> bool {
        let mut leaves = Vec::new();
        item.own_leaves(&mut leaves);
        let Some(first) = leaves.first() else {
            return false;
        };
        let hits = |record: NodeId| {
            let end = self.tree.node(record).end;
            let keys = sought(first);
            let found = keys
                .iter()
                .flatten()
                .map(|key| self.index.within(key, record, end).len());
            found.sum::<usize>()
        };
        self.tree.is_within(inner, outer) && hits(inner) > 0 && hits(inner) == hits(outer)
    }
}

/// The names of the child elements that occur several times in some item.
pub(super) fn repeated_children(lists: &[ListCase<'_>]) -> BTreeSet<String> {
    let mut several = BTreeSet::new();
    for item in lists.iter().flat_map(|list| &list.items) {
        let Wanted::Element(element) = item else {
            continue;
        };
        let mut seen = BTreeSet::new();
        for child in &element.children {
            let class = child.class();
            if seen.contains(&class) {
                several.insert(class);
            } else {
                seen.insert(class);
            }
        }
    }
    several
}

/// An item without the children that form a list of their own; `None` if it has no such children.
pub(super) fn without_children(item: &Wanted, several: &BTreeSet<String>) -> Option<Wanted> {
    let Wanted::Element(element) = item else {
        return None;
    };
    let is_listed = |child: &Wanted| several.contains(&child.class());
    if !element.children.iter().any(is_listed) {
        return None;
    }
    let mut element = element.clone();
    element.children.retain(|child| !is_listed(child));
    Some(Wanted::Element(element))
}
