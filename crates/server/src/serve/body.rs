//! Reads a request's body up to a limit.

use b2bi_local_dispatcher::Failure;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

/// How far past the limit a body is read and dropped, so that its sender gets to read the answer.
const PATIENCE: usize = 8;

/// The whole body.
///
/// # Errors
///
/// It is larger than `limit`, or it breaks off.
pub(super) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Failure> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut whole = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| broken_off())?;
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

fn broken_off() -> Failure {
    Failure::front(
        StatusCode::BAD_REQUEST,
        "MalformedHttpRequestException",
        "The request body could not be read to its end",
    )
}
