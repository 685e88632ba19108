//! States that rules share: one rule changes the state of a scenario, another acts only in that
//! state.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::read::{RuleReadError, Table, text};

const KEYS: [&str; 3] = ["name", "in", "then"];
/// The state of a scenario that no rule has moved.
pub(crate) const START: &str = "start";

/// In which state of a scenario a rule acts, and into which state it moves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// The scenario.
    pub name: String,
    /// The state in which the rule acts; absent, in any.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The state after the rule has acted; absent, the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

impl Scenario {
    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let scenario = Self {
            name: table.need("name", word)?,
            state: table.read("in", word)?,
            then: table.read("then", word)?,
        };
        if scenario.state.is_none() && scenario.then.is_none() {
            return Err(RuleReadError::new("a scenario needs `in`, `then` or both"));
        }
        Ok(scenario)
    }

    /// Whether the scenario is in the state that the rule requires.
    pub(crate) fn is_ready(&self, states: &States) -> bool {
        let state = states.get(&self.name).map_or(START, String::as_str);
        self.state.as_ref().is_none_or(|wanted| wanted == state)
    }
}

/// The states of the scenarios that are not in the start state.
pub(crate) type States = BTreeMap<String, String>;

fn word(value: &Value) -> Result<String, RuleReadError> {
    let word = text(value)?;
    if word.is_empty() {
        return Err(RuleReadError::new(
            "names of scenarios and states are not empty",
        ));
    }
    Ok(word)
}
