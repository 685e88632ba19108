//! Advice for the syntax of other languages.

use super::place::{Bracket, Opener, Place};
use super::tokens::{Kind, Token};

/// Advice for syntax of another language; `None` if there is none at the place.
pub(super) fn of(place: &Place<'_>) -> Option<&'static str> {
    [
        order, negation, statement, condition, loops, spread, path, function, braces,
    ]
    .iter()
    .find_map(|rule| rule(place))
}

const CONDITION: &str = "Write condition ? value : other";

fn is_name(token: Option<&Token<'_>>, words: &[&str]) -> bool {
    token.is_some_and(|token| token.kind == Kind::Name && words.contains(&token.text))
}

/// The tokens of the expression before the place, without what is in brackets of its own.
fn before<'p, 't>(place: &'p Place<'t>) -> impl Iterator<Item = &'p Token<'t>> {
    let mut depth = 0_usize;
    let tokens = place
        .tokens
        .get(..place.at)
        .unwrap_or_default()
        .iter()
        .rev();
    tokens
        .map_while(move |token| {
            match token.text {
                ")" | "]" | "}" if token.kind == Kind::Sign => depth = depth.saturating_add(1),
                "(" | "[" | "{" if token.kind == Kind::Sign => depth = depth.checked_sub(1)?,
                "," | ";" if depth == 0 => return None,
                _ => {}
            }
            Some((depth, token))
        })
        .filter(|(depth, _)| *depth == 0)
        .map(|(_, token)| token)
}

/// `^(name desc)`.
fn order(place: &Place<'_>) -> Option<&'static str> {
    if is_name(place.token(0), &["desc", "descending", "DESC"]) {
        Some("Write ^(>name) for descending order")
    } else if is_name(place.token(0), &["asc", "ascending", "ASC"]) {
        Some("Write ^(name) for ascending order")
    } else {
        None
    }
}

/// `value is null` and `not value`.
fn negation(place: &Place<'_>) -> Option<&'static str> {
    if is_name(place.token(0), &["is", "isnt"]) && place.token(-1).is_some_and(Token::ends_value) {
        Some("Compare with =, as in value = null")
    } else if is_name(place.token(-1), &["not", "NOT"]) && place.is_between_values() {
        Some("Write $not(value)")
    } else {
        None
    }
}

/// Statements.
fn statement(place: &Place<'_>) -> Option<&'static str> {
    let words = [place.token(-1), place.token(0)].into_iter().flatten();
    words
        .filter(|token| token.kind == Kind::Name)
        .find_map(|word| match word.text {
            "let" | "var" | "const" => Some("Write $name := value"),
            "else" | "elseif" | "elsif" | "then" | "case" | "when" | "switch" => Some(CONDITION),
            "return" => Some("Leave out return; the last expression is the result"),
            _ => None,
        })
}

/// `if`, and `?` without `:`.
fn condition(place: &Place<'_>) -> Option<&'static str> {
    let all = place.tokens.get(..place.at)?;
    let is_if = |pair: &[Token<'_>]| matches!(pair, [word, bracket] if word.text == "if" && bracket.is("("));
    if all.windows(2).any(is_if) || is_name(place.token(-1), &["if"]) {
        return Some(CONDITION);
    }
    let sign = before(place).find(|token| token.is("?") || token.is(":"));
    let is_open = sign.is_some_and(|token| token.is("?"));
    (is_open && place.is_between_values()).then_some(CONDITION)
}

fn loops(place: &Place<'_>) -> Option<&'static str> {
    const WORDS: [&str; 3] = ["for", "foreach", "while"];
    let is_loop = |token: &Token<'_>| token.kind == Kind::Name && WORDS.contains(&token.text);
    let is_near = is_name(place.token(0), &WORDS) || before(place).any(is_loop);
    is_near.then_some("Write list.(expression) for each item of a list")
}

/// `...object` and `value |> function`.
fn spread(place: &Place<'_>) -> Option<&'static str> {
    if place.reads(0, ["|", ">"]) || place.reads(-1, ["|", ">"]) {
        return Some("Apply a function with ~>");
    }
    let begins = place.token(-1)?.is(",") || ["{", "["].contains(&place.token(-1)?.text);
    match place.open()?.sign {
        _ if !begins || !place.token(0)?.text.starts_with("..") => None,
        '{' => Some("Copy the members of another object with $merge([one, other])"),
        '[' => Some("Add the items of another list with $append(one, other)"),
        _ => None,
    }
}

/// `list[?(@.name)]`, `list[0:2]` and `%name`.
fn path(place: &Place<'_>) -> Option<&'static str> {
    let (last, found) = (place.token(-1)?, place.token(0)?);
    let in_filter = place.open().is_some_and(|open| open.sign == '[');
    if in_filter && last.is("[") && found.is("?") {
        Some("Write the condition alone: list[name = value]")
    } else if in_filter && last.kind == Kind::Number && found.is(":") {
        Some("Write a range as list[[0..1]]")
    } else if in_filter && found.is(":=") {
        Some("Compare with =")
    } else if place.reads(-1, ["%", found.text]) && found.kind == Kind::Name {
        Some("Put a dot between % and the name: %.name")
    } else if found.is(":=") && place.token(-2).is_some_and(|token| token.is(".")) {
        Some("Only a variable can be set; change an object with object ~> |path|{\"name\": value}|")
    } else {
        None
    }
}

/// `($value) { result }`, and an object as the body of a function.
fn function(place: &Place<'_>) -> Option<&'static str> {
    let open = place.open()?;
    if open.opener == Opener::Body && place.token(0)?.is(":") {
        return Some("Put an object in a function in braces of its own: { {\"name\": value} }");
    }
    let rest = place.tokens.get(place.at..)?.iter();
    let mut after = rest.skip_while(|token| token.kind == Kind::Variable || token.is(","));
    let closes = after.next().is_some_and(|token| token.is(")"));
    let has_body = after
        .next()
        .is_some_and(|token| token.is("{") || token.is("="));
    let is_list = open.sign == '(' && open.opener == Opener::None && place.token(0)?.is(",");
    (is_list && closes && has_body).then_some("Write functions as function($x) { value }")
}

/// `{{value}}`, `${value}` and `{name}`.
fn braces(place: &Place<'_>) -> Option<&'static str> {
    let is_object = |open: &&Bracket<'_>| open.sign == '{' && open.opener == Opener::None;
    let open = place.open().filter(is_object)?;
    let ends = ["}", ","].contains(&place.token(0)?.text) && place.token(-1)?.ends_value();
    if !ends || before(place).any(|token| token.is(":")) || place.token(-1)?.start <= open.start {
        return None;
    }
    let text = place.template.get(..open.start)?;
    Some(if text.ends_with(['{', '$']) {
        "Write a value without braces around it"
    } else {
        "Write members as \"name\": value"
    })
}
