//! Selections of records by a threshold, and counts and sums over the selected records of a list
//! beside them.

use super::compute::with;
use super::draft::Draft;
use super::evaluate::Context;
use super::filters::FilterSides;
use super::leaves::push;
use super::names::words;
use super::order::shows;
use super::records::{ListCase, Loops};
use super::scalar::round;
use super::search::{Candidate, LeafCases, Search, Target, first_number};
use super::standard;
use super::sums::filtered;
use super::template::{Expression, Path, Select, Step};
use super::thresholds::bound_between;
use super::tree::{NodeId, SchemaId};

/// The maximum number of numbers of a record that are tried in pairs.
const OPERANDS: usize = 12;
/// The cost of counting the records of a list beside the number.
const SAME: f64 = -0.2;
/// The extra cost of a count of the records with an optional value.
const OPTIONAL: f64 = 0.4;
/// The same if the name of the count says so.
const CALLED: f64 = -0.6;

impl Search<'_> {
    /// A bound for the product of two numbers, if the items contain the product.
    pub(super) fn product_beyond(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        sides: &FilterSides<'_>,
        fields: &[Vec<SchemaId>],
    ) -> Option<Select> {
        if sides.meant.len() < 2 || self.have_code(sides, fields) {
            return None;
        }
        let is_number = |field: &&Vec<SchemaId>| {
            let last = field.last().copied().unwrap_or_default();
            let measured = self.forms.is_empty() || self.forms.is_amount(self.tree, last);
            let mut meant = sides.meant.iter();
            measured && meant.all(|meant| self.number_at(meant.1, field).is_some())
        };
        let numbers: Vec<_> = fields.iter().filter(is_number).take(OPERANDS).collect();
        let product = |node: NodeId, one: &[SchemaId], other: &[SchemaId]| {
            Some(self.number_at(node, one)? * self.number_at(node, other)?)
        };
        let products = |nodes: &[NodeId], one: &[SchemaId], other: &[SchemaId]| {
            let products = nodes.iter().map(|&node| product(node, one, other));
            products.collect::<Option<Vec<f64>>>()
        };
        for (place, one) in numbers.iter().enumerate() {
            for other in numbers.iter().skip(place + 1) {
                let mut pairs = lists.iter().zip(records);
                let is_shown = pairs.all(|(list, records)| {
                    let products = products(records, one, other);
                    products.is_some_and(|products| shows(&list.items, &products))
                });
                let meant: Vec<NodeId> = sides.meant.iter().map(|meant| meant.1).collect();
                let (Some(meant), Some(others), true) = (
                    products(&meant, one, other),
                    products(&sides.others, one, other),
                    is_shown,
                ) else {
                    continue;
                };
                if let Some(bound) = bound_between(&rounded(&meant), &rounded(&others)) {
                    return Some(Select::ProductBeyond(
                        (*one).clone(),
                        (*other).clone(),
                        bound,
                    ));
                }
            }
        }
        None
    }

    /// The values that some records of a kind have and others do not, with the cost of counting
    /// these records.
    pub(super) fn optional_fields(
        &self,
        record: NodeId,
        schema: SchemaId,
        target: &Target,
    ) -> Vec<(f64, Vec<SchemaId>)> {
        let records = self.tree.within(record, schema);
        let is_optional = |field: &Vec<SchemaId>| {
            let has = |&&node: &&NodeId| !self.tree.below(node, field).is_empty();
            let with = records.iter().filter(has).count();
            self.tree.look(records.len());
            0 < with && with < records.len()
        };
        let cost = |field: Vec<SchemaId>| {
            let last = field.last().copied().unwrap_or_default();
            let named = self.is_called_like(last, target);
            (if named { CALLED } else { OPTIONAL }, field)
        };
        let fields = self.fields(schema).into_iter();
        fields.filter(is_optional).map(cost).collect()
    }

    /// Whether a name has a word that begins like the name of a value.
    fn is_called_like(&self, field: SchemaId, target: &Target) -> bool {
        let label = &self.tree.schema(field).label;
        let own = label.field.to_lowercase();
        let known = match label.code() {
            Some(code) => standard::words(&code).to_vec(),
            None => vec![own.as_str()],
        };
        let words = words(&target.name);
        known
            .iter()
            .filter(|known| known.len() > 3)
            .any(|known| words.iter().any(|word| word.starts_with(known)))
    }

    /// Keeps the thresholds of the flags and words of a list for the numbers beside it.
    pub(super) fn remember_flags(&self, loops: &Loops<'_>, draft: &Draft) {
        let (Some(path), Some(case), Draft::Object(members)) =
            (joined(&loops.each), loops.cases.first(), draft)
        else {
            return;
        };
        let level = case.context.stack.len().saturating_sub(1);
        for (_, member) in members {
            let Draft::Leaf(candidates) = member else {
                continue;
            };
            let best = candidates.first().map(|best| &best.expression);
            for select in best.into_iter().flat_map(|best| flagged(best, level)) {
                self.remember(&[with(&path, select)]);
            }
        }
    }

    /// Keeps the selection of nested loops for the numbers beside them.
    pub(super) fn remember(&self, each: &[Path]) {
        let Some(path) = joined(each) else { return };
        let is_plain = |select: &Select| {
            let by_value = matches!(
                select,
                Select::Exists(_) | Select::Missing(_) | Select::Related(..)
            );
            by_value || select.is_threshold()
        };
        let mut selects = path.steps.iter().flat_map(|step| &step.select);
        let has_selects = path
            .steps
            .last()
            .is_some_and(|last| !last.select.is_empty());
        let mut subsets = self.subsets.borrow_mut();
        if has_selects && selects.all(is_plain) && !subsets.contains(&path) {
            subsets.push(path);
        }
    }

    /// The selections of the lists at the level of a context, with the cost of a count.
    pub(super) fn remembered(&self, context: &Context) -> Vec<(f64, Path)> {
        let level = context.stack.len().saturating_sub(1);
        let subsets = self.subsets.borrow();
        let here = subsets.iter().filter(|path| path.from == level);
        here.map(|path| (SAME, path.clone())).collect()
    }

    /// Sums over the records of a list beside the number.
    pub(super) fn subset_sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = first_number(cases) else {
            return;
        };
        for (cost, path) in self.remembered(&case.context) {
            let Some(last) = path.steps.last() else {
                continue;
            };
            let record = case.context.innermost();
            for (more, sum) in self.sums_within(path.from, record, last.schema) {
                let of_all = |sum, select| filtered(&sum, last.schema, select);
                let sum = last.select.iter().fold(sum, of_all);
                self.finish(sum, cases, &mut |item| push(found, cost + more, item));
            }
        }
    }
}

