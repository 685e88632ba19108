//! Finds the condition that selects the records of a list from the records of their kind.

use std::collections::BTreeSet;

use super::evaluate::Context;
use super::paths::is_code_name;
use super::records::ListCase;
use super::search::Search;
use super::template::{Path, Select, Step};
use super::tree::{NodeId, SchemaId};
use super::wanted::Wanted;

/// The maximum number of values in a filter.
const VALUES: usize = 6;
/// The maximum length of a value in a filter.
const LENGTH: usize = 24;
/// The maximum number of places in a record that are tried for a filter.
const FIELDS: usize = 120;
/// The maximum depth below a record of a filter's field.
pub(super) const DEPTH: usize = 3;

/// The records that a filter must select, and those that it must not.
pub(super) struct FilterSides<'a> {
    pub(super) meant: Vec<(&'a Context, NodeId)>,
    pub(super) others: Vec<NodeId>,
}

/// A way to distinguish the two sides by the values at one place.
type Rule<'a> = fn(&Search<'a>, &FilterSides<'_>, &[SchemaId]) -> Option<Select>;

impl Search<'_> {
    /// The filter for the records; `None` if nothing distinguishes them.
    pub(super) fn filter(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        level: usize,
        schema: SchemaId,
    ) -> Option<Vec<Select>> {
        let sides = self.sides(lists, records, level, schema);
        let visited = (sides.meant.len() + sides.others.len()) * FIELDS;
        self.tree.look(visited);
        let fields = self.fields(schema);
        if let Some(levels) = self.below_levels(lists, records, schema) {
            return Some(levels);
        }
        let joined = self.join(lists, records, level, schema, &fields);
        let rules: [Rule<'_>; 5] = [
            Self::equal,
            Self::one_of,
            Self::exists,
            Self::differs,
            Self::missing,
        ];
        let mut rules = rules
            .iter()
            .flat_map(|rule| fields.iter().filter_map(|field| rule(self, &sides, field)));
        let rule = self
            .beyond(lists, records, &sides, &fields)
            .or_else(|| self.product_beyond(lists, records, &sides, &fields))
            .or_else(|| rules.next());
        let known = self.qualifier_of(schema);
        let by_qualifier = matches!((&rule, &known),
            (Some(Select::Equals(field, _) | Select::OneOf(field, _)), Some(known)) if field == known);
        let rule = || rule.clone().map(|rule| vec![rule]);
        if joined.is_some() || by_qualifier {
            return joined.or_else(rule);
        }
        // Selecting the first record of each value is less likely to be a coincidence than a shared
        // value.
        self.unique(lists, records, level, schema, &fields)
            .or_else(rule)
    }

    /// The records of the lists, and the others of their kind.
    fn sides<'l>(
        &self,
        lists: &'l [ListCase<'_>],
        records: &[Vec<NodeId>],
        level: usize,
        schema: SchemaId,
    ) -> FilterSides<'l> {
        let mut sides = FilterSides {
            meant: Vec::new(),
            others: Vec::new(),
        };
        for (list, chosen) in lists.iter().zip(records) {
            let meant = chosen.iter().map(|&record| (&list.context, record));
            sides.meant.extend(meant);
            let chosen: BTreeSet<NodeId> = chosen.iter().copied().collect();
            let all = self.tree.within(list.context.record(level), schema);
            let others = all.iter().filter(|record| !chosen.contains(record));
            sides.others.extend(others);
        }
        sides
    }

    /// The places below records of a kind, the known qualifier and fields with names like codes
    /// first.
    pub(super) fn fields(&self, schema: SchemaId) -> Vec<Vec<SchemaId>> {
        let known = self.qualifier_of(schema);
        let mut fields = Vec::new();
        let mut open = vec![Vec::new()];
        for _ in 0..DEPTH {
            let mut deeper = Vec::new();
            for way in open {
                let at = way.last().copied().unwrap_or(schema);
                for &child in &self.tree.schema(at).children {
                    let mut way: Vec<SchemaId> = way.clone();
                    way.push(child);
                    fields.push(way.clone());
                    deeper.push(way);
                }
            }
            open = deeper;
        }
        let rank = |field: &Vec<SchemaId>| {
            let last = field
                .last()
                .map(|&last| &self.tree.schema(last).label.field);
            let named = last.is_some_and(|last| is_code_name(last));
            let coded = field
                .last()
                .is_some_and(|&last| self.forms.is_code(self.tree, last));
            (known.as_ref() != Some(field), !coded, !named, field.len())
        };
        fields.sort_by_key(rank);
        fields.truncate(FIELDS);
        fields
    }

    fn equal(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> Option<Select> {
        let value = self.shared(sides.meant.iter().map(|meant| meant.1), field)?;
        if self.is_identifier(sides, field) || self.is_measured(field) {
            return None;
        }
        let holds = |&node_id: &NodeId| self.tree.below(node_id, field).contains(&value);
        let apart = !sides.others.iter().any(holds);
        apart.then(|| Select::Equals(field.to_vec(), value))
    }

    /// A numeric bound between the records and the others, if no code distinguishes them and the
    /// items contain the number.
    fn beyond(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        sides: &FilterSides<'_>,
        fields: &[Vec<SchemaId>],
    ) -> Option<Select> {
        if self.have_code(sides, fields) {
            return None;
        }
        let meant: Vec<NodeId> = sides.meant.iter().map(|meant| meant.1).collect();
        let mut bounds = fields.iter().filter_map(|field| {
            let bound = self.bound_of(&meant, &sides.others, field)?;
            Some((self.is_shown(lists, records, field), field, bound))
        });
        let all: Vec<_> = bounds.by_ref().collect();
        // For a single record, one large number is weak evidence.
        let is_informative = meant.len() > 1 && sides.others.len() > 1;
        let several = meant.len() > 1;
        let shown = all.iter().find(|(is_shown, ..)| *is_shown && several);
        let (_, field, bound) = shown.or_else(|| all.first().filter(|_| is_informative))?;
        Some(Select::Beyond((*field).clone(), *bound))
    }

    /// Whether a code distinguishes the records from the others.
    pub(super) fn have_code(&self, sides: &FilterSides<'_>, fields: &[Vec<SchemaId>]) -> bool {
        let is_coded = |field: &Vec<SchemaId>| {
            let last = field.last().copied().unwrap_or_default();
            let may_be = self.forms.is_empty() || self.forms.is_code(self.tree, last);
            may_be && self.equal(sides, field).is_some()
        };
        fields.iter().any(is_coded)
    }

    /// Whether a place contains identifiers of records rather than codes: several records all have
    /// different values.
    fn is_identifier(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> bool {
        let Some(&last) = field.last() else {
            return false;
        };
        let named = is_code_name(&self.tree.schema(last).label.field);
        if self.forms.is_code(self.tree, last) || (self.forms.is_empty() && named) {
            return false;
        }
        let nodes = sides.meant.iter().map(|meant| meant.1);
        let nodes = nodes.chain(sides.others.iter().copied());
        let values: Vec<Vec<String>> = nodes.map(|node| self.tree.below(node, field)).collect();
        let different: BTreeSet<&Vec<String>> = values.iter().collect();
        values.len() > 2 && different.len() == values.len()
    }

    /// Whether a place contains quantities, amounts or dates, which do not distinguish kinds of
    /// records.
    fn is_measured(&self, field: &[SchemaId]) -> bool {
        let last = field.last();
        last.is_some_and(|&last| self.forms.is_measure(self.tree, last))
    }

    fn differs(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> Option<Select> {
        let value = self.shared(sides.others.iter().copied(), field)?;
        let holds = |node_id: NodeId| self.tree.below(node_id, field).contains(&value);
        let apart = !sides.meant.iter().any(|meant| holds(meant.1));
        apart.then(|| Select::Differs(field.to_vec(), value))
    }

    /// The value that all of some records have in common.
    fn shared(&self, nodes: impl Iterator<Item = NodeId>, field: &[SchemaId]) -> Option<String> {
        let mut value: Option<String> = None;
        for node in nodes {
            let found = self.tree.below(node, field);
            let [text] = found.as_slice() else {
                return None;
            };
            if value.as_ref().is_some_and(|value| value != text) || text.len() > LENGTH {
                return None;
            }
            value = Some(text.clone());
        }
        value
    }

    fn one_of(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> Option<Select> {
        let mut values = BTreeSet::new();
        for (_, node) in &sides.meant {
            let found = self.tree.below(*node, field);
            let [text] = found.as_slice() else {
                return None;
            };
            values.insert(text.clone());
        }
        let few = values.len() <= VALUES
            && values.len() < sides.meant.len()
            && !self.is_measured(field)
            && values.iter().all(|value| value.len() <= LENGTH);
        let holds = |&node_id: &NodeId| {
            self.tree
                .below(node_id, field)
                .iter()
                .any(|tree| values.contains(tree))
        };
        let apart = few && !sides.others.iter().any(holds);
        apart.then(|| Select::OneOf(field.to_vec(), values.into_iter().collect()))
    }

    fn exists(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> Option<Select> {
        let has = |node_id: NodeId| !self.tree.below(node_id, field).is_empty();
        let apart = sides.meant.iter().all(|meant| has(meant.1))
            && !sides.others.iter().any(|&other| has(other));
        apart.then(|| Select::Exists(field.to_vec()))
    }

    fn missing(&self, sides: &FilterSides<'_>, field: &[SchemaId]) -> Option<Select> {
        let has = |node_id: NodeId| !self.tree.below(node_id, field).is_empty();
        let apart = sides.others.iter().all(|&other| has(other))
            && !sides.meant.iter().any(|meant| has(meant.1));
        apart.then(|| Select::Missing(field.to_vec()))
    }

    /// A filter by a value that the records share with the enclosing record: for example, the lines
    /// that have the order's number.
    fn join(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        level: usize,
        schema: SchemaId,
        fields: &[Vec<SchemaId>],
    ) -> Option<Vec<Select>> {
        let (list, chosen) = lists
            .iter()
            .zip(records)
            .find(|(_, pair)| !pair.is_empty())?;
        if level + 1 >= list.context.stack.len() {
            return None;
        }
        for field in fields {
            let value = self.shared(chosen.iter().copied(), field);
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                continue;
            };
            for path in self.holders_of(&list.context, level + 1, &value) {
                let select = Select::Joins(field.clone(), path);
                let fits = lists.iter().zip(records).all(|(list, chosen)| {
                    let all = self.all(level, list.context.record(level), schema);
                    let found = self.tree.find(&filtered(all, &select), &list.context);
                    found == *chosen
                });
                if fits {
                    return Some(vec![select]);
                }
                if let Some(other) = self.narrowed(lists, records, level, schema, &select) {
                    return Some(vec![select, other]);
                }
            }
        }
        None
    }

    /// The field by which the records are the first of each value.
    fn unique(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        level: usize,
        schema: SchemaId,
        fields: &[Vec<SchemaId>],
    ) -> Option<Vec<Select>> {
        // For scalars this is the value itself; for records it is one of their values.
        let first = lists.iter().find_map(|list| list.items.first())?;
        let fields = match first {
            Wanted::Leaf(_) => vec![Vec::new()],
            _ => fields
                .iter()
                .filter(|field| self.is_shown(lists, records, field))
                .cloned()
                .collect(),
        };
        fields.into_iter().find_map(|field| {
            let fits = lists.iter().zip(records).all(|(list, chosen)| {
                let all = self.tree.within(list.context.record(level), schema);
                self.firsts(all, &field).as_ref() == Some(chosen)
            });
            fits.then(|| vec![Select::Unique(field)])
        })
    }

    /// The first record of each value; `None` if a record does not have exactly one value.
    pub(super) fn firsts(&self, records: &[NodeId], field: &[SchemaId]) -> Option<Vec<NodeId>> {
        let mut keys: BTreeSet<String> = BTreeSet::new();
        let mut firsts = Vec::new();
        for &node in records {
            let [key] = <[String; 1]>::try_from(self.tree.below(node, field)).ok()?;
            if keys.insert(key) {
                firsts.push(node);
            }
        }
        Some(firsts)
    }

    /// A join, with a further filter on the records that it finds.
    fn narrowed(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        level: usize,
        schema: SchemaId,
        join: &Select,
    ) -> Option<Select> {
        let mut sides = FilterSides {
            meant: Vec::new(),
            others: Vec::new(),
        };
        for (list, chosen) in lists.iter().zip(records) {
            let all = self.all(level, list.context.record(level), schema);
            let found = self.tree.find(&filtered(all, join), &list.context);
            if chosen.iter().any(|chosen| !found.contains(chosen)) {
                return None;
            }
            sides
                .meant
                .extend(chosen.iter().map(|&chosen| (&list.context, chosen)));
            sides
                .others
                .extend(found.into_iter().filter(|found| !chosen.contains(found)));
        }
        // A join that finds all records selects nothing.
        let found = sides.meant.len() + sides.others.len();
        let whole = |list: &ListCase<'_>| self.tree.within(list.context.record(level), schema);
        let all: usize = lists.iter().map(|list| whole(list).len()).sum();
        if lists.len() < 2 || found >= all {
            return None;
        }
        let fields = self.fields(schema);
        let rules: [Rule<'_>; 2] = [Self::equal, Self::differs];
        let mut rules = rules
            .iter()
            .flat_map(|rule| fields.iter().filter_map(|field| rule(self, &sides, field)));
        rules.next()
    }

    /// The places with a value in the contexts from a level inwards.
    fn holders_of(&self, context: &Context, from: usize, value: &str) -> Vec<Path> {
        let key = format!("={value}");
        let mut paths = Vec::new();
        for (level, &record) in context.stack.iter().enumerate().skip(from).rev() {
            let end = self.tree.node(record).end;
            for &leaf in self.index.within(&key, record, end).iter().take(8) {
                paths.push(self.all(level, record, self.tree.node(leaf).schema));
            }
        }
        paths
    }
}

/// A path whose last step is filtered.
fn filtered(mut path: Path, select: &Select) -> Path {
    if let Some(Step { select: last, .. }) = path.steps.last_mut() {
        last.push(select.clone());
    }
    path
}
