//! Explanations from several records: sums, the greatest and the least value, and whether any
//! records exist.

use super::compute::with;
use super::evaluate::as_number;
use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target, first_number};
use super::standard;
use super::template::{Aggregate, Expression, Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The maximum number of places that are tried for a sum.
const PLACES: usize = 400;
/// The cost of each nested loop: the totals of claims are more likely than those of their services.
const LOOP: f64 = 0.06;
/// The maximum number of loops with this cost, so that a sum stays cheaper than a constant.
const INNER: usize = 8;
/// The maximum number of kinds of inner records whose products are summed.
const KINDS: usize = 6;
/// The maximum number of numbers of a record that are tried in pairs.
const OPERANDS: usize = 24;

impl Search<'_> {
    /// Sums over records, of one value or of the product of two.
    pub(super) fn sums(&self, cases: &LeafCases<'_>, target: &Target, found: &mut Vec<Candidate>) {
        let Some(case) = first_number(cases) else {
            return;
        };
        let (from, record, kinds) = self.scope(&case.context);
        for &schema in &kinds {
            let several = self.tree.within(record, schema).len() > 1;
            if several && self.is_number(record, schema) && !self.is_ordinal(schema) {
                let path = self.all(from, record, schema);
                let cost = 2.5 + LOOP * self.inner_loops(&path);
                self.finish(Expression::Sum(path), cases, &mut |item| {
                    push(found, cost, item);
                });
            }
        }
        if found.is_empty() {
            self.filtered_sums(cases, target, found);
            self.subset_sums(cases, found);
        }
        if found.is_empty() {
            self.level_sums(cases, found);
        }
        if found.is_empty() {
            self.joined_sums(cases, target, found);
        }
        if found.is_empty() {
            self.foreign_sums(cases, target, found);
        }
        let listed = kinds.iter().filter(|&&kind| self.tree.schema(kind).listed);
        for &schema in listed {
            self.product_sums(cases, (from, record, schema), found);
        }
    }

    /// Sums over records of a kind, of the product of two values.
    fn product_sums(
        &self,
        cases: &LeafCases<'_>,
        (from, record, schema): (usize, NodeId, SchemaId),
        found: &mut Vec<Candidate>,
    ) {
        if self.is_exhausted() {
            return;
        }
        let operands = self.operands(record, schema);
        let alone = cases
            .iter()
            .all(|case| self.tree.within(case.context.innermost(), schema).len() < 2);
        for (place, one) in operands.iter().enumerate() {
            for other in operands.iter().skip(place + 1) {
                let path = self.all(from, record, schema);
                let sum = Expression::SumOfProducts(path, one.clone(), other.clone());
                let depth = as_number(one.len() + other.len());
                let cost = 2.8 + 0.05 * depth + if alone { 1.0 } else { 0.0 };
                self.finish(sum, cases, &mut |item| push(found, cost, item));
            }
        }
    }

    /// Whether an element numbers the records of its kind, so that it is never summed.
    fn is_ordinal(&self, schema: SchemaId) -> bool {
        let code = self.tree.schema(schema).label.code();
        code.is_some_and(|code| standard::is_counter(&code) || standard::is_ordinal(&code))
    }

    /// The number of nested loops in a path.
    fn inner_loops(&self, path: &Path) -> f64 {
        let steps = path.steps.iter();
        let loops = steps.filter(|step| self.tree.schema(step.schema).listed);
        as_number(loops.count().saturating_sub(1).min(INNER))
    }

    /// Sums over the records with one code, or with either of two.
    pub(super) fn filtered_sums(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        if !case.wanted.is_some_and(is_sum) {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        for above in self.listed_below(record) {
            let subsets = self.subsets_of(record, above, target);
            if subsets.is_empty() || self.is_exhausted() {
                continue;
            }
            for (cost, sum) in self.sums_over(from, record, above) {
                for (odd, select) in &subsets {
                    let filtered = filtered(&sum, above, select);
                    self.finish(filtered, cases, &mut |item| {
                        push(found, cost + odd, item);
                    });
                }
            }
        }
    }

    /// The kinds of records below a record.
    pub(super) fn listed_below(&self, record: NodeId) -> Vec<SchemaId> {
        let kinds = self.below(record).take(PLACES);
        let several = kinds
            .filter(|&(kind, schema)| schema.listed && self.tree.within(record, kind).len() > 1);
        several.map(|(kind, _)| kind).collect()
    }

    /// The sums over records of a kind, of one value or of the product of two.
    pub(super) fn sums_over(
        &self,
        from: usize,
        record: NodeId,
        above: SchemaId,
    ) -> Vec<(f64, Expression)> {
        let kinds = self.below(record).take(PLACES);
        let numbers = kinds
            .filter(|&(kind, _)| kind != above && self.tree.is_below(kind, above))
            .filter(|&(kind, _)| {
                self.is_number(record, kind) && !self.forms.is_code(self.tree, kind)
            })
            .filter(|&(kind, _)| !self.is_ordinal(kind));
        let mut sums: Vec<(f64, Expression)> = numbers
            .map(|(kind, _)| {
                let deep = self.tree.schema(kind).depth - self.tree.schema(above).depth;
                let sum = Expression::Sum(self.all(from, record, kind));
                (1.8 + 0.05 * as_number(deep), sum)
            })
            .collect();
        self.products(from, record, above, (2.1, &mut sums));
        sums
    }

    /// Adds the sums of the products of two values of the records of a kind, at this cost and more.
    fn products(
        &self,
        from: usize,
        record: NodeId,
        kind: SchemaId,
        (cost, sums): (f64, &mut Vec<(f64, Expression)>),
    ) {
        let operands = self.operands(record, kind);
        for (place, one) in operands.iter().enumerate() {
            for other in operands.iter().skip(place + 1) {
                let path = self.all(from, record, kind);
                let depth = as_number(one.len() + other.len());
                let sum = Expression::SumOfProducts(path, one.clone(), other.clone());
                sums.push((cost + 0.05 * depth, sum));
            }
        }
    }

    /// The sums over records of a kind, and those of the products of records within them, such as
    /// the lines of orders.
    pub(super) fn sums_within(
        &self,
        from: usize,
        record: NodeId,
        above: SchemaId,
    ) -> Vec<(f64, Expression)> {
        let mut sums = self.sums_over(from, record, above);
        let kinds = self.listed_below(record).into_iter();
        let inner = kinds.filter(|&kind| kind != above && self.tree.is_below(kind, above));
        for kind in inner.take(KINDS) {
            self.products(from, record, kind, (2.3, &mut sums));
        }
        sums
    }

    /// Sums over the hierarchical levels below the current one.
    pub(super) fn level_sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        let schema = self.tree.node(case.context.innermost()).schema;
        for (cost, path) in self.levels_below(&case.context) {
            let above = case.context.record(path.from);
            let Some(select) = path.steps.last().map(|last| last.select.clone()) else {
                continue;
            };
            for (more, sum) in self.sums_over(path.from, above, schema) {
                let sum = select
                    .iter()
                    .fold(sum, |sum, select| filtered(&sum, schema, select));
                self.finish(sum, cases, &mut |item| push(found, cost + more, item));
            }
        }
    }

    /// The path to a place below the record of a level.
    pub(super) fn field_of(from: usize, field: &[SchemaId]) -> Path {
        let step = |&schema| Step {
            schema,
            select: Vec::new(),
        };
        Path {
            from,
            steps: field.iter().map(step).collect(),
        }
    }

    /// The selections of records of a kind by one code, or by either of two, with their cost.
    fn subsets_of(&self, record: NodeId, schema: SchemaId, target: &Target) -> Vec<(f64, Select)> {
        let mut subsets = self.codes_of(record, schema, target);
        let codes: Vec<(f64, Vec<SchemaId>, String)> = subsets
            .iter()
            .filter_map(|(cost, subset)| match subset {
                Select::Equals(field, code) => Some((*cost, field.clone(), code.clone())),
                _ => None,
            })
            .collect();
        for (place, (cost, field, one)) in codes.iter().enumerate() {
            let others = codes.iter().skip(place + 1);
            for (more, _, other) in others.take_while(|(_, other, _)| other == field) {
                let values = vec![one.clone(), other.clone()];
                let is_meant = |&node: &NodeId| {
                    let codes = self.tree.below(node, field);
                    codes.iter().any(|code| values.contains(code))
                };
                // Two codes select nothing if all records have one of them.
                if self.tree.within(record, schema).iter().all(is_meant) {
                    continue;
                }
                subsets.push((cost + more + 0.4, Select::OneOf(field.clone(), values)));
            }
        }
        subsets
    }

    /// The paths from records of a kind to numbers that each of them has exactly once.
    pub(super) fn operands(&self, record: NodeId, schema: SchemaId) -> Vec<Vec<SchemaId>> {
        let records = self.tree.within(record, schema).len();
        let below = self.below(record);
        below
            .filter(|&(item, _)| item != schema && self.tree.is_below(item, schema))
            .filter(|&(item, _)| self.tree.within(record, item).len() == records)
            .filter(|&(item, _)| self.is_number(record, item))
            .map(|(item, _)| self.tree.chain(schema, item))
            .take(OPERANDS)
            .collect()
    }

    /// The greatest, the least and the average of several numbers.
    pub(super) fn aggregates(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let Some(case) = first_number(cases) else {
            return;
        };
        let (from, record, kinds) = self.scope(&case.context);
        for &schema in kinds.iter().filter(|&&kind| self.tree.schema(kind).listed) {
            self.product_aggregates(cases, target, schema, found);
        }
        for schema in kinds {
            if !self.is_number(record, schema)
                || self.forms.is_code(self.tree, schema)
                || self.tree.within(record, schema).len() < 2
            {
                continue;
            }
            for what in Aggregate::ALL {
                let named = is_named(what, target);
                if !named && (what != Aggregate::Average || !found.is_empty()) {
                    continue;
                }
                let path = self.all(from, record, schema);
                let deep = 0.02 * as_number(path.steps.len()) + LOOP * self.inner_loops(&path);
                let cost = if named { 0.6 } else { 2.9 } + deep;
                self.finish(Expression::Aggregate(what, path), cases, &mut |item| {
                    push(found, cost, item);
                });
            }
        }
    }

    /// The greatest, the least and the average product of two values of records, if the member's
    /// name says so.
    fn product_aggregates(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        schema: SchemaId,
        found: &mut Vec<Candidate>,
    ) {
        let named = Aggregate::ALL
            .into_iter()
            .find(|&what| is_named(what, target));
        let (Some(what), Some(case)) = (named, first_number(cases)) else {
            return;
        };
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        if self.tree.within(record, schema).len() < 2 || self.is_exhausted() {
            return;
        }
        let operands = self.operands(record, schema);
        for (place, one) in operands.iter().enumerate() {
            for other in operands.iter().skip(place + 1) {
                let path = self.all(from, record, schema);
                let of = Expression::AggregateOfProducts(what, path, one.clone(), other.clone());
                let deep = 0.05 * as_number(one.len() + other.len());
                self.finish(of, cases, &mut |item| push(found, 1.4 + deep, item));
            }
        }
    }

    /// Whether a record contains a segment or member with some code.
    pub(super) fn presence(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let is_flag = |case: &Case<'_, Scalar>| matches!(case.wanted, Some(Scalar::Bool(_)));
        let both = [true, false].map(|item| {
            cases
                .iter()
                .any(|case| case.wanted == Some(&Scalar::Bool(item)))
        });
        if !cases.iter().all(is_flag) {
            return;
        }
        // For a flag that is the same everywhere, the name is the only evidence.
        let by_name = both != [true, true];
        if by_name && !Self::is_of_code(target) {
            return;
        }
        let Some(case) = cases
            .iter()
            .find(|case| case.wanted == Some(&Scalar::Bool(true)))
        else {
            return;
        };
        let (from, record, kinds) = self.scope(&case.context);
        for schema in kinds {
            let path = self.all(from, record, schema);
            for (cost, select) in self.codes_of(record, schema, target) {
                let has = Expression::Has(with(&path, select));
                if (!by_name || cost < 0.0) && self.fits(&has, cases) {
                    push(found, 1.5 + cost, has);
                }
            }
            if by_name {
                continue;
            }
            let has = Expression::Has(path);
            if self.fits(&has, cases) {
                push(found, 1.7, has);
            }
        }
    }
}

