//! `/_b2bi/state`: export and import of the resources of all accounts as JSON, optionally with objects.

use b2bi_local_b2bi::RestoreError;
use b2bi_local_objects::{DescribedBucket, EmbeddedS3, PreparedObjects};
use b2bi_local_registry::DescribedDocument;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::fmt;

use super::body::members;
use super::call::{AdminError, Call, HandlerResult};
use super::{reply, state_template};
use crate::app::App;
use crate::query::Params;

/// The member of a state with the objects.
pub(super) const OBJECTS: &str = "objects";
/// The member with the documents of services without their own state; absent if there are none.
const DOCUMENTS: &str = "documents";
/// The parameter with the format of an export: `json` or `cloudformation`.
const FORMAT: &str = "format";
/// The members of a state.
const MEMBERS: [&str; 5] = ["format", "version", "scopes", OBJECTS, DOCUMENTS];

/// The query of a snapshot.
pub(super) const QUERY: &[&str] = &["account", "region", OBJECTS];
/// The query of an export.
pub(super) const EXPORT_QUERY: &[&str] = &["account", "region", OBJECTS, FORMAT];

/// The state as JSON with one member per line, or as a template; for one account or region, if the
/// query names it.
pub(super) fn export<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move {
        match call.params.get(FORMAT) {
            None | Some("json") => described(app, &call.params).map(|state| written(&state)),
            Some("cloudformation") => state_template::export(app, call).await,
            Some(other) => {
                let message = format!("`{FORMAT}` must be json or cloudformation, not `{other}`");
                Err(AdminError::bad_request(message))
            }
        }
    }
    .boxed()
}

/// The state as the query requests it: `account`, `region`, and `objects=true` to include objects.
pub(super) fn described(app: &App, params: &Params) -> Result<Value, AdminError> {
    let with_objects = match params.get(OBJECTS) {
        None | Some("false") => false,
        Some("true") if params.get("region").is_some() => {
            let message = "buckets belong to no region: leave out `region` or `objects`";
            return Err(AdminError::bad_request(message));
        }
        Some("true") => true,
        Some(other) => {
            let message = format!("`{OBJECTS}` must be true or false, not `{other}`");
            return Err(AdminError::bad_request(message));
        }
    };
    let mut state = app.service.describe().map_err(AdminError::internal)?;
    if let Some(scopes) = state.get_mut("scopes").and_then(Value::as_array_mut) {
        scopes.retain(|scope| {
            let mut wanted = params
                .iter()
                .filter(|(key, _)| ![OBJECTS, FORMAT].contains(key));
            wanted.all(|(key, value)| scope.get(key).and_then(Value::as_str) == Some(value))
        });
    }
    let documents = app
        .documents
        .describe(params.get("account"), params.get("region"));
    if !documents.is_empty()
        && let Some(members) = state.as_object_mut()
    {
        members.insert(DOCUMENTS.to_owned(), json!(documents));
    }
    if with_objects && let Some(members) = state.as_object_mut() {
        let s3 = app.objects.of_the_state()?;
        let buckets = s3.describe(params.get("account"));
        let buckets = buckets.map_err(AdminError::internal)?;
        members.insert(OBJECTS.to_owned(), json!(buckets));
    }
    Ok(state)
}

/// Replaces the whole state, or changes nothing.
pub(super) fn import<'a>(app: &'a App, call: &'a Call) -> BoxFuture<'a, HandlerResult> {
    async move { put_back(app, &call.json()?).await }.boxed()
}

/// Restores a state, and returns the numbers of its accounts and regions, and of its buckets.
/// Without the member `objects`, objects are unchanged; without `documents`, documents are removed.
pub(super) async fn put_back(app: &App, state: &Value) -> HandlerResult {
    members(state, &MEMBERS).map_err(|error| unchanged(StatusCode::BAD_REQUEST, &error))?;
    let prepared = objects(app, state).await;
    let prepared = prepared.map_err(|error| unchanged(StatusCode::BAD_REQUEST, &error))?;
    let documents = documents(state);
    let documents = documents.map_err(|error| unchanged(StatusCode::BAD_REQUEST, &error))?;
    app.service.restore(state).await.map_err(|reason| {
        let status = match reason {
            RestoreError::Unreadable(_) => StatusCode::BAD_REQUEST,
            RestoreError::NotPersisted(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        unchanged(status, &reason)
    })?;
    app.documents.replace(documents).await.map_err(|error| {
        AdminError::internal(format!(
            "the resources of B2BI were put back, and all else is as it was: {error}"
        ))
    })?;
    let count = |member: &str| state.get(member).and_then(Value::as_array).map(Vec::len);
    let mut restored = json!({"scopes": count("scopes")});
    if let Some((s3, prepared)) = prepared {
        s3.replace(prepared).await.map_err(|message| {
            AdminError::internal(format!(
                "the resources were put back, and the objects are as they were: {message}"
            ))
        })?;
        restored = json!({"scopes": count("scopes"), "buckets": count(OBJECTS)});
    }
    Ok(reply(StatusCode::OK, &json!({"restored": restored})))
}

fn unchanged(status: StatusCode, reason: &impl fmt::Display) -> AdminError {
    AdminError::new(status, format!("Nothing was changed: {reason}"))
}

/// The objects of a state, if it has any, ready to replace the existing ones.
async fn objects<'a>(
    app: &'a App,
    state: &Value,
) -> Result<Option<(&'a EmbeddedS3, PreparedObjects)>, AdminError> {
    let Some(buckets) = state.get(OBJECTS) else {
        return Ok(None);
    };
    let buckets = buckets
        .as_array()
        .ok_or_else(|| AdminError::bad_request("the member objects must be a list"))?;
    let read = buckets.iter().enumerate().map(|(at, bucket)| {
        DescribedBucket::deserialize(bucket).map_err(|source| item_error("objects", at, source))
    });
    let buckets = read.collect::<Result<Vec<_>, _>>()?;
    let s3 = app.objects.of_the_state()?;
    Ok(Some((s3, s3.prepare(buckets).await?)))
}

/// An item of a list that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{list}[{at}]: {source}")]
struct ItemError {
    list: &'static str,
    at: usize,
    source: serde_json::Error,
}

fn item_error(list: &'static str, at: usize, source: serde_json::Error) -> AdminError {
    AdminError::bad_request(ItemError { list, at, source })
}

/// The documents of a state.
fn documents(state: &Value) -> Result<Vec<DescribedDocument>, AdminError> {
    let Some(documents) = state.get(DOCUMENTS) else {
        return Ok(Vec::new());
    };
    let documents = documents
        .as_array()
        .ok_or_else(|| AdminError::bad_request("the member documents must be a list"))?;
    let read = documents.iter().enumerate().map(|(at, document)| {
        DescribedDocument::deserialize(document)
            .map_err(|source| item_error("documents", at, source))
    });
    read.collect()
}

/// A state as people read it and version control compares it.
pub(super) fn written(state: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{state:#}\n")));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
