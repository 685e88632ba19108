//! Numbers without their sign.

use super::convert::conversions;
use super::leaves::{push, seed};
use super::scalar::Scalar;
use super::search::{Candidate, LeafCases, Search};
use super::template::Expression;

impl Search<'_> {
    /// A number of the innermost record without its sign, if one of the values is negative.
    pub(super) fn magnitudes(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some((case, wanted)) = seed(cases).and_then(|case| Some((case, case.wanted?))) else {
            return;
        };
        for (way, number) in self.amounts(case) {
            let values = cases.iter().filter(|case| case.wanted.is_some());
            let mut values = values.map(|case| self.tree.evaluate(&number, &case.context));
            let is_negative = |value: Option<Scalar>| {
                let number = value.as_ref().and_then(Scalar::number);
                number.is_some_and(|number| number < 0.0)
            };
            if !values.any(is_negative) {
                continue;
            }
            let magnitude = Expression::Magnitude(Box::new(number));
            let Some(source) = self.tree.evaluate(&magnitude, &case.context) else {
                continue;
            };
            for (cost, conversion) in conversions(&source, wanted) {
                let expression = conversion.wrap(magnitude.clone());
                if self.fits(&expression, cases) {
                    push(found, way + cost + 1.0, expression);
                }
            }
        }
    }
}
