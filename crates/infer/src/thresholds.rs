//! Explanations by the size of a number: flags, words and records on one side of a threshold.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::evaluate::Context;
use super::leaves::push;
use super::scalar::{Scalar, number_of};
use super::search::{Candidate, Case, LeafCases, Search};
use super::template::{Bound, Expression};
use super::tree::NodeId;

/// The maximum number of numbers of a record that are tried.
const OPERANDS: usize = 24;
/// The numbers of words that more than one threshold separates.
const CLASSES: RangeInclusive<usize> = 3..=5;
/// Words for sizes, the smallest first.
const SIZES: [&[&str]; 3] = [
    &[
        "low", "small", "light", "minor", "bronze", "cheap", "short", "slow",
    ],
    &[
        "mid", "medium", "middle", "moderate", "normal", "silver", "standard",
    ],
    &[
        "high", "large", "big", "heavy", "major", "gold", "bulk", "dear", "long", "fast",
    ],
];
/// The cost of words for sizes in an order that contradicts them.
const UNNATURAL: f64 = 1.0;
/// The steps for choosing a threshold, the roundest first.
const STEPS: [f64; 10] = [1e6, 1e5, 1e4, 1e3, 500.0, 100.0, 50.0, 10.0, 5.0, 1.0];

impl Search<'_> {
    /// A flag, or one of two words, that depends on whether a number of the innermost record is
    /// large.
    pub(super) fn thresholds(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let values: Option<Vec<&Scalar>> = cases.iter().map(|case| case.wanted).collect();
        // Any number divides two cases.
        let values = values.filter(|values| values.len() > 2);
        let Some((large, small)) = values.as_deref().and_then(two_of) else {
            return;
        };
        for (way, number) in self.amounts_of(cases) {
            for (one, other) in [(large, small), (small, large)] {
                let is_one = |case: &&Case<'_, Scalar>| case.wanted == Some(one);
                let of = |is: bool| {
                    let cases = cases.iter().filter(move |case| is_one(case) == is);
                    cases.map(|case| self.size(&number, &case.context))
                };
                let (Some(above), Some(below)) = (least(of(true)), greatest(of(false))) else {
                    continue;
                };
                if above <= below || (one == &Scalar::Bool(false)) {
                    continue;
                }
                let bound = Bound::AtLeast(between(below, above));
                let is = Expression::Beyond(Box::new(number.clone()), bound);
                let expression = match one {
                    Scalar::Bool(true) => is,
                    _ => Expression::Choose(Box::new(is), one.clone(), other.clone()),
                };
                if self.fits(&expression, cases) {
                    push(found, way + 1.0, expression);
                }
            }
            self.below_threshold(cases, &number, way, found);
        }
    }

    /// One of several words, by the size of a number: each word has the numbers between two
    /// thresholds. At least one word must occur twice.
    pub(super) fn classes(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let values: Option<Vec<&Scalar>> = cases.iter().map(|case| case.wanted).collect();
        let Some(values) = values else { return };
        let different: BTreeSet<String> = values.iter().map(|value| value.text()).collect();
        let are_texts = values.iter().all(|value| matches!(value, Scalar::Text(_)));
        if !are_texts || different.len() >= values.len() || !CLASSES.contains(&different.len()) {
            return;
        }
        for (way, number) in self.amounts_of(cases) {
            let numbers = cases.iter().map(|case| self.size(&number, &case.context));
            let Some(numbers) = numbers.collect::<Option<Vec<f64>>>() else {
                continue;
            };
            let mut sized: Vec<(f64, &Scalar)> = numbers.into_iter().zip(values.clone()).collect();
            sized.sort_by(|one, other| other.0.total_cmp(&one.0));
            let Some((classes, other)) = divided(&sized, different.len()) else {
                continue;
            };
            let expression = Expression::Classes(Box::new(number), classes, other);
            if self.fits(&expression, cases) {
                push(found, way + 1.5 + unnatural(&sized), expression);
            }
        }
    }

    /// The amounts of the innermost record, each with the cost of its path.
    fn amounts_of(&self, cases: &LeafCases<'_>) -> Vec<(f64, Expression)> {
        cases
            .first()
            .map_or_else(Vec::new, |case| self.amounts(case))
    }

    /// The amounts of the innermost record of a case, each with the cost of its path.
    pub(super) fn amounts(&self, case: &Case<'_, Scalar>) -> Vec<(f64, Expression)> {
        let record = case.context.innermost();
        let nodes = (record..self.tree.node(record).end).filter(|&node| self.is_amount(node));
        let numbers = nodes.take(OPERANDS).filter_map(|node| {
            let (way, path) = self.paths(&case.context, node).into_iter().next()?;
            Some((way, Expression::Number(Box::new(Expression::Path(path)))))
        });
        numbers.collect()
    }

    fn size(&self, number: &Expression, context: &Context) -> Option<f64> {
        self.tree.evaluate(number, context)?.number()
    }

    /// One of two words by the sign of a number, or one of several by its size. This is more general
    /// than a table in which no code repeats.
    pub(super) fn signs_of(&self, cases: &LeafCases<'_>, found: &mut Vec<Candidate>) {
        let is_chance = |found: &Candidate| match &found.expression {
            Expression::Table(_, entries) => {
                let values: BTreeSet<String> =
                    entries.iter().map(|(_, value)| value.text()).collect();
                entries.len() >= cases.len() && values.len() < entries.len()
            }
            _ => false,
        };
        if found.is_empty() || !found.iter().all(is_chance) {
            return;
        }
        let mut words = Vec::new();
        self.thresholds(cases, &mut words);
        self.classes(cases, &mut words);
        let is_general = |found: &Candidate| match &found.expression {
            Expression::Classes(..) => true,
            Expression::Choose(of, ..) => matches!(**of,
                Expression::Beyond(_, Bound::AtLeast(bound)) if bound == 0.0),
            _ => false,
        };
        found.extend(words.into_iter().filter(is_general));
    }

    /// A flag that is set if a number is small.
    fn below_threshold(
        &self,
        cases: &LeafCases<'_>,
        number: &Expression,
        way: f64,
        found: &mut Vec<Candidate>,
    ) {
        let of = |is: bool| {
            let cases = cases
                .iter()
                .filter(move |case| case.wanted == Some(&Scalar::Bool(is)));
            cases.map(|case| self.size(number, &case.context))
        };
        let (Some(below), Some(above)) = (greatest(of(true)), least(of(false))) else {
            return;
        };
        if above > below {
            let bound = Bound::Below(between(below, above));
            let is = Expression::Beyond(Box::new(number.clone()), bound);
            if self.fits(&is, cases) {
                push(found, way + 1.1, is);
            }
        }
    }

    /// The bound that separates records from others by a number at one place; `None` if there is
    /// none.
    pub(super) fn bound_of(
        &self,
        meant: &[NodeId],
        others: &[NodeId],
        field: &[super::tree::SchemaId],
    ) -> Option<Bound> {
        let last = *field.last()?;
        let numbers = |nodes: &[NodeId]| {
            let number = |&node: &NodeId| match self.tree.below(node, field).as_slice() {
                [text] => number_of(text),
                _ => None,
            };
            nodes.iter().map(number).collect::<Option<Vec<f64>>>()
        };
        let (meant, others) = (numbers(meant)?, numbers(others)?);
        let is_measure = self.forms.is_empty() || self.forms.is_amount(self.tree, last);
        if !is_measure || meant.is_empty() || others.is_empty() {
            return None;
        }
        bound_between(&meant, &others)
    }

    /// Whether a node is a quantity or amount, and not a code or a part of the envelope.
    pub(super) fn is_amount(&self, node: NodeId) -> bool {
        let current = self.tree.node(node);
        let number = current.value.as_ref().and_then(Scalar::number).is_some();
        let measured = self.forms.is_empty() || self.forms.is_amount(self.tree, current.schema);
        number && measured && !self.is_envelope(node)
    }
}

