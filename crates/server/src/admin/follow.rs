//! `/_b2bi/events` with `wait=SECONDS`, or as a stream of server-sent events. `/_b2bi/journal` and
//! `/_b2bi/requests` are streams too.

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
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::event_log::{EVENT_QUERY, found};
use super::query::Query;
use super::{journal, may_use};
use crate::app::App;
use crate::event_log::EventLog;
use crate::journal::{Filter, Journal};
use crate::query::Params;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often an idle stream sends a comment, so that proxies keep it open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A line that clients leave out.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// How many entries are taken at a time for a client that has yet to read them.
const AHEAD: usize = 100;

/// New entries, in the form that browsers' `EventSource` reads.
pub(crate) struct EventStream(mpsc::Receiver<Bytes>);

/// Waits as long as the request asks, if it is one for events; a stream is returned at once.
///
/// All other checks of a request are made by its handler.
pub(crate) async fn follow(app: &App, head: &Parts) -> Option<Response<EventStream>> {
    let path = head.uri.path().trim_end_matches('/');
    if head.method != Method::GET || may_use(app, head).is_err() {
        return None;
    }
    match path {
        "/_b2bi/events" => follow_events(app, head).await,
        "/_b2bi/journal" | "/_b2bi/requests" if wants_stream(head) => {
            let params = Params::parse(head.uri.query(), journal::QUERY).ok()?;
            let filter = Filter::from_params(&params).ok()?;
            let source = JournalSource {
                journal: Arc::clone(&app.journal),
                filter,
            };
            Some(stream(source, head))
        }
        _ => None,
    }
}

