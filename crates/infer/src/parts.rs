//! The possible sources of a part of a text: a value, a value in a column, a value with separators
//! between its digits, or a piece of a longer value.

use super::convert::{Conversion, conversions, date_and_time};
use super::evaluate::Context;
use super::scalar::Scalar;
use super::search::{Case, Search};
use super::template::Expression;
use super::texts::cuts;

/// An expression and what it costs.
pub(super) type Way = (f64, Expression);

/// The maximum number of ways to produce one part.
const WAYS: usize = 6;
/// The minimum number of digits in a value that a mask divides.
const MASKED: usize = 6;
/// The minimum length of a value that is searched inside a text.
const INSIDE: usize = 4;
/// The maximum number of leaves that are searched inside a text.
const LEAVES: usize = 4_000;
/// The minimum length of a piece of a longer value.
const PIECE: usize = 3;

impl Search<'_> {
    /// The values of the input that can be a part of a text, with their cost.
    pub(super) fn sources(
        &self,
        seed: &Case<'_, Scalar>,
        part: &str,
        is_single: bool,
        several: bool,
    ) -> (f64, Vec<Way>) {
        if !part.chars().any(char::is_alphanumeric) {
            return (0.0, Vec::new());
        }
        if part.trim() != part {
            return (1.0, self.columns(seed, part));
        }
        let mut values = self.values(seed, part);
        // Short values of other records can have the digits of a longer value's end by chance.
        let is_initial = part.chars().count() == 1 && part.starts_with(char::is_uppercase);
        let is_end = part.len() >= PIECE && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_single && several && (is_initial || is_end) {
            let pieces = self.pieces(seed, part);
            values.truncate(2);
            values.extend(pieces);
        }
        if !values.is_empty() {
            // Two letters match almost anywhere.
            return (if part.len() > 2 { 0.8 } else { 1.3 }, values);
        }
        let masked = self.masked(seed, part);
        if !masked.is_empty() {
            return (1.0, masked);
        }
        let length = part.chars().count();
        let is_informative =
            length >= PIECE || (several && length == 1 && !part.starts_with(char::is_lowercase));
        if is_single && is_informative {
            return (1.6, self.pieces(seed, part));
        }
        (0.0, Vec::new())
    }

    /// The words of a text that may each be a value: the words between spaces and punctuation,
    /// words that punctuation joins, and longer values that occur in the text.
    pub(super) fn words(&self, context: &Context, text: &str) -> Vec<Scalar> {
        let blanks = text.split([' ', ',', ';', '|']);
        let marks = text.split(|c: char| !c.is_alphanumeric());
        let moment = date_and_time(text).map(|(date, time)| [date, time]);
        let words = blanks.chain(marks).chain(moment.into_iter().flatten());
        let mut words: Vec<String> = words.map(str::to_owned).collect();
        let record = context.innermost();
        let end = self.tree.node(record).end.min(record + LEAVES);
        self.tree.look((end - record) / 4);
        for node in record..end {
            if let Some(Scalar::Text(value)) = &self.tree.node(node).value
                && value.len() >= INSIDE
                && text.contains(value.as_str())
            {
                words.push(value.clone());
            }
        }
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        words.into_iter().map(Scalar::Text).collect()
    }

    /// Values that equal a part, possibly in another format.
    fn values(&self, seed: &Case<'_, Scalar>, part: &str) -> Vec<Way> {
        let wanted = Scalar::Text(part.to_owned());
        let mut ways: Vec<Way> = Vec::new();
        for leaf in self.hits(seed, &wanted) {
            let Some(source) = &self.tree.node(leaf).value else {
                continue;
            };
            if part.len() < 4 && self.is_envelope(leaf) {
                continue;
            }
            for (cost, conversion) in conversions(source, &wanted) {
                let rescaled = matches!(
                    conversion,
                    Conversion::Scaled(_)
                        | Conversion::ScaledText(_)
                        | Conversion::ScaledPlain(_)
                        | Conversion::ScaledFixed(..)
                );
                if rescaled {
                    continue;
                }
                for (way, path) in self.paths(&seed.context, leaf) {
                    ways.push((way + cost, conversion.wrap(Expression::Path(path))));
                }
            }
        }
        cheapest(ways)
    }

    /// Values that spaces pad to the width of a column.
    fn columns(&self, seed: &Case<'_, Scalar>, part: &str) -> Vec<Way> {
        let text = part.trim();
        let filled = part.chars().count() - text.chars().count();
        let one_side = part.starts_with(text) || part.ends_with(text);
        if filled < 2 || !one_side {
            return Vec::new();
        }
        let width = i32::try_from(part.chars().count()).unwrap_or(i32::MAX);
        let width = if part.starts_with(text) {
            width
        } else {
            -width
        };
        let fill = |(cost, way)| (cost, Expression::Pad(Box::new(way), width, ' '));
        self.values(seed, text).into_iter().map(fill).collect()
    }

    /// Values with punctuation between their digits, such as telephone numbers.
    fn masked(&self, seed: &Case<'_, Scalar>, part: &str) -> Vec<Way> {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        let letters = part.chars().any(char::is_alphabetic);
        if letters || digits.len() < MASKED || digits.len() == part.len() {
            return Vec::new();
        }
        let masked = |(cost, way)| (cost, mask(&way, part));
        self.values(seed, &digits).into_iter().map(masked).collect()
    }

    /// Pieces of longer values.
    fn pieces(&self, seed: &Case<'_, Scalar>, part: &str) -> Vec<Way> {
        let mut ways = Vec::new();
        for leaf in self.holders(seed, part) {
            let Some(source) = &self.tree.node(leaf).value else {
                continue;
            };
            let text = source.text();
            if !text.starts_with(part) && !text.ends_with(part) {
                continue;
            }
            for (way, path) in self.paths(&seed.context, leaf) {
                for (cost, cut) in cuts(&text, part) {
                    ways.push((way + cost, cut(Expression::Path(path.clone()))));
                }
            }
        }
        cheapest(ways)
    }
}

/// The digits of a value, separated as in a pattern.
fn mask(of: &Expression, pattern: &str) -> Expression {
    let mut parts: Vec<Expression> = Vec::new();
    let mut at = 0;
    let mut rest = pattern;
    while !rest.is_empty() {
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest
            .find(|c: char| c.is_ascii_digit() != is_digit)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        if is_digit {
            parts.push(Expression::Slice(
                Box::new(of.clone()),
                at,
                Some(piece.len()),
            ));
            at += i32::try_from(piece.len()).unwrap_or(0);
        } else {
            parts.push(Expression::Constant(Scalar::Text(piece.to_owned())));
        }
        rest = after;
    }
    Expression::Concat(parts)
}

pub(super) fn cheapest(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by(|one, other| one.0.total_cmp(&other.0));
    ways.truncate(WAYS);
    ways
}
