//! `/_b2bi/snapshots`: states under a name. With a directory they stay there, else they end with the
//! server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_ledger::{Batch, Failed, Ledger, Table};
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{problem, reply, state};
use crate::app::App;

/// The most bytes of a name.
const LONGEST_NAME: usize = 100;

/// Where the ledger has them, by name.
const ROWS: Table = Table("snapshots");

/// States by name.
#[derive(Debug)]
pub(crate) struct Snapshots {
    held: Mutex<BTreeMap<String, Arc<Value>>>,
    ledger: Option<Ledger>,
}

impl Snapshots {
    /// Those that a ledger has, which has the later ones as well; none without one.
    pub(crate) fn of(ledger: Option<Ledger>) -> Result<Self, String> {
        let mut held = BTreeMap::new();
        if let Some(ledger) = &ledger {
            let read = ledger.read::<Unread>(ROWS, |name, state| {
                let state = serde_json::from_slice(state).map_err(|error| {
                    Unread(format!("the snapshot {name} cannot be read: {error}"))
                })?;
                held.insert(name.to_owned(), Arc::new(state));
                Ok(())
            });
            read.map_err(|unread| unread.0)?;
        }
        Ok(Self {
            held: Mutex::new(held),
            ledger,
        })
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Value>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.held().get(name).cloned()
    }

    /// Keeps a state under the name, or forgets the one that is there; it is on disk then.
    async fn set(&self, name: &str, state: Option<Value>) -> Result<(), Failed> {
        let ticket = {
            let mut held = self.held();
            let mut batch = Batch::new();
            match &state {
                Some(state) => batch.put(ROWS, name.to_owned(), state.to_string().into()),
                None => batch.remove(ROWS, name.to_owned()),
            }
            match state {
                Some(state) => held.insert(name.to_owned(), Arc::new(state)),
                None => held.remove(name),
            };
            // Sent under the lock: the disk has them in the order of memory.
            self.ledger.as_ref().map(|ledger| ledger.send(batch))
        };
        match self.ledger.as_ref().zip(ticket) {
            Some((ledger, ticket)) => ledger.settled(ticket).await,
            None => Ok(()),
        }
    }
}

/// Why the snapshots of a ledger cannot be read.
struct Unread(String);

impl From<Failed> for Unread {
    fn from(failed: Failed) -> Self {
        Self(failed.to_string())
    }
}

/// The names, in order.
pub(super) fn list(app: &App) -> Response<Bytes> {
    let names: Vec<String> = app.snapshots.held().keys().cloned().collect();
    reply(StatusCode::OK, &json!({"snapshots": names}))
}

/// Takes, shows, forgets or restores the snapshot that the path names.
pub(super) async fn answer(
    app: &App,
    path: &str,
    query: Option<&str>,
    method: &Method,
) -> Response<Bytes> {
    let (name, restores) = match path.strip_suffix("/restore") {
        Some(name) => (name, true),
        None => (path, false),
    };
    if !is_name(name) {
        let message = format!(
            "A snapshot's name is of letters, digits, '.', '_' and '-', up to {LONGEST_NAME}"
        );
        return problem(StatusCode::BAD_REQUEST, &message);
    }
    let found = app.snapshots.get(name);
    match (restores, method, found) {
        (false, &Method::POST, _) => take(app, name, query).await,
        (false, &Method::GET, Some(found)) => state::written(&found),
        (false, &Method::DELETE, Some(_)) => {
            let forgotten = app.snapshots.set(name, None).await;
            told(forgotten, StatusCode::OK, &json!({"deleted": name}))
        }
        (true, &Method::POST, Some(found)) => state::put_back(app, &found).await,
        (false, &Method::GET | &Method::DELETE, None) | (true, &Method::POST, None) => problem(
            StatusCode::NOT_FOUND,
            &format!("There is no snapshot {name}; GET /_b2bi/snapshots lists them"),
        ),
        _ => problem(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("snapshots/{path} does not know {method}"),
        ),
    }
}

/// Keeps the present state, with objects if asked, under the name; one that is there is replaced.
async fn take(app: &App, name: &str, query: Option<&str>) -> Response<Bytes> {
    match state::described(app, query) {
        Ok(state) => {
            let taken = app.snapshots.set(name, Some(state)).await;
            told(taken, StatusCode::CREATED, &json!({"taken": name}))
        }
        Err((status, message)) => problem(status, &message),
    }
}

fn told(outcome: Result<(), Failed>, status: StatusCode, body: &Value) -> Response<Bytes> {
    match outcome {
        Ok(()) => reply(status, body),
        Err(failed) => problem(StatusCode::INTERNAL_SERVER_ERROR, &failed.to_string()),
    }
}

fn is_name(name: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_allowed)
}