async fn follow_events(app: &App, head: &Parts) -> Option<Response<EventStream>> {
    let params = Params::parse(head.uri.query(), EVENT_QUERY).ok()?;
    let query = Query::read(&params).ok()?;
    if wants_stream(head) {
        let event_log = Arc::clone(&app.event_log);
        return Some(stream(EventSource { event_log, query }, head));
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

/// Numbered entries that can be followed.
trait Source: Send + 'static {
    /// Changes with each new entry; its value says whether the server is about to stop.
    fn news(&self) -> watch::Receiver<bool>;

    /// Only entries after this number are returned.
    fn since(&mut self) -> &mut u64;

    /// The number of the latest entry, and the first `limit` matching entries, each as it is sent.
    fn next(&self, limit: usize) -> (u64, Vec<(u64, String)>);
}

struct EventSource {
    event_log: Arc<EventLog>,
    query: Query,
}

impl Source for EventSource {
    fn news(&self) -> watch::Receiver<bool> {
        self.event_log.news()
    }

    fn since(&mut self) -> &mut u64 {
        &mut self.query.since
    }

    fn next(&self, limit: usize) -> (u64, Vec<(u64, String)>) {
        let (latest, events) = found(&self.event_log, &self.query, limit);
        let written = events.iter().map(|event| written(event.number, event));
        (latest, written.collect())
    }
}

struct JournalSource {
    journal: Arc<Journal>,
    filter: Filter,
}

impl Source for JournalSource {
    fn news(&self) -> watch::Receiver<bool> {
        self.journal.news()
    }

    fn since(&mut self) -> &mut u64 {
        self.filter.since_mut()
    }

    fn next(&self, limit: usize) -> (u64, Vec<(u64, String)>) {
        let (latest, entries) = self.journal.find_first(&self.filter, limit);
        let written = entries.iter().map(|entry| written(entry.number, entry));
        (latest, written.collect())
    }
}

/// Goes on after the last entry that the client has seen.
fn resume(source: &mut impl Source, head: &Parts) {
    let seen = head.headers.get(LAST_EVENT_ID);
    let seen = seen.and_then(|seen| seen.to_str().ok()?.parse::<u64>().ok());
    if let Some(seen) = seen {
        let (latest, _) = source.next(0);
        // A number beyond the latest is from an earlier server process: all entries are new.
        *source.since() = if seen > latest { 0 } else { seen };
    }
}

fn stream(mut source: impl Source, head: &Parts) -> Response<EventStream> {
    resume(&mut source, head);
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(send(source, sender, KEEP_ALIVE));
    let mut response = Response::new(EventStream(receiver));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, EVENT_STREAM);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Sends matching entries, and a comment after some time without any, until the client is gone or
/// the server is about to stop.
async fn send(mut source: impl Source, to: mpsc::Sender<Bytes>, keep_alive: Duration) {
    let mut news = source.news();
    // The first bytes tell the client immediately that the stream is open.
    let mut words = Some(COMMENT);
    while !*news.borrow_and_update() {
        let (latest, entries) = source.next(AHEAD);
        if latest < *source.since() {
            // A reset: numbers start again.
            *source.since() = 0;
            continue;
        }
        if let Some((last, _)) = entries.last() {
            *source.since() = *last;
            words = Some(
                entries
                    .into_iter()
                    .map(|(_, text)| text)
                    .collect::<String>()
                    .into(),
            );
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

/// Whether the client accepts more text, before the server stops.
async fn sent(words: Bytes, to: &mpsc::Sender<Bytes>, news: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        sent = to.send(words) => sent.is_ok(),
        _ = news.wait_for(|is_stopping| *is_stopping) => false,
    }
}

/// Waits for news; sends a comment after some time without any.
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

/// An entry with its number, as it is sent.
fn written(number: u64, entry: &impl Serialize) -> (u64, String) {
    let data = serde_json::to_string(entry).unwrap_or_default();
    (number, format!("id: {number}\ndata: {data}\n\n"))
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

    use bytes::Bytes;
    use tokio::sync::mpsc;

    use super::{COMMENT, EVENT_QUERY, EventSource, JournalSource, Params, Query, Source, send};
    use crate::event_log::EventLog;
    use crate::journal::{Entry, Filter, Journal};
    use crate::sinks::Sinks;

    struct Client(mpsc::Receiver<Bytes>);

    impl Client {
        fn of(source: impl Source, keep_alive: Duration) -> Self {
            let (sender, receiver) = mpsc::channel(1);
            tokio::spawn(send(source, sender, keep_alive));
            Self(receiver)
        }

        async fn next(&mut self) -> Option<Bytes> {
            let next = tokio::time::timeout(Duration::from_mins(1), self.0.recv());
            next.await.expect("the stream says something or ends")
        }

        /// The numbers of the next entries.
        async fn numbers(&mut self) -> Vec<u64> {
            let words = self.next().await.unwrap();
            let text = std::str::from_utf8(&words).unwrap();
            let ids = text.lines().filter_map(|line| line.strip_prefix("id: "));
            ids.map(|id| id.parse().unwrap()).collect()
        }
    }

    #[tokio::test]
    async fn a_quiet_stream_has_a_comment_now_and_then_until_the_server_stops() {
        let sinks = Sinks {
            events: Vec::new(),
            records: Vec::new(),
            notifications: Vec::new(),
        };
        let event_log = Arc::new(EventLog::new(1, sinks));
        let query = Query::read(&Params::parse(None, EVENT_QUERY).unwrap()).unwrap();
        let source = EventSource {
            event_log: Arc::clone(&event_log),
            query,
        };
        let mut client = Client::of(source, Duration::from_millis(1));
        for _ in 0..3 {
            assert_eq!(client.next().await, Some(COMMENT));
        }
        event_log.stop();
        while let Some(words) = client.next().await {
            assert_eq!(words, COMMENT);
        }
    }

    #[tokio::test]
    async fn entries_of_the_journal_come_as_they_are_settled() {
        let journal = Arc::new(Journal::new(9));
        let push = |operation| {
            journal.push(Entry {
                operation,
                ..Entry::default()
            });
        };
        push("ListProfiles");
        push("GetProfile");
        let source = JournalSource {
            journal: Arc::clone(&journal),
            filter: Filter::from_query("operation=List*").unwrap(),
        };
        let mut client = Client::of(source, Duration::from_hours(1));
        assert_eq!(client.numbers().await, [1]);
        push("GetProfile");
        push("ListProfiles");
        assert_eq!(client.numbers().await, [4]);
        journal.reset();
        push("ListProfiles");
        assert_eq!(client.numbers().await, [1]);
        journal.stop();
        assert_eq!(client.next().await, None);
    }
}
