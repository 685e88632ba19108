//! The lock of a state, which stores changes when it is released.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use b2bi_local_persistence::{Batch, CommitSeq, RowStore, WriteError};

use super::history::StateHistory;
use super::rows::AnyTable;
use super::undo::StateUndo;
use super::{PersistError, RowError, State, rows};
use crate::scope::Scope;
use crate::state::job::{CancelledJobs, Job, JobGroup};

/// The state of an account in a region, behind one lock: a rule that spans resources is checked and
/// applied under one guard.
#[derive(Debug)]
pub(crate) struct Partition {
    state: Arc<Mutex<State>>,
    /// The running jobs.
    pub(crate) jobs: JobGroup,
    /// How often changes were undone because the disk refused them.
    undone: Arc<AtomicU64>,
    persister: Option<Arc<Persister>>,
    /// Where changes are kept for stale reads; `None` if this is such a read.
    history: Option<Arc<StateHistory>>,
    /// Identifies the partition in the history.
    number: u64,
}

/// Writes changes to the row store.
#[derive(Debug)]
struct Persister {
    row_store: RowStore,
    scope: Scope,
    /// The number of the last batch.
    last: AtomicU64,
}

/// The locked state. When the guard is dropped, changes are queued for the row store, if there is
/// one, so they arrive there in order.
///
/// If a panic drops the guard, or the row store refuses the changes, they are undone.
pub(crate) struct Guard<'a> {
    partition: &'a Partition,
    state: MutexGuard<'a, State>,
    /// Whether the state is the same as when it was locked.
    is_untouched: bool,
    /// Whether the history starts again with the current state.
    is_new: bool,
}

impl Partition {
    /// A partition that ends with the process.
    pub(crate) fn new(history: &Arc<StateHistory>) -> Self {
        Self {
            state: Arc::default(),
            jobs: JobGroup::default(),
            undone: Arc::default(),
            persister: None,
            number: history.number(),
            history: Some(Arc::clone(history)),
        }
    }

    /// A partition whose changes are stored on disk.
    pub(crate) fn with_row_store(
        scope: Scope,
        row_store: RowStore,
        history: &Arc<StateHistory>,
    ) -> Self {
        let mut state = State::default();
        state.track();
        Self {
            state: Arc::new(Mutex::new(state)),
            jobs: JobGroup::default(),
            undone: Arc::default(),
            persister: Some(Arc::new(Persister {
                row_store,
                scope,
                last: AtomicU64::default(),
            })),
            number: history.number(),
            history: Some(Arc::clone(history)),
        }
    }

    /// The partition as it was that long ago, for reading; this one, if it has not changed since.
    pub(crate) fn ago(self: &Arc<Self>, time: Duration) -> Arc<Self> {
        let earlier = self.history.as_ref().and_then(|history| {
            let present = self.lock();
            history.state(self.number, &present, time)
        });
        match earlier {
            None => Arc::clone(self),
            Some(state) => Arc::new(Self {
                state: Arc::new(Mutex::new(state)),
                jobs: JobGroup::default(),
                undone: Arc::default(),
                persister: self.persister.clone(),
                history: None,
                number: self.number,
            }),
        }
    }

    /// Removes everything, including the history, and ends the running jobs.
    pub(crate) fn clear(&self) -> CancelledJobs {
        let mut state = self.lock();
        state.clear();
        // Under the lock: no job of the old state can start after this.
        self.jobs.cancel()
    }

    /// Removes the jobs, and ends the running ones.
    pub(crate) fn clear_jobs(&self) -> CancelledJobs {
        let mut state = self.lock();
        AnyTable::clear(&mut state.jobs);
        self.jobs.cancel()
    }

