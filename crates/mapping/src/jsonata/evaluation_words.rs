//! Messages of failed evaluations: the function and its argument, the values, and what to do.

use jsonata_core::value::JValue;

use super::builtins::nearest;
use super::parameters;
use super::syntax_words::quoted;
use super::tokens::{Kind, Token, tokens};
use super::trace::{Failure, takes_syntax};
use crate::problem::MappingError;

/// Codes whose message the template itself provides.
const OF_THE_AUTHOR: [&str; 2] = ["D3137", "D3141"];

/// Functions to which the library passes the context without a check.
const OF_CONTEXT: [&str; 2] = ["$lowercase", "$uppercase"];

/// Functions of one list.
const OF_LIST: [&str; 6] = ["$average", "$count", "$max", "$merge", "$min", "$sum"];

/// Why an evaluation failed, written for the template's author.
pub(super) fn reason(problem: &MappingError, failure: Option<&Failure>, template: &str) -> String {
    let text = problem.reason.as_str();
    let code = code(problem, failure);
    let code = code.as_deref().unwrap_or_default();
    match code {
        "T0410" | "T0411" | "T0412" => own_argument(failure).unwrap_or_else(|| match code {
            "T0411" => context(text, failure),
            _ => argument(text, failure),
        }),
        "T1005" | "T1006" => no_function(text, failure, template),
        "T2001" | "T2002" => operand(code, text, failure),
        "T2009" | "T2010" => comparison(text, failure),
        "T2006" => format!("{text}. Write $name for a function"),
        "T1003" => format!("{}. Convert it with $string(value)", shortened(text)),
        "D3030" => format!("{}{}", shortened(text), of(failure, " in ")),
        "D3132" => format!(
            "{} is not a component of a picture, such as [Y0001]",
            quoted(text)
        ),
        _ if OF_THE_AUTHOR.contains(&code) => text.to_owned(),
        _ => shortened(text),
    }
}

/// The code of a failed evaluation. The library reports a wrong context of two functions as a wrong argument.
pub(super) fn code(problem: &MappingError, failure: Option<&Failure>) -> Option<String> {
    let of_context = function(failure).is_some_and(|name| OF_CONTEXT.contains(&name.as_str()))
        && failure.is_some_and(|failure| failure.values.is_empty() && !failure.is_piped);
    match problem.code.as_deref() {
        Some("T0410") if of_context => Some("T0411".to_owned()),
        code => code.map(str::to_owned),
    }
}

/// An argument of a builtin whose first argument can be missing.
fn own_argument(failure: Option<&Failure>) -> Option<String> {
    let (name, values) = (function(failure)?, failure?.values.as_slice());
    let (nth, wanted) = parameters::wrong(&name, values)?;
    let found = described(values.get(nth.checked_sub(1)?)?);
    Some(format!(
        "Argument {nth} of {name} must be {wanted}, found {found}"
    ))
}

/// An argument that the function does not accept.
fn argument(text: &str, failure: Option<&Failure>) -> String {
    let Some((nth, rest)) = numbered(text) else {
        let count = failure.map_or(0, |failure| failure.values.len());
        return match function(failure) {
            Some(name) if takes_syntax(&name) => {
                format!("{name} takes another number of arguments, or other types")
            }
            Some(name) if OF_LIST.contains(&name.as_str()) => format!(
                "{name} does not take {count} arguments. Put them in a list: {name}([one, two])"
            ),
            Some(name) => format!("{name} does not take {count} arguments"),
            None => text.to_owned(),
        };
    };
    let name = function(failure).or_else(|| named(rest));
    let of = name
        .as_ref()
        .map_or_else(String::new, |name| format!(" of {name}"));
    let value = failure.and_then(|failure| failure.values.get(nth.saturating_sub(1)));
    let found = value.map_or_else(String::new, |value| format!(", found {}", described(value)));
    match rest.split_once("must be ") {
        // The first argument was taken for the context.
        Some((_, "Function")) if nth == 1 && takes_object(name.as_deref()) => {
            format!("Argument 1{of} must be an object")
        }
        Some((_, wanted)) => format!("Argument {nth}{of} must be {}{found}", kind(wanted)),
        None if value.is_none() && failure.is_some() => format!("Argument {nth}{of} is missing"),
        None => format!("Argument {nth}{of} has the wrong type{found}"),
    }
}

fn takes_object(function: Option<&str>) -> bool {
    matches!(function, Some("$each" | "$sift"))
}

/// The number in `Argument 2 …`, and the text after it.
fn numbered(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.strip_prefix("Argument ")?.split_once(' ')?;
    Some((number.parse().ok()?, rest))
}

