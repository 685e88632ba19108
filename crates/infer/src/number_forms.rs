//! Finds the format in which a computed number is wanted: rounded, scaled by 100, or as a text.

use super::convert::same;
use super::scalar::{Scalar, decimals_of, number_of, round};
use super::search::{Case, LeafCases, Search};
use super::template::{Aggregate, Expression};
use super::tree::SchemaId;
use super::wanted::Wanted;

/// The number of decimals of an amount.
const CENTS: u32 = 2;

impl Search<'_> {
    /// Whether some amounts of the output have a zero that the input does not have as their last
    /// decimal, and none has one decimal.
    pub(super) fn has_fixed_amounts(&self, wanted: &Wanted) -> bool {
        let mut leaves = Vec::new();
        wanted.leaves(&mut leaves);
        let texts = leaves.iter().filter_map(|leaf| match leaf {
            Scalar::Text(text) if number_of(text).is_some() => Some(text),
            _ => None,
        });
        let whole = self.tree.node(0).end;
        let (mut fixed, mut plain) = (false, false);
        for text in texts {
            plain |= decimals_of(text) == 1;
            let is_new = || self.index.within(&format!("={text}"), 0, whole).is_empty();
            fixed |= decimals_of(text) == CENTS && text.ends_with('0') && is_new();
        }
        fixed && !plain
    }

    /// Adds a number in the wanted format, if it matches.
    pub(super) fn finish(
        &self,
        number: Expression,
        cases: &LeafCases<'_>,
        take: &mut dyn FnMut(Expression),
    ) {
        if self.is_exhausted() {
            return;
        }
        let forms = self.number_forms(number, cases).unwrap_or_default();
        if let Some(form) = forms.into_iter().find(|form| self.fits(form, cases)) {
            take(form);
        }
    }

    /// The formats of a number that give the wanted value in one case.
    fn number_forms(&self, number: Expression, cases: &LeafCases<'_>) -> Option<Vec<Expression>> {
        let case = decisive(cases)?;
        let wanted = case.wanted?;
        let computed = self.tree.evaluate(&number, &case.context)?.number()?;
        let value = wanted.number()?;
        let wanted_values = cases.iter().filter_map(|case| case.wanted);
        let decimals = wanted_values.map(|wanted| decimals_of(&wanted.text()));
        let decimals = decimals.max().unwrap_or(0);
        let is_count = matches!(number, Expression::Count(_) | Expression::Position(..));
        if is_count && decimals > 0 {
            return None;
        }
        let number = Box::new(number);
        let is_text = matches!(wanted, Scalar::Text(_));
        let is_plain =
            same(round(computed, decimals.max(2)), value) || same(round(computed, decimals), value);
        let is_amount =
            same(round(computed / 100.0, 2), value) && computed.fract() == 0.0 && value != 0.0;
        let is_cents = same(round(computed * 100.0, 0), value) && computed.fract() != 0.0;
        match (is_plain, is_amount, is_cents) {
            (true, _, _) => Some(self.plain_forms(number, computed, wanted, decimals)),
            (_, true, _) => Some(amount_forms(number, is_text, decimals)),
            (_, _, true) => Some(cents_forms(number, is_text)),
            _ => None,
        }
    }

    /// The number itself, exact or rounded; as a text also with leading zeros.
    fn plain_forms(
        &self,
        number: Box<Expression>,
        computed: f64,
        wanted: &Scalar,
        decimals: u32,
    ) -> Vec<Expression> {
        let round_to = |places| Expression::Round(number.clone(), places);
        let is_exact = (round(computed, 0) - computed).abs() < f64::EPSILON
            && decimals == 0
            && !self.is_fractional(&number);
        let plain = if is_exact {
            (*number).clone()
        } else {
            round_to(decimals.max(2))
        };
        if matches!(wanted, Scalar::Text(_)) {
            let text = Expression::Text(Box::new(plain));
            let width = i32::try_from(wanted.text().len()).unwrap_or(0);
            let padded = Expression::Pad(Box::new(text.clone()), -width, '0');
            let fixed = Expression::Fixed(number, decimals);
            if self.fixed.get() && decimals == CENTS {
                return vec![fixed, text, padded];
            }
            vec![text, fixed, padded]
        } else {
            vec![plain, round_to(decimals.max(2)), round_to(decimals)]
        }
    }

    /// Whether a calculation has decimal values, which binary numbers only approximate.
    fn is_fractional(&self, of: &Expression) -> bool {
        let calculates = matches!(
            of,
            Expression::Sum(_)
                | Expression::SumOfProducts(..)
                | Expression::AggregateOfProducts(..)
                | Expression::Quotient(..)
                | Expression::Product(..)
                | Expression::Plus(..)
                | Expression::Minus(..)
                | Expression::AggregateOfEach(..)
                | Expression::Aggregate(Aggregate::Average, _)
        );
        let mut schemas = Vec::new();
        if let Expression::SumOfProducts(_, one, other)
        | Expression::AggregateOfProducts(_, _, one, other) = of
        {
            schemas.extend(one.last().copied());
            schemas.extend(other.last().copied());
        }
        let mut paths = Vec::new();
        of.paths(&mut paths);
        if let Expression::AggregateOfEach(_, _, each) = of {
            return self.is_fractional(each);
        }
        schemas.extend(
            paths
                .iter()
                .filter_map(|path| Some(path.steps.last()?.schema)),
        );
        let fractional = |&schema: &SchemaId| {
            let nodes = &self.tree.schema(schema).instances;
            let mut values = nodes
                .iter()
                .filter_map(|&node| self.tree.node(node).value.as_ref());
            values.any(|value| decimals_of(&value.text()) > 0)
        };
        calculates && schemas.iter().any(fractional)
    }
}

/// The case that determines the format; a zero does not.
fn decisive<'c, 'a>(cases: &'c LeafCases<'a>) -> Option<&'c Case<'a, Scalar>> {
    let is_decisive = |case: &&Case<'_, Scalar>| {
        let number = case.wanted.and_then(Scalar::number);
        number.is_some_and(|number| number != 0.0)
    };
    let known = || cases.iter().find(|case| case.wanted.is_some());
    cases.iter().find(is_decisive).or_else(known)
}

/// A number of cents as an amount.
fn amount_forms(number: Box<Expression>, is_text: bool, decimals: u32) -> Vec<Expression> {
    let amount = Expression::Scale(number, -2);
    if is_text {
        vec![
            Expression::Fixed(Box::new(amount.clone()), decimals),
            Expression::Text(Box::new(amount)),
        ]
    } else {
        vec![amount]
    }
}

/// An amount as a number of cents.
fn cents_forms(number: Box<Expression>, is_text: bool) -> Vec<Expression> {
    let cents = Expression::Round(Box::new(Expression::Scale(number, 2)), 0);
    vec![if is_text {
        Expression::Text(Box::new(cents))
    } else {
        cents
    }]
}
