//! The reasons for which rules are refused.

use crate::rule::ID_FORM;

/// The error at the limit.
const TOO_MANY: &str = "there would be more than 10,000 rules: remove some first";

/// The maximum number of rules in an engine; each costs memory, and time for every request.
pub const MAX_RULES: usize = 10_000;

/// Why rules cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddRulesError {
    /// Two rules have the same id.
    #[error("{0}")]
    DuplicateId(#[source] DuplicateIdError),
    /// There would be more than [`MAX_RULES`].
    #[error("{TOO_MANY}")]
    TooMany,
}

/// Why a rule cannot be stored under an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutRuleError {
    /// There would be more than [`MAX_RULES`].
    #[error("{TOO_MANY}")]
    TooMany,
    /// The id has characters that ids do not have, or too many.
    #[error("{ID_FORM}")]
    InvalidId,
    /// The rule has this id.
    #[error("the rule's own id is `{0}`, which is not that of the path: leave it out")]
    OtherId(String),
}

/// Two rules have the same id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are two rules with the id `{0}`: give one of them another id")]
pub struct DuplicateIdError(String);

impl DuplicateIdError {
    pub(crate) fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}
