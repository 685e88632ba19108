//! Every setting once: its key in the file, its flag, its environment variable, its default.

mod environment;
mod former;
#[cfg(test)]
mod page;
mod resolve;
mod secrets;
mod setting;
mod stacks;
mod table;
mod traffic;

use std::error::Error;
use std::sync::Arc;

pub(crate) use environment::unknown_variables;
pub use resolve::{Resolved, Source};
pub(crate) use resolve::{arguments, resolve};
pub(crate) use secrets::without_secrets;
pub(crate) use setting::Setting;
pub(crate) use table::SETTINGS;

type BoxError = Box<dyn Error + Send + Sync>;

/// A setting with an invalid value.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct SettingError {
    pub(crate) place: String,
    #[source]
    pub(crate) problem: Arc<dyn Error + Send + Sync>,
}

impl SettingError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<BoxError>) -> Self {
        Self {
            place: place.into(),
            problem: Arc::from(problem.into()),
        }
    }
}
