//! Records in an order other than document order, and first records of groups.

use std::collections::BTreeSet;

use super::convert::same;
use super::records::{Alignment, ListCase, MATCHED, Votes};
use super::scalar::{Scalar, number_of, round};
use super::search::Search;
use super::template::Select;
use super::tree::{NodeId, Schema, SchemaId};
use super::wanted::Wanted;

impl Search<'_> {
    /// The records in an order other than document order, with the value by which they are sorted.
    pub(super) fn sorted(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let records = self.each_list(lists, votes, (schema, level), |_, all, votes| {
            permuted(all, votes)
        })?;
        let in_order = |node_id: &Vec<NodeId>| node_id.is_sorted();
        if records.iter().all(in_order) || !records.iter().any(|record| record.len() > 2) {
            return None;
        }
        let is_reversed = |record: &Vec<NodeId>| record.is_sorted_by(|one, other| one > other);
        let sorted = match self.order(lists, &records, schema) {
            Some((selects, true)) => selects,
            _ if records.iter().all(is_reversed) => vec![Select::Reversed],
            found => {
                let by_product = self.product_order(lists, &records, schema);
                by_product
                    .map(|select| vec![select])
                    .or(found.map(|found| found.0))?
            }
        };
        Some(Alignment {
            schema,
            level,
            records,
            selects: sorted,
            coverage: 1.0,
            distinct: true,
        })
    }

    /// Some of the records, in an order other than document order.
    pub(super) fn sorted_some(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let of_code = self.sorted_subset(lists, votes, schema, level);
        of_code.or_else(|| self.sorted_firsts(lists, votes, schema, level))
    }

    /// The records with a code, in an order other than document order.
    fn sorted_subset(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let records = self.each_list(lists, votes, (schema, level), |list, all, votes| {
            picked(all, votes).filter(|_| votes.len() == list.items.len())
        })?;
        let several = records.iter().any(|record| record.len() > 2);
        if !several || records.iter().all(|record| record.is_sorted()) {
            return None;
        }
        let mut in_order = records.clone();
        for record in &mut in_order {
            record.sort_unstable();
        }
        let mut selects = self.filter(lists, &in_order, level, schema)?;
        let by_code = |select: &Select| {
            matches!(select, Select::Equals(..) | Select::OneOf(..)) || select.is_threshold()
        };
        if !selects.iter().all(by_code) {
            return None;
        }
        selects.extend(self.order(lists, &records, schema)?.0);
        Some(Alignment {
            coverage: covered(&records, votes)?,
            schema,
            level,
            records,
            selects,
            distinct: false,
        })
    }

    /// The first record of each value, sorted by that value.
    fn sorted_firsts(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let is_text = matches!(lists.first()?.items.first()?, Wanted::Leaf(_));
        let fields = if is_text {
            vec![Vec::new()]
        } else {
            self.fields(schema)
        };
        fields.into_iter().find_map(|field| {
            let records = self.firsts_shown(lists, votes, (schema, level), &field)?;
            // Of two records, one must stand for several.
            let are_groups = lists.iter().zip(&records).all(|(list, records)| {
                self.tree.within(list.context.record(level), schema).len() > records.len()
            });
            let is_several = |least: usize| records.iter().any(|record| record.len() > least);
            let is_chance = !(is_several(2) || are_groups && is_several(1))
                || !self.is_shown(lists, &records, &field);
            let mut selects = vec![Select::Unique(field.clone())];
            if !records.iter().all(|record| record.is_sorted()) {
                selects.insert(0, self.sorted_by(&records, &field)?);
            }
            (!is_chance).then_some(Alignment {
                coverage: covered(&records, votes)?,
                schema,
                level,
                records,
                selects,
                distinct: true,
            })
        })
    }

    /// The first record of each value, in the order of the items that contain the values.
    fn firsts_shown(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        (schema, level): (SchemaId, usize),
        field: &[SchemaId],
    ) -> Option<Vec<Vec<NodeId>>> {
        self.each_list(lists, votes, (schema, level), |list, all, _| {
            let firsts = self.firsts(all, field)?;
            let of = |item: &&Wanted| {
                let mut leaves = Vec::new();
                item.own_leaves(&mut leaves);
                let texts: Vec<String> = leaves.iter().map(|leaf| leaf.text()).collect();
                let is_shown = |node: &&NodeId| {
                    let keys = self.tree.below(**node, field);
                    keys.iter().all(|key| texts.contains(key))
                };
                let mut shown = firsts.iter().filter(is_shown);
                shown.next().copied().filter(|_| shown.next().is_none())
            };
            let found: Vec<NodeId> = list.items.iter().map(of).collect::<Option<_>>()?;
            let different: BTreeSet<NodeId> = found.iter().copied().collect();
            (different.len() == firsts.len() && found.len() == firsts.len()).then_some(found)
        })
    }

    /// The records of each list, chosen from those of a kind at a level; `None` if a list has none.
    fn each_list(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        (schema, level): (SchemaId, usize),
        choose: impl Fn(&ListCase<'_>, &[NodeId], &[Votes]) -> Option<Vec<NodeId>>,
    ) -> Option<Vec<Vec<NodeId>>> {
        let chosen = lists.iter().zip(votes).map(|(list, votes)| {
            let all = self.tree.within(list.context.record(level), schema);
            choose(list, all, votes)
        });
        chosen.collect()
    }

    /// Whether the first item contains the value at a place of its record.
    pub(super) fn is_shown(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        field: &[SchemaId],
    ) -> bool {
        let first = lists
            .iter()
            .zip(records)
            .find_map(|(list, records)| Some((list.items.first()?, *records.first()?)));
        let Some((item, record)) = first else {
            return false;
        };
        let mut leaves = Vec::new();
        item.own_leaves(&mut leaves);
        let values = self.tree.below(record, field);
        let is_same = |value: &String, text: &String| {
            let numbers = [value, text].map(|item| number_of(item));
            value == text || (numbers[0].is_some() && numbers[0] == numbers[1])
        };
        leaves
            .iter()
            .any(|leaf| values.iter().any(|value| is_same(value, &leaf.text())))
    }

    /// Whether the values at a place can be compared: all are numbers, or all are strings.
    pub(super) fn is_comparable(&self, field: &[SchemaId]) -> bool {
        let Some(&last) = field.last() else {
            return true;
        };
        let nodes = self.tree.schema(last).instances.iter();
        let mut values = nodes.filter_map(|&node| self.tree.node(node).value.as_ref());
        values.all(|value| number_of(&value.text()).is_some()) || self.are_texts(field)
    }

    /// Whether all values at a place are strings.
    pub(super) fn are_texts(&self, field: &[SchemaId]) -> bool {
        let Some(&last) = field.last() else {
            return true;
        };
        let mut nodes = self.tree.schema(last).instances.iter();
        nodes.all(|&node| matches!(self.tree.node(node).value, Some(Scalar::Text(_)) | None))
    }

    /// The widest records around the found ones, if these are the first of groups: a group consists
    /// of transactions rather than of a segment that each has once.
    pub(super) fn grouped(&self, lists: &[ListCase<'_>], mut found: Alignment) -> Alignment {
        loop {
            let (field, is_some) = match found.selects.as_slice() {
                [Select::Unique(field)] => (field, false),
                [Select::Exists(_), Select::Unique(field)] => (field, true),
                _ => return found,
            };
            let above = self.tree.schema(found.schema).parent;
            let (outer, inner) = (self.tree.schema(above), self.tree.schema(found.schema));
            let inside = lists.iter().any(|list| {
                let around =
                    |&node_id: &NodeId| self.tree.is_below(self.tree.node(node_id).schema, above);
                list.context.stack.iter().any(around)
            });
            let (all, some) = (outer.instances.len(), inner.instances.len());
            // A hierarchical level has one segment of a kind, or none.
            let is_level = outer.label.code().as_deref() == Some("HL") && self.is_single(inner);
            if field.is_empty() || inside || is_some || (all != some && !is_level) {
                return found;
            }
            let mut wider = vec![found.schema];
            wider.extend(field);
            let exists = (all != some).then(|| Select::Exists(vec![found.schema]));
            found.selects = exists.into_iter().collect();
            found.selects.push(Select::Unique(wider));
            found.schema = above;
            for record in found.records.iter_mut().flatten() {
                *record = self.tree.node(*record).parent;
            }
        }
    }
}

impl Search<'_> {
    /// Whether no record contains two of a kind.
    fn is_single(&self, kind: &Schema) -> bool {
        let parents = kind
            .instances
            .iter()
            .map(|&node| self.tree.node(node).parent);
        parents.collect::<BTreeSet<NodeId>>().len() == kind.instances.len()
    }
}

