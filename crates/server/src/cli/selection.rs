//! The transaction set and version in the arguments of a command.

use super::error::CommandError;
use b2bi_local_b2bi::Selection;
use b2bi_local_faults::similar;
use b2bi_local_model::types::{X12TransactionSet, X12Version};
use b2bi_local_x12::TransactionKind;
use clap::{Arg, ArgMatches};

/// The two arguments; without them, set and version are taken from the file.
pub(super) fn arguments() -> [Arg; 2] {
    [
        Arg::new("transaction-set")
            .long("transaction-set")
            .visible_alias("set")
            .value_name("SET")
            .requires("version")
            .help(
                "Transaction set of the file, such as X12_850 or 850 [default: the set in the file]",
            ),
        Arg::new("version")
            .long("version")
            .value_name("VERSION")
            .requires("transaction-set")
            .help("Version of the file, such as VERSION_4010 or 4010"),
    ]
}

/// A transaction set or version that the API does not have.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SelectionError {
    #[error("there is no version {text}; there are {}", version_names())]
    Version { text: String },
    #[error("there is no transaction set {text}{suggestion}; {others}")]
    Set {
        text: String,
        /// The nearest name, after a semicolon; or empty.
        suggestion: String,
        /// The sets with similar names.
        others: String,
    },
    #[error("{} has no transaction set {}; {others}", version.as_str(), set.as_str())]
    NotInVersion {
        set: X12TransactionSet,
        version: X12Version,
        /// The sets with similar names.
        others: String,
    },
}

fn version_names() -> String {
    let names: Vec<&str> = X12Version::ALL
        .iter()
        .map(|version| version.as_str())
        .collect();
    names.join(", ")
}

/// The given name.
///
/// # Errors
///
/// A name that the API does not have, or a set that the version does not have.
pub(super) fn given(matches: &ArgMatches) -> Result<Option<Selection>, SelectionError> {
    let value = |name| matches.get_one::<String>(name);
    match (value("transaction-set"), value("version")) {
        (Some(set), Some(version)) => selection_of(set, version).map(Some),
        _ => Ok(None),
    }
}

/// A set and a version in any of their spellings.
///
/// # Errors
///
/// A name that the API does not have, or a set that the version does not have.
pub(crate) fn selection_of(set: &str, text: &str) -> Result<Selection, SelectionError> {
    selection(set, version(text)?)
}

/// Refuses a file that does not match the selection.
///
/// # Errors
///
/// It contains something else.
pub(super) fn check(
    selection: Option<Selection>,
    contents: &[TransactionKind],
    file: &str,
) -> Result<(), CommandError> {
    let Some(selection) = selection else {
        return Ok(());
    };
    selection
        .check(contents)
        .map_err(|error| CommandError::context(file, error))
}

/// The name in the API of the first kind of transaction in a file.
pub(super) fn of_contents(contents: &[TransactionKind]) -> Option<Selection> {
    contents.iter().find_map(|content| {
        let content = std::slice::from_ref(content);
        // Guides come first: without its guide a set would be accepted too.
        let versions = X12Version::ALL.iter().rev();
        versions
            .flat_map(|version| sets_of(*version))
            .find(|(_, selection)| selection.check(content).is_ok())
            .map(|(_, selection)| selection)
    })
}

/// The sets of a version.
pub(super) fn sets_of(version: X12Version) -> impl Iterator<Item = (X12TransactionSet, Selection)> {
    X12TransactionSet::ALL.iter().filter_map(move |set| {
        let selection = Selection::new(*set, version).ok()?;
        Some((*set, selection))
    })
}

/// A version in any of its spellings: `VERSION_4010`, `4010`, `004010`, `5010-hipaa`, `005010X222A1`.
///
/// # Errors
///
/// There is no such version.
pub(super) fn version(text: &str) -> Result<X12Version, SelectionError> {
    let upper = text.trim().to_ascii_uppercase().replace('-', "_");
    let name = upper.strip_prefix("VERSION_").unwrap_or(&upper);
    let name = name.strip_prefix("00").unwrap_or(name);
    let name = match name.split_once('X') {
        Some(("5010", _)) => "5010_HIPAA",
        _ if name == "5010HIPAA" || name == "HIPAA" => "5010_HIPAA",
        _ => name,
    };
    let found = X12Version::ALL
        .iter()
        .find(|version| version.as_str().strip_prefix("VERSION_") == Some(name));
    found.copied().ok_or_else(|| SelectionError::Version {
        text: text.to_owned(),
    })
}

