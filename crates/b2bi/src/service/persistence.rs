//! Export, import and reset of the state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use b2bi_local_persistence::{Batch, WriteError};
use serde_json::{Map, Value, json};

use crate::jobs;
use crate::scope::Scope;
use crate::service::B2bi;
use crate::service::restore_error::{RestoreError, ScopeFormatError, StateFormatError};
use crate::state::job::CancelledJobs;
use crate::state::{Partition, State};

/// The value of the member `format` in an exported state.
pub const FORMAT: &str = "b2bi-local state";
/// The version of the export format that this release writes, and the latest it reads.
pub(crate) const FORMAT_VERSION: u64 = 1;

impl B2bi {
    /// Restarts the jobs that were unfinished when the state was stored.
    ///
    /// Call it once, within the runtime on which they run.
    pub fn resume(&self) {
        for scope in self.scopes() {
            jobs::resume(&self.context, &scope, &self.partition(&scope));
        }
    }

    /// All state as readable JSON, suitable for version control: in a stable order, with a list of
    /// resources for each table of each account and region.
    ///
    /// # Errors
    ///
    /// A resource cannot be written.
    pub fn describe(&self) -> serde_json::Result<Value> {
        let mut scopes = Vec::new();
        for scope in self.scopes() {
            let partition = self.partition(&scope);
            let state = partition.lock();
            if state.is_empty() {
                continue;
            }
            let mut members = Map::new();
            members.insert("account".to_owned(), (*scope.account).into());
            members.insert("region".to_owned(), (*scope.region).into());
            members.extend(state.describe()?);
            scopes.push(Value::Object(members));
        }
        Ok(json!({"format": FORMAT, "version": FORMAT_VERSION, "scopes": scopes}))
    }

    /// Replaces the whole state with one that [`describe`](Self::describe) wrote.
    ///
    /// All of it or nothing: a state that cannot be read, or not be stored on disk, changes
    /// nothing. Its unfinished jobs are restarted. Only one restore runs at a time.
    ///
    /// # Errors
    ///
    /// It is not such a state, has a later version, or cannot be stored on disk.
    pub async fn restore(&self, described: &Value) -> Result<(), RestoreError> {
        let states = parse(described).map_err(RestoreError::Unreadable)?;
        let _turn = self.restoring.lock().await;
        let exchanged = self.exchange(states)?;
        for (partition, _) in &exchanged {
            partition.jobs.cancel().ended().await;
        }
        for (partition, undone) in &exchanged {
            if let Err(error) = partition.flushed(*undone).await {
                self.context.retention.replaced(partition);
                self.resume();
                return Err(error.into());
            }
        }
        for (partition, _) in &exchanged {
            self.context.retention.replaced(partition);
        }
        self.resume();
        Ok(())
    }

