//! The paths to a leaf of the input, the most general first.

use std::cmp::Ordering;

use super::dates::DateFormat;
use super::evaluate::Context;
use super::scalar::{Scalar, number_of};
use super::search::Search;
use super::standard;
use super::template::{Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The maximum number of siblings among which a qualifier is searched.
const SIBLINGS: usize = 2_000;
/// The maximum length of a text that counts as a code.
const CODE: usize = 24;

/// How one node of a path can be distinguished from its siblings.
struct Choice {
    schema: SchemaId,
    alone: bool,
    qualified: Option<Vec<Select>>,
    joined: Option<Select>,
    greatest: Option<Select>,
    least: Option<Select>,
    index: Select,
}

impl Search<'_> {
    /// The paths from the contexts to a leaf, each with its cost.
    pub(super) fn paths(&self, context: &Context, leaf: NodeId) -> Vec<(f64, Path)> {
        let from = self.level_of(context, leaf);
        let choices = self.choices(context, from, leaf);
        let distance = context.stack.len().saturating_sub(from + 1);
        let base = if self.is_envelope(leaf) { 1.4 } else { 1.0 };
        let mut paths: Vec<(f64, Path)> = Vec::new();
        let mut add = |style: fn(&Choice) -> (f64, Vec<Select>)| {
            let parts: Vec<_> = choices.iter().map(style).collect();
            let cost: f64 = parts.iter().map(|(cost, _)| cost).sum();
            let steps = choices.iter().zip(parts).map(|(choice, (_, select))| Step {
                schema: choice.schema,
                select,
            });
            let path = Path {
                from,
                steps: steps.collect(),
            };
            if paths.iter().all(|(_, item)| *item != path) {
                let length = f64::from(u32::try_from(choices.len()).unwrap_or(u32::MAX));
                let far = f64::from(u32::try_from(distance).unwrap_or(u32::MAX));
                paths.push((base + 0.25 * far + 0.02 * length + cost, path));
            }
        };
        add(qualified);
        add(needed);
        add(plain);
        add(indexed);
        add(joined);
        add(greatest);
        add(least);
        paths.extend(self.above_level(context, leaf));
        paths
    }

    /// Whether a leaf belongs to the envelope, whose dates and codes are shared by many documents.
    pub(super) fn is_envelope(&self, leaf: NodeId) -> bool {
        let node = self.tree.node(leaf);
        let label = &self.tree.schema(node.schema).label;
        let above = &self.tree.schema(self.tree.node(node.parent).schema).label;
        let code = label
            .code()
            .is_some_and(|code| standard::is_envelope(&code));
        let element = ["interchange", "group", "transaction", "address"];
        code || (label.field.starts_with('@') && element.contains(&above.field.as_str()))
    }

    /// The innermost context around a node.
    pub(super) fn level_of(&self, context: &Context, node: NodeId) -> usize {
        let holds = |&node_id: &NodeId| self.tree.is_within(node, node_id);
        context.stack.iter().rposition(holds).unwrap_or(0)
    }

    fn choices(&self, context: &Context, from: usize, leaf: NodeId) -> Vec<Choice> {
        let top = context.record(from);
        let mut nodes = Vec::new();
        let mut node = leaf;
        while node != top {
            nodes.push(node);
            node = self.tree.node(node).parent;
        }
        nodes.reverse();
        nodes
            .into_iter()
            .map(|node| self.choice(context, from, node, leaf))
            .collect()
    }

    fn choice(&self, context: &Context, from: usize, node: NodeId, leaf: NodeId) -> Choice {
        let current = self.tree.node(node);
        let siblings = self.tree.children(current.parent, current.schema);
        // The segment that opens a loop is distinguished together with the loop.
        let code = |schema| self.tree.schema(schema).label.code();
        let opens = siblings.len() == 1
            && code(current.schema).is_some()
            && code(current.schema) == code(self.tree.node(current.parent).schema);
        let place = siblings
            .iter()
            .position(|&sibling| sibling == node)
            .unwrap_or(0);
        let few = siblings.len() <= SIBLINGS;
        Choice {
            schema: current.schema,
            alone: siblings.len() == 1,
            qualified: (few && !opens)
                .then(|| self.qualified(node, siblings, leaf))
                .flatten(),
            joined: (few && siblings.len() > 1 && from + 1 < context.stack.len())
                .then(|| self.joined(context, from, node, siblings))
                .flatten(),
            greatest: (few && siblings.len() > 1)
                .then(|| self.extreme(node, siblings, leaf, true))
                .flatten(),
            least: (few && siblings.len() > 1)
                .then(|| self.extreme(node, siblings, leaf, false))
                .flatten(),
            index: match place {
                0 => Select::First,
                current if current + 1 == siblings.len() => Select::Last,
                current => Select::At(current),
            },
        }
    }

    /// The selection of a record by its code.
    fn qualified(&self, node: NodeId, siblings: &[NodeId], leaf: NodeId) -> Option<Vec<Select>> {
        let schema = self.tree.node(node).schema;
        let known = self.qualifier_of(schema);
        let fields = match &known {
            Some(field) => vec![field.clone()],
            None if siblings.len() > 1 => self.code_fields(schema),
            None => return None,
        };
        for field in fields {
            let Some(value) = self.tree.below(node, &field).into_iter().next() else {
                continue;
            };
            if value.is_empty() || value.len() > CODE || self.is_at(node, &field, leaf) {
                continue;
            }
            let holds = |node_id: NodeId| self.tree.below(node_id, &field).contains(&value);
            let alike: Vec<NodeId> = siblings
                .iter()
                .copied()
                .filter(|&sibling| holds(sibling))
                .collect();
            let select = Select::Equals(field, value);
            match alike.iter().position(|&alike| alike == node) {
                Some(_) if alike.len() == 1 => return Some(vec![select]),
                Some(0) if known.is_some() => return Some(vec![select, Select::First]),
                Some(place) if known.is_some() => return Some(vec![select, Select::At(place)]),
                _ => {}
            }
        }
        None
    }

    fn is_at(&self, node: NodeId, field: &[SchemaId], leaf: NodeId) -> bool {
        field.last() == Some(&self.tree.node(leaf).schema) && self.tree.is_within(leaf, node)
    }

    /// The path from a segment or loop to its standard qualifier.
    pub(super) fn qualifier_of(&self, schema: SchemaId) -> Option<Vec<SchemaId>> {
        let label = &self.tree.schema(schema).label;
        label.class.as_ref()?;
        let segment = label.code()?;
        let element = standard::qualifier(&segment)?;
        if let Some(direct) = self.tree.child_by_code(schema, &element) {
            return Some(vec![direct]);
        }
        let inner = self.tree.child_by_code(schema, &segment)?;
        Some(vec![inner, self.tree.child_by_code(inner, &element)?])
    }

    /// The paths from a record to values that could be its code, those with names like codes first.
    fn code_fields(&self, schema: SchemaId) -> Vec<Vec<SchemaId>> {
        let children = &self.tree.schema(schema).children;
        let mut fields: Vec<(bool, SchemaId)> = children
            .iter()
            .map(|&child| (!is_code_name(&self.tree.schema(child).label.field), child))
            .collect();
        // Keys and names distinguish records; other values do so only by chance.
        fields.retain(|(strange, field)| {
            let code = self.tree.schema(*field).label.code();
            let envelope = code
                .as_ref()
                .is_some_and(|code| standard::is_envelope(code));
            !envelope && (!strange || code.is_some())
        });
        fields.sort_unstable();
        fields.into_iter().map(|(_, field)| vec![field]).collect()
    }

    /// The selection of a record by its greatest, or else its least, amount or date.
    fn extreme(
        &self,
        node: NodeId,
        siblings: &[NodeId],
        leaf: NodeId,
        greatest: bool,
    ) -> Option<Select> {
        let mut fields = self.fields(self.tree.node(node).schema);
        fields.sort_by_key(|field| !self.is_at(node, field, leaf));
        self.tree.look(siblings.len());
        let field = fields.into_iter().find(|field| {
            let is_itself = self.is_at(node, field, leaf);
            let own = self.measure_at(node, field);
            let is_beyond = |&sibling: &NodeId| {
                let other = self.measure_at(sibling, field);
                own.zip(other)
                    .is_some_and(|(own, other)| match own.total_cmp(&other) {
                        Ordering::Equal => is_itself,
                        Ordering::Greater => greatest,
                        Ordering::Less => !greatest,
                    })
            };
            siblings
                .iter()
                .filter(|&&sibling| sibling != node)
                .all(is_beyond)
                && self.is_comparable(field)
        })?;
        Some(Select::Extreme(field, greatest))
    }

    /// The amount or the date at a place below a record.
    fn measure_at(&self, node: NodeId, field: &[SchemaId]) -> Option<f64> {
        let last = *field.last()?;
        let measured = if self.forms.is_empty() {
            !is_code_name(&self.tree.schema(last).label.field)
        } else {
            self.forms.is_measure(self.tree, last) || self.is_date_at(node, field)
        };
        self.number_at(node, field).filter(|_| measured)
    }

    /// Whether a text at a place below a record is a date; elements for dates may have several
    /// formats.
    fn is_date_at(&self, node: NodeId, field: &[SchemaId]) -> bool {
        let is_date = |text: &String| {
            let forms = DateFormat::read(text);
            text.len() == 8 && forms.iter().any(|(form, _)| !form.is_time())
        };
        self.tree.below(node, field).first().is_some_and(is_date)
    }

    /// The number at a place below a record; for a date, its digits.
    pub(super) fn number_at(&self, node: NodeId, field: &[SchemaId]) -> Option<f64> {
        match self.tree.below(node, field).as_slice() {
            [text] => number_of(text).or_else(|| number_of(&text.replace('-', ""))),
            _ => None,
        }
    }

    /// The selection of a record by a value that an inner context also has.
    fn joined(
        &self,
        context: &Context,
        from: usize,
        node: NodeId,
        siblings: &[NodeId],
    ) -> Option<Select> {
        for &child in &self.tree.node(node).children {
            let Some(value) = &self.tree.node(child).value else {
                continue;
            };
            let field = vec![self.tree.node(child).schema];
            let text = value.text();
            let alone = |node_id: &&NodeId| self.tree.below(**node_id, &field).contains(&text);
            if text.is_empty() || siblings.iter().filter(alone).count() != 1 {
                continue;
            }
            if let Some(path) = self.held_by(context, from + 1, value) {
                return Some(Select::Joins(field, path));
            }
        }
        None
    }

    /// The place of a value in the contexts from this level inwards.
    pub(super) fn held_by(&self, context: &Context, from: usize, value: &Scalar) -> Option<Path> {
        let key = format!("={}", value.text());
        let levels = context.stack.iter().enumerate().skip(from).rev();
        for (level, &record) in levels {
            let end = self.tree.node(record).end;
            for &leaf in self.index.within(&key, record, end).iter().take(4) {
                let schema = self.tree.node(record).schema;
                let chain = self.tree.chain(schema, self.tree.node(leaf).schema);
                let steps = chain.into_iter().map(|schema| Step {
                    schema,
                    select: Vec::new(),
                });
                let path = Path {
                    from: level,
                    steps: steps.collect(),
                };
                if self.tree.find(&path, context) == [leaf] {
                    return Some(path);
                }
            }
        }
        None
    }
}

