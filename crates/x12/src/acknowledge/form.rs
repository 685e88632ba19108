//! Selects the acknowledgement for a group.

use super::received::{Group, Transaction};
use crate::tables::{self, Version, guide_name};

/// Healthcare sets, which a plain 999 acknowledges in version 5010 if they name no guide.
///
/// Source: Assumption A-28.
const HEALTH_CARE: [&str; 8] = ["270", "271", "276", "277", "278", "834", "835", "837"];
/// The guide of the 999 that acknowledges a guide's transactions.
const GUIDE: &str = "005010X231A1";

/// The acknowledgement for a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcknowledgementForm {
    /// The default for the group: a 999 for healthcare in version 5010, otherwise a 997.
    ByGroup,
    /// A 997.
    Functional,
    /// A 999 by the guide with this name, if there is one, such as `005010X231A1`.
    Implementation(Option<String>),
}

impl AcknowledgementForm {
    /// The acknowledgement for transactions of this set, in groups with this GS08.
    ///
    /// Source: Assumption A-28.
    #[must_use]
    pub fn due(group_version: &str, set: &str) -> Self {
        if Version::of_group(group_version.as_bytes()) != Some(Version::V5010) {
            return Self::Functional;
        }
        let has_guides = tables::guides().any(|(other, _)| other == set);
        if guide_name(group_version).is_some() && has_guides {
            Self::Implementation(Some(GUIDE.to_owned()))
        } else if HEALTH_CARE.contains(&set) {
            Self::Implementation(None)
        } else {
            Self::Functional
        }
    }

    /// The 999 for groups with this GS08, whatever they contain.
    #[must_use]
    pub fn implementation(group_version: &str) -> Self {
        let guide = guide_name(group_version).map(|_| GUIDE.to_owned());
        Self::Implementation(guide)
    }

    /// The form for a group: chosen by the group if it is the default.
    pub(super) fn of_group(&self, group: &Group) -> Self {
        if *self != Self::ByGroup {
            return self.clone();
        }
        let [kind, .., version] = &group.gs;
        let own = group.transactions.iter().map(Transaction::set);
        // An empty group is acknowledged by its type.
        let by_type = tables::set_of_group(Version::V5010, kind);
        let mut sets = own.chain(by_type).map(|set| Self::due(version, set));
        sets.find(|form| *form != Self::Functional)
            .unwrap_or(Self::Functional)
    }
}
