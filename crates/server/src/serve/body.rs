//! Reads a request's body up to a limit.

use std::time::Duration;

use b2bi_local_dispatcher::ServiceError;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::Body as _;

use super::timeout::{BoxError, IdleTimeout, TimeoutBody};

/// How far past the limit a body is read and dropped, so that its sender can read the reply.
const EXCESS: usize = 8;

/// The whole body.
///
/// # Errors
///
/// It is larger than `limit`, breaks off, or its sender was silent for too long. How long the whole
/// body takes does not matter.
pub(super) async fn read(mut body: TimeoutBody, limit: usize) -> Result<Bytes, ServiceError> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let time = body.limit();
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| read_error(&error, time))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length = data.len().saturating_add(length);
        if data.len() == expected && length == expected && length <= limit {
            // Most bodies arrive in one piece, which needs no copy.
            return Ok(data);
        }
        if length <= limit {
            whole.reserve(expected.min(limit).saturating_sub(whole.len()));
            whole.extend_from_slice(&data);
        } else if length > limit.saturating_mul(EXCESS) {
            break;
        }
    }
    if length <= limit {
        Ok(whole.freeze())
    } else {
        Err(ServiceError::too_large(limit))
    }
}

/// Reads a body of at most `limit` bytes and throws it away, so that its sender reads the answer and can use the
/// connection again.
pub(super) async fn discard(body: &mut TimeoutBody, limit: usize) {
    let mut left = limit;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

fn too_slow(time: Duration) -> ServiceError {
    let seconds = time.as_secs();
    ServiceError::front(
        StatusCode::REQUEST_TIMEOUT,
        "RequestTimeoutException",
        format!("No more of the request body came for {seconds} seconds"),
    )
}

fn read_error(error: &BoxError, time: Duration) -> ServiceError {
    if error.is::<IdleTimeout>() {
        too_slow(time)
    } else {
        broken_off()
    }
}

fn broken_off() -> ServiceError {
    ServiceError::front(
        StatusCode::BAD_REQUEST,
        "MalformedHttpRequestException",
        "The request body could not be read to its end",
    )
}
