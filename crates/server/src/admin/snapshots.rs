//! `/_b2bi/snapshots`: named states, stored in the data directory if there is one, otherwise in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_b2bi::Clock as _;
use b2bi_local_model::Timestamp;
use b2bi_local_persistence::{Batch, RowStore, Table, WriteError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::call::{AdminError, Call, HandlerResult};
use super::{reply, state};
use crate::app::App;

/// The maximum length of a name, in bytes.
const LONGEST_NAME: usize = 100;

/// The maximum number of snapshots.
const MOST: usize = 100;

/// Where the row store has them, by name.
const ROWS: Table = Table("snapshots");

/// The table in the row store with the times at which they were taken, by name. Releases up to
/// 0.1.0 have none.
const TIMES: Table = Table("snapshot times");

/// States by name.
#[derive(Debug)]
pub(crate) struct Snapshots {
    held: Arc<Mutex<SnapshotMap>>,
    row_store: Option<RowStore>,
}

impl Snapshots {
    /// The snapshots in a row store, which also stores later ones; without a store there are none.
    pub(crate) fn of(row_store: Option<RowStore>) -> Result<Self, SnapshotError> {
        let mut held = BTreeMap::new();
        if let Some(row_store) = &row_store {
            let read = row_store.read::<SnapshotError>(ROWS, |name, row| {
                let state = serde_json::from_slice(row).map_err(|error| unreadable(name, error))?;
                held.insert(name.to_owned(), Snapshot::new(state, row.len(), None));
                Ok(())
            });
            read?;
            let read = row_store.read::<SnapshotError>(TIMES, |name, row| {
                let time = serde_json::from_slice(row).map_err(|error| unreadable(name, error))?;
                if let Some(snapshot) = held.get_mut(name) {
                    snapshot.taken_at = Some(time);
                }
                Ok(())
            });
            read?;
        }
        Ok(Self {
            held: Arc::new(Mutex::new(held)),
            row_store,
        })
    }

    fn held(&self) -> MutexGuard<'_, SnapshotMap> {
        lock(&self.held)
    }

    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.held().get(name).map(|held| Arc::clone(&held.state))
    }

    /// Stores a state under the name, or removes it; it is on disk then.
    ///
    /// # Errors
    ///
    /// The disk does not accept it; then nothing has changed.
    async fn set(&self, name: &str, taken: Option<(Value, Timestamp)>) -> Result<(), WriteError> {
        let row = taken
            .as_ref()
            .map(|(state, time)| (state.to_string(), json!(time).to_string()));
        let bytes = row.as_ref().map_or(0, |(state, _)| state.len());
        let snapshot = taken.map(|(state, time)| Snapshot::new(state, bytes, Some(time)));
        let Some(row_store) = &self.row_store else {
            put(&mut self.held(), name, snapshot);
            return Ok(());
        };
        let ticket = {
            let mut held = self.held();
            let mut batch = Batch::new();
            if let Some((state, time)) = row {
                batch.put(ROWS, name.to_owned(), state.into());
                batch.put(TIMES, name.to_owned(), time.into());
            } else {
                batch.remove(ROWS, name.to_owned());
                batch.remove(TIMES, name.to_owned());
            }
            let before = held.get(name).cloned();
            let (all, owned) = (Arc::clone(&self.held), name.to_owned());
            batch.on_failure(move || put(&mut lock(&all), &owned, before));
            // Sent under the lock: the disk has them in the order of memory.
            let ticket = row_store.send(batch)?;
            put(&mut held, name, snapshot);
            ticket
        };
        row_store.flushed(ticket).await
    }
}

/// States by name; a panic leaves each of them whole.
type SnapshotMap = BTreeMap<String, Snapshot>;

/// A stored state.
#[derive(Clone, Debug)]
struct Snapshot {
    state: Arc<Value>,
    /// The length of the state as JSON.
    bytes: usize,
    taken_at: Option<Timestamp>,
}

impl Snapshot {
    fn new(state: Value, bytes: usize, taken_at: Option<Timestamp>) -> Self {
        let state = Arc::new(state);
        Self {
            state,
            bytes,
            taken_at,
        }
    }

