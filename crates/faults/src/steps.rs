//! The list of steps of a rule, each of which is used once.

use serde::ser::SerializeMap;
use serde_json::Value;

use crate::grammar::{Chain, Step};
use crate::read::{RuleReadError, Table, each, flag, text};
use crate::reply::ErrorReply;

/// A chain that ends in passing, or starts again.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    chain: Chain,
    repeats: bool,
}

impl Steps {
    /// Goes through the chain once; after that requests pass.
    #[must_use]
    pub(crate) fn once(chain: Chain) -> Self {
        Self {
            chain,
            repeats: false,
        }
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The step that is due after this many turns.
    pub(crate) fn step_after(&self, turns: u64) -> Option<&Step> {
        let length = if self.repeats {
            self.chain.turns()
        } else {
            None
        };
        let turns = length
            .and_then(|length| turns.checked_rem(length))
            .unwrap_or(turns);
        self.chain.step_after(turns)
    }

    /// The number of remaining turns after this many, if they end.
    pub(crate) fn remaining(&self, turns: u64) -> Option<u64> {
        let length = if self.repeats {
            None
        } else {
            self.chain.turns()
        };
        length.map(|length| length.saturating_sub(turns))
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = &ErrorReply> {
        self.chain.errors()
    }

    pub(crate) fn read(table: Table<'_>) -> Result<Option<Self>, RuleReadError> {
        let repeats = table.read("loop", flag)?;
        match (table.read("steps", chain)?, repeats) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(RuleReadError::new("`loop` needs `steps`").under("loop")),
            (Some(chain), Some(true)) if !chain.can_loop() => Err(RuleReadError::new(
                "the steps never come to their end: leave out `off`, and give the step with a \
                 percentage a count",
            )
            .under("loop")),
            (Some(chain), repeats) => Ok(Some(Self {
                chain,
                repeats: repeats == Some(true),
            })),
        }
    }

    pub(crate) fn serialize_into<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let steps: Vec<String> = self.chain.steps().iter().map(Step::to_string).collect();
        map.serialize_entry("steps", &steps)?;
        if self.repeats {
            map.serialize_entry("loop", &true)
        } else {
            Ok(())
        }
    }
}

/// Reads a chain, or a list of chains to be joined.
fn chain(value: &Value) -> Result<Chain, RuleReadError> {
    let items = each(value, |item| {
        text(item)?
            .parse::<Chain>()
            .map_err(|error| RuleReadError::new(error.to_string()))
    })?;
    let numbered = items.into_iter().map(Chain::into_steps).enumerate();
    let (origins, steps): (Vec<usize>, Vec<Step>) = numbered
        .flat_map(|(item, steps)| steps.into_iter().map(move |step| (item, step)))
        .unzip();
    Chain::new(steps).map_err(|(position, reason)| {
        let item = origins.get(position).copied().unwrap_or_default();
        RuleReadError::new(reason).under(&format!("[{item}]"))
    })
}
