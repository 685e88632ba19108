//! `/_b2bi/snapshots`: states under a name, in memory for as long as the server runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{problem, reply, state};
use crate::app::App;

/// The most bytes of a name.
const LONGEST_NAME: usize = 100;

/// States by name.
#[derive(Debug, Default)]
pub(crate) struct Snapshots(Mutex<BTreeMap<String, Arc<Value>>>);

impl Snapshots {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.held().get(name).cloned()
    }
}

/// The names, in order.
pub(super) fn list(app: &App) -> Response<Bytes> {
    let names: Vec<String> = app.snapshots.held().keys().cloned().collect();
    reply(StatusCode::OK, &json!({"snapshots": names}))
}

/// Takes, shows, forgets or restores the snapshot that the path names.
pub(super) async fn answer(app: &App, path: &str, method: &Method) -> Response<Bytes> {
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
        (false, &Method::POST, _) => take(app, name),
        (false, &Method::GET, Some(found)) => state::written(&found),
        (false, &Method::DELETE, Some(_)) => {
            app.snapshots.held().remove(name);
            reply(StatusCode::OK, &json!({"deleted": name}))
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

/// Keeps the present state under the name; one that is there is replaced.
fn take(app: &App, name: &str) -> Response<Bytes> {
    match app.service.describe() {
        Ok(state) => {
            app.snapshots
                .held()
                .insert(name.to_owned(), Arc::new(state));
            reply(StatusCode::CREATED, &json!({"taken": name}))
        }
        Err(message) => problem(StatusCode::INTERNAL_SERVER_ERROR, &message),
    }
}

fn is_name(name: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"._-".contains(&it);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_allowed)
}
