//! Reads a request's body up to a limit.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use b2bi_local_dispatcher::Failure;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;

use super::patient::{BoxError, PatientBody, Silence};

/// How far past the limit a body is read and dropped, so that its sender gets to read the answer.
const PATIENCE: usize = 8;

/// The whole body.
///
/// # Errors
///
/// It is larger than `limit`, takes longer than its sender may be silent, or breaks off.
pub(super) async fn read(body: PatientBody, limit: usize) -> Result<Bytes, Failure> {
    let time = body.limit();
    let mut whole = pin!(gather(body, limit));
    // Most bodies came with their heads, and need no clock.
    let at_once = poll_fn(|context| Poll::Ready(whole.as_mut().poll(context)));
    if let Poll::Ready(whole) = at_once.await {
        return whole;
    }
    let whole = tokio::time::timeout(time, whole).await;
    whole.unwrap_or_else(|_| Err(too_slow(time)))
}

async fn gather(mut body: PatientBody, limit: usize) -> Result<Bytes, Failure> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let time = body.limit();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unread(&error, time))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if data.len() == expected && length == expected && length <= limit {
            // Most bodies come in one piece, which needs no copy.
            return Ok(data);
        }
        if length <= limit {
            whole.reserve(expected.min(limit).saturating_sub(whole.len()));
            whole.extend_from_slice(&data);
        } else if length > limit.saturating_mul(PATIENCE) {
            break;
        }
    }
    if length <= limit {
        Ok(whole.freeze())
    } else {
        Err(Failure::too_large(limit))
    }
}

fn too_slow(time: Duration) -> Failure {
    let seconds = time.as_secs();
    Failure::front(
        StatusCode::REQUEST_TIMEOUT,
        "RequestTimeoutException",
        format!("The request body was not there after {seconds} seconds"),
    )
}

fn unread(error: &BoxError, time: Duration) -> Failure {
    if error.is::<Silence>() {
        too_slow(time)
    } else {
        broken_off()
    }
}

fn broken_off() -> Failure {
    Failure::front(
        StatusCode::BAD_REQUEST,
        "MalformedHttpRequestException",
        "The request body could not be read to its end",
    )
}
