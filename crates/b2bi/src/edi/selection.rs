//! The transaction set and version that a file must have, by their names in the API.

use std::fmt;

use b2bi_local_model::types::{X12Details, X12TransactionSet, X12Version};
use b2bi_local_x12::{TransactionKind, Version, has_set};

use crate::edi::EdiError;

/// A transaction set in a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    transaction_set: X12TransactionSet,
    version: X12Version,
}

impl Selection {
    /// A set that the version has.
    ///
    /// # Errors
    ///
    /// The version does not have it.
    pub fn new(transaction_set: X12TransactionSet, version: X12Version) -> Result<Self, EdiError> {
        let selection = Self {
            transaction_set,
            version,
        };
        // Source: Assumption A-27.
        let guide = selection.part(2).is_some();
        let of_guides = version == X12Version::Version5010Hipaa;
        if guide == of_guides && has_set(selection.version(), selection.set()) {
            return Ok(selection);
        }
        Err(EdiError::NoSuchSet(transaction_set, version))
    }

    /// The set in the details.
    ///
    /// # Errors
    ///
    /// They lack the set or the version, or the version does not have the set.
    pub fn of(details: &X12Details) -> Result<Self, EdiError> {
        match (details.transaction_set, details.version) {
            (Some(transaction_set), Some(version)) => Self::new(transaction_set, version),
            _ => Err(EdiError::IncompleteDetails),
        }
    }

    /// The set and the version, as in the API.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        (self.transaction_set.as_str(), self.version.as_str())
    }

    /// `837` for `X12_837_X222`.
    #[must_use]
    pub fn set(self) -> &'static str {
        self.part(1).unwrap_or_default()
    }

    /// The version's tables.
    #[must_use]
    pub fn version(self) -> Version {
        match self.version {
            X12Version::Version4010 => Version::V4010,
            X12Version::Version4030 => Version::V4030,
            X12Version::Version4050 => Version::V4050,
            X12Version::Version4060 => Version::V4060,
            X12Version::Version5010 | X12Version::Version5010Hipaa => Version::V5010,
        }
    }

    /// The implementation guide, such as `X222`.
    #[must_use]
    pub fn guide(self) -> Option<&'static str> {
        self.part(2)
    }

    /// Whether transactions are checked against the implementation guide that they name.
    #[must_use]
    pub fn is_guided(self) -> bool {
        self.version == X12Version::Version5010Hipaa
    }

    /// Refuses a file with any other transactions.
    ///
    /// # Errors
    ///
    /// The first other kind of transaction in it.
    pub fn check(self, contents: &[TransactionKind]) -> Result<(), EdiError> {
        match contents.iter().find(|content| !self.accepts(content)) {
            None => Ok(()),
            // The entry for kinds that are not listed has no names.
            Some(other) if other.set.is_empty() && other.group_version.is_empty() => {
                Err(EdiError::ManyKinds {
                    wanted: self,
                    kinds: contents.len().saturating_sub(1),
                })
            }
            Some(other) => Err(EdiError::OtherSet {
                wanted: self,
                set: other.set.to_string(),
                version: other.group_version.to_string(),
            }),
        }
    }

    fn accepts(self, content: &TransactionKind) -> bool {
        content.version == Some(self.version())
            && &*content.set == self.set()
            && content
                .group_version
                .contains(self.part(2).unwrap_or_default())
    }

    /// A part of the API's name: `837` and `X222` of `X12_837_X222`.
    fn part(self, at: usize) -> Option<&'static str> {
        self.transaction_set.as_str().split('_').nth(at)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (set, version) = (self.transaction_set.as_str(), self.version.as_str());
        write!(out, "{set} of {version}")
    }
}
