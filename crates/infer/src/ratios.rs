//! Explanations that divide: the share of a number in the total, and one number divided by another.

use super::leaves::push;
use super::search::{Candidate, LeafCases, Search};
use super::template::{Expression, Path, Step};
use super::tree::SchemaId;

/// The minimum number of cases for a quotient: any number is a quotient of others by chance.
const CASES: usize = 3;
/// The maximum number of numbers of a record that are tried.
const OPERANDS: usize = 12;

impl Search<'_> {
    /// The share of a record's number in the sum over all records of the loop, also in percent; or
    /// one number of the record divided by another.
    pub(super) fn ratios(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        if cases.iter().filter(|case| case.wanted.is_some()).count() < CASES {
            return;
        }
        self.shares(cases, found);
        if found.is_empty() {
            self.quotients(cases, found);
        }
    }

    fn shares(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        let Some(outer) = case.context.stack.len().checked_sub(2) else {
            return;
        };
        let schema = self.tree.node(case.context.innermost()).schema;
        for (cost, sum) in self.sums_over(outer, case.context.record(outer), schema) {
            let Some(own) = self.own_of(&sum, schema, outer + 1) else {
                continue;
            };
            let share = Expression::Quotient(Box::new(own), Box::new(sum));
            let percent = Expression::Scale(Box::new(share.clone()), 2);
            for (more, ratio) in [(0.6, percent), (0.7, share)] {
                self.finish(ratio, cases, &mut |item| push(found, cost + more, item));
            }
        }
    }

    /// The amount that one record adds to a sum over records of its kind.
    fn own_of(&self, sum: &Expression, schema: SchemaId, level: usize) -> Option<Expression> {
        let number = |field: &[SchemaId]| {
            let step = |&schema: &SchemaId| Step {
                schema,
                select: Vec::new(),
            };
            let steps = field.iter().map(step).collect();
            let path = Expression::Path(Path { from: level, steps });
            Box::new(Expression::Number(Box::new(path)))
        };
        match sum {
            Expression::Sum(path) => {
                let last = path.steps.last()?.schema;
                Some(*number(&self.tree.chain(schema, last)))
            }
            Expression::SumOfProducts(_, one, other) => {
                Some(Expression::Product(number(one), number(other)))
            }
            _ => None,
        }
    }

    fn quotients(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let numbers = self.numbers_of(cases, OPERANDS);
        let number =
            |path: &Path| Box::new(Expression::Number(Box::new(Expression::Path(path.clone()))));
        for one in &numbers {
            for other in numbers.iter().filter(|other| *other != one) {
                let quotient = Expression::Quotient(number(one), number(other));
                self.finish(quotient, cases, &mut |item| push(found, 3.0, item));
            }
        }
    }
}
