//! One compiled regular expression, and its matches in a text.

use super::translate::SyntaxError;
use fancy_regex::RegexBuilder;
use jsonata_core::evaluator::EvaluatorError;
use regex::Regex;

use super::super::errors::TIME;
use super::translate::translate;

/// The maximum length of a text for a backtracking expression, and the maximum number of backtracks
/// in one search. Each backtrack may read the whole text, which takes at most seconds.
const EFFORT: [(usize, usize); 2] = [(1 << 10, 100_000), (8 << 10, 20_000)];
/// The maximum number of instructions of a backtracking expression.
const INSTRUCTIONS: usize = 50_000;
/// The maximum size of a compiled expression in bytes, and the same for its cache.
const BYTES: usize = 2 << 20;

/// A regular expression of JavaScript.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    flags: String,
    machine: Machine,
}

#[derive(Debug)]
enum Machine {
    /// Takes time proportional to the text, whatever the expression.
    Plain(Regex),
    /// Backtracks, under the limits of `EFFORT`.
    Demanding([fancy_regex::Regex; 2]),
}

/// The position of a match and its groups in a text, in bytes.
pub(super) struct Found {
    pub start: usize,
    pub end: usize,
    pub groups: Vec<Option<(usize, usize)>>,
}

/// An expression that is invalid or too large.
#[derive(Debug, thiserror::Error)]
pub(super) enum PatternError {
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    #[error(transparent)]
    Demanding(Box<fancy_regex::Error>),
    #[error("{}", last_line(&.0.to_string()))]
    Plain(#[from] regex::Error),
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// It is invalid or too large; the text says why.
    pub(super) fn new(source: &str, flags: &str) -> Result<Self, PatternError> {
        let translated = translate(source, flags)?;
        let text = translated.text;
        let machine = if translated.demanding {
            let [short, long] = EFFORT.map(|(_, backtracks)| {
                let mut builder = RegexBuilder::new(&text);
                builder.backtrack_limit(backtracks);
                builder.max_prog_size(INSTRUCTIONS);
                builder.delegate_size_limit(BYTES);
                builder.delegate_dfa_size_limit(BYTES).build()
            });
            let machines = short.and_then(|short| Ok([short, long?]));
            Machine::Demanding(machines.map_err(|error| PatternError::Demanding(error.into()))?)
        } else {
            let mut builder = regex::RegexBuilder::new(&text);
            let built = builder.size_limit(BYTES).dfa_size_limit(BYTES).build();
            Machine::Plain(built?)
        };
        Ok(Self {
            source: source.to_owned(),
            flags: flags.to_owned(),
            machine,
        })
    }

    pub(super) fn is(&self, source: &str, flags: &str) -> bool {
        self.source == source && self.flags == flags
    }

    pub(super) fn is_demanding(&self) -> bool {
        matches!(self.machine, Machine::Demanding(_))
    }

    /// The first match at or after a position.
    ///
    /// # Errors
    ///
    /// It is a backtracking expression, and the text is too long or it backtracked too often.
    pub(super) fn find_at(&self, text: &str, from: usize) -> Result<Option<Found>, EvaluatorError> {
        match &self.machine {
            // Finding only the bounds is faster than finding the groups.
            Machine::Plain(regex) if regex.captures_len() == 1 => {
                Ok(regex.find_at(text, from).map(|found| Found {
                    start: found.start(),
                    end: found.end(),
                    groups: Vec::new(),
                }))
            }
            Machine::Plain(regex) => Ok(regex.captures_at(text, from).and_then(|captures_at| {
                let group = |nth| {
                    captures_at
                        .get(nth)
                        .map(|group| (group.start(), group.end()))
                };
                found(captures_at.len(), group)
            })),
            Machine::Demanding(machines) => {
                let effort = machines.iter().zip(EFFORT);
                let fits = |(_, (length, _)): &(_, (usize, usize))| text.len() <= *length;
                let (regex, (_, backtracks)) = effort
                    .clone()
                    .find(fits)
                    .ok_or_else(|| self.too_long(text))?;
                let captures = regex.captures_from_pos(text, from);
                let captures = captures.map_err(|_| self.gave_up(backtracks))?;
                Ok(captures.and_then(|captures| {
                    let group = |nth| captures.get(nth).map(|group| (group.start(), group.end()));
                    found(captures.len(), group)
                }))
            }
        }
    }

    fn too_long(&self, text: &str) -> EvaluatorError {
        let [.., (most, _)] = EFFORT;
        EvaluatorError::EvaluationError(format!(
            "{TIME}: /{}/ looks around or back, so it is tried on texts of up to {most} bytes, and this \
             one has {}",
            self.source,
            text.len()
        ))
    }

    fn gave_up(&self, backtracks: usize) -> EvaluatorError {
        EvaluatorError::EvaluationError(format!(
            "{TIME}: /{}/ went back {backtracks} times without an end",
            self.source
        ))
    }
}

fn found(count: usize, group: impl Fn(usize) -> Option<(usize, usize)>) -> Option<Found> {
    let (start, end) = group(0)?;
    Some(Found {
        start,
        end,
        groups: (1..count).map(group).collect(),
    })
}

/// The last line of an error, without the drawing that marks the place in the translation.
fn last_line(text: &str) -> String {
    let line = text.lines().last().unwrap_or(text);
    line.trim_start_matches("error: ").to_owned()
}
