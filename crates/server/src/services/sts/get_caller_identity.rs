//! `GetCallerIdentity`.

use b2bi_local_dispatcher::Caller;

use super::{Members, Sts};

/// Returns the identity of the caller.
pub(super) fn run(sts: &Sts, caller: &Caller) -> Members {
    let (arn, user_id) = identity(sts, caller);
    vec![
        ("Arn", arn.into()),
        ("UserId", user_id.into()),
        ("Account", caller.account.to_string().into()),
    ]
}

/// The ARN and the id of a caller: the holder of the session, or else the root user of the account,
/// because there are no other users here.
pub(super) fn identity(sts: &Sts, caller: &Caller) -> (String, String) {
    let account = &caller.account;
    let key = caller.access_key.as_deref();
    let holder = key.and_then(|key| sts.sessions.holder(account, key));
    holder.unwrap_or_else(|| (format!("arn:aws:iam::{account}:root"), account.to_string()))
}
