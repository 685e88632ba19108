//! What a state was some time ago, kept while somebody wants to read it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::State;
use crate::environment::Clock;

/// How far back states are kept; at first, not at all.
pub(crate) struct Horizon {
    millis: AtomicI64,
    clock: Arc<dyn Clock>,
}

impl Horizon {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            millis: AtomicI64::new(0),
            clock,
        }
    }

    /// From now on, states are kept for this long.
    pub(crate) fn set(&self, time: Duration) {
        self.millis.store(millis(time), Ordering::Relaxed);
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millis()
    }
}

impl fmt::Debug for Horizon {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ms", self.millis.load(Ordering::Relaxed))
    }
}

/// The states that a partition had, each with the time at which it was changed.
#[derive(Debug)]
pub(super) struct Past {
    horizon: Arc<Horizon>,
    states: Mutex<VecDeque<(i64, State)>>,
}

impl Past {
    pub(super) fn new(horizon: &Arc<Horizon>) -> Self {
        Self {
            horizon: Arc::clone(horizon),
            states: Mutex::default(),
        }
    }

    /// The past of a partition of which nothing is known yet.
    pub(super) fn without_states(&self) -> Self {
        Self::new(&self.horizon)
    }

    /// Keeps a state that is about to be changed; costs one load when nothing is to be kept.
    pub(super) fn remember(&self, state: &State) {
        let horizon = self.horizon.millis.load(Ordering::Relaxed);
        if horizon == 0 {
            return;
        }
        let now = self.horizon.now();
        let mut states = self.states();
        let is_too_old = |(until, _): &mut (i64, State)| *until < now.saturating_sub(horizon);
        while states.pop_front_if(is_too_old).is_some() {}
        states.push_back((now, state.clone()));
    }

    /// The state of that long ago; none when it is the present one, as far as is known.
    pub(super) fn state(&self, ago: Duration) -> Option<State> {
        let time = self.horizon.now().saturating_sub(millis(ago));
        let states = self.states();
        let found = states.iter().find(|(until, _)| *until > time);
        found.map(|(_, state)| state.clone())
    }

    fn states(&self) -> MutexGuard<'_, VecDeque<(i64, State)>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
