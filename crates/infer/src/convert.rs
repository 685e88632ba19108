//! Conversions from a value of the input to a wanted value.

use super::dates::DateFormat;
use super::evaluate::{capital, compact, scale, title};
use super::scalar::{Scalar, decimals_of, number_text, round};
use super::template::Expression;

/// The minimum length of a text without punctuation.
pub(super) const COMPACT: usize = 5;

/// A change from one value to another, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Conversion {
    None,
    ToNumber,
    ToText,
    Trim,
    Compact,
    Upper,
    Lower,
    Title,
    Capital,
    Fixed(u32),
    /// The number in a text, as text without leading zeros.
    Plain,
    Pad(usize),
    Scaled(i32),
    ScaledText(i32),
    /// A scaled number as text with as many decimals as it has.
    ScaledPlain(i32),
    ScaledFixed(i32, u32),
    Reformat(DateFormat, DateFormat),
    /// The date of a date with time.
    DatePart(DateFormat),
    /// The hours and minutes of a date with time.
    TimePart(DateFormat),
}

impl Conversion {
    /// An expression, converted.
    pub(super) fn wrap(self, of: Expression) -> Expression {
        let number = |of| Box::new(Expression::Number(Box::new(of)));
        match self {
            Self::None => of,
            Self::ToNumber => Expression::Number(Box::new(of)),
            Self::ToText => Expression::Text(Box::new(of)),
            Self::Trim => Expression::Trim(Box::new(of)),
            Self::Compact => Expression::Compact(Box::new(of)),
            Self::Upper => Expression::Upper(Box::new(of)),
            Self::Lower => Expression::Lower(Box::new(of)),
            Self::Title => Expression::Title(Box::new(of)),
            Self::Capital => Expression::Capital(Box::new(of)),
            Self::Fixed(decimals) => Expression::Fixed(number(of), decimals),
            Self::Plain => Expression::Text(number(of)),
            Self::Pad(width) => {
                let width = i32::try_from(width).unwrap_or(i32::MAX);
                Expression::Pad(Box::new(of), -width, '0')
            }
            Self::Scaled(power) => Expression::Scale(number(of), power),
            Self::ScaledText(power) => {
                let scaled = Expression::Scale(number(of), power);
                Expression::Text(Box::new(Expression::Round(Box::new(scaled), 0)))
            }
            Self::ScaledPlain(power) => {
                Expression::Text(Box::new(Expression::Scale(number(of), power)))
            }
            Self::ScaledFixed(power, decimals) => {
                Expression::Fixed(Box::new(Expression::Scale(number(of), power)), decimals)
            }
            Self::Reformat(from, to) => Expression::Reformat(Box::new(of), from, to),
            Self::DatePart(to) => part(of, 0, 10, DateFormat::Iso, to),
            Self::TimePart(to) => part(of, 11, 5, DateFormat::ClockTime, to),
        }
    }

    fn cost(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::ToNumber | Self::ToText => 0.1,
            Self::Reformat(..) | Self::Trim | Self::DatePart(_) | Self::TimePart(_) => 0.3,
            Self::Upper | Self::Lower | Self::Title | Self::Fixed(_) | Self::Plain => 0.5,
            Self::Capital | Self::Compact => 0.6,
            Self::ScaledPlain(_) => 1.1,
            Self::Pad(_) => 0.8,
            Self::Scaled(_) | Self::ScaledText(_) | Self::ScaledFixed(..) => 1.0,
        }
    }
}

/// The conversions that turn one value into another, each with its cost.
pub(super) fn conversions(source: &Scalar, wanted: &Scalar) -> Vec<(f64, Conversion)> {
    let mut found = Vec::new();
    match (source, wanted) {
        (Scalar::Text(text), Scalar::Text(wanted)) if text == wanted => {
            found.push(Conversion::None);
            same_decimals(text, wanted, &mut found);
        }
        _ if source == wanted => found.push(Conversion::None),
        (Scalar::Text(text), Scalar::Number(number)) => to_number(text, *number, &mut found),
        (Scalar::Number(number), Scalar::Text(text)) => to_text(*number, text, &mut found),
        (Scalar::Number(number), Scalar::Number(wanted)) => scaled(*number, *wanted, &mut found),
        (Scalar::Text(text), Scalar::Text(wanted)) => texts(text, wanted, &mut found),
        _ => {}
    }
    found
        .into_iter()
        .map(|found| (found.cost(), found))
        .collect()
}

fn to_number(text: &str, wanted: f64, found: &mut Vec<Conversion>) {
    let Some(number) = super::scalar::number_of(text) else {
        return;
    };
    if same(number, wanted) {
        found.push(Conversion::ToNumber);
    } else {
        scaled(number, wanted, found);
    }
}

