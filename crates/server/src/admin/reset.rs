//! `/_b2bi/reset`: returns the server, or parts of it, to the state after its start.
//!
//! Snapshots and objects in an external S3 are kept.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::StatusCode;
use serde_json::json;

use super::call::{AdminError, Call, HandlerResult};
use super::reply;
use crate::app::App;
use crate::query::unknown;
use crate::reset::{PARTS, Part, Scope, reset};

pub(super) const QUERY: &[&str] = &["what", "account", "region"];

/// The parts to reset, by the names in the query, and their scope.
struct ResetQuery {
    parts: Vec<(&'static str, Part)>,
    scope: Scope,
}

/// Resets the parts that `what=a,b` names. Without it, all of them; if an account or a region is
/// named, its state.
pub(super) fn answer<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        let query = ResetQuery::read(call)?;
        let parts: Vec<Part> = query.parts.iter().map(|(_, part)| *part).collect();
        let done = reset(app, &parts, &query.scope).await;
        done.map_err(AdminError::internal)?;
        let names: Vec<&str> = query.parts.iter().map(|(name, _)| *name).collect();
        Ok(reply(StatusCode::OK, &json!({"reset": names})))
    }
    .boxed()
}

/// Resets everything, and answers as moto does.
pub(super) fn as_moto<'a>(app: &'a App, _: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        let parts = PARTS.map(|(_, part)| part);
        let done = reset(app, &parts, &Scope::default()).await;
        done.map_err(AdminError::internal)?;
        Ok(reply(StatusCode::OK, &json!({"status": "ok"})))
    }
    .boxed()
}

impl ResetQuery {
    fn read(call: &Call) -> Result<Self, AdminError> {
        let text = |key| call.params.get(key).map(str::to_owned);
        let scope = Scope {
            account: text("account"),
            region: text("region"),
        };
        let is_narrow = scope != Scope::default();
        let parts = match call.params.get("what") {
            Some(names) => named(names)?,
            None if is_narrow => vec![("state", Part::State)],
            None => PARTS.to_vec(),
        };
        if is_narrow && parts.iter().any(|(_, part)| *part != Part::State) {
            return Err(AdminError::bad_request(
                "only the state has accounts and regions: ask with what=state, or leave out \
                 `account` and `region`",
            ));
        }
        Ok(Self { parts, scope })
    }
}

fn named(names: &str) -> Result<Vec<(&'static str, Part)>, AdminError> {
    let mut parts = Vec::new();
    for name in names.split(',') {
        let part = part(name)?;
        if parts.contains(&part) {
            let message = format!("the part `{name}` is there twice in what=");
            return Err(AdminError::bad_request(message));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// The part of a name; `requests` is another name of the journal.
fn part(name: &str) -> Result<(&'static str, Part), AdminError> {
    if name == "requests" {
        return Ok(("requests", Part::Journal));
    }
    let known = PARTS.iter().find(|(known, _)| *known == name);
    known.copied().ok_or_else(|| {
        let known = PARTS.map(|(known, _)| known);
        AdminError::bad_request(format!("{} in what=", unknown("part", name, &known)))
    })
}
