//! A body that is hashed while it is read, and ends in an error if its hash is not the signed one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use s3s::{Body, S3Result, StdError};
use sha2::{Digest as _, Sha256};

use super::body;
use super::signatures::another_body;

/// The maximum length of a document that the library reads.
const MAX_DOCUMENT: u64 = 20 << 20;

/// A body with a known SHA-256 hash.
pub(crate) struct HashedBody {
    inner: Body,
    hasher: Sha256,
    expected: String,
    /// The latest piece: the last one is returned only after the hash was found correct.
    held: Option<Bytes>,
    is_done: bool,
}

/// Checks a body against its hash, in hexadecimal, while it is read.
///
/// # Errors
/// `XAmzContentSHA256Mismatch` if the body is empty and should not be.
pub(crate) fn hashed(inner: Body, expected: String) -> S3Result<Body> {
    if inner.is_end_stream() {
        return if is_hash_of(Sha256::new(), &expected) {
            Ok(inner)
        } else {
            Err(another_body())
        };
    }
    Ok(Body::http_body_unsync(HashedBody {
        inner,
        hasher: Sha256::new(),
        expected,
        held: None,
        is_done: false,
    }))
}

/// Reads a body and checks it against its hash, in hexadecimal.
///
/// # Errors
/// `XAmzContentSHA256Mismatch`, `EntityTooLarge` beyond the limit, and the error of a body that
/// ends early.
pub(crate) async fn gathered(mut sent: Body, expected: &str) -> S3Result<Body> {
    let mut whole = BytesMut::new();
    while let Some(piece) = body::next(&mut sent).await? {
        body::check_size(whole.len().saturating_add(piece.len()), MAX_DOCUMENT)?;
        whole.extend_from_slice(&piece);
    }
    if is_hash_of(Sha256::new_with_prefix(&whole), expected) {
        Ok(Body::from(whole.freeze()))
    } else {
        Err(another_body())
    }
}

impl http_body::Body for HashedBody {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        while !self.is_done {
            match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    self.hasher.update(&data);
                    if let Some(before) = self.held.replace(data) {
                        return Poll::Ready(Some(Ok(Frame::data(before))));
                    }
                }
                Some(Err(error)) => {
                    self.is_done = true;
                    self.held = None;
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    self.is_done = true;
                    if !is_hash_of(self.hasher.clone(), &self.expected) {
                        self.held = None;
                        return Poll::Ready(Some(Err(another_body().into())));
                    }
                }
            }
        }
        Poll::Ready(self.held.take().map(|last| Ok(Frame::data(last))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_done && self.held.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.as_ref().map_or(0, Bytes::len) as u64;
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(held));
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper.saturating_add(held));
        }
        hint
    }
}

/// Whether the hasher's result is this hash, in hexadecimal. The client sends both, so the
/// comparison need not be constant-time.
fn is_hash_of(hasher: Sha256, expected: &str) -> bool {
    let found = hasher.finalize();
    let mut digits = expected.as_bytes().chunks_exact(2);
    let is_equal = found.iter().all(|byte| {
        let pair = digits.next().and_then(|item| str::from_utf8(item).ok());
        pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) == Some(*byte)
    });
    is_equal && digits.next().is_none() && digits.remainder().is_empty()
}
