//! Mistakes in the texts of a template: texts as filters, placeholders, and pictures of other languages.

use super::{Finding, Severity};
use crate::jsonata::tokens::{Kind, Token, tokens};
use crate::problem::Position;

/// Functions with a picture of a date, with the number of the argument, counted from 0.
const PICTURES: [(&str, usize); 3] = [("$now", 0), ("$fromMillis", 1), ("$toMillis", 1)];

/// The findings on the texts of a template.
pub(super) fn findings(template: &str) -> Vec<Finding> {
    let tokens = tokens(template);
    let mut calls: Vec<Call<'_>> = Vec::new();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token.kind, token.text) {
            (Kind::Sign, "(" | "[" | "{") => calls.push(Call::at(&tokens, at)),
            (Kind::Sign, ")" | "]" | "}") => drop(calls.pop()),
            (Kind::Sign, ",") => {
                if let Some(call) = calls.last_mut() {
                    call.arguments = call.arguments.saturating_add(1);
                }
            }
            (Kind::Text, _) => {
                let message = selection(&tokens, at)
                    .or_else(|| placeholder(content(token)))
                    .or_else(|| picture(&tokens, at, calls.last()?));
                found.extend(message.map(|message| Finding {
                    severity: Severity::Warning,
                    position: Some(Position::after(template, token.start)),
                    message,
                }));
            }
            _ => {}
        }
    }
    found
}

/// A bracket that is open, as the arguments of a function.
struct Call<'t> {
    function: &'t str,
    /// The number of arguments before the place.
    arguments: usize,
}

impl<'t> Call<'t> {
    fn at(tokens: &[Token<'t>], at: usize) -> Self {
        let name = behind(tokens, at, 1).filter(|token| token.kind == Kind::Variable);
        let is_piped = behind(tokens, at, 2).is_some_and(|token| token.is("~>"));
        Self {
            function: name.map_or("", |token| token.text),
            arguments: usize::from(is_piped),
        }
    }
}

fn behind<'p, 't>(tokens: &'p [Token<'t>], at: usize, distance: usize) -> Option<&'p Token<'t>> {
    tokens.get(at.checked_sub(distance)?)
}

/// A text without its quotes.
fn content<'t>(token: &Token<'t>) -> &'t str {
    let text = token.text;
    text.get(1..text.len().saturating_sub(1))
        .unwrap_or_default()
}

/// `order["number"]` and `order.["number"]`.
fn selection(tokens: &[Token<'_>], at: usize) -> Option<String> {
    let is_alone = tokens.get(at.saturating_add(1))?.is("]") && behind(tokens, at, 1)?.is("[");
    let before = behind(tokens, at, 2).filter(|_| is_alone)?;
    let name = name(content(tokens.get(at)?));
    if before.is(".") {
        Some(format!(
            "this makes a list with a text; write .{name} to select the member"
        ))
    } else if before.ends_value() {
        Some(format!(
            "a text as a filter is true for every item; write .{name} to select the member"
        ))
    } else {
        None
    }
}

/// A name as it is written in a path.
fn name(text: &str) -> String {
    let is_plain = text.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
        && text
            .chars()
            .all(|sign| sign.is_alphanumeric() || sign == '_');
    if is_plain {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}

fn placeholder(text: &str) -> Option<String> {
    let is_placeholder = |(open, close): &(&str, &str)| {
        text.split_once(open)
            .is_some_and(|(_, rest)| rest.contains(close))
    };
    [("${", "}"), ("{{", "}}")]
        .iter()
        .any(is_placeholder)
        .then(|| "a text has no placeholders; join texts and values with &".to_owned())
}

fn picture(tokens: &[Token<'_>], at: usize, call: &Call<'_>) -> Option<String> {
    let is_picture = PICTURES.contains(&(call.function, call.arguments));
    let is_alone = tokens
        .get(at.saturating_add(1))
        .is_some_and(|token| token.is(")") || token.is(","));
    let starts = behind(tokens, at, 1).is_some_and(|token| token.is("(") || token.is(","));
    let lacks_parts = !content(tokens.get(at)?).contains('[');
    (is_picture && is_alone && starts && lacks_parts).then(|| {
        let result = if call.function == "$toMillis" {
            "no date has this form"
        } else {
            "every date becomes this text"
        };
        format!("the picture has no component such as [Y0001], [M01] or [D01]; {result}")
    })
}
