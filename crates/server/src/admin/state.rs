//! `/_b2bi/state`: the resources of all accounts as JSON, taken out and put back, with objects if asked.

use b2bi_local_b2bi::NotRestored;
use b2bi_local_objects::{DescribedBucket, EmbeddedS3, PreparedObjects};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::query::values;
use super::{problem, reply};
use crate::app::App;

/// The member of a state with the objects.
const OBJECTS: &str = "objects";

/// The state as JSON with a member a line; of one account or region, where the query names it.
pub(super) fn export(app: &App, query: Option<&str>) -> Response<Bytes> {
    match described(app, query) {
        Ok(state) => written(&state),
        Err((status, message)) => problem(status, &message),
    }
}

/// The state as the query wants it: `account`, `region`, and `objects=true` for those as well.
pub(super) fn described(app: &App, query: Option<&str>) -> Result<Value, (StatusCode, String)> {
    let refused = |message| (StatusCode::BAD_REQUEST, message);
    let failed = |message| (StatusCode::INTERNAL_SERVER_ERROR, message);
    let mut wanted = values(query, &["account", "region", OBJECTS]).map_err(refused)?;
    let with_objects = match wanted.remove(OBJECTS).as_deref() {
        None | Some("false") => false,
        Some("true") if wanted.contains_key("region") => {
            let message = "Buckets are of no region: leave out `region` or `objects`";
            return Err(refused(message.to_owned()));
        }
        Some("true") => true,
        Some(_) => return Err(refused("objects must be true or false".to_owned())),
    };
    let mut state = app.service.describe().map_err(failed)?;
    if let Some(scopes) = state.get_mut("scopes").and_then(Value::as_array_mut) {
        scopes.retain(|scope| {
            wanted
                .iter()
                .all(|(key, value)| scope.get(*key).and_then(Value::as_str) == Some(value))
        });
    }
    if with_objects && let Some(members) = state.as_object_mut() {
        let account = wanted.get("account").map(String::as_str);
        let s3 = app.objects.of_the_state().map_err(refused)?;
        let buckets = s3.describe(account).map_err(failed)?;
        members.insert(OBJECTS.to_owned(), json!(buckets));
    }
    Ok(state)
}

/// Puts a state in the place of all that is there: all of it, or nothing.
pub(super) async fn import(app: &App, body: &Bytes) -> Response<Bytes> {
    let state: Value = match serde_json::from_slice(body) {
        Ok(state) => state,
        Err(error) => {
            let message = format!("The state is not JSON: {error}");
            return problem(StatusCode::BAD_REQUEST, &message);
        }
    };
    put_back(app, &state).await
}

/// Puts a state back, and tells how many accounts and regions, and buckets, it has. Without the
/// member `objects`, objects stay as they are.
pub(super) async fn put_back(app: &App, state: &Value) -> Response<Bytes> {
    let prepared = match objects(app, state).await {
        Ok(prepared) => prepared,
        Err(message) => return unchanged(StatusCode::BAD_REQUEST, &message),
    };
    if let Err(reason) = app.service.restore(state).await {
        let status = match reason {
            NotRestored::Unreadable(_) => StatusCode::BAD_REQUEST,
            NotRestored::Unkept(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        return unchanged(status, &reason.to_string());
    }
    let count = |member: &str| state.get(member).and_then(Value::as_array).map(Vec::len);
    let mut restored = json!({"scopes": count("scopes")});
    if let Some((s3, prepared)) = prepared {
        if let Err(message) = s3.replace(prepared).await {
            let message =
                format!("The resources were put back, and the objects are as they were: {message}");
            return problem(StatusCode::INTERNAL_SERVER_ERROR, &message);
        }
        restored = json!({"scopes": count("scopes"), "buckets": count(OBJECTS)});
    }
    reply(StatusCode::OK, &json!({"restored": restored}))
}

fn unchanged(status: StatusCode, reason: &str) -> Response<Bytes> {
    problem(status, &format!("Nothing was changed: {reason}"))
}

/// The objects of a state, where it has any, ready to be put in the place of those that are there.
async fn objects<'a>(
    app: &'a App,
    state: &Value,
) -> Result<Option<(&'a EmbeddedS3, PreparedObjects)>, String> {
    let Some(buckets) = state.get(OBJECTS) else {
        return Ok(None);
    };
    let buckets = buckets
        .as_array()
        .ok_or("the member objects must be a list")?;
    let read = buckets.iter().enumerate().map(|(at, bucket)| {
        DescribedBucket::deserialize(bucket).map_err(|error| format!("objects[{at}]: {error}"))
    });
    let buckets = read.collect::<Result<Vec<_>, _>>()?;
    let s3 = app.objects.of_the_state()?;
    Ok(Some((s3, s3.prepare(buckets).await?)))
}

/// A state as people read it and version control compares it.
pub(super) fn written(state: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{state:#}\n")));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
