//! `/_b2bi/snapshots`: states under a name. With a directory they stay there, else they end with the
//! server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_persistence::{Batch, RowStore, Table, WriteError};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::{Value, json};

use super::call::{AdminError, Call, HandlerResult};
use super::{reply, state};
use crate::app::App;

/// The most bytes of a name.
const LONGEST_NAME: usize = 100;

/// The most snapshots that are kept.
const MOST: usize = 100;

/// Where the row store has them, by name.
const ROWS: Table = Table("snapshots");

/// States by name.
#[derive(Debug)]
pub(crate) struct Snapshots {
    held: Arc<Mutex<SnapshotMap>>,
    row_store: Option<RowStore>,
}

impl Snapshots {
    /// Those that a row store has, which has the later ones as well; none without one.
    pub(crate) fn of(row_store: Option<RowStore>) -> Result<Self, String> {
        let mut held = BTreeMap::new();
        if let Some(row_store) = &row_store {
            let read = row_store.read::<SnapshotError>(ROWS, |name, state| {
                let state = serde_json::from_slice(state).map_err(|error| {
                    SnapshotError(format!("the snapshot {name} cannot be read: {error}"))
                })?;
                held.insert(name.to_owned(), Arc::new(state));
                Ok(())
            });
            read.map_err(|unread| unread.0)?;
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
        self.held().get(name).cloned()
    }

    /// Keeps a state under the name, or forgets the one that is there; it is on disk then.
    ///
    /// # Errors
    ///
    /// The disk does not take it; then nothing has changed.
    async fn set(&self, name: &str, state: Option<Value>) -> Result<(), WriteError> {
        let Some(row_store) = &self.row_store else {
            put(&mut self.held(), name, state.map(Arc::new));
            return Ok(());
        };
        let ticket = {
            let mut held = self.held();
            let mut batch = Batch::new();
            match &state {
                Some(state) => batch.put(ROWS, name.to_owned(), state.to_string().into()),
                None => batch.remove(ROWS, name.to_owned()),
            }
            let before = held.get(name).cloned();
            let (all, owned) = (Arc::clone(&self.held), name.to_owned());
            batch.on_failure(move || put(&mut lock(&all), &owned, before));
            // Sent under the lock: the disk has them in the order of memory.
            let ticket = row_store.send(batch)?;
            put(&mut held, name, state.map(Arc::new));
            ticket
        };
        row_store.flushed(ticket).await
    }
}

/// States by name; a panic leaves each of them whole.
type SnapshotMap = BTreeMap<String, Arc<Value>>;

fn lock(held: &Mutex<SnapshotMap>) -> MutexGuard<'_, SnapshotMap> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(held: &mut SnapshotMap, name: &str, state: Option<Arc<Value>>) {
    match state {
        Some(state) => held.insert(name.to_owned(), state),
        None => held.remove(name),
    };
}

/// Why the snapshots of a row store cannot be read.
struct SnapshotError(String);

impl From<WriteError> for SnapshotError {
    fn from(error: WriteError) -> Self {
        Self(error.to_string())
    }
}

/// The names, in order.
pub(super) fn list(app: &App, _: &Call) -> HandlerResult {
    let names: Vec<String> = app.snapshots.held().keys().cloned().collect();
    Ok(reply(StatusCode::OK, &json!({"snapshots": names})))
}

/// Shows the snapshot that the path names.
pub(super) fn show(app: &App, call: &Call) -> HandlerResult {
    Ok(state::written(&*found(app, call)?))
}

/// Keeps the present state, with objects if asked, under the name; one that is there is replaced.
pub(super) fn take<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        let name = checked(&call.name)?;
        check_room(app, name)?;
        let state = state::described(app, &call.params)?;
        kept(app.snapshots.set(name, Some(state)).await)?;
        Ok(reply(StatusCode::CREATED, &json!({"taken": name})))
    }
    .boxed()
}

/// Forgets the snapshot that the path names.
pub(super) fn forget<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        found(app, call)?;
        kept(app.snapshots.set(&call.name, None).await)?;
        Ok(reply(StatusCode::OK, &json!({"deleted": call.name})))
    }
    .boxed()
}

/// Replaces the present state with the snapshot that the path names.
pub(super) fn restore<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move { state::put_back(app, &*found(app, call)?).await }.boxed()
}

/// Refuses one more snapshot than are kept.
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

fn kept(outcome: Result<(), WriteError>) -> Result<(), AdminError> {
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
