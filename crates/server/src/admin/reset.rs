//! `/_b2bi/reset`: the server as it was at its start, in parts or as a whole.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::{problem, reply};
use crate::app::App;

/// A part of the server that can be set back.
type Part = (&'static str, fn(&App));

const PARTS: [Part; 3] = [
    ("faults", |app| app.faults.reset_counters()),
    ("requests", |app| {
        app.journal.clear();
    }),
    ("clock", |app| app.clock.reset()),
];

/// Sets the parts back that `what=a,b` names; without it, all of them.
pub(super) fn answer(app: &App, query: Option<&str>) -> Response<Bytes> {
    let parts = match query.unwrap_or_default() {
        "" => PARTS.to_vec(),
        query => match named(query) {
            Ok(parts) => parts,
            Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
        },
    };
    for (_, reset) in &parts {
        reset(app);
    }
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    reply(StatusCode::OK, &json!({"reset": names}))
}

fn named(query: &str) -> Result<Vec<Part>, String> {
    let names = query.strip_prefix("what=").unwrap_or_default().split(',');
    let part = |name: &str| {
        let known = PARTS.iter().find(|(known, _)| *known == name);
        known.copied().ok_or_else(|| {
            let known: Vec<&str> = PARTS.iter().map(|(known, _)| *known).collect();
            format!(
                "There is no part `{name}`: ask with what={}",
                known.join(",")
            )
        })
    };
    names.map(part).collect()
}
