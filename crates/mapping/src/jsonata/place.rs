//! The context of a place in a template.

use super::syntax_words::quoted;
use super::tokens::{Kind, Token, tokens};
use crate::problem::Position;

/// A place in a template, with the tokens before and after it.
pub(crate) struct Place<'t> {
    pub template: &'t str,
    pub tokens: Vec<Token<'t>>,
    /// The number of the token at the place; for the end, the number of tokens.
    pub at: usize,
    open: Vec<Bracket<'t>>,
}

/// A bracket that is open at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bracket<'t> {
    pub sign: char,
    /// Its first byte in the template.
    pub start: usize,
    pub opener: Opener<'t>,
}

/// What a bracket means, from the text before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opener<'t> {
    /// A block, a filter, a list or an object.
    None,
    /// The arguments of a call of the function with this name.
    Call(&'t str),
    /// The parameters of a function.
    Parameters,
    /// The body of a function.
    Body,
}

impl<'t> Place<'t> {
    /// The place at a position; without one, the end of the template.
    pub(crate) fn new(template: &'t str, position: Option<Position>) -> Self {
        let tokens = tokens(template);
        let offset = position.map_or(template.len(), |position| position.offset(template));
        let at = tokens.partition_point(|token| token.range().end <= offset);
        let open = open(tokens.get(..at).unwrap_or_default());
        Self {
            template,
            tokens,
            at,
            open,
        }
    }

    /// A token, counted from the one at the place.
    pub(crate) fn token(&self, distance: isize) -> Option<&Token<'t>> {
        self.tokens.get(self.at.checked_add_signed(distance)?)
    }

    /// The token at the place, in quotes.
    pub(crate) fn found(&self) -> String {
        self.token(0).map_or_else(
            || "the end of the template".to_owned(),
            |token| quoted(token.text),
        )
    }

    /// The token before the place, in quotes.
    pub(crate) fn before(&self) -> Option<String> {
        self.token(-1).map(|token| quoted(token.text))
    }

    /// The innermost open bracket.
    pub(crate) fn open(&self) -> Option<&Bracket<'t>> {
        self.open.last()
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        Position::after(self.template, offset)
    }

    /// Whether the two tokens at this distance from the place are adjacent and equal these signs.
    pub(crate) fn reads(&self, distance: isize, signs: [&str; 2]) -> bool {
        let pair = (self.token(distance), self.token(distance.saturating_add(1)));
        matches!(pair, (Some(one), Some(two))
            if one.text == signs[0] && two.text == signs[1] && one.range().end == two.start)
    }

    /// Whether a value ends before the place and another one begins there.
    pub(crate) fn is_between_values(&self) -> bool {
        let begins =
            |token: &Token<'_>| token.kind != Kind::Sign || ["(", "[", "{"].contains(&token.text);
        self.token(-1).is_some_and(Token::ends_value) && self.token(0).is_some_and(begins)
    }
}

/// The brackets that are still open after the tokens.
fn open<'t>(tokens: &[Token<'t>]) -> Vec<Bracket<'t>> {
    let mut open: Vec<Bracket<'t>> = Vec::new();
    let mut closed = None;
    let mut before: Option<&Token<'t>> = None;
    for token in tokens {
        let sign = match token.kind {
            Kind::Sign => token.text.chars().next().unwrap_or_default(),
            _ => ' ',
        };
        match sign {
            '(' | '[' | '{' => open.push(Bracket {
                sign,
                start: token.start,
                opener: opener(sign, before, are_parameters(closed.take().as_ref())),
            }),
            ')' | ']' | '}' => closed = open.pop(),
            _ => closed = None,
        }
        before = Some(token);
    }
    open
}

fn are_parameters(closed: Option<&Bracket<'_>>) -> bool {
    closed.is_some_and(|closed| closed.opener == Opener::Parameters)
}

/// The meaning of a bracket after a token; `after_parameters`: the token closes the parameters of a
/// function.
pub(crate) fn opener<'t>(
    sign: char,
    before: Option<&Token<'t>>,
    after_parameters: bool,
) -> Opener<'t> {
    match (sign, before) {
        ('(', Some(name)) if ["function", "λ"].contains(&name.text) => Opener::Parameters,
        ('(', Some(name))
            if [Kind::Variable, Kind::Name].contains(&name.kind) && name.ends_value() =>
        {
            Opener::Call(name.text)
        }
        ('{', _) if after_parameters => Opener::Body,
        _ => Opener::None,
    }
}
