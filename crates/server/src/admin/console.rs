//! `/_b2bi/console/`: the files of the web console, and the routes of its bench.

use b2bi_local_b2bi::Selection;
use b2bi_local_console::{File, HEADERS, INDEX, file};
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    LOCATION,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use serde_json::json;

use super::call::{AdminError, Call, HandlerResult};
use super::routes::Keys;
use super::{problem, reply};
use crate::app::App;
use crate::cli::{self, InspectOptions, Inspected, Pane, SampleSize, selection_of};
use crate::query::Params;

const PAGE: &str = "/_b2bi/console";
const ADDRESS: HeaderValue = HeaderValue::from_static("/_b2bi/console/");
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The route that inspects a text.
pub(super) const INSPECT: &str = "/_b2bi/console/inspect";
/// The maximum number of bytes of a request to inspect a text. The bench accepts larger files than
/// the API; one part of a file is returned at a time, so that the reply stays small.
pub(super) const INSPECT_BYTES: usize = 64 << 20;
pub(super) const INSPECT_QUERY: Keys = &[
    "transactionSet",
    "version",
    "strict",
    "format",
    "part",
    "pane",
];
pub(super) const OUTLINE_QUERY: Keys = &["transactionSet", "version"];
pub(super) const SAMPLE_QUERY: Keys = &["transactionSet", "version", "size"];

const PANES: &[(&str, Pane)] = &[
    ("report", Pane::Report),
    ("acknowledgement", Pane::Acknowledgement),
    ("back", Pane::Back),
];
const SIZES: &[(&str, SampleSize)] = &[
    ("full", SampleSize::Full),
    ("required", SampleSize::Required),
];

/// Whether a person opens the server's address in a browser. Any other such request is one for S3.
pub(crate) fn opens_console(app: &App, head: &Parts) -> bool {
    let is = |name: HeaderName, wanted: fn(&str) -> bool| {
        let value = head.headers.get(name).and_then(|value| value.to_str().ok());
        value.map(wanted)
    };
    app.config.console
        && head.method == Method::GET
        && head.uri.path() == "/"
        && head.uri.query().is_none()
        && is(ACCEPT, |accepted| accepted.contains("text/html")) == Some(true)
        && is(FETCH_MODE, |mode| mode == "navigate") != Some(false)
}

/// Leads to the console.
pub(crate) fn to_console() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(LOCATION, ADDRESS);
    response.headers_mut().insert(CACHE_CONTROL, ASK_AGAIN);
    response
}

/// The reply to a request for one of the console's files; `None` for any other request.
pub(super) fn file_reply(app: &App, head: &Parts) -> Option<Response<Bytes>> {
    let path = head.uri.path().strip_prefix(PAGE)?;
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    let name = match path {
        "" | "/" => INDEX,
        path => path.strip_prefix('/')?,
    };
    if !is_read || !app.config.console {
        return None;
    }
    let file = file(name)?;
    if let Err(error) = app.config.access.page(head, app.config.listen) {
        return Some(problem(error.status, &error.message));
    }
    Some(file_response(file, head))
}

