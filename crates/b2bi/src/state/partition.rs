//! The lock round a state, and its way to the disk.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use b2bi_local_ledger::{Batch, Failed, Ledger, Ticket};

use super::State;
use super::past::{Horizon, Past};
use crate::service::Scope;

/// The state of an account in a region, behind one lock: a rule that spans resources is checked
/// and applied under one guard.
#[derive(Debug)]
pub(crate) struct Partition {
    state: Mutex<State>,
    keeper: Option<Keeper>,
    past: Past,
}

/// Writes what is changed to the ledger.
#[derive(Debug)]
struct Keeper {
    ledger: Ledger,
    scope: Scope,
    /// The ticket of the last change.
    last: AtomicU64,
}

/// The state, locked. When it is given free, what has changed is sent to the ledger, if there is
/// one: so changes come there in the order in which they were made.
pub(crate) struct Guard<'a> {
    state: MutexGuard<'a, State>,
    keeper: Option<&'a Keeper>,
    past: &'a Past,
    /// Whether the state is as it was when it was locked.
    is_untouched: bool,
}

impl Partition {
    /// A partition that ends with the process.
    pub(crate) fn new(horizon: &Arc<Horizon>) -> Self {
        Self {
            state: Mutex::default(),
            keeper: None,
            past: Past::new(horizon),
        }
    }

    /// A partition whose changes are kept on disk.
    pub(crate) fn kept(scope: Scope, ledger: Ledger, horizon: &Arc<Horizon>) -> Self {
        let mut state = State::default();
        state.track();
        Self {
            state: Mutex::new(state),
            keeper: Some(Keeper {
                ledger,
                scope,
                last: AtomicU64::default(),
            }),
            past: Past::new(horizon),
        }
    }

    /// The partition as it was that long ago, to be read; this one, when it has not changed since.
    pub(crate) fn ago(self: &Arc<Self>, time: Duration) -> Arc<Self> {
        match self.past.state(time) {
            None => Arc::clone(self),
            Some(state) => Arc::new(Self {
                state: Mutex::new(state),
                keeper: None,
                past: self.past.without_states(),
            }),
        }
    }

    /// The state, locked. A panic elsewhere does not take it away: changes are made whole.
    pub(crate) fn lock(&self) -> Guard<'_> {
        Guard {
            state: self.state.lock().unwrap_or_else(PoisonError::into_inner),
            keeper: self.keeper.as_ref(),
            past: &self.past,
            is_untouched: true,
        }
    }

    /// Waits until all changes that were made by now are on disk, if that is where they go.
    ///
    /// Nothing that rests on a change is told before.
    ///
    /// # Errors
    ///
    /// The disk does not take them.
    pub(crate) async fn settled(&self) -> Result<(), Failed> {
        let Some(keeper) = &self.keeper else {
            return Ok(());
        };
        let ticket = Ticket::of(keeper.last.load(Ordering::Acquire));
        keeper.ledger.settled(ticket).await
    }
}

impl Keeper {
    fn keep(&self, state: &mut State) {
        let mut batch = Batch::new();
        if let Err(error) = state.take_changes(&self.scope, &mut batch) {
            tracing::error!(%error, "a change cannot be written for the disk");
        }
        if !batch.is_empty() {
            let ticket = self.ledger.send(batch);
            self.last.store(ticket.number(), Ordering::Release);
        }
    }
}

impl Guard<'_> {
    /// Notes that what the state is now was sent with this ticket.
    pub(crate) fn sent(&self, ticket: Option<Ticket>) {
        if let (Some(keeper), Some(ticket)) = (self.keeper, ticket) {
            keeper.last.store(ticket.number(), Ordering::Release);
        }
    }
}

impl Deref for Guard<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        if self.is_untouched {
            self.is_untouched = false;
            self.past.remember(&self.state);
        }
        &mut self.state
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper {
            keeper.keep(&mut self.state);
        }
    }
}
