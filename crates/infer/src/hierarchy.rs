//! Hierarchical levels: HL loops that are siblings, each with the number of its parent level.

use super::evaluate::Context;
use super::records::ListCase;
use super::search::Search;
use super::template::{Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The maximum number of levels to search up or down.
const DEPTH: usize = 3;

/// The places in a kind of HL loop of its number, the number of the parent level, and the code of
/// the level.
struct Level {
    id: Vec<SchemaId>,
    parent: Vec<SchemaId>,
    code: Vec<SchemaId>,
}

/// HL loops, seen from the current one.
struct View {
    level: Level,
    /// The context of that loop.
    own: usize,
    /// All sibling HL loops.
    all: Path,
}

impl Search<'_> {
    /// The loops one or more levels below the innermost HL loop of a context, also those with one
    /// code only, with the cost.
    pub(super) fn levels_below(&self, context: &Context) -> Vec<(f64, Path)> {
        let innermost = context.innermost();
        let schema = self.tree.node(innermost).schema;
        let Some(view) = self.view(context, schema) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut path = Self::children_of(&view, None);
        for depth in 1..=DEPTH {
            let records = self.tree.find(&path, context);
            let cost = 0.2 * f64::from(u32::try_from(depth).unwrap_or(u32::MAX));
            found.push((cost, path.clone()));
            for code in self.codes_among(&records, &view.level.code) {
                let select = Select::Equals(view.level.code.clone(), code);
                found.push((cost + 0.05, super::compute::with(&path, select)));
            }
            path = Self::children_of(&view, Some(&path));
        }
        found
    }

    /// The selection of the HL loops of lists, if these are some levels below the enclosing loops.
    pub(super) fn below_levels(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        schema: SchemaId,
    ) -> Option<Vec<Select>> {
        let context = &lists.first()?.context;
        let view = self.view(context, schema)?;
        // The current loop need not be the innermost.
        let seen = Context {
            stack: context.stack.get(..=view.own)?.to_vec(),
            position: 0,
        };
        if lists.iter().all(|list| list.items.is_empty()) {
            return None;
        }
        let paths = self.levels_with_codes(lists, &seen, &view);
        let fits = |path: &Path| {
            lists
                .iter()
                .zip(records)
                .all(|(list, chosen)| self.tree.find(path, &list.context) == *chosen)
        };
        let found = paths.into_iter().find(fits)?;
        Some(found.steps.last()?.select.clone())
    }

    /// The HL loops of lists, if as many loops as items are some levels below the enclosing loops.
    pub(super) fn by_levels(
        &self,
        lists: &[ListCase<'_>],
        schema: SchemaId,
    ) -> Option<(Vec<Vec<NodeId>>, Vec<Select>)> {
        let context = &lists.first()?.context;
        let view = self.view(context, schema)?;
        let seen = Context {
            stack: context.stack.get(..=view.own)?.to_vec(),
            position: 0,
        };
        let found = |path: Path| {
            let of = |list: &ListCase<'_>| {
                let found = self.tree.find(&path, &list.context);
                (found.len() == list.items.len()).then_some(found)
            };
            let records = lists.iter().map(of).collect::<Option<Vec<_>>>()?;
            Some((records, path.steps.last()?.select.clone()))
        };
        self.levels_with_codes(lists, &seen, &view)
            .into_iter()
            .find_map(found)
    }

    /// The loops below one, for each depth, and for each code that occurs in any of the lists.
    fn levels_with_codes(&self, lists: &[ListCase<'_>], seen: &Context, view: &View) -> Vec<Path> {
        let mut paths = Vec::new();
        for (_, path) in self.levels_below(seen) {
            paths.push(path);
        }
        for list in lists.iter().skip(1) {
            let Some(stack) = list.context.stack.get(..=view.own) else {
                continue;
            };
            let context = Context {
                stack: stack.to_vec(),
                position: 0,
            };
            for (_, path) in self.levels_below(&context) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        paths
    }

    /// The path to a leaf in an HL loop above that of the context, with the cost.
    pub(super) fn above_level(&self, context: &Context, leaf: NodeId) -> Option<(f64, Path)> {
        let mut node = leaf;
        while node != 0 && self.level_of_kind(self.tree.node(node).schema).is_none() {
            node = self.tree.node(node).parent;
        }
        let view = self.view(context, self.tree.node(node).schema)?;
        let own = context.record(view.own);
        if own == node || self.tree.is_within(leaf, own) {
            return None;
        }
        let mut up = Self::field_of(view.own, &view.level.parent);
        for depth in 1..=DEPTH {
            let join = Select::Joins(view.level.id.clone(), up.clone());
            let mut path = super::compute::with(&view.all, join);
            match self.tree.find(&path, context).as_slice() {
                [found] if *found == node => {
                    let cost = 1.0 + 0.25 * f64::from(u32::try_from(depth).unwrap_or(u32::MAX));
                    path.steps.extend(self.steps_to(node, leaf));
                    return (self.tree.find(&path, context) == [leaf]).then_some((cost, path));
                }
                [_] => up = extended(&path, &view.level.parent),
                _ => return None,
            }
        }
        None
    }

    /// The plain steps from a node to one below it.
    fn steps_to(&self, above: NodeId, leaf: NodeId) -> Vec<Step> {
        let schema = |node: NodeId| self.tree.node(node).schema;
        let chain = self.tree.chain(schema(above), schema(leaf));
        chain.into_iter().map(plain).collect()
    }

    /// The loops with the current loop, or one of several others, as their parent level.
    fn children_of(view: &View, of: Option<&Path>) -> Path {
        let up = match of {
            None => Self::field_of(view.own, &view.level.id),
            Some(path) => extended(path, &view.level.id),
        };
        super::compute::with(&view.all, Select::Joins(view.level.parent.clone(), up))
    }

    fn view(&self, context: &Context, schema: SchemaId) -> Option<View> {
        let level = self.level_of_kind(schema)?;
        let kind = |&record: &NodeId| self.tree.node(record).schema == schema;
        let own = context.stack.iter().rposition(kind)?;
        let above = |&record: &NodeId| {
            let found = self.tree.node(record).schema;
            found != schema && self.tree.is_below(schema, found)
        };
        let outer = context.stack.get(..own)?.iter().rposition(above)?;
        Some(View {
            level,
            own,
            all: self.all(outer, context.record(outer), schema),
        })
    }

    /// The places of the numbers in an HL loop; `None` for loops of another kind and for HL loops
    /// without siblings.
    fn level_of_kind(&self, schema: SchemaId) -> Option<Level> {
        let kind = self.tree.schema(schema);
        let outer = self.tree.schema(kind.parent).label.code();
        if kind.label.code()? != "HL" || kind.instances.len() < 2 || outer.as_deref() == Some("HL")
        {
            return None;
        }
        let place = |code: &str| {
            if let Some(direct) = self.tree.child_by_code(schema, code) {
                return Some(vec![direct]);
            }
            let inner = self.tree.child_by_code(schema, "HL")?;
            Some(vec![inner, self.tree.child_by_code(inner, code)?])
        };
        Some(Level {
            id: place("HL01")?,
            parent: place("HL02")?,
            code: place("HL03")?,
        })
    }

    /// The codes among records, if there are several.
    fn codes_among(&self, records: &[NodeId], field: &[SchemaId]) -> Vec<String> {
        let mut codes: Vec<String> = records
            .iter()
            .flat_map(|&record| self.tree.below(record, field))
            .collect();
        codes.sort();
        codes.dedup();
        if codes.len() < 2 { Vec::new() } else { codes }
    }
}

/// A path, extended by plain steps.
fn extended(path: &Path, field: &[SchemaId]) -> Path {
    let mut path = path.clone();
    path.steps.extend(field.iter().copied().map(plain));
    path
}

fn plain(schema: SchemaId) -> Step {
    Step {
        schema,
        select: Vec::new(),
    }
}