fn scaled(number: f64, wanted: f64, found: &mut Vec<Conversion>) {
    let fits = |&power: &i32| number != 0.0 && same(round(scale(number, power), 6), wanted);
    found.extend([-2, 2, -3].into_iter().filter(fits).map(Conversion::Scaled));
}

fn to_text(number: f64, wanted: &str, found: &mut Vec<Conversion>) {
    let text = Scalar::Number(number).text();
    if text == wanted {
        found.push(Conversion::ToText);
        same_decimals(&text, wanted, found);
        return;
    }
    numeric(number, wanted, found);
}

/// A number that already has the wanted number of decimals; other numbers of its kind may have a
/// different number.
fn same_decimals(text: &str, wanted: &str, found: &mut Vec<Conversion>) {
    let decimals = decimals_of(wanted);
    if decimals > 0 && super::scalar::number_of(text).is_some() {
        found.push(Conversion::Fixed(decimals));
    }
}

/// A number written in another format.
fn numeric(number: f64, wanted: &str, found: &mut Vec<Conversion>) {
    let Some(value) = super::scalar::number_of(wanted) else {
        return;
    };
    let decimals = decimals_of(wanted);
    // Other values may have a different number of decimals.
    let is_plain = decimals > 0 && number_text(value) == wanted;
    if same(number, value) {
        found.extend(is_plain.then_some(Conversion::Plain));
        found.push(if decimals > 0 {
            Conversion::Fixed(decimals)
        } else if wanted.starts_with('0') && wanted.len() > 1 {
            Conversion::Pad(wanted.len())
        } else {
            Conversion::Plain
        });
        return;
    }
    let fits = |&power: &i32| number != 0.0 && same(round(scale(number, power), 6), value);
    for power in [-2, 2, -3].into_iter().filter(fits) {
        if decimals > 0 {
            found.push(Conversion::ScaledFixed(power, decimals));
            found.extend(is_plain.then_some(Conversion::ScaledPlain(power)));
        } else if !wanted.starts_with('0') {
            found.push(Conversion::ScaledText(power));
        }
    }
}

fn texts(text: &str, wanted: &str, found: &mut Vec<Conversion>) {
    if text.trim() == wanted {
        found.push(Conversion::Trim);
    }
    if is_compact(text, wanted) {
        found.push(Conversion::Compact);
    }
    if text.to_uppercase() == wanted {
        found.push(Conversion::Upper);
    }
    if text.to_lowercase() == wanted {
        found.push(Conversion::Lower);
    }
    let is_cased = wanted.to_uppercase() != wanted && wanted.to_lowercase() != wanted;
    if is_cased && title(text) == wanted {
        found.push(Conversion::Title);
    }
    if is_cased && capital(text) == wanted {
        found.push(Conversion::Capital);
    }
    if let Some(number) = super::scalar::number_of(text) {
        numeric(number, wanted, found);
    }
    if let Some((date, time)) = date_and_time(text) {
        let moments = DateFormat::read(date)
            .into_iter()
            .chain(DateFormat::read(time));
        for (from, moment) in moments {
            for (to, other) in DateFormat::read(wanted) {
                if moment == other && from == DateFormat::Iso && !to.is_time() {
                    found.push(Conversion::DatePart(to));
                } else if moment == other && from == DateFormat::ClockTime && to.is_time() {
                    found.push(Conversion::TimePart(to));
                }
            }
        }
    }
    for (from, moment) in DateFormat::read(text) {
        for (to, other) in DateFormat::read(wanted) {
            if from.is_time() == to.is_time() && from != to && moment == other {
                found.push(Conversion::Reformat(from, to));
            }
        }
    }
}

/// Whether a text is another one without punctuation, such as a telephone number.
fn is_compact(text: &str, wanted: &str) -> bool {
    let is_number = super::scalar::number_of(text).is_some();
    !is_number && text.len() > wanted.len() && wanted.len() >= COMPACT && compact(text) == wanted
}

/// A part of a text, in another format.
fn part(of: Expression, start: i32, length: usize, from: DateFormat, to: DateFormat) -> Expression {
    let part = Expression::Slice(Box::new(of), start, Some(length));
    if from == to {
        return part;
    }
    Expression::Reformat(Box::new(part), from, to)
}

/// The date, and the hours and minutes, of a text such as `2026-03-01T09:15:00Z`.
pub(super) fn date_and_time(text: &str) -> Option<(&str, &str)> {
    let (date, time) = (text.get(..10)?, text.get(11..16)?);
    let parted = matches!(text.as_bytes().get(10), Some(b'T' | b' '));
    let dated = DateFormat::read(date)
        .iter()
        .any(|item| item.0 == DateFormat::Iso);
    let timed = DateFormat::read(time)
        .iter()
        .any(|item| item.0 == DateFormat::ClockTime);
    (parted && dated && timed).then_some((date, time))
}

/// Whether two numbers are equal to the cent.
pub(super) fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}