    /// The locked state. A panic elsewhere leaves it unchanged: a guard that a panic drops undoes
    /// its changes.
    pub(crate) fn lock(&self) -> Guard<'_> {
        Guard {
            partition: self,
            state: lock(&self.state),
            is_untouched: true,
            is_new: false,
        }
    }

    /// Removes an ended job from memory; see [`Jobs::archive`](super::Jobs::archive).
    pub(crate) fn archive_job(&self, place: u64, limit: usize) {
        let is_on_disk = self.persister.is_some();
        self.lock().jobs.archive(place, is_on_disk, limit);
    }

    /// The job at a place on disk, if there is one.
    ///
    /// # Errors
    ///
    /// The disk cannot be read.
    pub(crate) async fn archived_job(&self, place: u64) -> Result<Option<Job>, RowError> {
        let Some(persister) = &self.persister else {
            return Ok(None);
        };
        persister.decided().await;
        let row = persister
            .row_store
            .get(rows::ROWS, &rows::job_key(&persister.scope, place));
        row?.map(|row| rows::job(&row)).transpose()
    }

    /// How often changes were undone because the disk refused them; [`flushed`](Self::flushed)
    /// needs the value from before a change.
    pub(crate) fn undone(&self) -> u64 {
        self.undone.load(Ordering::Acquire)
    }

    /// Waits until all changes made so far are on disk, if they are stored there.
    ///
    /// No reply shows the change before that.
    ///
    /// # Errors
    ///
    /// Changes have been undone since the count was `undone`.
    pub(crate) async fn flushed(&self, undone: u64) -> Result<(), WriteError> {
        let Some(persister) = &self.persister else {
            return Ok(());
        };
        persister.decided().await;
        if self.undone() == undone {
            return Ok(());
        }
        Err(persister
            .row_store
            .failure()
            .unwrap_or_else(WriteError::undone))
    }

    /// Restores a whole state, as it is on disk, because its replacement was not written.
    pub(crate) fn put_back(&self, before: State) {
        let mut state = lock(&self.state);
        *state = before;
        state.forget_changes();
        self.undone.fetch_add(1, Ordering::AcqRel);
    }

    /// The closure that undoes changes that were accepted and then not written.
    fn undo_later(&self, changes: &StateUndo) -> impl FnOnce() + Send + 'static {
        let (state, changes) = (Arc::downgrade(&self.state), changes.clone());
        let (undone, number) = (Arc::clone(&self.undone), self.number);
        let history = self.history.clone();
        move || {
            if let Some(state) = state.upgrade() {
                let mut state = lock(&state);
                state.roll_back(&changes);
                undone.fetch_add(1, Ordering::AcqRel);
                if let Some(history) = history {
                    history.forget(number);
                }
            }
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Persister {
    /// Waits until everything sent so far is on disk or was undone.
    async fn decided(&self) {
        let ticket = CommitSeq::of(self.last.load(Ordering::Acquire));
        self.row_store.decided(ticket).await;
    }

    /// Queues the changes.
    ///
    /// # Errors
    ///
    /// They cannot be written as rows, or the row store refuses them.
    fn send(
        &self,
        state: &mut State,
        undo: impl FnOnce() + Send + 'static,
    ) -> Result<(), PersistError> {
        let mut batch = Batch::new();
        state.take_changes(&self.scope, &mut batch)?;
        if !batch.is_empty() {
            batch.on_failure(undo);
            let ticket = self.row_store.send(batch)?;
            self.last.store(ticket.number(), Ordering::Release);
        }
        Ok(())
    }
}

impl Guard<'_> {
    /// Removes everything. The history starts again.
    pub(crate) fn clear(&mut self) {
        self.touch();
        self.is_new = true;
        self.state.clear();
    }

    /// Replaces the whole state, and returns the previous one. The history starts again. The caller
    /// queues the rows, and undoes the replacement if that fails.
    pub(crate) fn replace(&mut self, state: State) -> State {
        self.is_untouched = false;
        self.is_new = true;
        std::mem::replace(&mut *self.state, state)
    }

    /// Records that the current state was sent with this number.
    pub(crate) fn sent(&self, ticket: CommitSeq) {
        if let Some(persister) = &self.partition.persister {
            persister.last.store(ticket.number(), Ordering::Release);
        }
    }

    fn touch(&mut self) {
        if self.is_untouched {
            self.is_untouched = false;
            self.state.record_undo(true);
        }
    }

    /// Queues the changes, and passes them to the history.
    fn commit(&mut self, changes: StateUndo) {
        // Earlier states are only read.
        let persister = self.partition.persister.as_deref();
        if let Some(persister) = persister.filter(|_| self.partition.history.is_some()) {
            let undo = self.partition.undo_later(&changes);
            if let Err(error) = persister.send(&mut self.state, undo) {
                tracing::error!(%error, "a change was undone");
                self.state.roll_back(&changes);
                self.partition.undone.fetch_add(1, Ordering::AcqRel);
                return;
            }
        }
        let Some(history) = &self.partition.history else {
            return;
        };
        if self.is_new {
            history.forget(self.partition.number);
        } else if history.is_on() && !changes.is_empty() {
            history.push(self.partition.number, changes);
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
        self.touch();
        &mut self.state
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.is_untouched {
            return;
        }
        let changes = self.state.take_undo();
        self.state.record_undo(false);
        if thread::panicking() {
            self.state.roll_back(&changes);
        } else {
            self.commit(changes);
        }
    }
}
