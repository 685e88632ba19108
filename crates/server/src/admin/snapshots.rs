//! `/_b2bi/snapshots`: states under a name. With a directory they stay there, else they end with the
//! server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_ledger::{Batch, Failed, Ledger, Table};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::{Value, json};

use super::call::{AdminError, Answer, Call};
use super::{reply, state};
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
pub(super) fn list(app: &App, _: &Call) -> Answer {
    let names: Vec<String> = app.snapshots.held().keys().cloned().collect();
    Ok(reply(StatusCode::OK, &json!({"snapshots": names})))
}

/// Shows the snapshot that the path names.
pub(super) fn show(app: &App, call: &Call) -> Answer {
    Ok(state::written(&*found(app, call)?))
}

/// Keeps the present state, with objects if asked, under the name; one that is there is replaced.
pub(super) fn take<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, Answer> {
    async move {
        let name = checked(&call.name)?;
        let state = state::described(app, &call.params)?;
        kept(app.snapshots.set(name, Some(state)).await)?;
        Ok(reply(StatusCode::CREATED, &json!({"taken": name})))
    }
    .boxed()
}

/// Forgets the snapshot that the path names.
pub(super) fn forget<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, Answer> {
    async move {
        found(app, call)?;
        kept(app.snapshots.set(&call.name, None).await)?;
        Ok(reply(StatusCode::OK, &json!({"deleted": call.name})))
    }
    .boxed()
}

/// Puts the snapshot that the path names in the place of the present state.
pub(super) fn restore<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, Answer> {
    async move { state::put_back(app, &*found(app, call)?).await }.boxed()
}

fn found(app: &App, call: &Call) -> Result<Arc<Value>, AdminError> {
    let name = checked(&call.name)?;
    app.snapshots.get(name).ok_or_else(|| {
        AdminError::not_found(format!(
            "There is no snapshot {name}; GET /_b2bi/snapshots lists them"
        ))
    })
}

fn kept(outcome: Result<(), Failed>) -> Result<(), AdminError> {
    outcome.map_err(|failed| AdminError::internal(failed.to_string()))
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
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_allowed)
}