/// Whether a value can be a sum over some of the records; for a short number that may be a
/// coincidence.
fn is_sum(value: &Scalar) -> bool {
    let digits = value.text().bytes().filter(u8::is_ascii_digit).count();
    match value {
        Scalar::Number(_) => true,
        Scalar::Text(_) => value.number().is_some() && digits > 1,
        _ => false,
    }
}

/// A sum over selected records of a kind.
pub(super) fn filtered(sum: &Expression, schema: SchemaId, select: &Select) -> Expression {
    let filter = |path: &Path| {
        let mut path = path.clone();
        let step = path.steps.iter_mut().rfind(|step| step.schema == schema);
        if let Some(step) = step {
            step.select.push(select.clone());
        }
        path
    };
    match sum {
        Expression::Sum(path) => Expression::Sum(filter(path)),
        Expression::SumOfProducts(path, one, other) => {
            Expression::SumOfProducts(filter(path), one.clone(), other.clone())
        }
        other => other.clone(),
    }
}

/// Whether a name says greatest, least or average.
pub(super) fn is_named(what: Aggregate, target: &Target) -> bool {
    let known: &[&str] = match what {
        Aggregate::Max => &[
            "max", "maximum", "highest", "greatest", "largest", "biggest", "most", "top", "best",
            "peak", "dearest", "latest", "newest", "last", "longest", "heaviest", "furthest",
            "fullest", "busiest", "youngest", "tallest", "widest",
        ],
        Aggregate::Min => &[
            "min", "minimum", "lowest", "least", "smallest", "cheapest", "earliest", "oldest",
            "best", "first", "shortest", "lightest", "nearest",
        ],
        Aggregate::Average => &["average", "avg", "mean"],
    };
    let words = super::names::words(&target.name);
    words.iter().any(|word| known.contains(&word.as_str()))
}
