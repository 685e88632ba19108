//! Sums and counts over records that share a value with the current one. Records of the same kind
//! give totals of groups; records of another kind refer to the current one by its number.

use std::collections::BTreeSet;

use super::compute::with;
use super::evaluate::Context;
use super::leaves::push;
use super::order::covered;
use super::records::{Alignment, ListCase, Votes};
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target, first_number};
use super::sums::{filtered, is_named};
use super::template::{Aggregate, Expression, Path, Select};
use super::tree::{NodeId, SchemaId};

const ZERO: Scalar = Scalar::Number(0.0);
/// The maximum number of values in a record to which other records may refer.
const VALUES: usize = 24;
/// The maximum number of places where one of them is searched.
const HITS: usize = 16;

/// The maximum number of numbers of a record that are multiplied by another record's.
const FACTORS: usize = 8;
/// The maximum number of groups, at least one of which must have several records.
const GROUPS: usize = 16;

/// Records found by a join.
struct Joined {
    /// The context above the records.
    level: usize,
    above: NodeId,
    schema: SchemaId,
    join: Select,
}

impl Search<'_> {
    /// Counts and sums over the records of the same kind that share a value.
    pub(super) fn joined_sums(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        for joined in self.groups(cases) {
            self.finish_joined(cases, target, &joined, found);
        }
    }

    /// The greatest and the least number of the records that share a value, if the name of the
    /// member does not say so.
    pub(super) fn joined_extremes(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let first = cases.first().and_then(|case| case.wanted);
        let varies = cases.iter().any(|case| case.wanted != first);
        if !varies || first.and_then(Scalar::number).is_none() {
            return;
        }
        for joined in self.groups(cases) {
            for (cost, sum) in self.sums_over(joined.level, joined.above, joined.schema) {
                let Expression::Sum(path) = filtered(&sum, joined.schema, &joined.join) else {
                    continue;
                };
                for what in [Aggregate::Max, Aggregate::Min] {
                    let one = Expression::Aggregate(what, path.clone());
                    self.finish(one, cases, &mut |item| push(found, cost + 1.0, item));
                }
            }
        }
    }

    /// The records of the same kind that share a value with the innermost one.
    fn groups(&self, cases: &LeafCases<'_>) -> Vec<Joined> {
        let (Some(case), true) = (
            cases.iter().find(|case| case.wanted.is_some()),
            cases.len() > 1,
        ) else {
            return Vec::new();
        };
        let Some(level) = case.context.stack.len().checked_sub(2) else {
            return Vec::new();
        };
        let schema = self.tree.node(case.context.innermost()).schema;
        let above = case.context.record(level);
        let all = self.all(level, above, schema);
        let mut found = Vec::new();
        for field in self.fields(schema) {
            let own = Self::field_of(level + 1, &field);
            let join = Select::Joins(field, own);
            let records = with(&all, join.clone());
            // A group with one record is no evidence for a sum.
            let has_several = |case: &Case<'_, Scalar>| {
                case.wanted.is_some() && self.tree.find(&records, &case.context).len() > 1
            };
            if self.is_exhausted() || !cases.iter().take(GROUPS).any(has_several) {
                continue;
            }
            found.push(Joined {
                level,
                above,
                schema,
                join,
            });
        }
        found
    }

    /// The records that share a value with the innermost one, which is of their kind, if the items
    /// of each list come from all of them.
    pub(super) fn by_group(
        &self,
        lists: &[ListCase<'_>],
        votes: &[Vec<Votes>],
        schema: SchemaId,
        level: usize,
    ) -> Option<Alignment> {
        let context = &lists.first()?.context;
        let own = context.stack.len().checked_sub(1)?;
        if lists.len() < 2 || self.tree.node(context.innermost()).schema != schema {
            return None;
        }
        self.fields(schema).into_iter().find_map(|field| {
            let path = Self::field_of(own, &field);
            let join = Select::Joins(field, path);
            let of_list = |list: &ListCase<'_>| {
                let all = self.all(level, list.context.record(level), schema);
                self.tree.find(&with(&all, join.clone()), &list.context)
            };
            let records: Vec<Vec<NodeId>> = lists.iter().map(of_list).collect();
            let all_fit = records
                .iter()
                .zip(votes)
                .zip(lists)
                .all(|((records, votes), list)| {
                    let mut pairs = records.iter().zip(votes);
                    let fits = pairs.all(|(record, votes)| votes.by_node.contains_key(record));
                    fits && records.len() == list.items.len() && records.len() == votes.len()
                });
            let has_several = records.iter().any(|records| records.len() > 1);
            (all_fit && has_several && !self.is_exhausted()).then_some(Alignment {
                schema,
                level,
                coverage: covered(&records, votes)?,
                records,
                selects: vec![join],
                distinct: false,
            })
        })
    }

    /// Counts and sums over the records of another kind that refer to the current one.
    pub(super) fn foreign_sums(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let is_informative = |case: &&super::search::Case<'_, Scalar>| {
            case.wanted
                .and_then(Scalar::number)
                .is_some_and(|number| number != 0.0)
        };
        let Some(case) = cases
            .iter()
            .find(is_informative)
            .filter(|_| cases.len() > 1)
        else {
            return;
        };
        for joined in self.foreign_joins(&case.context) {
            if !self.is_exhausted() {
                self.finish_joined(cases, target, &joined, found);
            }
        }
    }

    fn finish_joined(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        joined: &Joined,
        found: &mut Vec<Candidate>,
    ) {
        let all = self.all(joined.level, joined.above, joined.schema);
        let count = Expression::Count(with(&all, joined.join.clone()));
        self.finish(count, cases, &mut |item| push(found, 2.2, item));
        if cases.iter().all(|case| case.wanted.is_none_or(is_whole)) {
            let codes = self.codes_of(joined.above, joined.schema, target);
            let inner = self.inner_codes_of(joined.above, joined.schema, target);
            for (odd, code) in codes.into_iter().chain(inner) {
                let both = with(&with(&all, joined.join.clone()), code);
                self.finish(Expression::Count(both), cases, &mut |item| {
                    push(found, 2.4 + odd, item);
                });
            }
        }
        for (cost, sum) in self.sums_within(joined.level, joined.above, joined.schema) {
            let sum = filtered(&sum, joined.schema, &joined.join);
            if let Expression::Sum(path) = &sum {
                for what in Aggregate::ALL
                    .into_iter()
                    .filter(|&what| is_named(what, target))
                {
                    let one = Expression::Aggregate(what, path.clone());
                    self.finish(one, cases, &mut |item| push(found, cost + 0.3, item));
                }
            }
            self.finish(sum.clone(), cases, &mut |item| {
                push(found, cost + 0.6, item);
            });
            // Without records there is no sum, but a zero is wanted.
            if cases.iter().any(|case| case.wanted == Some(&ZERO)) {
                let zero = Expression::Otherwise(Box::new(sum), ZERO);
                self.finish(zero, cases, &mut |item| push(found, cost + 0.8, item));
            }
        }
    }

    /// The records of other kinds that have a value of the innermost record.
    fn foreign_joins(&self, context: &Context) -> Vec<Joined> {
        let record = context.innermost();
        let own = self.tree.node(record).schema;
        let whole = self.tree.node(0).end;
        let mut found: Vec<Joined> = Vec::new();
        let values = record..self.tree.node(record).end;
        let values = values.filter(|&node| self.tree.node(node).value.is_some());
        for node in values.take(VALUES) {
            let Some(text) = self.tree.node(node).value.as_ref().map(Scalar::text) else {
                continue;
            };
            let chain = self.tree.chain(own, self.tree.node(node).schema);
            if chain.iter().any(|&step| self.tree.schema(step).listed) {
                continue;
            }
            let path = Self::field_of(context.stack.len().saturating_sub(1), &chain);
            let hits = self.index.within(&format!("={text}"), 0, whole).iter();
            for &hit in hits
                .filter(|&&hit| !self.tree.is_within(hit, record))
                .take(HITS)
            {
                let Some(other) = self.listed_around(hit, record) else {
                    continue;
                };
                let schema = self.tree.node(other).schema;
                let field = self.tree.chain(schema, self.tree.node(hit).schema);
                let join = Select::Joins(field, path.clone());
                let is_known = |known: &Joined| known.schema == schema && known.join == join;
                if !self.tree.is_below(schema, own) && !found.iter().any(is_known) {
                    let level = self.level_above(context, schema);
                    found.push(Joined {
                        level,
                        above: context.record(level),
                        schema,
                        join,
                    });
                }
            }
        }
        found
    }

    /// The share of the items' values that is in their records, or in records to which these refer.
    pub(super) fn covered_with_references(&self, found: &Alignment, votes: &[Vec<Votes>]) -> f64 {
        let (mut have, mut total) = (0.0, 0.0);
        for (records, votes) in found.records.iter().zip(votes) {
            for (&record, votes) in records.iter().zip(votes) {
                let vote = |node: &NodeId| votes.by_node.get(node).copied().unwrap_or(0.0);
                let own = vote(&record);
                let referred: f64 = if own < votes.total {
                    self.referred(record).iter().map(vote).sum()
                } else {
                    0.0
                };
                have += (own + referred).min(votes.total);
                total += votes.total;
            }
        }
        if total > 0.0 {
            have / total
        } else {
            found.coverage
        }
    }

    /// The product or the quotient of a number of the innermost record and one of a record to which
    /// it refers, such as the rate of a currency.
    pub(super) fn referred_products(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = first_number(cases).filter(|_| cases.len() > 1) else {
            return;
        };
        let number = |path| Box::new(Expression::Number(Box::new(Expression::Path(path))));
        let own: Vec<Box<Expression>> = self
            .numbers_of(cases, FACTORS)
            .into_iter()
            .map(number)
            .collect();
        for path in self.referred_numbers(&case.context) {
            let other = number(path);
            for own in &own {
                let product = Expression::Product(own.clone(), other.clone());
                self.finish(product, cases, &mut |item| push(found, 2.6, item));
                let quotient = Expression::Quotient(own.clone(), other.clone());
                self.finish(quotient, cases, &mut |item| push(found, 2.8, item));
            }
        }
    }

    /// The numbers of the records to which the innermost one refers.
    fn referred_numbers(&self, context: &Context) -> Vec<Path> {
        let is_number = |&node: &NodeId| {
            let value = self.tree.node(node).value.as_ref();
            value.and_then(Scalar::number).is_some()
        };
        let is_joined = |path: &Path| {
            let mut selects = path.steps.iter().flat_map(|step| &step.select);
            selects.any(|select| matches!(select, Select::Joins(..)))
        };
        let records = self.referred(context.innermost());
        let nodes = records
            .into_iter()
            .flat_map(|record| record..self.tree.node(record).end);
        let ways = nodes
            .filter(is_number)
            .take(FACTORS)
            .flat_map(|node| self.paths(context, node));
        let paths = ways.map(|(_, path)| path);
        paths.filter(is_joined).take(FACTORS).collect()
    }

    /// The listed records of other kinds that a value of a record identifies.
    fn referred(&self, record: NodeId) -> BTreeSet<NodeId> {
        let own = self.tree.node(record).schema;
        let whole = self.tree.node(0).end;
        let mut found = BTreeSet::new();
        let values = (record..self.tree.node(record).end).take(VALUES);
        for value in values.filter_map(|node| self.tree.node(node).value.as_ref()) {
            let key = format!("={}", value.text());
            let hits = self.index.within(&key, 0, whole);
            self.tree.look(1);
            for &hit in hits.iter().take(HITS) {
                let kind = self.tree.node(hit).schema;
                let alike = hits
                    .iter()
                    .filter(|&&hit| self.tree.node(hit).schema == kind);
                if self.tree.is_within(hit, record) || alike.count() > 1 {
                    continue;
                }
                let other = self.listed_around(hit, record);
                found.extend(other.filter(|&other| self.tree.node(other).schema != own));
            }
        }
        found
    }

    /// The innermost listed record that contains a leaf and does not contain another record.
    fn listed_around(&self, leaf: NodeId, record: NodeId) -> Option<NodeId> {
        let mut node = leaf;
        while node != 0 && !self.tree.schema(self.tree.node(node).schema).listed {
            node = self.tree.node(node).parent;
        }
        (node != 0 && !self.tree.is_within(record, node)).then_some(node)
    }
}

/// Whether a value can be a count.
fn is_whole(value: &Scalar) -> bool {
    value.number().is_some_and(|number| number.fract() == 0.0)
}
