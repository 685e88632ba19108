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

use std::fmt;

pub(crate) use environment::unknown_variables;
pub use resolve::{Resolved, Source};
pub(crate) use resolve::{arguments, resolve};
pub(crate) use secrets::without_secrets;
pub(crate) use setting::Setting;
pub(crate) use table::SETTINGS;

/// A setting whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl SettingError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.problem)
    }
}

impl std::error::Error for SettingError {}