/// The path through nested loops. Their order does not matter for a count.
fn joined(each: &[Path]) -> Option<Path> {
    let from = each.first()?.from;
    let mut steps: Vec<Step> = each.iter().flat_map(|path| path.steps.clone()).collect();
    for step in &mut steps {
        step.select.retain(|select| !select.is_order());
    }
    Some(Path { from, steps })
}

/// The selections of the records for which a flag or one of two words is set, and of the others.
fn flagged(expression: &Expression, level: usize) -> Vec<Select> {
    let selects = match expression {
        Expression::Choose(is, ..) => return flagged(is, level),
        Expression::Beyond(of, bound) => field(of, level).map(|field| {
            [*bound, bound.opposite()].map(|bound| Select::Beyond(field.clone(), bound))
        }),
        Expression::Compare(one, relation, other) => {
            let fields = field(one, level).zip(field(other, level));
            fields.map(|(one, other)| {
                [*relation, relation.opposite()]
                    .map(|relation| Select::Related(one.clone(), relation, other.clone()))
            })
        }
        _ => None,
    };
    selects.into_iter().flatten().collect()
}

/// The place of a number below the record of a level.
fn field(number: &Expression, level: usize) -> Option<Vec<SchemaId>> {
    let Expression::Number(of) = number else {
        return None;
    };
    match &**of {
        Expression::Path(path)
            if path.from == level && path.steps.iter().all(|step| step.select.is_empty()) =>
        {
            Some(path.steps.iter().map(|step| step.schema).collect())
        }
        _ => None,
    }
}

/// Amounts to the cent: a bound does not depend on the errors of binary numbers.
fn rounded(numbers: &[f64]) -> Vec<f64> {
    numbers.iter().map(|&number| round(number, 4)).collect()
}
