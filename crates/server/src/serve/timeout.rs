//! Bodies and sockets with an idle timeout.

use std::fmt;
use std::future::Future as _;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep, timeout};

use super::client_presence::ClientPresence;

/// Replies up to this length go to the kernel in one piece: sending the head and the body
/// separately takes 8 % longer.
const SHORT: usize = 1024;

/// How long the reset of a client that is gone may take.
const RESET_TIMEOUT: Duration = Duration::from_millis(100);

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The maximum time without data; it counts only while something is awaited.
struct IdleTimer {
    limit: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl IdleTimer {
    fn new(limit: Duration) -> Self {
        Self { limit, sleep: None }
    }

    /// Data arrived, or an error.
    fn rest(&mut self) {
        self.sleep = None;
    }

    /// No data arrived; ready after the timeout.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let end = self.sleep.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(end.as_mut().poll(context));
        self.sleep = None;
        Poll::Ready(())
    }
}

/// A request's body that ends with an error when its sender falls silent.
pub(super) struct TimeoutBody {
    body: Incoming,
    timer: IdleTimer,
}

/// The sender of a body fell silent.
#[derive(Debug)]
pub(super) struct IdleTimeout;

impl TimeoutBody {
    pub(super) fn new(body: Incoming, limit: Duration) -> Self {
        let timer = IdleTimer::new(limit);
        Self { body, timer }
    }

    /// The maximum time without data.
    pub(super) fn limit(&self) -> Duration {
        self.timer.limit
    }
}

impl Body for TimeoutBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.timer.rest();
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        ready!(this.timer.poll_end(context));
        Poll::Ready(Some(Err(IdleTimeout.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Display for IdleTimeout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("nothing more of the body came in time")
    }
}

impl std::error::Error for IdleTimeout {}

/// A connection whose writes fail if the client no longer reads.
///
/// Reads may wait: a client that waits for a slow reply sends nothing either.
pub(super) struct TimeoutStream {
    stream: TcpStream,
    timer: IdleTimer,
    /// Whether the client is still there.
    client: ClientPresence,
    /// Whether something that was written has not reached the client.
    has_lost: bool,
    /// A reply that the HTTP library does not write itself.
    interim: Arc<InterimReply>,
    /// The number of bytes of the interim reply that have been written, while it is being written.
    interim_sent: Option<usize>,
    /// Whether something was written since the last flush.
    is_unflushed: bool,
}

/// A `100 Continue` that is sent before the next reply.
///
/// The HTTP library sends none if the body is empty, which the standard allows. Older botocore
/// waits for it on the next request of the connection.
#[derive(Default)]
pub(super) struct InterimReply(AtomicBool);

impl InterimReply {
    /// Asks for it.
    pub(super) fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

impl TimeoutStream {
    pub(super) fn new(stream: TcpStream, limit: Duration, interim: Arc<InterimReply>) -> Self {
        Self {
            stream,
            interim,
            interim_sent: None,
            is_unflushed: false,
            timer: IdleTimer::new(limit),
            client: ClientPresence::Present,
            has_lost: false,
        }
    }

    /// Whether it is known that the client did not get the last data.
    ///
    /// A client that has closed its half may still read, or be gone. One that is gone answers data
    /// with a reset, which can come a moment later.
    pub(super) async fn has_lost(&self) -> bool {
        if self.has_lost || self.client != ClientPresence::PerhapsGone {
            return self.has_lost;
        }
        let reset = self.stream.ready(Interest::ERROR);
        timeout(RESET_TIMEOUT, reset).await.is_ok() && !matches!(self.stream.take_error(), Ok(None))
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Writes the interim reply that was asked for, before the reply that is about to be written.
    ///
    /// If requests overtake replies, an earlier reply may be incomplete; an interim reply would be
    /// in its middle, so none is sent.
    fn poll_interim(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.interim.take() && !self.is_unflushed {
            self.interim_sent = Some(0);
        }
        while let Some(sent) = self.interim_sent {
            let rest = CONTINUE.get(sent..).unwrap_or_default();
            if rest.is_empty() {
                self.interim_sent = None;
                break;
            }
            let step = Pin::new(&mut self.stream).poll_write(context, rest);
            let written = ready!(self.check_timeout(step, context))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.interim_sent = Some(sent.saturating_add(written));
        }
        self.is_unflushed = true;
        Poll::Ready(Ok(()))
    }

    /// The result of a write, or an error if it waited too long.
    fn check_timeout<T>(
        &mut self,
        step: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(written) = step {
            self.timer.rest();
            self.has_lost |= written.is_err();
            self.client = self.client.after_write();
            return Poll::Ready(written);
        }
        ready!(self.timer.poll_end(context));
        self.has_lost = true;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for TimeoutStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let Poll::Ready(read) = Pin::new(&mut this.stream).poll_read(context, buffer) else {
            this.client = this.client.after_wait();
            return Poll::Pending;
        };
        let is_end = read.is_ok() && buffer.filled().len() == before && buffer.remaining() > 0;
        if is_end {
            this.client = this.client.after_end();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for TimeoutStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_interim(context))?;
        let step = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.check_timeout(step, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_interim(context))?;
        let stream = Pin::new(&mut this.stream);
        let step = match joined(pieces, &mut [0; SHORT]) {
            Some(whole) => stream.poll_write(context, whole),
            None => stream.poll_write_vectored(context, pieces),
        };
        this.check_timeout(step, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.is_unflushed = false;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// Several pieces in one, if there is space for them.
fn joined<'a>(pieces: &[IoSlice<'_>], room: &'a mut [u8; SHORT]) -> Option<&'a [u8]> {
    let mut length = 0;
    for piece in pieces {
        let end = length + piece.len();
        room.get_mut(length..end)?.copy_from_slice(piece);
        length = end;
    }
    room.get(..length).filter(|_| pieces.len() > 1)
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use super::{SHORT, joined};

    #[test]
    fn short_pieces_become_one() {
        let (head, body) = ([1; 100], [2; SHORT]);
        for (length, is_joined) in [(0, true), (1, true), (924, true), (925, false)] {
            let pieces = [IoSlice::new(&head), IoSlice::new(&body[..length])];
            let expected = is_joined.then(|| [&head[..], &body[..length]].concat());
            let mut room = [0; SHORT];
            assert_eq!(joined(&pieces, &mut room), expected.as_deref(), "{length}");
        }
        assert_eq!(joined(&[IoSlice::new(&head)], &mut [0; SHORT]), None);
        assert_eq!(joined(&[], &mut [0; SHORT]), None);
    }
}
