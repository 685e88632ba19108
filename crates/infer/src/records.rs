//! Finds the records of the input that the items of a list come from.

use std::collections::HashMap;

use super::deeper::{repeated_children, without_children};
use super::evaluate::{Context, as_number};
use super::index::sought;
use super::order::{choose, covered, is_distinct};
use super::scalar::Scalar;
use super::search::{Case, Search};
use super::standard;
use super::template::{Path, Select};
use super::tree::{NodeId, SchemaId};
use super::wanted::Wanted;

/// The maximum number of leaves in which one value of an item is searched.
const HITS: usize = 40;
/// The minimum length of a piece of a value.
const PIECE: usize = 3;
/// The maximum number of items that are matched by their values; longer lists are matched by order
/// alone.
pub(super) const MATCHED: usize = 200;
/// The maximum number of kinds of records that are tried for a list.
const KINDS: usize = 16;
/// The minimum share of an item's values in its record.
pub(super) const COVERAGE: f64 = 0.5;
/// The minimum share of an item's values in its record and in those to which it refers, if its
/// record has less.
const REFERRED: f64 = 0.9;
/// The sufficient share if every item matches its own record better than the others.
const DISTINCT: f64 = 0.02;

/// A list in one of its contexts.
#[derive(Clone, Debug)]
pub(super) struct ListCase<'a> {
    pub(super) context: Context,
    pub(super) items: Vec<&'a Wanted>,
}

/// The loops that produce a list, and its items in the contexts of their records.
#[derive(Debug)]
pub(super) struct Loops<'a> {
    pub(super) each: Vec<Path>,
    pub(super) cases: Vec<Case<'a, Wanted>>,
}

/// How well the nodes of the input match an item.
#[derive(Debug, Default)]
pub(super) struct Votes {
    pub(super) by_node: HashMap<NodeId, f64>,
    pub(super) total: f64,
}

/// The records of a kind that the items of a list come from.
pub(super) struct Alignment {
    pub(super) schema: SchemaId,
    pub(super) level: usize,
    /// For each list, the record of each item.
    pub(super) records: Vec<Vec<NodeId>>,
    pub(super) selects: Vec<Select>,
    pub(super) coverage: f64,
    /// Whether there are several items, and each matches its own record better than those of the
    /// others.
    pub(super) distinct: bool,
}

