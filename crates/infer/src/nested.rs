//! The loops of a list: one for each level above its records that has several nodes.

use super::evaluate::Context;
use super::records::{Alignment, ListCase, Loops};
use super::search::{Case, Search};
use super::template::{Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The maximum number of items whose contents are compared; longer lists are sampled evenly.
const SAMPLE: usize = 120;

impl Search<'_> {
    /// The loops down to the records, and the items in the contexts of their records.
    pub(super) fn nested<'a>(&self, lists: &[ListCase<'a>], found: &Alignment) -> Loops<'a> {
        let (each, levels) = self.levels_of(lists, found);
        let mut cases = Vec::new();
        for (list, records) in lists.iter().zip(&found.records) {
            for (place, (item, &record)) in list.items.iter().zip(records).enumerate() {
                let above = levels
                    .iter()
                    .map(|&level| self.tree.ancestor(record, level));
                let mut stack = list.context.stack.clone();
                stack.extend(above);
                let position = match levels.as_slice() {
                    [_] => place,
                    _ => self.place(records, record, stack.iter().rev().nth(1)),
                };
                cases.push(Case {
                    context: Context { stack, position },
                    wanted: Some(*item),
                });
            }
        }
        Loops {
            each,
            cases: sampled(cases),
        }
    }

    /// The path of each loop, and the kind of its records.
    pub(super) fn levels_of(
        &self,
        lists: &[ListCase<'_>],
        found: &Alignment,
    ) -> (Vec<Path>, Vec<SchemaId>) {
        let first = lists.first().map(|first| &first.context);
        let depth = first.map_or(1, |first| first.stack.len());
        let above = first.map_or(0, |first| self.tree.node(first.record(found.level)).schema);
        // A sort order, or the first of each value, applies to all records and not to some of them.
        let of_all = |select: &Select| select.is_order() || matches!(select, Select::Unique(_));
        let is_whole = found.selects.iter().any(of_all);
        let (mut each, mut levels) = (Vec::new(), Vec::new());
        let mut steps = Vec::new();
        for schema in self.tree.chain(above, found.schema) {
            let is_last = schema == found.schema;
            let select = if is_last {
                found.selects.clone()
            } else {
                Vec::new()
            };
            steps.push(Step { schema, select });
            if is_last || (!is_whole && self.is_repeated(schema)) {
                let from = if each.is_empty() {
                    found.level
                } else {
                    depth + each.len() - 1
                };
                let steps = std::mem::take(&mut steps);
                each.push(Path { from, steps });
                levels.push(schema);
            }
        }
        (each, levels)
    }

    /// The position of a record within one iteration of its loop.
    fn place(&self, records: &[NodeId], record: NodeId, above: Option<&NodeId>) -> usize {
        let Some(&above) = above else { return 0 };
        let before = records.iter().take_while(|item| **item != record);
        before
            .filter(|&&before| self.tree.is_within(before, above))
            .count()
    }

    /// Whether a record can contain several of a kind.
    fn is_repeated(&self, schema: SchemaId) -> bool {
        let above = self.tree.schema(schema).parent;
        let kinds = self.tree.schema(schema).instances.len();
        self.tree.schema(schema).listed && kinds > self.tree.schema(above).instances.len()
    }
}

/// An even sample.
fn sampled<T>(cases: Vec<T>) -> Vec<T> {
    let count = cases.len();
    if count <= SAMPLE {
        return cases;
    }
    let stride = count.div_ceil(SAMPLE);
    let kept = |(place, case): (usize, T)| (place % stride == 0).then_some(case);
    cases.into_iter().enumerate().filter_map(kept).collect()
}
