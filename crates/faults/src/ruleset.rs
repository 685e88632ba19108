//! Lists of rules in files and request bodies.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use crate::read::{RuleReadError, Table, expected, whole};
use crate::rule::Rule;

const KEYS: [&str; 2] = ["seed", "rules"];

/// Rules, and the seed when one is given.
///
/// It reads a table with `seed` and `rules` (a file), or a bare list of rules (a request body).
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// The seed of all draws.
    pub seed: Option<u64>,
    /// The rules in order.
    pub rules: Vec<Rule>,
}

impl RuleSet {
    /// Reads a table or a list.
    ///
    /// # Errors
    /// The first thing that is wrong, with the rule and the key.
    pub fn from_value(value: &Value) -> Result<Self, RuleError> {
        if value.is_array() {
            return Ok(Self {
                seed: None,
                rules: rules(value)?,
            });
        }
        let table = Table::open(value, &KEYS).map_err(RuleError::outside)?;
        let seed = table.read("seed", whole).map_err(RuleError::outside)?;
        let list = table.read("rules", Ok).map_err(RuleError::outside)?;
        Ok(Self {
            seed,
            rules: list.map(rules).transpose()?.unwrap_or_default(),
        })
    }
}

impl<'de> Deserialize<'de> for RuleSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn rules(value: &Value) -> Result<Vec<Rule>, RuleError> {
    let items = value.as_array();
    let items = items.ok_or_else(|| RuleError::outside(expected("a list of rules", value)))?;
    let rule = |(index, item)| {
        let place = |problem| RuleError {
            index: Some(index),
            ..RuleError::alone(item, problem)
        };
        Rule::read(item).map_err(place)
    };
    items.iter().enumerate().map(rule).collect()
}

/// The problem of a rule: `rule 2 (lost-reply), error.statusCode: expected …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    is_rule: bool,
    index: Option<usize>,
    id: Option<String>,
    problem: RuleReadError,
}

impl RuleError {
    /// A problem of a single rule.
    pub(crate) fn alone(rule: &Value, problem: RuleReadError) -> Self {
        let id = rule.get("id").and_then(Value::as_str).map(str::to_owned);
        Self {
            is_rule: true,
            index: None,
            id,
            problem,
        }
    }

    fn outside(problem: RuleReadError) -> Self {
        Self {
            is_rule: false,
            index: None,
            id: None,
            problem,
        }
    }

    /// The position of the rule in its list, from 0.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The keys that lead to the fault, such as `error.statusCode`; empty for the rule itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.problem.path
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self
            .index
            .map(|index| format!(" {}", index + 1))
            .unwrap_or_default();
        let id = self
            .id
            .as_ref()
            .map(|id| format!(" ({id})"))
            .unwrap_or_default();
        let rule = if self.is_rule {
            format!("rule{number}{id}")
        } else {
            String::new()
        };
        let places = [rule.as_str(), &self.problem.path];
        let place = places
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>();
        let joint = if place.is_empty() { "" } else { ": " };
        write!(f, "{}{joint}{}", place.join(", "), self.problem.message)
    }
}

impl std::error::Error for RuleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.problem)
    }
}