    /// When it was taken, its size and its contents.
    fn listed(&self, name: &str) -> Value {
        let items = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned();
        let scopes = items(&self.state, "scopes").unwrap_or_default();
        let count = |key| {
            scopes
                .iter()
                .filter_map(|scope| items(scope, key))
                .map(|all| all.len())
                .sum::<usize>()
        };
        let holds: Map<String, Value> = HELD
            .iter()
            .map(|key| ((*key).to_owned(), count(key).into()))
            .collect();
        json!({
            "name": name,
            "takenAt": self.taken_at,
            "bytes": self.bytes,
            "scopes": scopes.len(),
            "holds": holds,
            "buckets": items(&self.state, "objects").map(|buckets| buckets.len()),
        })
    }
}

/// The counted parts of a scope in the list.
const HELD: [&str; 5] = [
    "profiles",
    "transformers",
    "capabilities",
    "partnerships",
    "jobs",
];

fn lock(held: &Mutex<SnapshotMap>) -> MutexGuard<'_, SnapshotMap> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(held: &mut SnapshotMap, name: &str, snapshot: Option<Snapshot>) {
    match snapshot {
        Some(snapshot) => held.insert(name.to_owned(), snapshot),
        None => held.remove(name),
    };
}

/// Why the snapshots of a row store cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error(transparent)]
    Store(#[from] WriteError),
    #[error("the snapshot {name} cannot be read: {source}")]
    Json {
        name: String,
        source: serde_json::Error,
    },
}

fn unreadable(name: &str, source: serde_json::Error) -> SnapshotError {
    let name = name.to_owned();
    SnapshotError::Json { name, source }
}

/// The snapshots in the order of their names; `buckets` is null for one without objects.
pub(super) fn list(app: &App, _: &Call) -> HandlerResult {
    let held = app.snapshots.held();
    let listed: Vec<Value> = held
        .iter()
        .map(|(name, snapshot)| snapshot.listed(name))
        .collect();
    drop(held);
    Ok(reply(StatusCode::OK, &json!({"snapshots": listed})))
}

/// Shows the snapshot that the path names.
pub(super) fn show(app: &App, call: &Call) -> HandlerResult {
    Ok(state::written(&*found(app, call)?))
}

/// Stores the current state, with objects if requested, under the name; an existing one is
/// replaced.
pub(super) fn take<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        let name = checked(&call.name)?;
        check_room(app, name)?;
        let state = state::described(app, &call.params)?;
        persisted(
            app.snapshots
                .set(name, Some((state, app.clock.now())))
                .await,
        )?;
        Ok(reply(StatusCode::CREATED, &json!({"taken": name})))
    }
    .boxed()
}

/// Removes the snapshot in the path.
pub(super) fn forget<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        found(app, call)?;
        persisted(app.snapshots.set(&call.name, None).await)?;
        Ok(reply(StatusCode::OK, &json!({"deleted": call.name})))
    }
    .boxed()
}

/// Replaces the present state with the snapshot that the path names.
pub(super) fn restore<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move { state::put_back(app, &*found(app, call)?).await }.boxed()
}

/// Refuses another snapshot if the limit is reached.
fn check_room(app: &App, name: &str) -> Result<(), AdminError> {
    let held = app.snapshots.held();
    if held.len() < MOST || held.contains_key(name) {
        return Ok(());
    }
    Err(AdminError::new(
        StatusCode::CONFLICT,
        format!("There are {MOST} snapshots already; DELETE one of them first"),
    ))
}

fn found(app: &App, call: &Call) -> Result<Arc<Value>, AdminError> {
    let name = checked(&call.name)?;
    app.snapshots.get(name).ok_or_else(|| {
        AdminError::not_found(format!(
            "There is no snapshot {name}; GET /_b2bi/snapshots lists them"
        ))
    })
}

fn persisted(outcome: Result<(), WriteError>) -> Result<(), AdminError> {
    outcome.map_err(|error| AdminError::internal(error.to_string()))
}

fn checked(name: &str) -> Result<&str, AdminError> {
    if is_name(name) {
        return Ok(name);
    }
    Err(AdminError::bad_request(format!(
        "A snapshot's name is of letters, digits, '.', '_' and '-', up to {LONGEST_NAME}"
    )))
}

fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_allowed)
}
