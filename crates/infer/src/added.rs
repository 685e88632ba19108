//! Sums of two sums, and numbers added to a sum. One of the two may be in cents.

use super::evaluate::Context;
use super::leaves::push;
use super::scalar::{Scalar, decimals_of};
use super::search::{Candidate, LeafCases, Search};
use super::template::Expression;
use super::tree::{NodeId, SchemaId};

/// The minimum number of digits in a sum of two sums, to rule out coincidences.
const DIGITS: usize = 4;
/// The maximum number of sums over one kind of records that are added to others.
const SUMS: usize = 8;
/// The factor for the cost of a sum of two sums. It makes the sum cheaper than a constant, because
/// the value has many digits.
const BOTH: f64 = 0.7;
/// The maximum number of numbers of a record that are added to a sum.
const NUMBERS: usize = 12;
/// The extra cost of numbers of which one is in cents.
const CENTS: f64 = 0.3;

/// A number that is added to another one.
struct Term {
    cost: f64,
    of: Expression,
    /// Its value in the first case.
    number: f64,
}

/// Whether a number may be the wanted one, also in cents.
fn may_be(number: f64, wanted: Option<f64>) -> bool {
    wanted.is_some_and(|wanted| {
        let scaled = [number, number * 100.0, number / 100.0];
        scaled.iter().any(|scaled| (scaled - wanted).abs() < 0.51)
    })
}

impl Search<'_> {
    /// The sum of two sums, such as the sum of the lines and the sum of the charges.
    pub(super) fn sums_of_sums(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().find(|case| case.wanted.is_some()) else {
            return;
        };
        let digits = case.wanted.map_or(0, |wanted| {
            wanted.text().bytes().filter(u8::is_ascii_digit).count()
        });
        if case.wanted.and_then(Scalar::number).is_none() || digits < DIGITS {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        let term = |(cost, of): (f64, Expression)| {
            let value = self.tree.evaluate(&of, &case.context);
            let number = value.and_then(|value| value.number()).unwrap_or(0.0);
            Term { cost, of, number }
        };
        let of_kind = |&kind: &SchemaId| -> Vec<Term> {
            let sums = self.sums_over(from, record, kind).into_iter();
            sums.take(SUMS).map(term).collect()
        };
        let sums: Vec<Vec<Term>> = self.listed_below(record).iter().map(of_kind).collect();
        let numbers = self.own_numbers(&case.context).into_iter();
        let numbers: Vec<Term> = numbers.map(|number| term((1.0, number))).collect();
        for sum in sums.iter().flatten() {
            for number in &numbers {
                self.added(cases, (sum, number), sum.cost + number.cost, found);
            }
        }
        for (place, one) in sums.iter().enumerate() {
            for other in sums.iter().skip(place + 1) {
                for one in one {
                    for two in other {
                        self.added(cases, (one, two), BOTH * (one.cost + two.cost), found);
                    }
                }
            }
        }
    }

    /// The sum and the difference of two numbers, also if one of them is in cents.
    fn added(
        &self,
        cases: &LeafCases<'_>,
        (one, two): (&Term, &Term),
        cost: f64,
        found: &mut Vec<Candidate>,
    ) {
        let wanted = cases.iter().find_map(|case| case.wanted?.number());
        let is_near = |first: f64, second: f64| {
            let results = [first + second, first - second];
            results.iter().any(|&result| may_be(result, wanted))
        };
        let cents = |of: &Expression| Expression::Scale(Box::new(of.clone()), -2);
        let mut pairs = Vec::new();
        if is_near(one.number, two.number) {
            pairs.push((0.0, one.of.clone(), two.of.clone()));
        }
        if is_near(one.number, two.number / 100.0) && self.are_cents(&two.of, &one.of) {
            pairs.push((CENTS, one.of.clone(), cents(&two.of)));
        }
        if is_near(one.number / 100.0, two.number) && self.are_cents(&one.of, &two.of) {
            pairs.push((CENTS, cents(&one.of), two.of.clone()));
        }
        for (more, one, two) in pairs {
            let (one, two) = (Box::new(one), Box::new(two));
            let plus = Expression::Plus(one.clone(), two.clone());
            self.finish(plus, cases, &mut |item| push(found, cost + more, item));
            let minus = Expression::Minus(one, two);
            self.finish(minus, cases, &mut |item| {
                push(found, cost + more + 0.2, item);
            });
        }
    }

    /// Whether numbers may be in cents because they have no decimals and others have.
    fn are_cents(&self, one: &Expression, other: &Expression) -> bool {
        !self.has_decimals(one) && self.has_decimals(other)
    }

    /// Whether some of the numbers of a sum have decimals, so that they are not in cents.
    fn has_decimals(&self, of: &Expression) -> bool {
        let mut schemas = Vec::new();
        if let Expression::SumOfProducts(_, one, other) = of {
            schemas.extend(one.last().into_iter().chain(other.last()).copied());
        } else {
            let mut paths = Vec::new();
            of.paths(&mut paths);
            schemas.extend(
                paths
                    .iter()
                    .filter_map(|path| Some(path.steps.last()?.schema)),
            );
        }
        let nodes = schemas
            .iter()
            .flat_map(|&kind| &self.tree.schema(kind).instances);
        let mut values = nodes.filter_map(|&node| self.tree.node(node).value.as_ref());
        values.any(|value| decimals_of(&value.text()) > 0)
    }

    /// The numbers of the innermost record that are not in one of its lists.
    fn own_numbers(&self, context: &Context) -> Vec<Expression> {
        let record = context.innermost();
        let is_own = |&node: &NodeId| {
            let current = self.tree.node(node);
            let number = current.value.as_ref().and_then(Scalar::number);
            let alone = self.tree.within(record, current.schema).len() == 1;
            let coded = self.forms.is_code(self.tree, current.schema);
            number.is_some_and(|number| number != 0.0) && alone && !coded && !self.is_envelope(node)
        };
        let nodes = (record..self.tree.node(record).end).filter(is_own);
        nodes
            .take(NUMBERS)
            .filter_map(|node| self.paths(context, node).into_iter().next())
            .map(|(_, path)| Expression::Number(Box::new(Expression::Path(path))))
            .collect()
    }
}
