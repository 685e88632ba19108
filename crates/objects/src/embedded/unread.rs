//! The unread rest of a request's body when the reply is ready.
//!
//! Many clients read the reply only after they have sent everything, and see a closed connection
//! instead of an error.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http_body::Frame;
use http_body_util::StreamBody;
use s3s::{Body, StdError};

use super::body;

/// A body that can be read from two places, one after the other.
#[derive(Clone)]
pub(crate) struct SharedBody(Arc<Mutex<Body>>);

impl SharedBody {
    pub(crate) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// A body with the unread rest of this one.
    pub(crate) fn body(&self) -> Body {
        let frames = self.clone().map(|piece| piece.map(Frame::data));
        Body::http_body_unsync(StreamBody::new(frames))
    }
}

impl Stream for SharedBody {
    type Item = Result<Bytes, StdError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.poll_next_unpin(context)
    }
}

/// Reads a body to its end, or up to `limit` bytes, and drops the bytes.
pub(crate) async fn drain<S>(mut body: S, limit: u64)
where
    S: Stream<Item = Result<Bytes, StdError>> + Unpin,
{
    let mut read = 0_u64;
    while read <= limit
        && let Ok(Some(piece)) = body::next(&mut body).await
    {
        read = read.saturating_add(piece.len() as u64);
    }
}