/// The name in `… of function pad …`.
fn named(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("of function ")?;
    let name = rest.split(' ').next().filter(|name| *name != "undefined")?;
    Some(format!("${}", name.trim_start_matches('$')))
}

fn context(text: &str, failure: Option<&Failure>) -> String {
    let name = function(failure).or_else(|| named(text));
    let name = name.unwrap_or_else(|| "The function".to_owned());
    format!("{name} takes the context for a missing argument, and the context has the wrong type")
}

fn no_function(text: &str, failure: Option<&Failure>, template: &str) -> String {
    let written = failure.map(|failure| failure.written.trim_end_matches('('));
    if let Some((_, meant)) = text.split_once("Did you mean ") {
        let name = meant.trim_end_matches('?');
        return format!(
            "{} is no function. Did you mean {name}?",
            quoted(name.trim_start_matches('$'))
        );
    }
    let named = text.rsplit_once(": ").map(|(_, name)| name);
    let Some(name) = named.or(written).filter(|name| name.starts_with('$')) else {
        return match written.map(|name| (name, nearest(name, []))) {
            Some((name, Some(near))) => {
                format!("{} is no function. Did you mean ${near}?", quoted(name))
            }
            _ => "What is called is no function".to_owned(),
        };
    };
    let all = tokens(template);
    let own = all
        .iter()
        .filter(|token| token.kind == Kind::Variable && token.text != name);
    let own: Vec<&str> = own
        .map(Token::name)
        .filter(|name| !name.is_empty())
        .collect();
    let name_alone = name.trim_start_matches('$');
    match nearest(name_alone, own) {
        Some(near) if near != name_alone => {
            format!(
                "There is no function {}. Did you mean ${near}?",
                shortened(name)
            )
        }
        _ => format!("There is no function {}", shortened(name)),
    }
}

fn operand(code: &str, text: &str, failure: Option<&Failure>) -> String {
    let Some(Failure {
        written, values, ..
    }) = failure
    else {
        return text.to_owned();
    };
    let (nth, side) = if code == "T2001" {
        (0, "left")
    } else {
        (1, "right")
    };
    let value = values.get(nth).map(described).unwrap_or_default();
    let advice = match values.get(nth) {
        Some(JValue::String(_)) if written == "+" => {
            ". Join texts with &, convert a text with $number(value)"
        }
        Some(JValue::String(_)) => ". Convert a text with $number(value)",
        Some(JValue::Array(..)) => {
            ". Choose one item with a filter, or add them up with $sum(list)"
        }
        _ => "",
    };
    format!("The {side} side of {written} must be a number, found {value}{advice}")
}

fn comparison(text: &str, failure: Option<&Failure>) -> String {
    match failure.map(|failure| (failure.written.as_str(), failure.values.as_slice())) {
        Some((written, [left, right])) => format!(
            "The sides of {written} must be two numbers or two strings, found {} and {}",
            described(left),
            described(right)
        ),
        _ => text.to_owned(),
    }
}

/// The name of the function that failed.
fn function(failure: Option<&Failure>) -> Option<String> {
    let name = failure?.written.strip_suffix('(')?;
    Some(name.to_owned())
}

fn of(failure: Option<&Failure>, word: &str) -> String {
    function(failure).map_or_else(String::new, |name| format!("{word}{name}"))
}

/// A shortened value.
fn described(value: &JValue) -> String {
    match value {
        JValue::Undefined => "nothing".to_owned(),
        _ if value.is_function() => "a function".to_owned(),
        JValue::Array(..) => format!("the list {}", json(value)),
        JValue::Object(..) => format!("the object {}", json(value)),
        _ => json(value),
    }
}

fn json(value: &JValue) -> String {
    cut(&value.to_json_string().unwrap_or_default(), 40)
}

/// A reason from the library, which may quote a long value.
fn shortened(text: &str) -> String {
    cut(text, 200)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A type name of the library in plain words.
fn kind(name: &str) -> String {
    let choices = name.trim_matches(['(', ')']).split(" or ");
    let words: Vec<String> = choices.map(single_kind).collect();
    words.join(" or ")
}

fn single_kind(name: &str) -> String {
    if let Some(items) = name.strip_prefix("an array of ") {
        return format!("a list of {}s", items.to_lowercase().trim_end_matches('s'));
    }
    match name.trim_start_matches("a ") {
        "Array" => "a list".to_owned(),
        "Object" => "an object".to_owned(),
        other => format!("a {}", other.to_lowercase()),
    }
}
