//! A place in a text of the mini-language.

use std::str::FromStr;

use super::GrammarError;

/// The rest of the text, and the number of bytes read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    read: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            read: 0,
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.trim_start().is_empty()
    }

    /// An error about the next character that is not a space.
    pub(super) fn complain(&self, message: impl Into<String>) -> GrammarError {
        let spaces = self.rest.len() - self.rest.trim_start().len();
        GrammarError {
            column: self.read + spaces + 1,
            message: message.into(),
        }
    }

    /// Skips spaces and `mark`, if `mark` comes next.
    pub(super) fn eat(&mut self, mark: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(mark);
        after.map(|rest| self.advance(rest)).is_some()
    }

    /// Passes over `mark`, or complains that it is missing.
    pub(super) fn need(&mut self, mark: &str, message: &str) -> Result<(), GrammarError> {
        if self.eat(mark) {
            Ok(())
        } else {
            Err(self.complain(message))
        }
    }

    /// Reads what fits `accept` after spaces, which may be nothing.
    pub(super) fn take(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let from = self.rest.trim_start();
        let rest = from.trim_start_matches(accept);
        self.advance(rest);
        from.strip_suffix(rest).unwrap_or_default()
    }

    /// Reads a word if it comes next and is not the beginning of a longer one.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let mut ahead = *self;
        let found = ahead.take(|c| c.is_ascii_alphanumeric()) == word;
        if found {
            *self = ahead;
        }
        found
    }

    /// Reads a number in digits, with a point if the type has one.
    pub(super) fn number<N: FromStr>(&mut self, message: &str) -> Result<N, GrammarError> {
        let start = *self;
        let digits = self.take(|c| c.is_ascii_digit() || c == '.');
        let is_plain = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with('.');
        let number = is_plain.then(|| digits.parse().ok()).flatten();
        number.ok_or_else(|| start.complain(message))
    }

    fn advance(&mut self, rest: &'a str) {
        self.read += self.rest.len() - rest.len();
        self.rest = rest;
    }
}
