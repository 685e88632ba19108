//! Values without parts, and their text form.

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
}

impl Scalar {
    /// The scalar in a JSON value; `None` for an object or array.
    pub(super) fn of_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            serde_json::Value::Number(number) => Some(Self::Number(number.as_f64()?)),
            serde_json::Value::Bool(is) => Some(Self::Bool(*is)),
            serde_json::Value::Null => Some(Self::Null),
            _ => None,
        }
    }

    /// The value as text, with numbers as JavaScript writes them.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Bool(is) => is.to_string(),
            Self::Null => "null".to_owned(),
        }
    }

    /// The value as a number, also if it is the text of a number.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number_of(text),
            _ => None,
        }
    }
}

/// The number in a text, plain decimals only.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.len() <= 15
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && !digits.starts_with('.')
        && !digits.ends_with('.');
    plain.then(|| text.parse().ok()).flatten()
}

/// A number as JavaScript writes it, for magnitudes that occur in business.
pub(super) fn number_text(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    format!("{number}")
}

/// A number rounded to a number of decimals.
pub(super) fn round(number: f64, decimals: u32) -> f64 {
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    let shifted = number * scale;
    // A number just below a half because of binary rounding counts as a half.
    let nudged = shifted + shifted.abs() * f64::EPSILON * 4.0 * shifted.signum();
    let rounded = nudged.round() / scale;
    if rounded.is_finite() { rounded } else { number }
}

/// The number of decimals in a text.
pub(super) fn decimals_of(text: &str) -> u32 {
    text.split_once('.')
        .map_or(0, |(_, after)| u32::try_from(after.len()).unwrap_or(0))
}