/// All qualifiers.
fn qualified(choice: &Choice) -> (f64, Vec<Select>) {
    match &choice.qualified {
        Some(select) => (cost(select), select.clone()),
        None if choice.alone => (0.0, Vec::new()),
        None => indexed(choice),
    }
}

/// A qualifier only if there are several siblings.
fn needed(choice: &Choice) -> (f64, Vec<Select>) {
    match &choice.qualified {
        Some(_) if choice.alone => (0.4, Vec::new()),
        _ => qualified(choice),
    }
}

/// No selection.
fn plain(choice: &Choice) -> (f64, Vec<Select>) {
    match (choice.alone, &choice.qualified) {
        (true, None) => (0.0, Vec::new()),
        (true, Some(_)) => (0.4, Vec::new()),
        (false, None) => (0.3, Vec::new()),
        (false, Some(_)) => (0.5, Vec::new()),
    }
}

/// By position among several siblings.
fn indexed(choice: &Choice) -> (f64, Vec<Select>) {
    if choice.alone {
        return (
            if choice.qualified.is_some() { 0.4 } else { 0.0 },
            Vec::new(),
        );
    }
    let select = vec![choice.index.clone()];
    (cost(&select), select)
}

fn greatest(choice: &Choice) -> (f64, Vec<Select>) {
    extreme(choice, choice.greatest.as_ref())
}

fn least(choice: &Choice) -> (f64, Vec<Select>) {
    extreme(choice, choice.least.as_ref())
}

fn extreme(choice: &Choice, select: Option<&Select>) -> (f64, Vec<Select>) {
    match select {
        Some(select) => (1.6, vec![select.clone()]),
        None => qualified(choice),
    }
}

fn joined(choice: &Choice) -> (f64, Vec<Select>) {
    match &choice.joined {
        Some(select) => (0.2, vec![select.clone()]),
        None => qualified(choice),
    }
}

fn cost(select: &[Select]) -> f64 {
    let one = |select: &Select| match select {
        Select::First => 0.8,
        Select::Last => 1.2,
        Select::At(_) => 2.0,
        _ => 0.1,
    };
    select.iter().map(one).sum()
}

/// Whether a field has a name like an identifier or code.
pub(super) fn is_code_name(field: &str) -> bool {
    let name = field.trim_start_matches('@').to_lowercase();
    let known = [
        "role",
        "type",
        "code",
        "qualifier",
        "kind",
        "id",
        "key",
        "name",
        "category",
    ];
    known.iter().any(|known| name.ends_with(known))
}
