//! The lock round a state, and its way to the disk.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use b2bi_local_ledger::{Batch, Failed, Ledger, Ticket};

use super::State;
use crate::service::Scope;

/// The state of an account in a region, behind one lock: a rule that spans resources is checked
/// and applied under one guard.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    state: Mutex<State>,
    keeper: Option<Keeper>,
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
}

impl Partition {
    /// A partition whose changes are kept on disk.
    pub(crate) fn kept(scope: Scope, ledger: Ledger) -> Self {
        let mut state = State::default();
        state.track();
        Self {
            state: Mutex::new(state),
            keeper: Some(Keeper {
                ledger,
                scope,
                last: AtomicU64::default(),
            }),
        }
    }

    /// The state, locked. A panic elsewhere does not take it away: changes are made whole.
    pub(crate) fn lock(&self) -> Guard<'_> {
        Guard {
            state: self.state.lock().unwrap_or_else(PoisonError::into_inner),
            keeper: self.keeper.as_ref(),
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
