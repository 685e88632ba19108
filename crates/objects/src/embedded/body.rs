//! Reads bodies into memory or into files, up to a limit.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use s3s::dto::StreamingBlob;
use s3s::stream::ByteStream as _;
use s3s::{S3Error, S3ErrorCode, S3Result, StdError};

use super::checksum::Algorithm;
use super::content::Content;
use super::digests::{Digester, Digests};
use super::state::Store;

/// The maximum length of a body that is stored in its row, and not in a file.
pub(crate) const IN_ROW: usize = 16 << 10;

/// The maximum buffer reserved from the length that a client announces; more is reserved as the
/// body arrives.
const TRUSTED: usize = 16 << 20;

/// A single chunk of at least this length is kept as it is; a shorter one may refer to a much
/// larger buffer.
pub(crate) const WORTH_KEEPING: usize = 64 << 10;

/// Reads an upload to its end, into memory or, if it is long and files are available, into a file.
/// Computes its digests while reading.
///
/// # Errors
/// `EntityTooLarge` beyond the limit; the error of a body that ends early or fails its checks;
/// `InternalError` if the disk refuses it.
pub(crate) async fn receive(
    memory: &Store,
    body: Option<StreamingBlob>,
    algorithm: Algorithm,
) -> S3Result<(Content, Digests)> {
    let mut digester = Digester::new(algorithm);
    let limit = memory.max_object_bytes();
    let length = body.as_ref().map(|body| body.remaining_length().exact());
    let short = matches!(length, None | Some(Some(..=IN_ROW)));
    match (memory.blobs(), body) {
        (Some(blobs), Some(mut body)) if !short => {
            check_size(length.flatten().unwrap_or_default(), limit)?;
            let mut writer = blobs.writer().map_err(unwritable)?;
            while let Some(piece) = next(&mut body).await? {
                digester.update(&piece);
                if let Err(error) = writer.write(&piece) {
                    // A client reads the reply only after it has sent everything.
                    while next(&mut body).await?.is_some() {}
                    return Err(unwritable(error));
                }
                if writer.size() > limit {
                    return Err(S3ErrorCode::EntityTooLarge.into());
                }
            }
            let file = writer.finish().await.map_err(unwritable)?;
            Ok((file.into(), digester.finish()))
        }
        (_, body) => {
            let bytes = collect(body, limit).await?;
            digester.update(&bytes);
            Ok((bytes.into(), digester.finish()))
        }
    }
}

/// The disk refuses the write.
pub(crate) fn unwritable(error: io::Error) -> S3Error {
    let message = format!("The object cannot be kept on disk: {error}");
    let mut failed = S3Error::with_source(S3ErrorCode::InternalError, error.into());
    failed.set_message(message);
    failed
}

/// Reads an upload to its end.
///
/// # Errors
/// `EntityTooLarge` beyond the limit; the error of a body that ends early or fails its checks.
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
        // The rest of the stream contains only its checks.
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

/// The next chunk of a body that is not empty.
///
/// # Errors
/// The error of a body that ends early or fails its checks.
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

/// The error of a body: our own errors unchanged, and any other error as a body that ended early.
fn fault(error: StdError) -> S3Error {
    match error.downcast::<S3Error>() {
        Ok(ours) => *ours,
        Err(error) => S3Error::with_source(S3ErrorCode::IncompleteBody, error),
    }
}
