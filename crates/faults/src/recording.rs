//! Recorded decisions, and their replay.

use crate::ruleset::RuleError;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Firing;
use crate::read::{RuleReadError, Table, whole};
use crate::rule::Rule;
use crate::ruleset::RuleSet;

/// The maximum number of firings: beyond it, the oldest are dropped.
const CAPACITY: usize = 100_000;

/// The keys of a recording's first line.
const HEAD_KEYS: [&str; 3] = ["seed", "forgotten", "rules"];

/// The firings since the rules were set.
#[derive(Debug, Default)]
pub(crate) struct Firings {
    latest: VecDeque<Firing>,
    forgotten: u64,
}

impl Firings {
    pub(crate) fn add(&mut self, firings: &[Firing]) {
        self.latest.extend(firings.iter().cloned());
        while self.latest.len() > CAPACITY {
            self.latest.pop_front();
            self.forgotten += 1;
        }
    }
}

/// Which requests of its partitions a rule acts on, and with which turn of its steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decisions(BTreeMap<String, BTreeMap<u64, Decided>>);

/// That a rule acts on a request, and with which turn if it has steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided {
    pub(crate) turn: Option<u64>,
}

impl Decisions {
    /// The decision for the request; nothing if the rule does not act on it.
    pub(crate) fn of(&self, partition: &str, ordinal: u64) -> Option<Decided> {
        self.0.get(partition)?.get(&ordinal).copied()
    }
}

/// The rules of a run, their seed, and each of their firings.
///
/// As text it is JSON lines: first the seed and the rules, then one firing a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The seed of all draws.
    pub seed: u64,
    /// The rules, each with its id.
    pub rules: Vec<Rule>,
    /// The number of missing firings, because there were too many.
    pub forgotten: u64,
    /// The firings, oldest first.
    pub firings: Vec<Firing>,
}

#[derive(Serialize)]
struct Head<'a> {
    seed: u64,
    forgotten: u64,
    rules: &'a [Rule],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    rule: String,
    partition: String,
    ordinal: u64,
    draw: Option<f64>,
    turn: Option<u64>,
}

/// A text that is not a recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It has no lines.
    #[error("the recording is empty")]
    Empty,
    /// The first line does not contain the rules.
    #[error("line 1: {0}")]
    Head(#[source] HeadError),
    /// A later line is not a decision.
    #[error("line {number}: {source}")]
    Line {
        /// The number of the line, the first being 1.
        number: usize,
        /// The problem.
        source: serde_json::Error,
    },
}

/// A first line that does not contain the rules of a recording.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// It is not JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A member is invalid, with its place and the problem.
    #[error("{0}")]
    Member(String),
    /// The seed is missing.
    #[error("it has no `seed`")]
    NoSeed,
    /// The rules are missing.
    #[error("it has no `rules`")]
    NoRules,
    /// The rules cannot be read.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// A rule has no id.
    #[error("every rule of a recording has an `id`")]
    NoId,
}

impl From<RuleReadError> for HeadError {
    fn from(error: RuleReadError) -> Self {
        Self::Member(match error.path.as_str() {
            "" => error.message,
            path => format!("{path}: {}", error.message),
        })
    }
}

impl Recording {
    pub(crate) fn new(seed: u64, rules: Vec<Rule>, firings: &Firings) -> Self {
        let is_of_a_rule =
            |firing: &&Firing| rules.iter().any(|rule| rule.id() == Some(&*firing.rule));
        let kept = firings.latest.iter().filter(is_of_a_rule);
        Self {
            seed,
            forgotten: firings.forgotten,
            firings: kept.cloned().collect(),
            rules,
        }
    }

    /// Reads what [`Recording`] prints.
    ///
    /// # Errors
    /// The first line that is not of a recording, by its number, and why.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).zip(1..);
        let (head, _) = lines.next().ok_or(RecordingError::Empty)?;
        let (seed, forgotten, rules) = head_of(head).map_err(RecordingError::Head)?;
        let firing = |(line, number): (&str, usize)| {
            let line = serde_json::from_str::<Line>(line);
            let line = line.map_err(|source| RecordingError::Line { number, source })?;
            Ok(Firing {
                rule: line.rule.into(),
                partition: line.partition.into(),
                ordinal: line.ordinal,
                draw: line.draw,
                turn: line.turn,
            })
        };
        Ok(Self {
            seed,
            rules,
            forgotten,
            firings: lines.map(firing).collect::<Result<_, RecordingError>>()?,
        })
    }

    /// The decisions of a rule.
    pub(crate) fn decisions(&self, rule: Option<&str>) -> Arc<Decisions> {
        let mut decisions = Decisions::default();
        for firing in &self.firings {
            if rule == Some(&*firing.rule) {
                let partition = decisions.0.entry((*firing.partition).to_owned());
                let decided = Decided { turn: firing.turn };
                partition.or_default().insert(firing.ordinal, decided);
            }
        }
        Arc::new(decisions)
    }
}

fn head_of(line: &str) -> Result<(u64, u64, Vec<Rule>), HeadError> {
    let head: Value = serde_json::from_str(line)?;
    let table = Table::open(&head, &HEAD_KEYS)?;
    let seed = table.read("seed", whole)?;
    let seed = seed.ok_or(HeadError::NoSeed)?;
    let forgotten = table.read("forgotten", whole)?;
    let rules = table.read("rules", Ok)?;
    let rules = rules.ok_or(HeadError::NoRules)?;
    let set = RuleSet::from_value(rules)?;
    if set.rules.iter().any(|rule| rule.id().is_none()) {
        return Err(HeadError::NoId);
    }
    Ok((seed, forgotten.unwrap_or_default(), set.rules))
}

impl fmt::Display for Recording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = Head {
            seed: self.seed,
            forgotten: self.forgotten,
            rules: &self.rules,
        };
        writeln!(out, "{}", json(&head)?)?;
        self.firings
            .iter()
            .try_for_each(|firing| writeln!(out, "{}", json(firing)?))
    }
}

fn json(value: &impl Serialize) -> Result<String, fmt::Error> {
    serde_json::to_string(value).map_err(|_| fmt::Error)
}
