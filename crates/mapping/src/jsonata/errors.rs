//! Converts the library's errors.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::parser::ParserError;

use super::place::Place;
use super::tokens::{Kind, tokens};
use super::{advice, partial, position, syntax_words};
use crate::engine::Limits;
use crate::problem::{Cause, MappingError, Position};

/// Codes that report a limit: nesting, time, items of a range, items of a sequence.
const LIMITS: [&str; 5] = ["U1001", "D1011", TIME, "D2014", ITEMS];
/// Codes of mistakes that may have advice.
const WITH_ADVICE: [&str; 10] = [
    "S0101", "S0103", "S0201", "S0202", "S0203", "S0204", "S0207", "S0208", "S0211", "S0212",
];
/// The code of an evaluation that exceeded the time limit.
pub(super) const TIME: &str = "D1012";
/// The code of too many items.
pub(super) const ITEMS: &str = "D2015";
/// The code of a cancelled run.
pub(super) const CANCELLED: &str = "U1003";
/// The code of a string or an output that exceeded the length limit.
pub(super) const TOO_LONG: &str = "D2016";

/// A template that cannot be parsed.
pub(super) fn syntax(template: &str, error: &ParserError) -> MappingError {
    let text = match error {
        // The library has no code for this error.
        ParserError::UnclosedComment => "S0106: Comment has no closing tag, which is */".to_owned(),
        other => other.to_string(),
    };
    let (code, reason) = split(&text);
    let position = position::of(template, error);
    let place = Place::new(template, position);
    let is = |wanted: &str| code.as_deref() == Some(wanted);
    // The language has two codes that the library does not distinguish.
    let (code, reason) =
        if let Some(closing) = position::open_bracket(template).filter(|_| is("S0207")) {
            let reason = syntax_words::unclosed(&closing.to_string(), &place);
            (Some("S0203".to_owned()), reason)
        } else if is("S0101") && position::is_stroke(template, position) {
            let reason = "No terminating / in regular expression".to_owned();
            (Some("S0302".to_owned()), reason)
        } else {
            let words = syntax_words::reason(error, &place);
            (code, words.unwrap_or(reason))
        };
    let has_advice = code
        .as_deref()
        .is_some_and(|code| WITH_ADVICE.contains(&code));
    let advice = position
        .filter(|_| has_advice)
        .and_then(|_| advice::of(&place));
    // If a comment has the syntax of another language, the comment is the mistake and not the text
    // after its start.
    let comment = advice.and_then(|_| advice::comment_at(&place));
    let position = comment.map_or(position, |offset| Some(place.position(offset)));
    let reason = advice.map_or_else(|| reason.clone(), |advice| format!("{reason}. {advice}"));
    MappingError {
        position,
        ..MappingError::new(Cause::Template, code, reason)
    }
}

/// A range in a filter without its own brackets, which the library would accept.
pub(super) fn bare_range(template: &str) -> MappingError {
    let mut places = template.match_indices("..").map(|(at, _)| at);
    // If there are several, the right one is unknown.
    let at = places.next().filter(|_| places.next().is_none());
    let reason =
        "Expected \"]\", found \"..\"; a range in a filter stands in brackets of its own, [[0..1]]";
    MappingError {
        position: at.map(|at| Position::after(template, at)),
        ..MappingError::new(Cause::Template, Some("S0202".to_owned()), reason)
    }
}

/// A `:=` after something other than a variable, which the library reports only during evaluation.
pub(super) fn assigned_to_no_variable(template: &str) -> Option<MappingError> {
    let all = tokens(template);
    let mut pairs = all.iter().zip(all.iter().skip(1));
    let (_, sign) =
        pairs.find(|(before, token)| token.is(":=") && before.kind != Kind::Variable)?;
    let error = ParserError::Coded {
        code: "S0212",
        message: "The left side of := must be a variable".to_owned(),
    };
    let mut error = syntax(template, &error);
    error.position = Some(Position::after(template, sign.start));
    Some(error)
}

/// Whether two evaluations failed for the same reason.
pub(super) fn are_alike(one: &EvaluatorError, other: &EvaluatorError) -> bool {
    /// Codes of an argument with a wrong type; our functions and the library have different texts
    /// for them.
    const ARGUMENT: [&str; 4] = ["T0410", "T0411", "T0412", "D3030"];
    let kind = |error: &EvaluatorError| {
        let (code, reason) = split(error.message());
        match code {
            Some(code) if ARGUMENT.contains(&code.as_str()) => "argument".to_owned(),
            Some(code) => code,
            None if partial::is_wrong_argument(&reason) => "argument".to_owned(),
            None => reason,
        }
    };
    kind(one) == kind(other)
}

/// An input that is not JSON.
pub(super) fn input(error: &serde_json::Error) -> MappingError {
    MappingError::new(
        Cause::Input,
        None,
        format!("The input is not JSON: {error}"),
    )
}

/// A template that cannot be evaluated.
pub(super) fn evaluation(error: &EvaluatorError, limits: &Limits) -> MappingError {
    let (code, reason) = split(error.message());
    let is = |wanted: &str| code.as_deref() == Some(wanted);
    if is(CANCELLED) {
        return cancelled();
    }
    if is(TOO_LONG) {
        return too_long("string", limits.string_bytes);
    }
    let cause = if LIMITS.into_iter().any(is) {
        Cause::Limit
    } else {
        Cause::Evaluation
    };
    MappingError::new(cause, code, reason)
}

/// A run that was cancelled.
pub(super) fn cancelled() -> MappingError {
    let code = Some(CANCELLED.to_owned());
    MappingError::new(Cause::Cancelled, code, "The evaluation was cancelled")
}

/// Something that exceeded its limit.
pub(super) fn too_long(what: &str, limit: usize) -> MappingError {
    let reason = format!("The {what} is longer than {limit} bytes");
    MappingError::new(Cause::Limit, Some(TOO_LONG.to_owned()), reason)
}

/// The code at the start of a message, or after the library's prefix, and the rest.
fn split(message: &str) -> (Option<String>, String) {
    let bytes = message.as_bytes();
    let is_code = |window: &[u8]| {
        matches!(window, [letter, digits @ .., b':']
            if letter.is_ascii_uppercase() && digits.iter().all(u8::is_ascii_digit))
    };
    let Some(at) = bytes.windows(6).position(is_code) else {
        return (None, message.to_owned());
    };
    let code = message.get(at..at + 5).map(str::to_owned);
    let reason = message.get(at + 6..).unwrap_or_default().trim();
    (code, reason.to_owned())
}
