//! Running totals, and numbers with a sign that depends on a code.

use std::collections::BTreeSet;

use super::leaves::push;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target, first_number};
use super::sums::filtered;
use super::template::{Expression, Select};
use super::tree::NodeId;

/// The maximum number of explanations of an unsigned number that are tried.
const TRIED: usize = 4;

/// A number without its sign.
fn unsigned(value: &Scalar) -> Scalar {
    match value {
        Scalar::Number(number) => Scalar::Number(number.abs()),
        Scalar::Text(text) => Scalar::Text(text.trim_start_matches('-').to_owned()),
        other => other.clone(),
    }
}

impl Search<'_> {
    /// The sum up to the current record.
    pub(super) fn running(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let Some(case) = cases.iter().rfind(|case| case.wanted.is_some()) else {
            return;
        };
        let Some(outer) = case.context.stack.len().checked_sub(2) else {
            return;
        };
        let schema = self.tree.node(case.context.innermost()).schema;
        // The position in the loop must be the position among all records of the kind.
        let is_whole = |case: &Case<'_, Scalar>| {
            let all = self.tree.within(case.context.record(outer), schema);
            all.get(case.context.position) == Some(&case.context.innermost())
        };
        if cases.len() < 3 || !cases.iter().all(is_whole) {
            return;
        }
        let above = case.context.record(outer);
        for (cost, sum) in self.sums_over(outer, above, schema) {
            let sum = filtered(&sum, schema, &Select::UpTo);
            self.finish(sum, cases, &mut |item| push(found, cost + 0.4, item));
        }
    }

    /// A number that is negative for some codes of its record, or the sum of such numbers.
    pub(super) fn signed(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        self.differences(cases, target, found);
        let negative = |case: &Case<'_, Scalar>| {
            let number = case.wanted.and_then(Scalar::number);
            number.is_some_and(|number| number < 0.0)
        };
        if !found.is_empty() || cases.len() < 2 || !cases.iter().any(negative) {
            return;
        }
        let positive: Vec<Option<Scalar>> =
            cases.iter().map(|case| case.wanted.map(unsigned)).collect();
        let unsigned_cases: Vec<Case<'_, Scalar>> = cases
            .iter()
            .zip(&positive)
            .map(|(case, wanted)| Case {
                context: case.context.clone(),
                wanted: wanted.as_ref(),
            })
            .collect();
        let candidates = self.candidates(&unsigned_cases, target);
        let explained = candidates
            .into_iter()
            .filter(|candidate| !candidate.unexplained);
        for candidate in explained.take(TRIED) {
            for code in self.codes_at_record(cases) {
                let negative = cases.iter().filter(|case| negative(case));
                let codes =
                    negative.map(|case| Some(self.tree.evaluate(&code, &case.context)?.text()));
                let Some(codes) = codes.collect::<Option<BTreeSet<String>>>() else {
                    continue;
                };
                let of = Box::new(candidate.expression.clone());
                let codes = codes.into_iter().collect();
                let signed = Expression::Signed(of, Box::new(code), codes);
                self.finish(signed, cases, &mut |item| {
                    push(found, candidate.cost + 0.8, item);
                });
            }
        }
    }

    /// The values of the innermost record that can be codes.
    fn codes_at_record(&self, cases: &LeafCases<'_>) -> Vec<Expression> {
        let Some(case) = cases.first() else {
            return Vec::new();
        };
        let record = case.context.innermost();
        let is_code = |&node: &NodeId| {
            let current = self.tree.node(node);
            let coded = self.forms.is_empty() || self.forms.is_code(self.tree, current.schema);
            matches!(current.value, Some(Scalar::Text(_))) && coded
        };
        let codes = (record..self.tree.node(record).end).filter(is_code);
        codes
            .filter_map(|node| self.paths(&case.context, node).into_iter().next())
            .map(|(_, path)| Expression::Path(path))
            .collect()
    }

    /// The sum over the records with one code minus the sum over those with another.
    fn differences(&self, cases: &LeafCases<'_>, target: &Target, found: &mut Vec<Candidate>) {
        let is_informative = |case: &&Case<'_, Scalar>| {
            let number = case.wanted.and_then(Scalar::number);
            number.is_some_and(|number| number != 0.0)
        };
        let Some(case) = cases
            .iter()
            .find(is_informative)
            .or_else(|| first_number(cases))
        else {
            return;
        };
        // A code such as `00` is not the difference of two equal sums.
        if case
            .wanted
            .is_some_and(|wanted| wanted.text().starts_with("00"))
        {
            return;
        }
        let from = case.context.stack.len().saturating_sub(1);
        let record = case.context.innermost();
        for schema in self.listed_below(record) {
            let codes = self.codes_of(record, schema, target);
            for (cost, sum) in self.sums_over(from, record, schema) {
                for (odd, one) in &codes {
                    for (more, other) in &codes {
                        if !is_other_code(one, other) || self.is_exhausted() {
                            continue;
                        }
                        let [one, other] =
                            [one, other].map(|select| Box::new(filtered(&sum, schema, select)));
                        self.finish(Expression::Minus(one, other), cases, &mut |item| {
                            push(found, cost + odd + more + 0.6, item);
                        });
                    }
                }
            }
        }
    }
}

/// Whether two selections use different codes at one place.
fn is_other_code(one: &Select, other: &Select) -> bool {
    match (one, other) {
        (Select::Equals(place, code), Select::Equals(field, value)) => {
            place == field && code != value
        }
        _ => false,
    }
}
