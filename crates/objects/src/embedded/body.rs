//! Reads bodies into memory, up to a limit.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use s3s::dto::StreamingBlob;
use s3s::stream::ByteStream as _;
use s3s::{S3Error, S3ErrorCode, S3Result, StdError, s3_error};

/// What is set aside for a body on its client's word; more is set aside as it comes.
const TRUSTED: usize = 16 << 20;

/// A lone chunk this long is kept as it came; a shorter one may hold on to a far bigger buffer.
const WORTH_KEEPING: usize = 64 << 10;

/// Reads an upload to its end.
///
/// # Errors
/// `EntityTooLarge` beyond the limit; the fault of a body that breaks off or fails its checks.
pub(crate) async fn collect(body: Option<StreamingBlob>, limit: u64) -> S3Result<Bytes> {
    let Some(mut body) = body else {
        return Ok(Bytes::new());
    };
    let expected = body.remaining_length().exact().unwrap_or_default();
    check_size(expected, limit)?;
    let Some(first) = next(&mut body).await? else {
        return Ok(Bytes::new());
    };
    if first.len() == expected && expected >= WORTH_KEEPING {
        // What remains of the stream is its checks.
        return match next(&mut body).await? {
            None => Ok(first),
            Some(_) => Err(S3ErrorCode::IncompleteBody.into()),
        };
    }
    let mut gathered =
        BytesMut::with_capacity(expected.clamp(first.len(), TRUSTED.max(first.len())));
    gathered.extend_from_slice(&first);
    while let Some(chunk) = next(&mut body).await? {
        check_size(gathered.len() + chunk.len(), limit)?;
        gathered.extend_from_slice(&chunk);
    }
    check_size(gathered.len(), limit)?;
    Ok(gathered.freeze())
}

/// The next chunk of a body that has any bytes.
///
/// # Errors
/// The fault of a body that breaks off or fails its checks.
pub(crate) async fn next<S>(body: &mut S) -> S3Result<Option<Bytes>>
where
    S: Stream<Item = Result<Bytes, StdError>> + Unpin,
{
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(fault)?;
        if !chunk.is_empty() {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

/// Fails with `EntityTooLarge` if a body is longer than the limit.
///
/// # Errors
/// `EntityTooLarge`.
pub(crate) fn check_size(size: usize, limit: u64) -> S3Result<()> {
    if size as u64 > limit {
        Err(S3ErrorCode::EntityTooLarge.into())
    } else {
        Ok(())
    }
}

/// Words the library's errors on a signed body; their types are its own, so their text must do.
fn fault(error: StdError) -> S3Error {
    let text = error.to_string();
    if text.contains("SignatureMismatch") {
        return s3_error!(SignatureDoesNotMatch);
    }
    if text.contains("ChecksumMismatch") {
        let mut error = S3Error::new(S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()));
        error.set_status_code(http::StatusCode::BAD_REQUEST);
        error.set_message(
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
        return error;
    }
    S3Error::with_source(S3ErrorCode::IncompleteBody, error)
}