/// The best matching record for each item, if all are different.
fn permuted(records: &[NodeId], votes: &[Votes]) -> Option<Vec<NodeId>> {
    picked(records, votes).filter(|_| votes.len() == records.len())
}

/// The best matching record for each item, if all are different.
fn picked(records: &[NodeId], votes: &[Votes]) -> Option<Vec<NodeId>> {
    let mut chosen: Vec<NodeId> = Vec::new();
    for votes in votes {
        let vote = |node_id: &NodeId| votes.by_node.get(node_id).copied().unwrap_or(0.0);
        let best = records.iter().map(vote).fold(0.0, f64::max);
        let mut fitting = records
            .iter()
            .filter(|record| best > 0.0 && vote(record) >= best);
        let only = *fitting.next()?;
        if fitting.next().is_some() || chosen.contains(&only) {
            return None;
        }
        chosen.push(only);
    }
    Some(chosen)
}

/// The share of the items' values that is in their records; `None` if there are no values.
pub(super) fn covered(records: &[Vec<NodeId>], votes: &[Vec<Votes>]) -> Option<f64> {
    let (mut have, mut total) = (0.0, 0.0);
    for (records, votes) in records.iter().zip(votes) {
        for (record, votes) in records.iter().zip(votes) {
            have += votes.by_node.get(record).copied().unwrap_or(0.0);
            total += votes.total;
        }
    }
    (total > 0.0).then(|| have / total)
}

