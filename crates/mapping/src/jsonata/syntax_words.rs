//! Messages of syntax errors, with the characters that the author typed instead of token names.

use jsonata_core::parser::ParserError;

use super::place::{Bracket, Opener, Place};

/// Why a template is invalid; `None` if the library's message is good enough.
pub(super) fn reason(error: &ParserError, place: &Place<'_>) -> Option<String> {
    match error {
        ParserError::Expected { expected, .. } if expected == "parameter name" => None,
        ParserError::Expected { expected, found } => {
            let expected = sign(expected);
            Some(if found == "Eof" {
                unclosed(expected, place)
            } else {
                format!(
                    "Expected {}, found {}",
                    wanted(expected, place),
                    place.found()
                )
            })
        }
        ParserError::UnexpectedToken(token) if token == "Eof" => Some(match place.before() {
            Some(before) => {
                format!("Expected a value after {before}, found the end of the template")
            }
            None => "The template is empty".to_owned(),
        }),
        // A single character; token names have more.
        ParserError::UnexpectedToken(sign) if sign.chars().count() == 1 => {
            Some(format!("{} is not a sign of JSONata", quoted(sign)))
        }
        ParserError::UnexpectedToken(_) => Some(match place.before() {
            Some(before) => format!("Expected a value after {before}, found {}", place.found()),
            None => format!("Expected a value, found {}", place.found()),
        }),
        ParserError::InvalidSyntax(message) if message.contains("S0201") => {
            let found = place.found();
            Some(format!(
                "Expected an operator or the end of the template, found {found}"
            ))
        }
        ParserError::UnexpectedEnd
        | ParserError::InvalidSyntax(_)
        | ParserError::InvalidNumber(_)
        | ParserError::UnclosedString
        | ParserError::InvalidEscape(_)
        | ParserError::UnclosedComment
        | ParserError::UnclosedBacktick
        | ParserError::Coded { .. } => None,
    }
}

/// The template ends before a sign.
pub(super) fn unclosed(sign: &str, place: &Place<'_>) -> String {
    format!(
        "Expected {} before the end of the template",
        wanted(sign, place)
    )
}

/// A part of a template in quotes, shortened.
pub(super) fn quoted(text: &str) -> String {
    /// The maximum number of characters that are shown.
    const MOST: usize = 40;
    let mut shown: String = text.chars().take(MOST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    // A text has its own quotes.
    if shown.starts_with(['"', '\'']) && shown.len() > 1 {
        return shown;
    }
    format!("\"{shown}\"")
}

/// What is expected at the place, and after or for what.
fn wanted(expected: &str, place: &Place<'_>) -> String {
    let open = place.open();
    match (expected, open) {
        (
            ")",
            Some(Bracket {
                opener: Opener::Call(name),
                ..
            }),
        ) => {
            format!("\")\" after the arguments of {name}")
        }
        (
            ")",
            Some(Bracket {
                opener: Opener::Parameters,
                ..
            }),
        ) => "\")\" after the parameters of the function".to_owned(),
        (":", Some(Bracket { sign: '{', .. })) => match place.before() {
            Some(before) => format!("\":\" after {before}"),
            None => "\":\"".to_owned(),
        },
        (sign @ (")" | "]" | "}"), Some(open)) => {
            let or = if sign == "}" && open.sign == '{' && open.opener == Opener::None {
                "\",\" or "
            } else {
                ""
            };
            format!(
                "{or}\"{sign}\" for the \"{}\" of {}",
                open.sign,
                place.position(open.start)
            )
        }
        (sign, _) => format!("\"{sign}\""),
    }
}

/// How a token is written, from its name in the library.
fn sign(name: &str) -> &str {
    match name {
        "RightParen" => ")",
        "RightBracket" => "]",
        "RightBrace" => "}",
        "LeftParen" => "(",
        "LeftBracket" => "[",
        "LeftBrace" => "{",
        "Colon" => ":",
        "Comma" => ",",
        "Semicolon" => ";",
        "Pipe" => "|",
        "LessThan" => "<",
        "GreaterThan" => ">",
        other => other,
    }
}
