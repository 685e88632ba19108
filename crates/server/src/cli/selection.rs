//! The transaction set and version that a command was given, as the API spells them.

use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::{X12TransactionSet, X12Version};
use b2bi_local_x12::TransactionKind;
use clap::{Arg, ArgMatches};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The two arguments; without them the file tells.
pub(super) fn arguments() -> [Arg; 2] {
    [
        Arg::new("transaction-set")
            .long("transaction-set")
            .value_name("SET")
            .requires("version")
            .help("What the file must hold, such as X12_850 [default: what it holds]"),
        Arg::new("version")
            .long("version")
            .value_name("VERSION")
            .requires("transaction-set")
            .help("The version it must be of, such as VERSION_4010"),
    ]
}

/// What was given.
///
/// # Errors
///
/// A name that the API does not have, or a set that the version does not have.
pub(super) fn given(matches: &ArgMatches) -> Result<Option<Selection>, String> {
    let value = |name| matches.get_one::<String>(name);
    match (value("transaction-set"), value("version")) {
        (Some(set), Some(version)) => {
            let set: X12TransactionSet = named(set, "transaction set", "X12_850")?;
            let version: X12Version = named(version, "version", "VERSION_4010")?;
            Selection::new(set, version).map(Some)
        }
        _ => Ok(None),
    }
}

/// Refuses a file that does not hold what was given.
///
/// # Errors
///
/// It holds something else.
pub(super) fn check(
    selection: Option<Selection>,
    contents: &[TransactionKind],
) -> Result<(), String> {
    selection.map_or(Ok(()), |selection| selection.check(contents))
}

fn named<T: DeserializeOwned>(name: &str, what: &str, example: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(name.to_owned()))
        .map_err(|_| format!("{name} is no {what} of the API; one is {example}"))
}
