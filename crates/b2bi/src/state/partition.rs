//! The lock round a state, and its way to the disk.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use b2bi_local_ledger::{Batch, Failed, Ledger, Ticket};

use super::kept::AnyTable;
use super::past::StateHistory;
use super::{State, kept};
use crate::jobs::{CancelledJobs, Job, JobGroup};
use crate::service::Scope;

/// The state of an account in a region, behind one lock: a rule that spans resources is checked
/// and applied under one guard.
#[derive(Debug)]
pub(crate) struct Partition {
    state: Mutex<State>,
    /// The jobs that are under way.
    pub(crate) jobs: JobGroup,
    keeper: Option<Arc<Keeper>>,
    /// Where changes are kept for reads that lag behind; none where this is such a read.
    history: Option<Arc<StateHistory>>,
    /// What tells it from other partitions in the history.
    number: u64,
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
    history: Option<(&'a StateHistory, u64)>,
    /// Whether the state is as it was when it was locked.
    is_untouched: bool,
    /// Whether changes are recorded for the history.
    is_recorded: bool,
}

impl Partition {
    /// A partition that ends with the process.
    pub(crate) fn new(history: &Arc<StateHistory>) -> Self {
        Self {
            state: Mutex::default(),
            jobs: JobGroup::default(),
            keeper: None,
            number: history.number(),
            history: Some(Arc::clone(history)),
        }
    }

    /// A partition whose changes are kept on disk.
    pub(crate) fn kept(scope: Scope, ledger: Ledger, history: &Arc<StateHistory>) -> Self {
        let mut state = State::default();
        state.track();
        Self {
            state: Mutex::new(state),
            jobs: JobGroup::default(),
            keeper: Some(Arc::new(Keeper {
                ledger,
                scope,
                last: AtomicU64::default(),
            })),
            number: history.number(),
            history: Some(Arc::clone(history)),
        }
    }

    /// The partition as it was that long ago, to be read; this one, when it has not changed since.
    pub(crate) fn ago(self: &Arc<Self>, time: Duration) -> Arc<Self> {
        let earlier = self.history.as_ref().and_then(|history| {
            let present = self.lock();
            history.state(self.number, &present, time)
        });
        match earlier {
            None => Arc::clone(self),
            Some(state) => Arc::new(Self {
                state: Mutex::new(state),
                jobs: JobGroup::default(),
                keeper: self.keeper.clone(),
                history: None,
                number: self.number,
            }),
        }
    }

    /// Removes everything, the past too, and tells the jobs to end that are under way.
    pub(crate) fn clear(&self) -> CancelledJobs {
        let mut state = self.lock();
        state.clear();
        // Under the lock: no job of the old state can start after this.
        self.jobs.cancel()
    }

    /// Removes the jobs, and tells those to end that are under way.
    pub(crate) fn clear_jobs(&self) -> CancelledJobs {
        let mut state = self.lock();
        AnyTable::clear(&mut state.jobs);
        self.jobs.cancel()
    }

    /// The state, locked. A panic elsewhere does not take it away: changes are made whole.
    pub(crate) fn lock(&self) -> Guard<'_> {
        Guard {
            state: self.state.lock().unwrap_or_else(PoisonError::into_inner),
            // What was there earlier is only read.
            keeper: self.keeper.as_deref().filter(|_| self.history.is_some()),
            history: self.history.as_deref().map(|it| (it, self.number)),
            is_untouched: true,
            is_recorded: false,
        }
    }

    /// What tells this partition from others.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Takes a job that has ended out of memory; see [`Jobs::archive`](super::Jobs::archive).
    pub(crate) fn archive_job(&self, place: u64, limit: usize) {
        let is_on_disk = self.keeper.is_some();
        self.lock().jobs.archive(place, is_on_disk, limit);
    }

    /// The job at a place on disk, if there is one.
    ///
    /// # Errors
    ///
    /// The disk cannot be read.
    pub(crate) async fn archived_job(&self, place: u64) -> Result<Option<Job>, String> {
        let Some(keeper) = &self.keeper else {
            return Ok(None);
        };
        let settled = self.settled().await;
        settled.map_err(|failed| failed.to_string())?;
        let row = keeper
            .ledger
            .get(kept::ROWS, &kept::job_key(&keeper.scope, place));
        let row = row.map_err(|failed| failed.to_string())?;
        row.map(|row| kept::job(&row)).transpose()
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
    /// Hands what has changed to the history.
    fn keep_history(&mut self) {
        let undo = self.state.take_undo();
        self.state.record_undo(false);
        if let Some((history, number)) = self.history.filter(|_| !undo.is_empty()) {
            history.push(number, undo);
        }
    }

    /// Removes everything. The history begins anew.
    pub(crate) fn clear(&mut self) {
        if let Some((history, number)) = self.history {
            history.forget(number);
        }
        self.is_untouched = false;
        self.state.clear();
    }

    /// Puts a whole state in the place of the present one, and returns that. The history begins
    /// anew.
    pub(crate) fn replace(&mut self, state: State) -> State {
        if let Some((history, number)) = self.history {
            history.forget(number);
        }
        self.is_untouched = false;
        self.is_recorded = false;
        std::mem::replace(&mut *self.state, state)
    }

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
            let is_kept = self.history.is_some_and(|(history, _)| history.is_on());
            if is_kept {
                self.state.record_undo(true);
            }
            self.is_recorded = is_kept;
        }
        &mut self.state
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.is_recorded {
            self.keep_history();
        }
        if let Some(keeper) = self.keeper {
            keeper.keep(&mut self.state);
        }
    }
}