fn selection(text: &str, version: X12Version) -> Result<Selection, SelectionError> {
    let upper = text.trim().to_ascii_uppercase().replace('-', "_");
    let name = upper.strip_prefix("X12_").unwrap_or(&upper);
    let number = name.get(..3).unwrap_or(name);
    let is_meant = |set: &X12TransactionSet| {
        let set = set.as_str().strip_prefix("X12_").unwrap_or_default();
        set == name || set.replace('_', "") == name
    };
    let Some(set) = X12TransactionSet::ALL.iter().find(|set| is_meant(set)) else {
        let names: Vec<&str> = X12TransactionSet::ALL
            .iter()
            .map(|set| set.as_str())
            .collect();
        let nearest = similar(&format!("X12_{name}"), &names);
        return Err(SelectionError::Set {
            text: text.to_owned(),
            suggestion: nearest.map_or_else(String::new, |near| format!("; did you mean {near}")),
            others: others(version, number),
        });
    };
    Selection::new(*set, version).map_err(|_| SelectionError::NotInVersion {
        set: *set,
        version,
        others: others(version, number),
    })
}

/// The sets with similar names.
fn others(version: X12Version, number: &str) -> String {
    let is_alike = |set: &X12TransactionSet| set.as_str().split('_').nth(1) == Some(number);
    let here: Vec<&str> = sets_of(version)
        .filter(|(set, _)| is_alike(set))
        .map(|(set, _)| set.as_str())
        .collect();
    if !here.is_empty() {
        return format!("{} has {}", version.as_str(), here.join(", "));
    }
    let elsewhere: Vec<&str> = X12Version::ALL
        .iter()
        .filter(|version| sets_of(**version).any(|(set, _)| is_alike(&set)))
        .map(|version| version.as_str())
        .collect();
    if elsewhere.is_empty() {
        "`b2bi-local sets` lists them".to_owned()
    } else {
        format!("a set {number} is in {}", elsewhere.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{selection, version};

    #[test]
    fn versions_and_sets_have_many_spellings() {
        for (set, text, expected) in [
            ("X12_850", "VERSION_4010", "X12_850 of VERSION_4010"),
            ("850", "4010", "X12_850 of VERSION_4010"),
            ("x12_850", "version_4010", "X12_850 of VERSION_4010"),
            ("850", "004010", "X12_850 of VERSION_4010"),
            ("850", "5010", "X12_850 of VERSION_5010"),
            (
                "837X222",
                "5010-hipaa",
                "X12_837_X222 of VERSION_5010_HIPAA",
            ),
            (
                "837-x222",
                "005010X222A1",
                "X12_837_X222 of VERSION_5010_HIPAA",
            ),
        ] {
            let found = version(text).and_then(|version| selection(set, version));
            assert_eq!(found.unwrap().to_string(), expected, "{set} {text}");
        }
    }

    #[test]
    fn what_there_is_not_leads_to_what_there_is() {
        for (set, text, expected) in [
            ("X12_837", "VERSION_5010_HIPAA", "X12_837_X222"),
            ("X12_837_X222", "4010", "VERSION_4010 has X12_837"),
            (
                "X12_850",
                "5010_HIPAA",
                "a set 850 is in VERSION_4010, VERSION_4030",
            ),
            (
                "X12_999_X1",
                "4010",
                "there is no transaction set X12_999_X1",
            ),
            ("order", "4010", "`b2bi-local sets` lists them"),
            ("85O", "4010", "did you mean X12_850"),
            ("850", "3010", "there are VERSION_4010, VERSION_4030"),
        ] {
            let found = version(text).and_then(|version| selection(set, version));
            let error = found.unwrap_err().to_string();
            assert!(error.contains(expected), "{set} {text}: {error}");
        }
    }
}