fn file_response(file: &'static File, head: &Parts) -> Response<Bytes> {
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let is_known = header(IF_NONE_MATCH) == Some(file.etag);
    let takes_gzip = header(ACCEPT_ENCODING).is_some_and(|accepted| accepted.contains("gzip"));
    let plain = if takes_gzip || is_known {
        Ok(Vec::new())
    } else {
        file.plain()
    };
    let Ok(plain) = plain else {
        let message = "The file of the console is damaged";
        return problem(StatusCode::INTERNAL_SERVER_ERROR, message);
    };
    let mut response = Response::new(match (is_known, takes_gzip) {
        (true, _) => Bytes::new(),
        (false, true) => Bytes::from_static(file.gzip),
        (false, false) => Bytes::from(plain),
    });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(ETAG, HeaderValue::from_static(file.etag));
    let kept = if file.is_immutable() {
        FOR_GOOD
    } else {
        ASK_AGAIN
    };
    headers.insert(CACHE_CONTROL, kept);
    if takes_gzip && !is_known {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Inspects a text, which is the body as it is. The reply is a line of JSON and then the document as it
/// is: both are long, and quoting them takes time.
pub(super) fn inspected(app: &App, call: &Call) -> HandlerResult {
    is_on(app)?;
    let text = std::str::from_utf8(&call.body);
    let text = text.map_err(|_| AdminError::bad_request("the body is not UTF-8"))?;
    let params = &call.params;
    let options = InspectOptions {
        selection: optional_selection(params)?,
        is_strict: one_of(params, "strict", &[("false", false), ("true", true)])?.unwrap_or(false),
        is_xml: one_of(params, "format", &[("json", false), ("xml", true)])?.unwrap_or(false),
        part: params.get("part").map_or(Ok(0), part)?,
        pane: one_of(params, "pane", PANES)?,
        now: app.now(),
    };
    inspected_reply(&cli::inspect(text, &options))
}

fn inspected_reply(inspected: &Inspected) -> HandlerResult {
    let mut body = serde_json::to_vec(inspected).map_err(AdminError::internal)?;
    body.push(b'\n');
    body.extend_from_slice(inspected.document().as_bytes());
    let mut response = Response::new(Bytes::from(body));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}

/// Lists the sets.
pub(super) fn sets(app: &App, _: &Call) -> HandlerResult {
    is_on(app)?;
    Ok(reply(StatusCode::OK, &cli::sets()))
}

/// Shows what a set consists of.
pub(super) fn outline(app: &App, call: &Call) -> HandlerResult {
    is_on(app)?;
    let selection = queried_selection(&call.params)?;
    let segments = cli::outline(selection).ok_or_else(|| no_outline(selection))?;
    Ok(reply(StatusCode::OK, &json!({"segments": segments})))
}

/// Makes a sample of a set.
pub(super) fn sample(app: &App, call: &Call) -> HandlerResult {
    is_on(app)?;
    let selection = queried_selection(&call.params)?;
    let size = one_of(&call.params, "size", SIZES)?.unwrap_or(SampleSize::Full);
    let text = cli::sample(selection, size).ok_or_else(|| no_outline(selection))?;
    Ok(reply(StatusCode::OK, &json!({"text": text})))
}

/// Refuses the console's routes if the console is off.
pub(super) fn is_on(app: &App) -> Result<(), AdminError> {
    if app.config.console {
        return Ok(());
    }
    let message = "The console is off; start the server without --console=false";
    Err(AdminError::not_found(message))
}

fn optional_selection(params: &Params) -> Result<Option<Selection>, AdminError> {
    match (params.get("transactionSet"), params.get("version")) {
        (None, None) => Ok(None),
        _ => queried_selection(params).map(Some),
    }
}

fn queried_selection(params: &Params) -> Result<Selection, AdminError> {
    match (params.get("transactionSet"), params.get("version")) {
        (Some(set), Some(version)) => Ok(selection_of(set, version)?),
        _ => Err(AdminError::bad_request(
            "the query keys transactionSet and version are needed, both together",
        )),
    }
}

/// Selects one of several values by a query key.
fn one_of<T: Copy>(
    params: &Params,
    key: &str,
    values: &[(&str, T)],
) -> Result<Option<T>, AdminError> {
    let Some(wanted) = params.get(key) else {
        return Ok(None);
    };
    let found = values.iter().find(|(name, _)| *name == wanted);
    let found = found.ok_or_else(|| {
        let known: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        unknown_value(key, wanted, &known.join(" or "))
    })?;
    Ok(Some(found.1))
}

fn part(value: &str) -> Result<usize, AdminError> {
    let part = value.parse();
    part.map_err(|_| unknown_value("part", value, "a whole number"))
}

fn unknown_value(key: &str, found: &str, expected: &str) -> AdminError {
    AdminError::bad_request(format!("`{key}` must be {expected}; found `{found}`"))
}

fn no_outline(selection: Selection) -> AdminError {
    AdminError::not_found(format!("there is no outline of {selection}"))
}
