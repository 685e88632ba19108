//! Why rules are not set.

use std::fmt;

use crate::rule::ID_FORM;

/// What is said at the bound.
const TOO_MANY: &str = "there would be more than 10,000 rules: remove some first";

/// The most rules of an engine; each costs memory, and time of every request.
pub const MAX_RULES: usize = 10_000;

/// Why rules cannot be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddRulesError {
    /// Two rules have the same id.
    DuplicateId(DuplicateId),
    /// There would be more than [`MAX_RULES`].
    TooMany,
}

impl fmt::Display for AddRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId(error) => error.fmt(f),
            Self::TooMany => f.write_str(TOO_MANY),
        }
    }
}

impl std::error::Error for AddRulesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DuplicateId(error) => Some(error),
            Self::TooMany => None,
        }
    }
}

/// Why a rule cannot be put under an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutRuleError {
    /// There would be more than [`MAX_RULES`].
    TooMany,
    /// The id has characters that ids do not have, or too many.
    InvalidId,
    /// The rule says that this is its id.
    OtherId(String),
}

impl fmt::Display for PutRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => f.write_str(TOO_MANY),
            Self::InvalidId => f.write_str(ID_FORM),
            Self::OtherId(id) => write!(
                f,
                "the rule's own id is `{id}`, which is not that of the path: leave it out"
            ),
        }
    }
}

impl std::error::Error for PutRuleError {}

/// Two rules have the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateId(String);

impl DuplicateId {
    pub(crate) fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DuplicateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "there are two rules with the id `{}`: give one of them another id",
            self.0
        )
    }
}

impl std::error::Error for DuplicateId {}
