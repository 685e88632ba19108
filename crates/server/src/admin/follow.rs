//! `/_b2bi/events` for those who wait: with `wait=SECONDS`, or as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Response};
use http_body::{Body, Frame};
use tokio::sync::{mpsc, watch};

use super::event_log::{EVENT_QUERY, found};
use super::may_use;
use super::query::Query;
use crate::app::App;
use crate::event_log::EventLog;
use crate::query::Params;
use crate::ring::Numbered;
use crate::stored::StoredEvent;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often something is said when nothing happens, so that nobody in between hangs up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A line that clients leave out.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// How many events are taken at a time for a client that has yet to read them.
const AHEAD: usize = 100;

/// Events as they come, in the form that browsers' `EventSource` reads.
pub(crate) struct EventStream(mpsc::Receiver<Bytes>);

/// Waits as long as the request wants, if it is one for events; a stream is the answer already.
///
/// What else a request may be, and what is wrong with it, is left to the answer.
pub(crate) async fn follow(app: &App, head: &Parts) -> Option<Response<EventStream>> {
    let path = head.uri.path().trim_end_matches('/');
    if path != "/_b2bi/events" || head.method != Method::GET || may_use(app, head).is_err() {
        return None;
    }
    let params = Params::parse(head.uri.query(), EVENT_QUERY).ok()?;
    let query = Query::read(&params).ok()?;
    if wants_stream(head) {
        return Some(stream(&app.event_log, resumed(&app.event_log, query, head)));
    }
    let _ = tokio::time::timeout(query.wait, until_one_fits(&app.event_log, &query)).await;
    None
}

fn wants_stream(head: &Parts) -> bool {
    let accepted = head
        .headers
        .get(ACCEPT)
        .and_then(|found| found.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/event-stream"))
}

async fn until_one_fits(event_log: &EventLog, query: &Query) {
    let mut news = event_log.news();
    while !*news.borrow_and_update() && found(event_log, query, 1).1.is_empty() {
        if news.changed().await.is_err() {
            return;
        }
    }
}

/// Goes on after the last event that the client has seen.
fn resumed(event_log: &EventLog, mut query: Query, head: &Parts) -> Query {
    let seen = head.headers.get(LAST_EVENT_ID);
    let seen = seen.and_then(|seen| seen.to_str().ok()?.parse::<u64>().ok());
    if let Some(seen) = seen {
        let (latest, _) = found(event_log, &query, 0);
        // A number that is yet to come is of a server before this one: all events are new.
        query.since = if seen > latest { 0 } else { seen };
    }
    query
}

fn stream(event_log: &Arc<EventLog>, query: Query) -> Response<EventStream> {
    let (sender, receiver) = mpsc::channel(1);
    let event_log = Arc::clone(event_log);
    tokio::spawn(send(event_log, query, sender, KEEP_ALIVE));
    let mut response = Response::new(EventStream(receiver));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, EVENT_STREAM);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Sends what fits, and a comment after so long without, until the client is gone or the server is
/// about to stop.
async fn send(
    event_log: Arc<EventLog>,
    mut query: Query,
    to: mpsc::Sender<Bytes>,
    keep_alive: Duration,
) {
    let mut news = event_log.news();
    // The first bytes tell the client at once that the stream is open.
    let mut words = Some(COMMENT);
    while !*news.borrow_and_update() {
        let (latest, events) = found(&event_log, &query, AHEAD);
        if latest < query.since {
            // A reset: numbers begin anew.
            query.since = 0;
            continue;
        }
        if let Some(last) = events.last() {
            query.since = last.number;
            words = Some(events.iter().map(written).collect::<String>().into());
        }
        match words.take() {
            Some(words) => {
                if !sent(words, &to, &mut news).await {
                    return;
                }
            }
            None => words = pause(&to, &mut news, keep_alive).await,
        }
    }
}

/// Whether the client has room for more words, before the server stops.
async fn sent(words: Bytes, to: &mpsc::Sender<Bytes>, news: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        sent = to.send(words) => sent.is_ok(),
        _ = news.wait_for(|is_stopping| *is_stopping) => false,
    }
}

/// Waits for news; says something when there have been none for long.
async fn pause(
    to: &mpsc::Sender<Bytes>,
    news: &mut watch::Receiver<bool>,
    keep_alive: Duration,
) -> Option<Bytes> {
    tokio::select! {
        _ = news.changed() => None,
        () = to.closed() => Some(COMMENT),
        () = tokio::time::sleep(keep_alive) => Some(COMMENT),
    }
}

fn written(event: &Numbered<StoredEvent>) -> String {
    let data = serde_json::to_string(event).unwrap_or_default();
    format!("id: {}\ndata: {data}\n\n", event.number)
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let words = self.0.poll_recv(context);
        words.map(|item| item.map(|words| Ok(Frame::data(words))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::{COMMENT, EVENT_QUERY, Params, Query, send};
    use crate::event_log::EventLog;
    use crate::sinks::Sinks;

    #[tokio::test]
    async fn a_quiet_stream_has_a_comment_now_and_then_until_the_server_stops() {
        let sinks = Sinks {
            events: Vec::new(),
            records: Vec::new(),
            notifications: Vec::new(),
        };
        let event_log = Arc::new(EventLog::new(1, sinks));
        let query = Query::read(&Params::parse(None, EVENT_QUERY).unwrap()).unwrap();
        let (sender, mut receiver) = mpsc::channel(1);
        let keep_alive = Duration::from_millis(1);
        tokio::spawn(send(Arc::clone(&event_log), query, sender, keep_alive));
        let mut next = async || {
            let next = tokio::time::timeout(Duration::from_mins(1), receiver.recv());
            next.await.expect("a quiet stream says something")
        };
        for _ in 0..3 {
            assert_eq!(next().await, Some(COMMENT));
        }
        event_log.stop();
        while let Some(words) = next().await {
            assert_eq!(words, COMMENT);
        }
    }
}
