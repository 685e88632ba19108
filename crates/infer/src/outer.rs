//! Sums, also of products, and counts over a record that encloses the innermost one: for example,
//! the total of its group in each row.

use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, LeafCases, Search, first_number};
use super::template::Expression;
use super::tree::NodeId;

/// The maximum number of kinds of records and numbers that are tried for one outer record.
const PLACES: usize = 400;
/// The minimum number of cases; with fewer, a sum over an outer record may be a coincidence.
const CASES: usize = 3;
/// The minimum number of digits in a total that is the same in all cases.
const DIGITS: usize = 3;
/// The cost of a sum over the next outer record, and the extra cost of each further one.
const COST: f64 = 2.5;
const FURTHER: f64 = 0.2;
/// The share of the cost of a sum of products that is added.
const PRODUCT: f64 = 0.1;

impl Search<'_> {
    /// Sums of one value or of a product, and counts of records, in a record around the innermost
    /// one.
    pub(super) fn outer_sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = first_number(cases).filter(|_| cases.len() >= CASES) else {
            return;
        };
        let varies = cases.iter().any(|other| other.wanted != case.wanted);
        let digits = case.wanted.map_or(0, digits);
        if !varies && digits < DIGITS {
            return;
        }
        let outer = case.context.stack.iter().enumerate().rev().skip(1);
        let mut cost = COST;
        for (level, &record) in outer {
            self.sums_at(cases, (level, record), cost, found);
            if !found.is_empty() || self.is_exhausted() {
                return;
            }
            cost += FURTHER;
        }
    }

    /// The sums and counts over the record at one level that give the wanted values.
    fn sums_at(
        &self,
        cases: &LeafCases<'_>,
        (level, record): (usize, NodeId),
        cost: f64,
        found: &mut Vec<Candidate>,
    ) {
        let several = |schema| {
            let mut records = cases.iter().map(|case| case.context.record(level));
            records.any(|record| self.tree.within(record, schema).len() > 1)
        };
        let kinds = self.below(record).take(PLACES);
        for (schema, kind) in kinds.filter(|&(schema, _)| several(schema)) {
            let path = self.all(level, record, schema);
            if kind.listed {
                let count = Expression::Count(path.clone());
                self.finish(count, cases, &mut |item| push(found, cost + 0.1, item));
                for (more, sum) in self.sums_over(level, record, schema) {
                    if matches!(sum, Expression::SumOfProducts(..)) {
                        let cost = cost + PRODUCT * more;
                        self.finish(sum, cases, &mut |item| push(found, cost, item));
                    }
                }
            }
            if self.is_number(record, schema) && !self.forms.is_code(self.tree, schema) {
                self.finish(Expression::Sum(path), cases, &mut |item| {
                    push(found, cost, item);
                });
            }
        }
    }
}

fn digits(value: &Scalar) -> usize {
    value.text().bytes().filter(u8::is_ascii_digit).count()
}
