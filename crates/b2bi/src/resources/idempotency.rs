//! Returns the first reply again if a request is repeated with its `clientToken`.
//!
//! Source: Assumption A-10.

use b2bi_local_model::{Error, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Ctx;
use crate::errors::{conflict, internal};
use crate::state::State;
use crate::state::stored_reply::{Fingerprint, StoredReply};

/// The time for which a token is remembered, in milliseconds.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// A request that may be a repetition.
pub(crate) struct IdempotentRequest<'a> {
    operation: &'static str,
    token: Option<&'a str>,
    fingerprint: Fingerprint,
}

impl<'a> IdempotentRequest<'a> {
    /// The request; two requests are the same if their JSON is.
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

    /// Runs the request once: a repetition gets the first reply.
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
        let stored = StoredReply {
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

fn is_old(stored: &StoredReply, now: Timestamp) -> bool {
    now.as_millis() - stored.since.as_millis() > REMEMBERED
}