/// Whether each item matches its own record better than the others' records.
pub(super) fn is_distinct(records: &[Vec<NodeId>], votes: &[Vec<Votes>]) -> bool {
    let mut items = 0;
    for (records, votes) in records.iter().zip(votes) {
        for (own, votes) in records.iter().zip(votes) {
            let vote = |node_id: &NodeId| votes.by_node.get(node_id).copied().unwrap_or(0.0);
            let others = records.iter().take(MATCHED).filter(|record| *record != own);
            if vote(own) <= others.map(vote).fold(0.0, f64::max) {
                return false;
            }
            items += 1;
        }
    }
    items > 1
}

/// The record for each item in order, each the best match among those left.
pub(super) fn choose(records: &[NodeId], votes: &[Votes], items: usize) -> Option<Vec<NodeId>> {
    if votes.len() < items {
        return None;
    }
    let mut chosen = Vec::new();
    let mut from = 0;
    for (place, votes) in votes.iter().enumerate() {
        let left = items - place - 1;
        let until = records.len().checked_sub(left)?;
        let candidates = records.get(from..until)?;
        let vote = |node_id: &NodeId| votes.by_node.get(node_id).copied().unwrap_or(0.0);
        let best = candidates.iter().map(vote).fold(0.0, f64::max);
        let at = candidates
            .iter()
            .position(|candidate| vote(candidate) >= best)?;
        if best <= 0.0 {
            return None;
        }
        chosen.push(*candidates.get(at)?);
        from += at + 1;
    }
    Some(chosen)
}

/// Whether each item contains a number, rounded to cents.
pub(super) fn shows(items: &[&Wanted], numbers: &[f64]) -> bool {
    items.len() == numbers.len()
        && items.iter().zip(numbers).all(|(item, &number)| {
            let mut leaves = Vec::new();
            item.own_leaves(&mut leaves);
            let mut found = leaves.iter().filter_map(|leaf| leaf.number());
            found.any(|found| same(found, round(number, 2)))
        })
}
