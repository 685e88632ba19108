//! Escapes `/` within brackets of a regular expression, where JSONata does not end the expression.
//!
//! The library ends the expression there. It does not after a backslash, which has no other effect
//! on the expression.

use crate::problem::Position;

/// A template with a backslash before each such `/`, and the positions of the backslashes in the
/// result; `None` if there is nothing to escape.
pub(super) fn escaped(template: &str) -> Option<(String, Vec<Position>)> {
    let (mut made, mut places) = (String::with_capacity(template.len() + 8), Vec::new());
    let mut before = Before::default();
    let mut rest = template;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' | '\'' => quoted(rest, letter, true),
            '`' => quoted(rest, letter, false),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |find| find + 2),
            '/' if before.expects_value() => {
                let (strokes, length) = expression(rest)?;
                let mut start = 0;
                for stroke in strokes {
                    made.push_str(rest.get(start..stroke)?);
                    places.push(Position::after(&made, made.len()));
                    made.push('\\');
                    start = stroke;
                }
                made.push_str(rest.get(start..length)?);
                before.see('/', "/");
                rest = rest.get(length..)?;
                continue;
            }
            _ => letter.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        before.see(letter, token);
        made.push_str(token);
        rest = after;
    }
    (!places.is_empty()).then_some((made, places))
}

/// The position in the original template for a position in the text with backslashes.
pub(super) fn original(place: Position, backslashes: &[Position]) -> Position {
    let is_before =
        |position: &&Position| position.line == place.line && position.column < place.column;
    let before = backslashes.iter().filter(is_before).count();
    Position {
        column: place.column.map(|column| column.saturating_sub(before)),
        ..place
    }
}

/// The last token: after a value `/` divides, elsewhere it begins an expression.
#[derive(Default)]
struct Before {
    word: String,
    is_value: bool,
}

impl Before {
    fn see(&mut self, letter: char, token: &str) {
        if letter.is_whitespace() || token.starts_with("/*") {
            return;
        }
        if letter.is_alphanumeric() || ['_', '$'].contains(&letter) {
            self.word.push(letter);
            self.is_value = !["and", "or", "in"].contains(&self.word.as_str());
        } else {
            self.word.clear();
            self.is_value = [')', ']', '}', '"', '\'', '`', '/', '*', '%'].contains(&letter);
        }
    }

    const fn expects_value(&self) -> bool {
        !self.is_value
    }
}

/// The length of a text in quotes.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut is_escaped = true;
    for (at, letter) in rest.char_indices() {
        if letter == quote && !is_escaped {
            return at + letter.len_utf8();
        }
        is_escaped = escapes && letter == '\\' && !is_escaped;
    }
    rest.len()
}

/// The positions of the slashes to escape in an expression, and its length.
fn expression(rest: &str) -> Option<(Vec<usize>, usize)> {
    let (mut strokes, mut depth, mut escaped) = (Vec::new(), 0_usize, false);
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => {}
            '/' if depth == 0 => return Some((strokes, at + 1)),
            '/' => strokes.push(at),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{escaped, original};
    use crate::problem::Position;

    #[test]
    fn strokes_among_brackets_get_a_backslash() {
        for (template, wanted) in [
            ("$contains(a, /[/]/)", Some(r"$contains(a, /[\/]/)")),
            (
                "$split(a, /x(/|y)[/]+/)",
                Some(r"$split(a, /x(\/|y)[\/]+/)"),
            ),
            ("[/[/]/, /[/]/]", Some(r"[/[\/]/, /[\/]/]")),
            ("a[b]/c[d]/e", None),
            (r#""/[/]/" & '/[/]/' & `/[/]/` /* /[/]/ */"#, None),
            (r"/[\/]/", None),
            ("/[/", None),
            ("$f(a)/[1]", None),
        ] {
            let made = escaped(template).map(|(text, _)| text);
            assert_eq!(made.as_deref(), wanted, "{template}");
        }
        let (text, backslashes) = escaped("[/[/]/, x").unwrap_or_default();
        let place = Position::after(&text, text.find('x').unwrap_or_default());
        assert_eq!(original(place, &backslashes).column, Some(9));
    }
}
