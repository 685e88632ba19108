//! The tokens of a template with their positions, which the library's tokens do not have.
//!
//! Any text can be read: characters that are not a token of the language are a [`Kind::Sign`] each,
//! and an unclosed token extends to the end.

use std::ops::Range;

/// A token of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    pub kind: Kind,
    /// The text of the token.
    pub text: &'t str,
    /// Its first byte in the template.
    pub start: usize,
}

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text in quotes.
    Text,
    /// A number.
    Number,
    /// A name, also one in backquotes, and words such as `and`.
    Name,
    /// A variable, with its `$`.
    Variable,
    /// A regular expression.
    Pattern,
    /// An operator, a bracket, or a character that the language does not have.
    Sign,
}

impl Token<'_> {
    /// Its bytes in the template.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Whether it is this sign.
    pub(crate) fn is(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// The name without backquotes, or the variable without its `$`.
    pub(crate) fn name(&self) -> &str {
        match self.kind {
            Kind::Variable => self.text.get(1..).unwrap_or_default(),
            _ => self.text.trim_matches('`'),
        }
    }

    /// Whether a value can end here, so that an operator can follow.
    pub(crate) fn ends_value(&self) -> bool {
        match self.kind {
            Kind::Name => !["and", "or", "in"].contains(&self.text),
            Kind::Sign => [")", "]", "}", "*", "**", "%"].contains(&self.text),
            _ => true,
        }
    }
}

/// The signs of two characters.
const PAIRS: [&str; 9] = ["..", ":=", "!=", ">=", "<=", "~>", "**", "??", "?:"];

/// All tokens of a template, without whitespace and comments.
pub(crate) fn tokens(template: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut start = 0;
    while let Some(rest) = template.get(start..).filter(|rest| !rest.is_empty()) {
        let blank = blank(rest);
        if blank > 0 {
            start += blank;
            continue;
        }
        let (kind, length) = next(rest, found.last());
        let text = rest.get(..length).unwrap_or(rest);
        found.push(Token { kind, text, start });
        start += text.len();
    }
    found
}

/// The length of the whitespace or comment at the start.
fn blank(rest: &str) -> usize {
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |at| at + 2);
    }
    rest.len() - rest.trim_start().len()
}

/// The kind and the length of the first token.
fn next(rest: &str, before: Option<&Token<'_>>) -> (Kind, usize) {
    let Some(first) = rest.chars().next() else {
        return (Kind::Sign, 0);
    };
    match first {
        '"' | '\'' => (Kind::Text, quoted(rest, first, true)),
        '`' => (Kind::Name, quoted(rest, first, false)),
        '0'..='9' => (Kind::Number, number(rest)),
        '$' => (Kind::Variable, 1 + word(rest.get(1..).unwrap_or_default())),
        'λ' => (Kind::Name, first.len_utf8()),
        '/' if !before.is_some_and(Token::ends_value) => pattern(rest),
        _ if first.is_alphabetic() || first == '_' => (Kind::Name, word(rest)),
        _ => {
            let is_pair = PAIRS.iter().any(|pair| rest.starts_with(pair));
            (Kind::Sign, if is_pair { 2 } else { first.len_utf8() })
        }
    }
}

fn word(rest: &str) -> usize {
    let is_outside = |letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '$';
    rest.find(is_outside).unwrap_or(rest.len())
}

fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if letter == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = escapes && letter == '\\' && !is_escaped;
    }
    rest.len()
}

fn number(rest: &str) -> usize {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let from = |at: usize| rest.get(at..).unwrap_or_default();
    let mut end = if rest.starts_with('0') {
        1
    } else {
        digits(rest)
    };
    if let Some(fraction) = from(end)
        .strip_prefix('.')
        .map(digits)
        .filter(|count| *count > 0)
    {
        end += 1 + fraction;
    }
    if let Some(exponent) = from(end).strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits(unsigned) > 0 {
            end += 1 + (exponent.len() - unsigned.len()) + digits(unsigned);
        }
    }
    end
}

/// A regular expression with its flags, or only the slash if the expression does not end on its
/// line.
fn pattern(rest: &str) -> (Kind, usize) {
    let (mut is_escaped, mut depth) = (false, 0_usize);
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '\n' => break,
            _ if is_escaped => {}
            '/' if depth == 0 => {
                let flags = rest.get(at + 1..).unwrap_or_default();
                let length = flags.find(|c: char| !c.is_alphabetic());
                return (Kind::Pattern, at + 1 + length.unwrap_or(flags.len()));
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    (Kind::Sign, 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, tokens};

    #[test]
    fn templates_are_cut_as_the_language_has_it() {
        let check = |template: &str, wanted: &[&str]| {
            let texts: Vec<&str> = tokens(template).iter().map(|token| token.text).collect();
            assert_eq!(texts, wanted, "{template}");
        };
        check(
            r#"{"a": $sum(x : 1)}"#,
            &["{", "\"a\"", ":", "$sum", "(", "x", ":", "1", ")", "}"],
        );
        check("a/b ~> /[/]x/i", &["a", "/", "b", "~>", "/[/]x/i"]);
        check(
            "1.5e-3..2.a 012",
            &["1.5e-3", "..", "2", ".", "a", "0", "12"],
        );
        check(
            "$$.`a b`.'c\\'d' /* no */ ",
            &["$$", ".", "`a b`", ".", "'c\\'d'"],
        );
        check(
            "a := b != c ?: \"d",
            &["a", ":=", "b", "!=", "c", "?:", "\"d"],
        );
        check("“é” // x", &["“", "é", "”", "//", "x"]);
        check(
            "λ($x){*/2}",
            &["λ", "(", "$x", ")", "{", "*", "/", "2", "}"],
        );
        assert_eq!(tokens("a /b/").len(), 4);
        assert_eq!(
            tokens("in /b/").last().map(|token| token.kind),
            Some(Kind::Pattern)
        );
    }

    proptest! {
        #[test]
        fn every_token_stands_where_it_says(template in "[ -~é“\n]{0,60}") {
            let mut end = 0;
            for token in tokens(&template) {
                prop_assert!(token.start >= end && !token.text.is_empty());
                prop_assert_eq!(template.get(token.range()), Some(token.text));
                end = token.range().end;
            }
        }
    }
}
