//! Replays the reply to a request that comes again with its `clientToken`.
//!
//! Source: Assumption A-10.

use std::fmt::Write as _;

use b2bi_local_model::{Error, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::ctx::Ctx;
use crate::errors::{conflict, internal};
use crate::state::State;

/// How long a token is remembered, in milliseconds.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// A reply that may be asked for again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    since: Timestamp,
    fingerprint: Fingerprint,
    reply: Box<RawValue>,
}

/// A request that may have been made before.
pub(crate) struct IdempotentRequest<'a> {
    operation: &'static str,
    token: Option<&'a str>,
    fingerprint: Fingerprint,
}

/// What tells one request from another, in this release and in later ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Fingerprint {
    /// `1:` and the SHA-256 hash of the request's JSON, in hex. A change of what is hashed changes the
    /// number.
    Hash(String),
    /// Of a release before, by a hash that is not the same everywhere: it fits any request.
    Unknown(u64),
}

impl Fingerprint {
    fn of(request: &impl Serialize) -> Self {
        let json = serde_json::to_vec(request).unwrap_or_default();
        let mut text = "1:".to_owned();
        for byte in Sha256::digest(json) {
            let _ = write!(text, "{byte:02x}");
        }
        Self::Hash(text)
    }

    fn fits(&self, other: &Self) -> bool {
        matches!(self, Self::Unknown(_)) || self == other
    }
}

impl<'a> IdempotentRequest<'a> {
    /// The request; its JSON tells whether two are the same.
    pub(crate) fn new(
        operation: &'static str,
        token: Option<&'a str>,
        request: &impl Serialize,
    ) -> Self {
        let fingerprint = match token {
            Some(_) => Fingerprint::of(request),
            None => Fingerprint::Hash(String::new()),
        };
        Self {
            operation,
            token,
            fingerprint,
        }
    }

    /// The earlier reply to this request, if there was one.
    pub(crate) fn replay<R: DeserializeOwned>(
        &self,
        ctx: &Ctx<'_>,
        state: &State,
    ) -> Result<Option<R>, Error> {
        let Some(token) = self.token(ctx) else {
            return Ok(None);
        };
        let stored = state.replies.get(&self.key(token));
        match stored.filter(|stored| !is_old(stored, ctx.now())) {
            Some(stored) if !stored.fingerprint.fits(&self.fingerprint) => Err(conflict(format!(
                "The clientToken '{token}' was used before in a {} request with other parameters",
                self.operation
            ))),
            Some(stored) => serde_json::from_str(stored.reply.get())
                .map(Some)
                .map_err(|error| internal(error.to_string())),
            None => Ok(None),
        }
    }

    /// Carries the request out once: a repetition gets the first reply.
    pub(crate) fn once<R: Serialize + DeserializeOwned>(
        &self,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut State) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut state = ctx.state();
        if let Some(reply) = self.replay(ctx, &state)? {
            return Ok(reply);
        }
        let reply = act(&mut state)?;
        if let Some(token) = self.token(ctx) {
            self.remember(self.key(token), ctx, &reply, &mut state)?;
        }
        Ok(reply)
    }

    fn remember(
        &self,
        key: String,
        ctx: &Ctx<'_>,
        reply: &impl Serialize,
        state: &mut State,
    ) -> Result<(), Error> {
        let now = ctx.now();
        let reply = serde_json::value::to_raw_value(reply);
        while state
            .replies
            .remove_first_if(|replies| is_old(replies, now))
            .is_some()
        {}
        // One that is older than the others, because a clock was set back.
        state.replies.remove(&key);
        let stored = Stored {
            since: now,
            fingerprint: self.fingerprint.clone(),
            reply: reply.map_err(|error| internal(error.to_string()))?,
        };
        state.replies.insert(key, stored);
        while state.replies.len() > ctx.config.client_tokens
            && state.replies.remove_first_if(|_| true).is_some()
        {}
        Ok(())
    }

    fn token(&self, ctx: &Ctx<'_>) -> Option<&'a str> {
        self.token.filter(|_| ctx.config.replay_client_tokens)
    }

    fn key(&self, token: &str) -> String {
        format!("{} {token}", self.operation)
    }
}

fn is_old(stored: &Stored, now: Timestamp) -> bool {
    now.as_millis() - stored.since.as_millis() > REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Stored};

    #[test]
    fn fingerprints_are_the_same_in_every_release() {
        let found = Fingerprint::of(&serde_json::json!({"name": "a"}));
        let hash = "d9d719b27480b55cd4918020e7473e716ed3569c8adafe926cf9b10b4f8ef064";
        assert_eq!(found, Fingerprint::Hash(format!("1:{hash}")));
        assert!(!found.fits(&Fingerprint::of(&serde_json::json!({"name": "b"}))));
    }

    #[test]
    fn a_reply_that_an_earlier_release_kept_is_given_again() {
        let text = r#"{"since": "2026-11-23T18:55:00Z", "fingerprint": 123, "reply": {"a": 1}}"#;
        let stored: Stored = serde_json::from_str(text).unwrap();
        assert!(stored.fingerprint.fits(&Fingerprint::of(&1)));
        assert_eq!(stored.reply.get(), r#"{"a": 1}"#);
    }
}