    /// Removes everything of one account or all, in one region or all: resources, jobs, stored
    /// replies, control numbers, and the history for stale reads.
    ///
    /// Running jobs are ended, and none of them writes anything after this has returned.
    ///
    /// # Errors
    ///
    /// It cannot be removed from the disk.
    pub async fn reset(
        &self,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Result<(), WriteError> {
        let _turn = self.restoring.lock().await;
        let matches = |scope: &Scope| {
            account.is_none_or(|account| &*scope.account == account)
                && region.is_none_or(|region| &*scope.region == region)
        };
        self.resets.fetch_add(1, Ordering::Relaxed);
        self.clear(matches, Partition::clear).await
    }

    /// Removes all jobs. Running ones are ended, as in [`reset`](Self::reset).
    ///
    /// # Errors
    ///
    /// They cannot be removed from the disk.
    pub async fn reset_jobs(&self) -> Result<(), WriteError> {
        let _turn = self.restoring.lock().await;
        self.clear(|_| true, Partition::clear_jobs).await
    }

    /// Resets the counts of ended jobs to 0.
    pub fn reset_job_counts(&self) {
        self.context.ended.reset();
    }

    async fn clear(
        &self,
        matches: impl Fn(&Scope) -> bool,
        clear: fn(&Partition) -> CancelledJobs,
    ) -> Result<(), WriteError> {
        for partition in self.partitions_of(matches) {
            let undone = partition.undone();
            clear(&partition).ended().await;
            partition.flushed(undone).await?;
            self.context.retention.replaced(&partition);
        }
        Ok(())
    }

    fn scopes(&self) -> BTreeSet<Scope> {
        self.partitions
            .iter()
            .map(|partition| partition.key().clone())
            .collect()
    }

    fn partitions_of(&self, matches: impl Fn(&Scope) -> bool) -> Vec<Arc<Partition>> {
        let scopes = self.scopes().into_iter().filter(matches);
        scopes.map(|scopes| self.partition(&scopes)).collect()
    }

    /// Replaces the states of all partitions under all their locks, which are taken in order; no
    /// other code takes more than one. Returns the partitions, and how often each of them was
    /// undone before.
    ///
    /// A partition that is created meanwhile is kept: it belongs to the time after the replacement.
    fn exchange(
        &self,
        mut states: BTreeMap<Scope, State>,
    ) -> Result<Vec<(Arc<Partition>, u64)>, RestoreError> {
        let mut scopes = self.scopes();
        scopes.extend(states.keys().cloned());
        let partitions: Vec<(Scope, Arc<Partition>)> = scopes
            .into_iter()
            .map(|scope| (scope.clone(), self.partition(&scope)))
            .collect();
        let undone = partitions.iter().map(|(_, partition)| partition);
        let undone: Vec<_> = undone
            .map(|partition| (Arc::clone(partition), partition.undone()))
            .collect();
        let mut batch = Batch::new();
        let mut guards = Vec::with_capacity(partitions.len());
        for (scope, partition) in &partitions {
            let mut state = states.remove(scope).unwrap_or_default();
            let guard = partition.lock();
            if self.row_store.is_some() {
                write_exchange(scope, &guard, &mut state, &mut batch)?;
            }
            guards.push((partition, guard, state));
        }
        let Some(row_store) = &self.row_store else {
            for (_, mut guard, state) in guards {
                guard.replace(state);
            }
            return Ok(undone);
        };
        let before = Arc::new(std::sync::Mutex::new(Vec::new()));
        batch.on_failure(put_back(&before));
        // Locked until everything is in it: an undo that runs at once waits for it.
        let mut held = before.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = row_store.send(batch)?;
        for (partition, mut guard, state) in guards {
            held.push((Arc::clone(partition), guard.replace(state)));
            guard.sent(ticket);
        }
        drop(held);
        Ok(undone)
    }
}

/// States to restore, each with its partition.
type States = Vec<(Arc<Partition>, State)>;

/// Restores states from the disk.
fn put_back(states: &Arc<std::sync::Mutex<States>>) -> impl FnOnce() + Send + 'static {
    let states = Arc::clone(states);
    move || {
        let states = std::mem::take(&mut *states.lock().unwrap_or_else(PoisonError::into_inner));
        for (partition, state) in states {
            partition.put_back(state);
        }
    }
}

/// Adds to a batch the difference between two states on disk.
fn write_exchange(
    scope: &Scope,
    before: &State,
    after: &mut State,
    batch: &mut Batch,
) -> serde_json::Result<()> {
    let mut gone = before.clone();
    gone.clear();
    gone.take_changes(scope, batch)?;
    after.track();
    after.take_all(scope, batch)
}

fn parse(described: &Value) -> Result<BTreeMap<Scope, State>, StateFormatError> {
    if described.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(StateFormatError::NotAState);
    }
    match described.get("version").and_then(Value::as_u64) {
        Some(1..=FORMAT_VERSION) => {}
        Some(later) if later > FORMAT_VERSION => return Err(StateFormatError::Later(later)),
        _ => return Err(StateFormatError::NoVersion),
    }
    let scopes = described.get("scopes").and_then(Value::as_array);
    let mut states = BTreeMap::new();
    for (at, members) in scopes.ok_or(StateFormatError::NoScopes)?.iter().enumerate() {
        let (scope, state) = one(members).map_err(|error| StateFormatError::Scope(at, error))?;
        if states.insert(scope, state).is_some() {
            return Err(StateFormatError::Scope(at, ScopeFormatError::Duplicate));
        }
    }
    Ok(states)
}

fn one(members: &Value) -> Result<(Scope, State), ScopeFormatError> {
    let members = members.as_object().ok_or(ScopeFormatError::NotAnObject)?;
    let mut members = members.clone();
    let mut text = |name| match members.shift_remove(name) {
        Some(Value::String(text)) if !text.contains(char::is_control) => Ok(text),
        _ => Err(ScopeFormatError::NotText(name)),
    };
    let scope = Scope {
        account: text("account")?.into(),
        region: text("region")?.into(),
    };
    let state = State::of_description(members).map_err(ScopeFormatError::Row)?;
    Ok((scope, state))
}
