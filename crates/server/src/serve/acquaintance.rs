//! Whom a connection knows.

use std::sync::{Mutex, PoisonError};

use b2bi_local_dispatcher::{AccountRules, Caller, Identity};
use http::HeaderMap;

/// The caller of a connection's latest request: mostly the next one is the same.
#[derive(Default)]
pub(super) struct Acquaintance(Mutex<Option<Caller>>);

impl Acquaintance {
    /// The caller of a request on this connection.
    pub(super) fn caller(
        &self,
        rules: &AccountRules,
        headers: &HeaderMap,
        identity: Option<&Identity<'_>>,
    ) -> Caller {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let caller = rules.caller(headers, identity, known.as_ref());
        known.insert(caller).clone()
    }
}
