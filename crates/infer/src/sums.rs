//! Explanations by several records at once: sums, the greatest and the least, and whether there are any.

use super::compute::with;
use super::evaluate::as_number;
use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target};
use super::template::{Aggregate, Expression, Path, Select, Step};
use super::tree::{NodeId, SchemaId};

/// The most places that are tried for a sum.
const PLACES: usize = 400;
/// The most numbers of a record that are tried in pairs.
const OPERANDS: usize = 24;

impl Search<'_> {
    /// Sums of one value or of the product of two over records.
    pub(super) fn sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        if case.wanted.and_then(Scalar::number).is_none() {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let kinds: Vec<_> = self
            .below(record)
            .take(PLACES)
            .map(|(item, _)| item)
            .collect();
        for &schema in &kinds {
            if self.is_number(record, schema) && self.tree.within(record, schema).len() > 1 {
                let path = self.all(from, record, schema);
                self.finish(Expression::Sum(path), cases, &mut |item| {
                    push(found, 2.5, item);
                });
            }
        }
        if found.is_empty() {
            self.filtered_sums(cases, found);
        }
        if found.is_empty() {
            self.joined_sums(cases, &kinds, found);
        }
        for &schema in &kinds {
            if !self.tree.schema(schema).listed || self.is_exhausted() {
                continue;
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
    }

    /// Sums over the records of one code, or of all codes but two.
    pub(super) fn filtered_sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        if !matches!(case.wanted, Some(Scalar::Number(_))) {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let kinds: Vec<_> = self
            .below(record)
            .take(PLACES)
            .map(|(item, _)| item)
            .collect();
        for schema in kinds {
            if !self.is_number(record, schema) || self.tree.within(record, schema).len() < 2 {
                continue;
            }
            let above = self.tree.schema(schema).parent;
            for select in self.subsets_of(record, above) {
                let mut path = self.all(from, record, schema);
                let last = path.steps.iter_mut().rfind(|step| step.schema == above);
                let Some(step) = last else { continue };
                step.select.push(select);
                self.finish(Expression::Sum(path), cases, &mut |item| {
                    push(found, 1.9, item);
                });
            }
        }
    }

    /// Sums over the records that share a value with the one that is looked at, which is how groups are
    /// summed up.
    fn joined_sums(&self, cases: &LeafCases<'_>, kinds: &[SchemaId], found: &mut Vec<Candidate>) {
        let (Some(case), true) = (
            cases.iter().find(|case| case.wanted.is_some()),
            cases.len() > 1,
        ) else {
            return;
        };
        let Some(outer) = case.context.stack.len().checked_sub(2) else {
            return;
        };
        let schema = self.tree.node(case.context.innermost()).schema;
        let all = self.all(outer, case.context.record(outer), schema);
        for field in self.fields(schema) {
            let own = field.iter().map(|&schema| Step {
                schema,
                select: Vec::new(),
            });
            let own = Path {
                from: outer + 1,
                steps: own.collect(),
            };
            let joined = with(&all, Select::Joins(field, own));
            if self.tree.find(&joined, &case.context).len() < 2 || self.is_exhausted() {
                continue;
            }
            self.finish(Expression::Count(joined.clone()), cases, &mut |item| {
                push(found, 2.2, item);
            });
            for &kind in kinds {
                if !self.is_number(case.context.innermost(), kind) {
                    continue;
                }
                let mut path = joined.clone();
                let rest = self.tree.chain(schema, kind).into_iter();
                path.steps.extend(rest.map(|schema| Step {
                    schema,
                    select: Vec::new(),
                }));
                self.finish(Expression::Sum(path), cases, &mut |item| {
                    push(found, 2.4, item);
                });
            }
        }
    }

    /// What selects records of a kind by one code, or by any of some.
    fn subsets_of(&self, record: NodeId, schema: SchemaId) -> Vec<Select> {
        let mut subsets = self.codes_of(record, schema);
        let codes: Vec<(Vec<SchemaId>, String)> = subsets
            .iter()
            .filter_map(|subset| match subset {
                Select::Equals(field, code) => Some((field.clone(), code.clone())),
                _ => None,
            })
            .collect();
        for (place, (field, one)) in codes.iter().enumerate() {
            for (_, other) in codes.iter().skip(place + 1) {
                subsets.push(Select::OneOf(
                    field.clone(),
                    vec![one.clone(), other.clone()],
                ));
            }
        }
        subsets
    }

    /// The ways from records of a kind to numbers that each of them has once.
    fn operands(&self, record: NodeId, schema: SchemaId) -> Vec<Vec<SchemaId>> {
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
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        if case.wanted.and_then(Scalar::number).is_none() {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let kinds: Vec<_> = self
            .below(record)
            .take(PLACES)
            .map(|(item, _)| item)
            .collect();
        for schema in kinds {
            if !self.is_number(record, schema) || self.tree.within(record, schema).len() < 2 {
                continue;
            }
            for what in Aggregate::ALL {
                let named = is_named(what, target);
                if !named && (what != Aggregate::Average || !found.is_empty()) {
                    continue;
                }
                let path = self.all(from, record, schema);
                let cost = if named { 0.6 } else { 2.9 };
                self.finish(Expression::Aggregate(what, path), cases, &mut |item| {
                    push(found, cost, item);
                });
            }
        }
    }

    /// Whether a record holds a segment or member with some code.
    pub(super) fn presence(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let is_flag = |case: &Case<'_, Scalar>| matches!(case.wanted, Some(Scalar::Bool(_)));
        let both = [true, false].map(|item| {
            cases
                .iter()
                .any(|case| case.wanted == Some(&Scalar::Bool(item)))
        });
        if !cases.iter().all(is_flag) || both != [true, true] {
            return;
        }
        let Some(case) = cases
            .iter()
            .find(|case| case.wanted == Some(&Scalar::Bool(true)))
        else {
            return;
        };
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let kinds: Vec<_> = self
            .below(record)
            .take(PLACES)
            .map(|(item, _)| item)
            .collect();
        for schema in kinds {
            let path = self.all(from, record, schema);
            for select in self.codes_of(record, schema) {
                let has = Expression::Has(with(&path, select));
                if self.fits(&has, cases) {
                    push(found, 1.5, has);
                }
            }
            let has = Expression::Has(path);
            if self.fits(&has, cases) {
                push(found, 1.7, has);
            }
        }
    }
}

fn is_named(what: Aggregate, target: &Target) -> bool {
    let known: &[&str] = match what {
        Aggregate::Max => &[
            "max", "maximum", "highest", "greatest", "largest", "most", "top",
        ],
        Aggregate::Min => &["min", "minimum", "lowest", "least", "smallest", "cheapest"],
        Aggregate::Average => &["average", "avg", "mean"],
    };
    let words = super::names::words(&target.name);
    words.iter().any(|word| known.contains(&word.as_str()))
}
