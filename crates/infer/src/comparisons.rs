//! Flags and words that depend on which of two numbers is greater, or whether they are equal.

use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search};
use super::template::{Expression, Relation};
use super::thresholds::two_of;

/// The minimum number of cases: few numbers are in some relation by chance.
const CASES: usize = 3;
/// The maximum number of numbers of a record that are compared.
const OPERANDS: usize = 10;
/// The cost of a comparison, and the extra cost of one for order.
const COST: f64 = 0.9;
const ORDER: f64 = 0.3;

impl Search<'_> {
    /// A flag, or one of two words, that depends on the relation of two numbers of the innermost
    /// record.
    pub(super) fn comparisons(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let values: Option<Vec<&Scalar>> = cases.iter().map(|case| case.wanted).collect();
        let values = values.filter(|values| values.len() >= CASES);
        let Some((one, other)) = values.as_deref().and_then(two_of) else {
            return;
        };
        let (one, other) = match one {
            Scalar::Bool(false) => (other, one),
            _ => (one, other),
        };
        let amounts = cases
            .first()
            .map_or_else(Vec::new, |case| self.amounts(case));
        let amounts = amounts
            .get(..amounts.len().min(OPERANDS))
            .unwrap_or_default();
        for (place, (way, first)) in amounts.iter().enumerate() {
            for (more, second) in amounts.iter().skip(place + 1) {
                let relation = self.relation(cases, (first, second), one);
                let Some(relation) = relation else { continue };
                let (first, second) = (Box::new(first.clone()), Box::new(second.clone()));
                let is = Expression::Compare(first, relation, second);
                let expression = match one {
                    Scalar::Bool(true) => is,
                    _ => Expression::Choose(Box::new(is), one.clone(), other.clone()),
                };
                let cost = way.max(*more) + if relation.is_order() { ORDER } else { 0.0 };
                if self.fits(&expression, cases) {
                    push(found, cost + COST, expression);
                }
            }
        }
    }

    /// The relation that two numbers have exactly where a value is wanted.
    fn relation(
        &self,
        cases: &LeafCases<'_>,
        (first, second): (&Expression, &Expression),
        one: &Scalar,
    ) -> Option<Relation> {
        let numbers = |case: &Case<'_, Scalar>| {
            let number = |of| self.tree.evaluate(of, &case.context)?.number();
            Some((number(first)?, number(second)?, case.wanted == Some(one)))
        };
        let all = cases.iter().map(numbers).collect::<Option<Vec<_>>>()?;
        let fits = |relation: &Relation| {
            let mut all = all.iter();
            all.all(|&(first, second, is)| relation.holds(first, second) == is)
        };
        Relation::ALL.into_iter().find(fits)
    }
}