/// The roundest bound that separates numbers from others, if there is one.
pub(super) fn bound_between(meant: &[f64], others: &[f64]) -> Option<Bound> {
    let min = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
    let max = |values: &[f64]| values.iter().copied().fold(f64::MIN, f64::max);
    if min(meant) > max(others) {
        return Some(Bound::AtLeast(between(max(others), min(meant))));
    }
    (max(meant) < min(others)).then(|| Bound::Below(between(max(meant), min(others))))
}

/// The lower bounds of the words of sorted numbers, from the greatest number, and the word of the
/// least. `None` if the numbers of two words overlap.
fn divided(sized: &[(f64, &Scalar)], words: usize) -> Option<(Vec<(f64, Scalar)>, Scalar)> {
    let mut bounds = Vec::new();
    for pair in sized.windows(2) {
        let [(above, word), (below, other)] = pair else {
            return None;
        };
        if word != other {
            if above <= below {
                return None;
            }
            bounds.push((between(*below, *above), (*word).clone()));
        }
    }
    let least = (*sized.last()?.1).clone();
    (bounds.len() + 1 == words).then_some((bounds, least))
}

/// The cost of words for sizes if the numbers, from the greatest, are in another order.
fn unnatural(sized: &[(f64, &Scalar)]) -> f64 {
    let words = sized.iter().map(|(_, word)| word.text().to_lowercase());
    let place = |word: String| {
        SIZES
            .iter()
            .position(|words| words.contains(&word.as_str()))
    };
    let places: Vec<usize> = words.filter_map(place).collect();
    let is_natural = places.is_sorted_by(|one, other| one >= other);
    if is_natural { 0.0 } else { UNNATURAL }
}

/// The two different values; `None` if there are more, or only one.
pub(super) fn two_of<'a>(values: &[&'a Scalar]) -> Option<(&'a Scalar, &'a Scalar)> {
    let one = *values.first()?;
    let other = *values.iter().find(|value| **value != one)?;
    let both = values.iter().all(|value| *value == one || *value == other);
    both.then_some((one, other))
}

fn least(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values = values.collect::<Option<Vec<f64>>>()?;
    values.into_iter().reduce(f64::min)
}

fn greatest(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values = values.collect::<Option<Vec<f64>>>()?;
    values.into_iter().reduce(f64::max)
}

/// The roundest number above one bound and not above the other.
fn between(below: f64, above: f64) -> f64 {
    let is_between = |number: &f64| *number > below && *number <= above;
    let round = |step: f64| (below / step).floor().mul_add(step, step);
    let mut rounds = STEPS.iter().map(|&step| round(step));
    rounds.find(is_between).unwrap_or(above)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn a_threshold_is_the_roundest_number_between() {
        let check = |below, above, wanted: f64| {
            let found = between(below, above);
            assert!(
                (found - wanted).abs() < f64::EPSILON,
                "{below} {above}: {found}"
            );
        };
        check(36.0, 150.0, 100.0);
        check(18.0, 58.0, 50.0);
        check(999.0, 1000.0, 1000.0);
        check(1.1, 1.2, 1.2);
        check(-5.0, 3.0, 0.0);
        check(7.0, 9.0, 8.0);
    }
}
