//! The form for an environment variable: `CreateProfile=2*error(X)->ok; List*=30%delay(200ms)`.

use std::fmt;
use std::str::FromStr;

use super::cursor::Cursor;
use super::parse::chain;
use super::{Chain, GrammarError};
use crate::glob::Glob;
use crate::rule::Rule;

/// Chains for operations, in order; an empty text is an empty list.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultList(Vec<(Glob, Chain)>);

impl FaultList {
    /// Makes a rule of each entry.
    #[must_use]
    pub fn into_rules(self) -> Vec<Rule> {
        self.0
            .into_iter()
            .map(|(operation, chain)| Rule::for_operation(operation, chain))
            .collect()
    }
}

impl FromStr for FaultList {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let mut cursor = Cursor::new(text);
        let mut entries = Vec::new();
        while !cursor.is_at_end() {
            entries.push(entry(&mut cursor)?);
            if !cursor.eat(";") && !cursor.is_at_end() {
                return Err(cursor.complain(
                    "expected `->` and another step, or `;` and another operation, or the end",
                ));
            }
        }
        Ok(Self(entries))
    }
}

fn entry(cursor: &mut Cursor<'_>) -> Result<(Glob, Chain), GrammarError> {
    let start = *cursor;
    let operation =
        cursor.take(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '?' | '_' | '-'));
    if operation.is_empty() {
        return Err(start.complain("expected an operation, as in `CreateProfile=error(Code)`"));
    }
    cursor.need(
        "=",
        "expected `=` and a chain, as in `CreateProfile=error(Code)`",
    )?;
    Ok((Glob::new(operation), chain(cursor)?))
}

impl fmt::Display for FaultList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (operation, chain)) in self.0.iter().enumerate() {
            let joint = if position == 0 { "" } else { "; " };
            write!(f, "{joint}{}={chain}", operation.as_str())?;
        }
        Ok(())
    }
}