impl Search<'_> {
    /// The loops that produce a list; `None` if its items do not come from records.
    pub(super) fn loops<'a>(&self, lists: &[ListCase<'a>]) -> Option<Loops<'a>> {
        if self.is_exhausted() {
            return None;
        }
        let votes: Vec<Vec<Votes>> = self.votes(lists);
        let mut best: Option<Alignment> = None;
        for (schema, _) in self.kinds(lists, &votes) {
            let Some(mut found) = self.align(lists, &votes, schema) else {
                continue;
            };
            let enough = if found.distinct { DISTINCT } else { COVERAGE };
            if found.coverage < enough {
                found.coverage = self.covered_with_references(&found, &votes);
                if found.coverage < REFERRED {
                    continue;
                }
            }
            if best
                .as_ref()
                .is_none_or(|best| self.is_better(&found, best))
            {
                best = Some(found);
            }
        }
        let best = self.deepened(lists, &votes, best?);
        let best = self.grouped(lists, best);
        let best = self.widened(lists, best);
        Some(self.nested(lists, &best))
    }

    pub(super) fn votes(&self, lists: &[ListCase<'_>]) -> Vec<Vec<Votes>> {
        let mut left = MATCHED;
        let mut all = Vec::new();
        let several = repeated_children(lists);
        for list in lists {
            let matched = list.items.iter().take(left);
            let vote = |item: &&Wanted| match without_children(item, &several) {
                Some(item) => self.vote(&list.context, &item),
                None => self.vote(&list.context, item),
            };
            let votes: Vec<Votes> = matched.map(vote).collect();
            left -= votes.len();
            all.push(votes);
        }
        all
    }

    /// How well each node of the input matches an item: by the values below it. Rare and long
    /// values count more.
    fn vote(&self, context: &Context, item: &Wanted) -> Votes {
        let mut own = Vec::new();
        item.own_leaves(&mut own);
        let votes = self.vote_of(context, &own);
        if votes.total > 0.0 {
            return votes;
        }
        let mut all = Vec::new();
        item.leaves(&mut all);
        let votes = self.vote_of(context, &all);
        if votes.total > 0.0 {
            return votes;
        }
        self.vote_of_pieces(context, &own)
    }

    /// How well each node matches texts that contain pieces of values, such as the last digits of a
    /// number.
    fn vote_of_pieces(&self, context: &Context, leaves: &[&Scalar]) -> Votes {
        let mut votes = Votes::default();
        let case = Case {
            context: context.clone(),
            wanted: None,
        };
        for leaf in leaves {
            let text = leaf.text();
            let pieces = text.split(|c: char| !c.is_alphanumeric());
            for piece in pieces.filter(|piece| piece.len() >= PIECE) {
                let mut hits = self.holders(&case, piece);
                hits.retain(|&hit| {
                    let value = self.tree.node(hit).value.as_ref().map(Scalar::text);
                    value.is_some_and(|text| text.starts_with(piece) || text.ends_with(piece))
                });
                self.add(&mut votes, piece.chars().count(), hits);
            }
        }
        votes
    }

    /// Adds the leaves with a value of this length; rare and long values count more.
    fn add(&self, votes: &mut Votes, length: usize, hits: Vec<NodeId>) {
        if hits.is_empty() {
            return;
        }
        let weight = as_number(length.min(8)) / as_number(hits.len()).sqrt();
        votes.total += weight;
        let mut above: Vec<NodeId> = Vec::new();
        for hit in hits {
            let mut node = hit;
            loop {
                above.push(node);
                if node == 0 {
                    break;
                }
                node = self.tree.node(node).parent;
            }
        }
        above.sort_unstable();
        above.dedup();
        for node in above {
            *votes.by_node.entry(node).or_default() += weight;
        }
    }

    fn vote_of(&self, context: &Context, leaves: &[&Scalar]) -> Votes {
        let mut votes = Votes::default();
        let mut parts: Vec<Scalar> = Vec::new();
        for &leaf in leaves {
            match leaf {
                Scalar::Text(text) if self.nearest(context, leaf).is_empty() => {
                    parts.extend(self.words(context, text));
                }
                _ => parts.push(leaf.clone()),
            }
        }
        for leaf in &parts {
            let hits = self.nearest(context, leaf);
            self.add(&mut votes, leaf.text().chars().count(), hits);
        }
        votes
    }

    /// The leaves with a value, in the innermost context that has it.
    fn nearest(&self, context: &Context, leaf: &Scalar) -> Vec<NodeId> {
        if *leaf == Scalar::Null || leaf.text().is_empty() {
            return Vec::new();
        }
        let keys = sought(leaf);
        for &record in context.stack.iter().rev() {
            let end = self.tree.node(record).end;
            for key in keys.iter().flatten() {
                let nodes = self.index.within(key, record, end);
                if !nodes.is_empty() {
                    return nodes.iter().copied().take(HITS).collect();
                }
            }
        }
        Vec::new()
    }

    /// The kinds of records that the items may come from, the best first.
    fn kinds(&self, lists: &[ListCase<'_>], votes: &[Vec<Votes>]) -> Vec<(SchemaId, f64)> {
        let mut scores: HashMap<SchemaId, f64> = HashMap::new();
        for item in votes.iter().flatten() {
            let mut best: HashMap<SchemaId, f64> = HashMap::new();
            for (&node, &vote) in &item.by_node {
                let slot = best.entry(self.tree.node(node).schema).or_default();
                *slot = slot.max(vote);
            }
            for (schema, vote) in best {
                *scores.entry(schema).or_default() += vote;
            }
        }
        let mut kinds: Vec<(SchemaId, f64)> = scores.into_iter().collect();
        kinds.retain(|&(schema, _)| self.may_loop(lists, schema));
        kinds.sort_by(|one, other| {
            let deeper = |schema_id: SchemaId| self.tree.schema(schema_id).depth;
            other
                .1
                .total_cmp(&one.1)
                .then(deeper(other.0).cmp(&deeper(one.0)))
                .then(one.0.cmp(&other.0))
        });
        kinds.truncate(KINDS);
        kinds
    }

    /// Whether a list can be made of records of a kind.
    fn may_loop(&self, lists: &[ListCase<'_>], schema: SchemaId) -> bool {
        let Some(first) = lists.first() else {
            return false;
        };
        let around = |&record: &NodeId| {
            let context = self.tree.node(record).schema;
            context != schema && self.tree.is_below(context, schema)
        };
        if first.context.stack.iter().any(around) {
            return false;
        }
        let several = lists.iter().any(|list| list.items.len() > 1);
        let optional = lists.iter().any(|list| list.items.is_empty());
        let kind = self.tree.schema(schema);
        let below = self.tree.schema(kind.parent).listed || kind.instances.len() > 1;
        kind.listed
            || (below && (several || optional))
            || (optional && lists.iter().any(|list| !list.items.is_empty()))
    }

    /// The level whose records contain those of a kind.
    pub(super) fn level_above(&self, context: &Context, schema: SchemaId) -> usize {
        let above = |&record: &NodeId| {
            let context = self.tree.node(record).schema;
            context != schema && self.tree.is_below(schema, context)
        };
        context.stack.iter().rposition(above).unwrap_or(0)
    }

    pub(super) fn align(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
    ) -> Option<Alignment> {
        let level = self.level_above(&lists.first()?.context, schema);
        let of = |list: &ListCase<'_>| self.tree.within(list.context.record(level), schema);
        if lists.iter().any(|list| list.items.len() > of(list).len()) {
            return None;
        }
        let all = lists.iter().all(|list| list.items.len() == of(list).len());
        if all && let Some(sorted) = self.sorted(lists, votes, schema, level) {
            return Some(sorted);
        }
        if !all && let Some(sorted) = self.sorted_some(lists, votes, schema, level) {
            return Some(sorted);
        }
        if !all && let Some(found) = self.by_hierarchy(lists, votes, schema, level) {
            return Some(found);
        }
        if !all && let Some(found) = self.by_group(lists, votes, schema, level) {
            return Some(found);
        }
        let records: Option<Vec<Vec<NodeId>>> = if all {
            Some(lists.iter().map(|list| of(list).to_vec()).collect())
        } else {
            let chosen = lists.iter().zip(votes);
            chosen
                .map(|(list, votes)| choose(of(list), votes, list.items.len()))
                .collect()
        };
        let records = records?;
        if is_itself(lists, &records) {
            return None;
        }
        let selects = if all {
            Vec::new()
        } else {
            self.filter(lists, &records, level, schema)?
        };
        Some(Alignment {
            distinct: all && is_distinct(&records, votes),
            coverage: covered(&records, votes)?,
            schema,
            level,
            records,
            selects,
        })
    }

    /// The levels below those around the lists, unless the items' values contradict this. A value
    /// of an item may also occur in the levels of other lists.
    fn by_hierarchy(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let (records, selects) = self.by_levels(lists, schema)?;
        let coverage = covered(&records, votes)?;
        (coverage >= COVERAGE).then_some(Alignment {
            distinct: false,
            coverage,
            schema,
            level,
            records,
            selects,
        })
    }

    fn is_better(&self, one: &Alignment, other: &Alignment) -> bool {
        let worth = |alignment: &Alignment| {
            let guesses = alignment.selects.iter();
            let guesses = guesses.filter(|select| select.is_threshold());
            let all = alignment.selects.len() + 2 * guesses.count();
            alignment.coverage - 0.01 * as_number(all)
        };
        let difference = worth(one) - worth(other);
        let depth = |alignment: &Alignment| self.tree.schema(alignment.schema).depth;
        if difference.abs() < 0.012 {
            return depth(one) > depth(other);
        }
        difference > 0.0
    }

    /// The enclosing records, if each contains exactly one found record: a loop rather than its
    /// segment.
    fn widened(&self, lists: &[ListCase<'_>], mut found: Alignment) -> Alignment {
        while found.selects.iter().all(Select::is_order) {
            let above = self.tree.schema(found.schema).parent;
            let inside = lists.first().is_some_and(|list| {
                let around =
                    |&node_id: &NodeId| self.tree.is_below(self.tree.node(node_id).schema, above);
                !list.context.stack.iter().any(around)
            });
            let (outer, inner) = (self.tree.schema(above), self.tree.schema(found.schema));
            let one_each = outer.instances.len() == inner.instances.len();
            // One of each is no evidence, except for the segment that opens a loop: each loop
            // always has exactly one.
            let opens = outer.label.code().is_some() && outer.label.code() == inner.label.code();
            let proven = inner.instances.len() > 1 || opens;
            let code = inner.label.code();
            // Records that usually repeat do not stay one each.
            let is_ordered = found.selects.iter().any(Select::is_order);
            if !is_ordered && !opens && code.is_some_and(|code| standard::repeats(&code)) {
                break;
            }
            if !(inside && one_each && outer.listed && proven) {
                break;
            }
            let lifted = |select: &Select| select.lifted(found.schema);
            found.selects = found.selects.iter().map(lifted).collect();
            found.schema = above;
            for record in found.records.iter_mut().flatten() {
                *record = self.tree.node(*record).parent;
            }
        }
        self.looped(lists, found)
    }

    /// The loops around the found segments, one each; an item is usually about more than one
    /// segment.
    fn looped(&self, lists: &[ListCase<'_>], found: Alignment) -> Alignment {
        let above = self.tree.schema(found.schema).parent;
        let is_loop = |schema_id: SchemaId| {
            let label = &self.tree.schema(schema_id).label;
            label.field == "loop"
                || label
                    .class
                    .as_ref()
                    .is_some_and(|class| class.ends_with("_loop"))
        };
        let inside = lists.first().is_some_and(|list| {
            let around =
                |&node_id: &NodeId| self.tree.is_below(self.tree.node(node_id).schema, above);
            !list.context.stack.iter().any(around)
        });
        let several = self.tree.schema(found.schema).instances.len() > 1;
        let code = |schema: SchemaId| self.tree.schema(schema).label.code();
        let repeats = code(found.schema).is_some_and(|code| standard::repeats(&code));
        if (repeats && code(above) != code(found.schema))
            || !is_loop(above)
            || is_loop(found.schema)
            || !inside
            || !several
            || !found.selects.is_empty()
        {
            return found;
        }
        let parent = |&node_id: &NodeId| self.tree.node(node_id).parent;
        let records: Vec<Vec<NodeId>> = found
            .records
            .iter()
            .map(|records| records.iter().map(parent).collect())
            .collect();
        let one_each = |records: &Vec<NodeId>| records.is_sorted_by(|one, other| one < other);
        if !records.iter().all(one_each) {
            return found;
        }
        match self.filter(lists, &records, found.level, above) {
            Some(selects) => Alignment {
                schema: above,
                records,
                selects,
                ..found
            },
            None => found,
        }
    }
}

/// Whether each list is made of the one record that encloses it.
fn is_itself(lists: &[ListCase<'_>], records: &[Vec<NodeId>]) -> bool {
    let inside = |(list, records): (&ListCase<'_>, &Vec<NodeId>)| {
        records
            .iter()
            .all(|record| list.context.stack.contains(record))
    };
    lists.iter().zip(records).all(inside)
}
