//! The log groups of resources.

use b2bi_local_model::Timestamp;

use super::B2bi;
use crate::log_groups::{DEFAULT, TRANSFORMERS};
use crate::scope::Scope;
use crate::state::State;

impl B2bi {
    /// The log groups of the resources in an account and region, and when each was created.
    ///
    /// Source: seen on AWS, except that here a group is removed with its resource unless it has
    /// records. Assumption A-150.
    #[must_use]
    pub fn log_groups(&self, scope: &Scope) -> Vec<(String, Timestamp)> {
        let partition = self.partitions.get(scope);
        partition.map_or_else(Vec::new, |partition| of(&partition.lock()))
    }
}

fn of(state: &State) -> Vec<(String, Timestamp)> {
    let profiles = || state.profiles.values().map(|value| &value.description);
    let transformers = state.transformers.values();
    let first_profile = profiles().map(|profiles| profiles.created_at).min();
    let first_transformer = transformers
        .map(|transformers| transformers.description.created_at)
        .min();
    let shared = [(DEFAULT, first_profile), (TRANSFORMERS, first_transformer)];
    let shared = shared
        .into_iter()
        .filter_map(|(name, since)| Some((name.to_owned(), since?)));
    let own = profiles()
        .filter_map(|profile| Some((profile.log_group_name.clone()?, profile.created_at)));
    shared.chain(own).collect()
}
