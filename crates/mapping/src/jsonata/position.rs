//! Finds the position of an error in a template, because the library does not report it.

use jsonata_core::parser::{self, Lexer, ParserError, Token};

use super::tokens::{Kind, Token as Piece, tokens as pieces};
use crate::problem::Position;

/// Codes that are found only after the whole template has been read, so that no part of it shows
/// the position.
const AFTERWARDS: [&str; 4] = ["S0214", "S0215", "S0216", "S0217"];
/// The code of a template that is nested too deep; finding the position would take long.
const TOO_DEEP: &str = "U1002";
/// Codes of a template that ends too early.
const AT_THE_END: [&str; 2] = ["S0203", "S0207"];

/// The position of the first token that makes the template invalid.
///
/// The parser reads from left to right and stops at the first wrong token. So every beginning of
/// the template that contains the token gives the same error, and none without it does.
pub(super) fn of(template: &str, error: &ParserError) -> Option<Position> {
    let wanted = error.to_string();
    let is = |codes: &[&str]| codes.iter().any(|code| wanted.contains(code));
    if is(&AFTERWARDS) || is(&[TOO_DEEP]) {
        return None;
    }
    if is(&["S0106"]) || matches!(error, ParserError::UnclosedComment) {
        return template.rfind("/*").map(|at| Position::after(template, at));
    }
    if is(&["S0212"]) {
        return only(template, |before, token, _| {
            token.is(":=") && before.is_none_or(|before| before.kind != Kind::Variable)
        });
    }
    if is(&["S0213"]) {
        return only(template, |before, token, after| {
            let is_dot = |token: Option<&Piece<'_>>| token.is_some_and(|token| token.is("."));
            token.kind == Kind::Number && (is_dot(before) || is_dot(after))
        });
    }
    if is(&AT_THE_END) {
        return Some(Position::after(template, template.trim_end().len()));
    }
    let whole = tokens(template);
    let end = match &whole {
        (_, Some(lexical)) if *lexical == wanted => {
            first(template, |beginning| tokens(beginning) == whole)
        }
        _ => first(template, |beginning| {
            parser::parse(beginning).is_err_and(|error| error.to_string() == wanted)
        }),
    };
    end.map(|end| Position::after(template, start(template, end)))
}

/// The position of the only matching token, from the texts before it, of it and after it.
fn only(
    template: &str,
    is_meant: impl Fn(Option<&Piece<'_>>, &Piece<'_>, Option<&Piece<'_>>) -> bool,
) -> Option<Position> {
    let all = pieces(template);
    let before = |nth: usize| nth.checked_sub(1).and_then(|nth| all.get(nth));
    let mut found = all
        .iter()
        .enumerate()
        .filter(|(nth, token)| is_meant(before(*nth), token, all.get(nth + 1)));
    let (_, first) = found.next()?;
    found
        .next()
        .is_none()
        .then(|| Position::after(template, first.start))
}

/// The number of tokens before the end or the first invalid token, and the error of that token.
fn tokens(template: &str) -> (usize, Option<String>) {
    let mut lexer = Lexer::new(template.to_owned());
    let mut count = 0;
    loop {
        match lexer.next_token() {
            Ok(Token::Eof) => return (count, None),
            Ok(_) => count += 1,
            Err(error) => return (count, Some(error.to_string())),
        }
    }
}

/// The sign that would close the innermost open bracket at the end of a template.
///
/// After `{` the parser first expects a colon.
pub(super) fn open_bracket(template: &str) -> Option<char> {
    let mut lexer = Lexer::new(template.to_owned());
    let mut open = Vec::new();
    let mut last = None;
    while let Ok(token) = lexer.next_token() {
        match token {
            Token::Eof => break,
            Token::LeftParen => open.push(')'),
            Token::LeftBracket => open.push(']'),
            Token::LeftBrace => open.push('}'),
            Token::RightParen | Token::RightBracket | Token::RightBrace => drop(open.pop()),
            _ => {}
        }
        last = Some(token);
    }
    let after_brace = last == Some(Token::LeftBrace);
    open.pop().map(|last| if after_brace { ':' } else { last })
}

/// Whether there is a slash at a place.
pub(super) fn is_stroke(template: &str, place: Option<Position>) -> bool {
    let letter = place.and_then(|place| {
        let line = template.split('\n').nth(place.line - 1)?;
        line.chars().nth(place.column? - 1)
    });
    letter == Some('/')
}

/// The end of the shortest beginning for which `holds` is true.
fn first(template: &str, holds: impl Fn(&str) -> bool) -> Option<usize> {
    let ends: Vec<usize> = template
        .char_indices()
        .map(|(at, letter)| at + letter.len_utf8())
        .collect();
    let index = ends.partition_point(|end| !holds(template.get(..*end).unwrap_or_default()));
    ends.get(index).copied()
}

/// The start of the word or sign that ends here.
fn start(template: &str, end: usize) -> usize {
    let before = template.get(..end).unwrap_or_default();
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let word = before.trim_end_matches(in_word).len();
    let sign = before.chars().next_back().map_or(0, char::len_utf8);
    if word < end { word } else { end - sign }
}
