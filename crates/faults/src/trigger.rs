//! On which of the matching requests a rule acts.

use serde::Serialize;
use serde_json::Value;

use crate::partition::Per;
use crate::read::{RuleReadError, Table, count, each, expected, number};
use crate::scenario::Scenario;
use crate::span::Nth;
use crate::window::Window;

/// The limits of a rule's firing; an absent one does not limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// The chance of each matching request, from 0 (never) to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Which of the matching requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<Nth>,
    /// How often at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The properties by which requests are counted separately; an empty list counts all together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<Vec<Per>>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The required state of a scenario, and the next state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
}

impl Trigger {
    pub(crate) fn read(table: Table<'_>) -> Result<Self, RuleReadError> {
        Ok(Self {
            probability: table.read("probability", probability)?,
            nth: table.read("nth", Nth::read)?,
            times: table.read("times", count)?,
            per: table.read("per", per)?,
            window: table.read("window", Window::read)?,
            scenario: table.read("scenario", Scenario::read)?,
        })
    }
}

fn probability(value: &Value) -> Result<f64, RuleReadError> {
    let chance = number(value)?;
    if !(0.0..=1.0).contains(&chance) {
        return Err(expected(
            "a probability from 0 (never) to 1 (always)",
            value,
        ));
    }
    Ok(chance)
}

fn per(value: &Value) -> Result<Vec<Per>, RuleReadError> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(Vec::new()),
        some => each(some, Per::read),
    }
}
