//! One connection: HTTP, and the faults below HTTP.

use std::convert::Infallible;
use std::future::{Future as _, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_faults::{Drip, Outcome};
use bytes::Bytes;
use http::header::EXPECT;
use http::{HeaderMap, Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::connection_state::ConnectionState;
use super::request;
use super::script::{WireScript, WireStep, cut};
use super::timeout::{InterimReply, TimeoutStream};
use super::timer::SharedTimer;
use crate::admin;
use crate::app::App;
use crate::config::Limits;

/// The HTTP library's own limit, which costs no allocation.
const USUAL_HEADERS: usize = 100;
/// The reply to a connection beyond the limit.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\
    Content-Type: application/json\r\nx-amzn-ErrorType: ServiceUnavailableException\r\n\
    Content-Length: 104\r\n\r\n\
    {\"__type\":\"ServiceUnavailableException\",\"message\":\"All of the --max-connections connections are in use\"}";
/// How long a client may take to hang up after the server has.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The length of the start of a request that shows whether it is for an admin route.
const FIRST_LINE: usize = 64;

/// Serves a connection until it ends; `stopping` changes when the server is to stop.
pub(super) async fn serve(app: Arc<App>, stream: TcpStream, mut stopping: watch::Receiver<bool>) {
    // Replies are written whole; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let taken = match at_accept(&app, &stream).await {
        Some(script) => Some((stream, script)),
        None => http(&app, stream, &mut stopping).await,
    };
    if let Some((stream, script)) = taken {
        tokio::select! {
            () = play(stream, script) => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Serves HTTP, until the connection ends or a fault takes it away.
async fn http(
    app: &Arc<App>,
    stream: TcpStream,
    stopping: &mut watch::Receiver<bool>,
) -> Option<(TcpStream, WireScript)> {
    let (taken, connection_state) = (Mutex::default(), ConnectionState::default());
    let mut renewals = app.renewals.subscribe();
    let opened = renewals.clone();
    let interim = Arc::new(InterimReply::default());
    let (taken, connection_state, opened) = (&taken, &connection_state, &opened);
    let asked = &*interim;
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut head, body) = request.into_parts();
        if body.is_end_stream() && expects_continue(&head.headers) {
            asked.ask();
        }
        async move {
            if is_as_new(app, opened, head.uri.path())
                && let Some(script) = Box::pin(accept_script(app)).await
            {
                *lock(taken) = Some(script);
                pending::<()>().await;
            }
            let mut response = request::answer(app, connection_state, &mut head, body).await;
            if let Some(script) = response.extensions_mut().remove::<WireScript>() {
                *lock(taken) = Some(script);
                // The connection is taken away while this waits.
                pending::<()>().await;
            }
            Ok::<_, Infallible>(response)
        }
    });
    let limits = &app.config.limits;
    let stream = TimeoutStream::new(stream, limits.idle_timeout, Arc::clone(&interim));
    let mut connection = builder(limits).serve_connection(TokioIo::new(stream), service);
    let mut stop = pin!(stopping.changed());
    let mut renew = pin!(renewals.changed());
    let is_to_end = |context: &mut Context<'_>| {
        renew.as_mut().poll(context).is_ready() || stop.as_mut().poll(context).is_ready()
    };
    let script = until_taken(&mut connection, taken, is_to_end).await;
    let stream = connection.into_parts().io.into_inner();
    if stream.has_lost().await
        && let Some(request_id) = connection_state.latest_request()
    {
        app.journal.undelivered(request_id);
    }
    Some((stream.into_inner(), script?))
}

/// Whether a request that overtakes the end of an idle connection gets the fault of a new one.
fn is_as_new(app: &App, opened: &watch::Receiver<()>, path: &str) -> bool {
    app.faults.is_armed_at_accept()
        && opened.has_changed().unwrap_or(false)
        && !admin::is_admin(app, path)
}

/// Serves HTTP until the connection ends, or a fault takes it away with the script to play.
///
/// A `select!` would ask all at every turn; here HTTP is asked first, and mostly alone.
async fn until_taken<C>(
    connection: &mut C,
    taken: &Mutex<Option<WireScript>>,
    mut is_to_end: impl FnMut(&mut Context<'_>) -> bool,
) -> Option<WireScript>
where
    C: GracefulConnection<Error = hyper::Error> + Unpin,
{
    let mut is_stopping = false;
    let script = poll_fn(|context| {
        loop {
            if let Poll::Ready(ended) = Pin::new(&mut *connection).poll(context) {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return Poll::Ready(None);
            }
            if let Some(script) = lock(taken).take() {
                return Poll::Ready(Some(script));
            }
            if is_stopping || !is_to_end(context) {
                return Poll::Pending;
            }
            is_stopping = true;
            Pin::new(&mut *connection).graceful_shutdown();
        }
    });
    script.await
}

fn expects_continue(headers: &HeaderMap) -> bool {
    let expected = headers.get(EXPECT);
    expected.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

fn lock(taken: &Mutex<Option<WireScript>>) -> MutexGuard<'_, Option<WireScript>> {
    // The script is stored or taken in one statement, so a poisoned lock contains a complete one or
    // none.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(SharedTimer::new())
        // A client may close its half of the connection, and wait for the reply.
        .half_close(true)
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes);
    if limits.headers != USUAL_HEADERS {
        builder.max_headers(limits.headers);
    }
    builder
}

/// Informs a client that the server has too many connections.
pub(super) async fn reject(stream: TcpStream) {
    let steps = vec![WireStep::Send(Bytes::from_static(BUSY))];
    play(
        stream,
        WireScript {
            steps,
            resets: false,
        },
    )
    .await;
}

/// The fault of a connection before its request is read.
///
/// The first line is read without consuming it: faults never apply to the admin routes.
async fn at_accept(app: &App, stream: &TcpStream) -> Option<WireScript> {
    if !app.faults.is_armed_at_accept() {
        return None;
    }
    let mut line = [0; FIRST_LINE];
    let seen = tokio::time::timeout(app.config.limits.header_time, stream.peek(&mut line)).await;
    let length = seen.ok()?.ok()?;
    let mut words = line.get(..length)?.split(|found| *found == b' ');
    let path = words.nth(1).map(String::from_utf8_lossy);
    if path.is_some_and(|path| admin::is_admin(app, &path)) {
        return None;
    }
    accept_script(app).await
}

/// What rules for new connections do to one.
async fn accept_script(app: &App) -> Option<WireScript> {
    let plan = app.faults.decide_at_accept(app.now_millis());
    app.clock
        .sleep(Duration::from_millis(plan.delay.before_ms))
        .await;
    match plan.outcome {
        Some(Outcome::Connection(connection)) => {
            Some(cut(&connection, &Response::new(Bytes::new())))
        }
        _ => None,
    }
}

/// Plays the script until the client hangs up.
async fn play(mut stream: TcpStream, script: WireScript) {
    for step in script.steps {
        let goes_on = match step {
            WireStep::Send(bytes) => stream.write_all(&bytes).await.is_ok(),
            WireStep::Drip(bytes, drip) => drip_out(&mut stream, bytes, drip).await,
            WireStep::Pause(time) => stays_for(&mut stream, time).await,
        };
        if !goes_on {
            return;
        }
    }
    if script.resets {
        // A socket with a linger time of zero is closed with a reset.
        let _ = stream.set_zero_linger();
    } else if stream.shutdown().await.is_ok() {
        // Unread bytes would turn the close into a reset.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, until_gone(&mut stream)).await;
    }
}

/// Sends bytes piece by piece; returns whether the client is still connected at the end.
async fn drip_out(stream: &mut TcpStream, mut bytes: Bytes, drip: Drip) -> bool {
    let piece = usize::try_from(drip.bytes).unwrap_or(usize::MAX);
    let pause = Duration::from_millis(drip.every_ms);
    while !bytes.is_empty() {
        let next = bytes.split_to(piece.min(bytes.len()));
        let is_waiting = pause.is_zero() || stays_for(stream, pause).await;
        if !is_waiting || stream.write_all(&next).await.is_err() {
            return false;
        }
    }
    true
}

/// Whether the client is still connected after this time.
async fn stays_for(stream: &mut TcpStream, time: Duration) -> bool {
    tokio::time::timeout(time, until_gone(stream))
        .await
        .is_err()
}

async fn until_gone(stream: &mut TcpStream) {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await.is_ok_and(|item| item > 0) {}
}
