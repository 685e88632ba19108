//! Suggests corrections for common mistakes of authors.

use super::elsewhere;
use super::place::{Bracket, Opener, Place};
use super::tokens::{Kind, Token};

/// A rule: the advice, if the place has the mistake.
type Rule = fn(&Place<'_>) -> Option<&'static str>;

/// The rules; the first that applies is used.
const RULES: [Rule; 16] = [
    comment,
    quotes,
    elsewhere::of,
    variable,
    doubled,
    call,
    assignment,
    arrow,
    access,
    comma_at_end,
    quote_in_text,
    name_in_backquotes,
    missing_comma,
    missing_semicolon,
    escape,
    closed_twice,
];

/// Advice for a template that cannot be parsed; `None` if no rule applies.
pub(super) fn of(place: &Place<'_>) -> Option<&'static str> {
    RULES.iter().find_map(|rule| rule(place))
}

fn comment(place: &Place<'_>) -> Option<&'static str> {
    comment_at(place).map(|_| "Write comments as /* text */")
}

/// The start of a comment in the line of a mistake, if it has the syntax of another language.
pub(super) fn comment_at(place: &Place<'_>) -> Option<usize> {
    let found = place.token(0)?;
    let line_start = place
        .template
        .get(..found.start)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let is_comment = |pair: &[Token<'_>]| {
        pair.iter().all(|token| token.is("/")) || pair.iter().any(|token| token.text == "//")
    };
    let on_line = |token: &Token<'_>| token.start >= line_start;
    let end = place.at.saturating_add(2).min(place.tokens.len());
    let upto = place.tokens.get(..end)?;
    let from = upto.iter().position(on_line)?;
    let tokens = upto.get(from..)?;
    let strokes = tokens.windows(2).find(|pair| is_comment(pair));
    let strokes = strokes.and_then(|pair| {
        let whole = pair.iter().find(|token| token.text == "//");
        whole.or_else(|| pair.first())
    });
    let strokes = strokes.or_else(|| tokens.iter().find(|token| token.text == "//"));
    let hashed = found.is("#") && upto.get(from).map(|first| first.start) == Some(found.start);
    strokes
        .or_else(|| Some(found).filter(|_| hashed))
        .map(|token| token.start)
}

fn quotes(place: &Place<'_>) -> Option<&'static str> {
    let found = place.token(0)?.text;
    ["“", "”", "„", "‘", "’", "‚", "«", "»", "´"]
        .contains(&found)
        .then_some("Use straight quotes, \" or '")
}

fn doubled(place: &Place<'_>) -> Option<&'static str> {
    let reads = |pair| place.reads(-1, pair) || place.reads(0, pair);
    if reads(["=", "="]) {
        Some("Compare with a single =")
    } else if reads(["!=", "="]) {
        Some("Write !=")
    } else if reads(["&", "&"]) {
        Some("Write and")
    } else if reads(["|", "|"]) {
        Some("Write or")
    } else if reads(["<", ">"]) {
        Some("Write !=")
    } else if place.token(0)?.is("!") {
        Some("Write $not(value)")
    } else {
        None
    }
}

fn assignment(place: &Place<'_>) -> Option<&'static str> {
    if place.reads(-1, ["+", "="]) || place.reads(-1, ["-", "="]) || place.reads(-1, ["+", "+"]) {
        return Some("A variable does not change; give the new value a name of its own with :=");
    }
    let found = place.token(0)?;
    let is_object = |open: &Bracket<'_>| open.sign == '{' && open.opener == Opener::None;
    if let Some(open) = place.open().filter(|open| is_object(open)) {
        let member = place.tokens.get(..place.at.saturating_add(1))?;
        let member = member
            .iter()
            .rev()
            .take_while(|token| token.start > open.start && !token.is(","));
        let signs = member.filter(|token| [":", "=", ":="].contains(&token.text));
        if signs.last().is_some_and(|first| !first.is(":")) {
            return Some("Write members as \"name\": value");
        }
    }
    (found.is("=") && place.token(-1)?.is(":")).then_some("Write := without a blank")
}

fn arrow(place: &Place<'_>) -> Option<&'static str> {
    if place.reads(-1, ["=", ">"]) || place.reads(0, ["=", ">"]) {
        return Some("Write functions as function($x) { value }");
    }
    let named = place.token(-1)?.text == "function"
        && matches!(place.token(0)?.kind, Kind::Name | Kind::Variable);
    named.then_some("Write $name := function($x) { value }")
}

fn access(place: &Place<'_>) -> Option<&'static str> {
    if place.reads(-1, ["-", ">"]) {
        return Some("Select a member with a dot: order.number");
    }
    (place.token(0)?.is(".") && place.token(-1)?.is("?"))
        .then_some("Write . alone; what is missing gives nothing")
}

fn comma_at_end(place: &Place<'_>) -> Option<&'static str> {
    let closes = ["}", "]", ")"]
        .iter()
        .any(|sign| place.token(0).is_some_and(|found| found.is(sign)));
    (closes && place.token(-1)?.is(",")).then_some("Remove the comma before it")
}

/// A text that ends at a quote that belongs to its content, or at the quote of the next text.
fn quote_in_text(place: &Place<'_>) -> Option<&'static str> {
    let (before, found) = (place.token(-1)?, place.token(0)?);
    let adjacent = before.kind == Kind::Text && before.range().end == found.start;
    let is_single = before.text.starts_with('\'');
    (adjacent && found.kind != Kind::Sign).then_some(if is_single {
        "Close the text before it with a quote; write a quote in a text as \\'"
    } else {
        "Close the text before it with a quote; write a quote in a text as \\\""
    })
}

fn name_in_backquotes(place: &Place<'_>) -> Option<&'static str> {
    let adjacent = |one: &Token<'_>, two: &Token<'_>| one.range().end == two.start;
    for distance in [-1, 0] {
        let pair = (place.token(distance), place.token(distance + 1));
        let (Some(one), Some(two)) = pair else {
            continue;
        };
        if one.kind == Kind::Number && adjacent(one, two) {
            match two.kind {
                Kind::Name => {
                    return Some("Put a name that begins with a digit in backquotes: `9_name`");
                }
                Kind::Number => return Some("Put digits that begin with 0 in quotes"),
                _ => {}
            }
        }
    }
    let (before, found) = (place.token(-1)?, place.token(0)?);
    let between = place.template.get(before.range().end..found.start)?;
    let are_names = before.kind == Kind::Name && found.kind == Kind::Name;
    (are_names && !between.contains('\n'))
        .then_some("Put a name with blanks in backquotes: `a name`")
}

/// The arguments of a function without brackets.
fn call(place: &Place<'_>) -> Option<&'static str> {
    let (before, found) = (place.token(-1)?, place.token(0)?);
    let between = place.template.get(before.range().end..found.start)?;
    let is_value = matches!(found.kind, Kind::Name | Kind::Text | Kind::Number);
    (before.kind == Kind::Variable && is_value && !between.contains('\n'))
        .then_some("Put the arguments of a function in round brackets: $name(value)")
}

fn missing_comma(place: &Place<'_>) -> Option<&'static str> {
    let is_semicolon = place.token(0)?.is(";");
    let is_between = is_semicolon || place.is_between_values();
    let open = place.open().filter(|_| is_between)?;
    match open {
        Bracket {
            opener: Opener::Parameters,
            ..
        } if place.token(0)?.is("{") => Some("Put ) after the last parameter"),
        Bracket {
            opener: Opener::Call(_) | Opener::Parameters,
            ..
        } => Some("Put a comma between the arguments"),
        Bracket {
            sign: '{',
            opener: Opener::None,
            ..
        } => {
            // A name and its value must be separated by a colon.
            let names_only = place
                .token(-2)
                .is_some_and(|token| token.is("{") || token.is(","));
            Some(if names_only && !is_semicolon {
                "Put a colon between the name and the value"
            } else {
                "Put a comma between the members"
            })
        }
        Bracket { sign: '[', .. } => Some("Put a comma between the items"),
        _ => None,
    }
}

fn missing_semicolon(place: &Place<'_>) -> Option<&'static str> {
    let is_semicolon = place.token(0)?.is(";");
    match place.open() {
        _ if !is_semicolon && !place.is_between_values() => None,
        None => Some("Put several expressions in a block: (one; two)"),
        Some(Bracket {
            opener: Opener::Body,
            ..
        }) => Some("Put the expressions of a function in a block: { (one; two) }"),
        Some(Bracket {
            sign: '(',
            opener: Opener::None,
            ..
        }) if !is_semicolon => Some("Put a semicolon between the expressions of a block"),
        _ => None,
    }
}

/// A name in a place that requires a variable.
fn variable(place: &Place<'_>) -> Option<&'static str> {
    const ADVICE: &str = "Begin the name of a variable with $";
    let is_name = |distance| {
        place
            .token(distance)
            .is_some_and(|token| token.kind == Kind::Name)
    };
    let in_parameters = place
        .open()
        .is_some_and(|open| open.opener == Opener::Parameters);
    let opens_parameters = place.token(0)?.is("(")
        && is_name(-1)
        && is_name(1)
        && ["function", "λ"].contains(&place.token(-1)?.text);
    let assigned = place.token(0)?.is(":=") && is_name(-1);
    ((in_parameters && is_name(0)) || opens_parameters || assigned).then_some(ADVICE)
}

fn escape(place: &Place<'_>) -> Option<&'static str> {
    let found = place.token(0)?;
    if found.kind != Kind::Text {
        return None;
    }
    let is_open = found.text.len() < 2 || !found.text.ends_with(found.text.get(..1)?);
    if is_open {
        return Some("Close the text with the quote that it begins with");
    }
    found
        .text
        .contains('\\')
        .then_some("Write a backslash in a text as \\\\")
}

/// A closing bracket without an opening one.
fn closed_twice(place: &Place<'_>) -> Option<&'static str> {
    let found = place.token(0)?;
    let closes = [")", "]", "}"].iter().any(|sign| found.is(sign));
    (closes && place.open().is_none()).then_some("No bracket is open here; remove it")
}
