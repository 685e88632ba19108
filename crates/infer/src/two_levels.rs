//! Lists of records that occur at two levels, such as the claims of subscribers and of their
//! dependents.

use super::agreement::agree;
use super::draft::{Draft, DraftPart, target_of};
use super::evaluate::Context;
use super::leaves::push;
use super::order::{covered, is_distinct};
use super::records::{Alignment, COVERAGE, ListCase};
use super::search::{Candidate, LeafCases, Search, first_number};
use super::template::Expression;
use super::tree::{Label, NodeId, SchemaId};

/// The cost of a sum over both levels.
const COST: f64 = 2.8;

/// The same kind of record at two levels.
#[derive(Clone, Copy)]
struct Twins {
    /// The kind of the record that contains both.
    above: SchemaId,
    outer: SchemaId,
    inner: SchemaId,
}

impl Search<'_> {
    /// The part for a list whose items come from all records at two levels: for each record above,
    /// first its own, then those further in.
    pub(super) fn list_at_two_levels(&self, lists: &[ListCase<'_>]) -> Option<DraftPart> {
        self.twins()
            .into_iter()
            .find_map(|twins| self.list_at_levels(lists, twins))
    }

    /// The loops that a record and a record within it have.
    fn twins(&self) -> Vec<Twins> {
        let loops = || {
            let schemas = self.tree.schemas();
            schemas.filter(|(_, schema)| {
                let class = schema.label.class.as_ref();
                class.is_some() && schema.listed && !schema.instances.is_empty()
            })
        };
        let mut found = Vec::new();
        for (outer, one) in loops() {
            for (inner, other) in loops() {
                let is_twin = one.label.class == other.label.class
                    && one.depth < other.depth
                    && self.tree.is_below(inner, one.parent);
                if is_twin && !self.tree.is_below(inner, outer) {
                    found.push(Twins {
                        above: one.parent,
                        outer,
                        inner,
                    });
                }
            }
        }
        found
    }

    fn list_at_levels(&self, lists: &[ListCase<'_>], twins: Twins) -> Option<DraftPart> {
        let context = &lists.first()?.context;
        let around = |&record: &NodeId| {
            self.tree
                .is_below(self.tree.node(record).schema, twins.above)
        };
        if lists
            .iter()
            .any(|list| list.context.stack.iter().any(around))
        {
            return None;
        }
        let level = self.level_above(context, twins.above);
        let anchors = |list: &ListCase<'_>| {
            self.tree
                .within(list.context.record(level), twins.above)
                .to_vec()
        };
        let both = |&anchor: &NodeId| self.both(anchor, twins).concat();
        let records: Vec<Vec<NodeId>> = lists
            .iter()
            .map(|list| anchors(list).iter().flat_map(both).collect())
            .collect();
        if !self.is_all(lists, &records, twins) {
            return None;
        }
        let found = Alignment {
            schema: twins.above,
            level,
            records: lists.iter().map(anchors).collect(),
            selects: Vec::new(),
            coverage: 1.0,
            distinct: true,
        };
        let (each, levels) = self.levels_of(lists, &found);
        let [own, further] = self.divided(lists, &found.records, twins, &levels);
        let mut own = self.all_of(&own, twins.outer)?;
        let mut further = self.all_of(&further, twins.inner)?;
        let level = |part: &DraftPart| context.stack.len() - 1 + each.len() + part.each.len();
        let inner = (level(&further), twins.inner);
        let mirror = self.mirror(inner, (level(&own), twins.outer));
        agree(&mut own.draft, &mut further.draft, &mirror);
        Some(DraftPart {
            each,
            draft: Draft::List(vec![own, further]),
        })
    }

    /// The part for lists whose items come from all records of a kind in the innermost record.
    fn all_of(&self, lists: &[ListCase<'_>], schema: SchemaId) -> Option<DraftPart> {
        let level = lists.first()?.context.stack.len().checked_sub(1)?;
        let records = |list: &ListCase<'_>| {
            let all = self.tree.within(list.context.innermost(), schema);
            all.to_vec()
        };
        let found = Alignment {
            schema,
            level,
            records: lists.iter().map(records).collect(),
            selects: Vec::new(),
            coverage: 1.0,
            distinct: true,
        };
        let loops = self.nested(lists, &found);
        let class = loops.cases.iter().find_map(|case| case.wanted)?.class();
        Some(DraftPart {
            draft: self.part(&loops.cases, &target_of(&class)),
            each: loops.each,
        })
    }

    /// The items of each record's own records, and those of the records further in.
    fn divided<'a>(
        &self,
        lists: &[ListCase<'a>],
        anchors: &[Vec<NodeId>],
        twins: Twins,
        levels: &[SchemaId],
    ) -> [Vec<ListCase<'a>>; 2] {
        let mut divided = [Vec::new(), Vec::new()];
        for (list, anchors) in lists.iter().zip(anchors) {
            let mut items = list.items.iter().copied();
            for (position, &anchor) in anchors.iter().enumerate() {
                let mut stack = list.context.stack.clone();
                let above = levels.iter();
                stack.extend(above.map(|&level| self.tree.ancestor(anchor, level)));
                for (records, part) in self.both(anchor, twins).into_iter().zip(&mut divided) {
                    part.push(ListCase {
                        context: Context {
                            stack: stack.clone(),
                            position,
                        },
                        items: items.by_ref().take(records.len()).collect(),
                    });
                }
            }
        }
        divided
    }

    /// The sums of a value over the records at both levels, and how many records there are.
    pub(super) fn sums_at_two_levels(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = first_number(cases) else {
            return;
        };
        let (from, record) = (case.context.stack.len() - 1, case.context.innermost());
        let path = |schema| self.all(from, record, schema);
        let is_below = |schema| self.tree.is_below(schema, self.tree.node(record).schema);
        for twins in self
            .twins()
            .into_iter()
            .filter(|twins| is_below(twins.above))
        {
            let counts = [twins.outer, twins.inner].map(|schema| Expression::Count(path(schema)));
            let sums = self.twin_amounts(twins).into_iter();
            let sums = sums.map(|pair| pair.map(|schema| Expression::Sum(path(schema))));
            for [one, other] in std::iter::once(counts).chain(sums) {
                let both = Expression::Plus(Box::new(one), Box::new(other));
                self.finish(both, cases, &mut |item| push(found, COST, item));
            }
        }
    }

    /// The kinds of amounts in the outer records that the inner ones have too.
    fn twin_amounts(&self, twins: Twins) -> Vec<[SchemaId; 2]> {
        let is_amount = |schema: SchemaId| {
            let first = self.tree.schema(schema).instances.first();
            first.is_some_and(|&first| self.is_amount(first))
        };
        let twin = |schema: SchemaId| {
            let labels = self.tree.chain(twins.outer, schema).into_iter();
            let mut labels = labels.map(|schema| &self.tree.schema(schema).label);
            let child = |above, label: &Label| {
                let children = &self.tree.schema(above).children;
                let mut children = children.iter().copied();
                children.find(|&child| self.tree.schema(child).label == *label)
            };
            let inner = labels.try_fold(twins.inner, child)?;
            Some([schema, inner])
        };
        let outer = self.tree.schemas().map(|(schema, _)| schema);
        let outer = outer.filter(|&schema| self.tree.is_below(schema, twins.outer));
        outer
            .filter(|&schema| is_amount(schema))
            .filter_map(twin)
            .collect()
    }

    /// The records of both levels below a record.
    fn both(&self, anchor: NodeId, twins: Twins) -> [&[NodeId]; 2] {
        [twins.outer, twins.inner].map(|schema| self.tree.within(anchor, schema))
    }

    /// Whether the items come from all records, some of them from each level.
    fn is_all(&self, lists: &[ListCase<'_>], records: &[Vec<NodeId>], twins: Twins) -> bool {
        let has = |schema: SchemaId| {
            let mut nodes = records.iter().flatten();
            nodes.any(|&node| self.tree.node(node).schema == schema)
        };
        let mut counts = lists.iter().zip(records);
        if !counts.all(|(list, records)| list.items.len() == records.len())
            || !has(twins.outer)
            || !has(twins.inner)
        {
            return false;
        }
        let votes = self.votes(lists);
        is_distinct(records, &votes)
            && covered(records, &votes).is_some_and(|coverage| coverage >= COVERAGE)
    }
}
