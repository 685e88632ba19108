//! Replays the reply to a request that comes again with its `clientToken`.
//!
//! Source: Assumption A-10.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use b2bi_local_model::{Error, Timestamp};
use serde::Serialize;

use crate::ctx::Ctx;
use crate::errors::conflict;
use crate::state::State;

/// How long a token is remembered, in milliseconds.
const REMEMBERED: i64 = 24 * 60 * 60 * 1000;

/// The replies of a partition, by operation and token.
#[derive(Clone, Default)]
pub(crate) struct Replies {
    by_token: HashMap<Key, Stored>,
    by_age: VecDeque<(Timestamp, Key)>,
}

type Key = (&'static str, String);

#[derive(Clone)]
struct Stored {
    since: Timestamp,
    fingerprint: u64,
    reply: Arc<dyn Any + Send + Sync>,
}

/// A request that may have been made before.
pub(crate) struct Attempt<'a> {
    operation: &'static str,
    token: Option<&'a str>,
    fingerprint: u64,
}

impl<'a> Attempt<'a> {
    /// The request; its JSON tells whether two are the same.
    pub(crate) fn new(
        operation: &'static str,
        token: Option<&'a str>,
        request: &impl Serialize,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        if token.is_some() {
            serde_json::to_vec(request).ok().hash(&mut hasher);
        }
        Self {
            operation,
            token,
            fingerprint: hasher.finish(),
        }
    }

    /// The earlier reply to this request, if there was one.
    pub(crate) fn replay<R: Clone + 'static>(
        &self,
        ctx: &Ctx<'_>,
        state: &State,
    ) -> Result<Option<R>, Error> {
        let Some(key) = self.key(ctx) else {
            return Ok(None);
        };
        match state.replies.find(&key, ctx.now()) {
            Some(stored) if stored.fingerprint != self.fingerprint => Err(conflict(format!(
                "The clientToken '{}' was used before in a {} request with other parameters",
                key.1, key.0
            ))),
            Some(stored) => Ok(stored.reply.downcast_ref::<R>().cloned()),
            None => Ok(None),
        }
    }

    /// Carries the request out once: a repetition gets the first reply.
    pub(crate) fn once<R: Clone + Send + Sync + 'static>(
        &self,
        ctx: &Ctx<'_>,
        act: impl FnOnce(&mut State) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut state = ctx.state();
        if let Some(reply) = self.replay(ctx, &state)? {
            return Ok(reply);
        }
        let reply = act(&mut state)?;
        if let Some(key) = self.key(ctx) {
            let stored = Stored {
                since: ctx.now(),
                fingerprint: self.fingerprint,
                reply: Arc::new(reply.clone()),
            };
            state.replies.remember(key, stored, ctx.now());
        }
        Ok(reply)
    }

    fn key(&self, ctx: &Ctx<'_>) -> Option<Key> {
        let token = self.token.filter(|_| ctx.config.replay_client_tokens)?;
        Some((self.operation, token.to_owned()))
    }
}

impl Replies {
    fn find(&self, key: &Key, now: Timestamp) -> Option<&Stored> {
        let stored = self.by_token.get(key)?;
        (!is_old(stored.since, now)).then_some(stored)
    }

    fn remember(&mut self, key: Key, stored: Stored, now: Timestamp) {
        self.forget_old(now);
        self.by_age.push_back((now, key.clone()));
        self.by_token.insert(key, stored);
    }

    fn forget_old(&mut self, now: Timestamp) {
        let old = |(since, _): &mut (Timestamp, Key)| is_old(*since, now);
        while let Some((_, key)) = self.by_age.pop_front_if(old) {
            self.by_token.remove(&key);
        }
    }
}

fn is_old(since: Timestamp, now: Timestamp) -> bool {
    now.as_millis() - since.as_millis() > REMEMBERED
}

impl fmt::Debug for Replies {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} replies", self.by_token.len())
    }
}
