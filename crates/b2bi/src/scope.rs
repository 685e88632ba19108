//! An account in a region.

use std::sync::Arc;

/// An account in a region; scopes share nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The account, twelve digits.
    pub account: Arc<str>,
    /// The region, such as `us-east-1`.
    pub region: Arc<str>,
}
