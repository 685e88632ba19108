//! An object's bytes: chunks in memory or in files, which are shared, sliced and joined without
//! copying.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use b2bi_local_panics::on_thread;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use s3s::dto::StreamingBlob;
use s3s::{Body, S3Error, S3ErrorCode, S3Result};

use super::blobs::Blob;

/// Bytes in one chunk, or in several if they were uploaded in parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    chunks: Vec<Chunk>,
    size: u64,
}

/// Contiguous bytes.
#[derive(Clone, Debug)]
pub(crate) enum Chunk {
    /// In memory.
    Bytes(Bytes),
    /// A range of a file.
    File(Arc<Blob>, Range<u64>),
}

impl Chunk {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, range) => range.end - range.start,
        }
    }

    /// The bytes from `from` to `to`, both within the chunk.
    fn slice(&self, from: u64, to: u64) -> Self {
        match self {
            Self::Bytes(bytes) => {
                // Both are at most the chunk's length, so they fit.
                let fits = |place| usize::try_from(place).unwrap_or(bytes.len());
                Self::Bytes(bytes.slice(fits(from)..fits(to)))
            }
            Self::File(blob, range) => {
                Self::File(Arc::clone(blob), range.start + from..range.start + to)
            }
        }
    }

    /// The bytes, in pieces that fit into memory.
    fn pieces(&self) -> impl Iterator<Item = io::Result<Bytes>> {
        let (whole, file) = match self {
            Self::Bytes(bytes) => (Some(Ok(bytes.clone())), None),
            Self::File(blob, range) => (None, Some((blob, range.clone()))),
        };
        let read = file.into_iter().flat_map(|(blob, mut range)| {
            std::iter::from_fn(move || {
                let piece = blob.read(range.start, range.end);
                match &piece {
                    Ok(piece) => range.start += piece.len() as u64,
                    Err(_) => range.start = range.end,
                }
                (!matches!(&piece, Ok(piece) if piece.is_empty())).then_some(piece)
            })
        });
        whole.into_iter().chain(read)
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        [Chunk::Bytes(bytes)].into_iter().collect()
    }
}

impl From<Arc<Blob>> for Content {
    fn from(blob: Arc<Blob>) -> Self {
        let all = 0..blob.size();
        [Chunk::File(blob, all)].into_iter().collect()
    }
}

impl FromIterator<Chunk> for Content {
    fn from_iter<I: IntoIterator<Item = Chunk>>(chunks: I) -> Self {
        let chunks: Vec<Chunk> = chunks.into_iter().collect();
        Self {
            size: chunks.iter().map(Chunk::size).sum(),
            chunks,
        }
    }
}

impl<'a> FromIterator<&'a Content> for Content {
    fn from_iter<I: IntoIterator<Item = &'a Content>>(parts: I) -> Self {
        let chunks = parts.into_iter().flat_map(|part| part.chunks.iter());
        chunks.cloned().collect()
    }
}

impl Content {
    /// The number of bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The chunks in order.
    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Passes the bytes in order, piece by piece.
    ///
    /// # Errors
    /// `InternalError` if a file cannot be read.
    pub(crate) fn visit(&self, mut look: impl FnMut(&[u8])) -> S3Result<()> {
        for piece in self.chunks.iter().flat_map(Chunk::pieces) {
            look(&piece.map_err(unreadable)?);
        }
        Ok(())
    }

    /// The bytes within the range; a range past the end is cut.
    pub(crate) fn slice(&self, range: Range<u64>) -> Self {
        let mut start = 0;
        let cut = self.chunks.iter().filter_map(|chunk| {
            let end = start + chunk.size();
            let from = range.start.clamp(start, end) - start;
            let to = range.end.clamp(start, end) - start;
            start = end;
            (from < to).then(|| chunk.slice(from, to))
        });
        cut.collect()
    }

    /// The bytes as one chunk in memory; they are copied only if there are several or they are in
    /// files.
    ///
    /// # Errors
    /// `InternalError` if a file cannot be read.
    pub(crate) fn into_bytes(self) -> S3Result<Bytes> {
        if let [Chunk::Bytes(only)] = self.chunks.as_slice() {
            return Ok(only.clone());
        }
        let mut joined = BytesMut::with_capacity(usize::try_from(self.size).unwrap_or_default());
        self.visit(|piece| joined.extend_from_slice(piece))?;
        Ok(joined.freeze())
    }

    /// The bytes as the body of a response; files are read while they are sent.
    pub(crate) fn into_blob(self) -> StreamingBlob {
        if let [Chunk::Bytes(only)] = self.chunks.as_slice() {
            return Body::from(only.clone()).into();
        }
        let chunks = stream::iter(self.chunks).map(Ok::<_, io::Error>);
        StreamingBlob::wrap(Box::pin(chunks.map_ok(read).try_flatten()))
    }
}

/// The pieces of a chunk, read where blocking is allowed.
fn read(chunk: Chunk) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(chunk, |chunk| async move {
        match chunk {
            Chunk::Bytes(bytes) if bytes.is_empty() => Ok(None),
            Chunk::Bytes(bytes) => Ok(Some((bytes, Chunk::Bytes(Bytes::new())))),
            Chunk::File(_, range) if range.is_empty() => Ok(None),
            Chunk::File(blob, range) => {
                let (reader, Range { start, end }) = (Arc::clone(&blob), range);
                let piece = on_thread(move || reader.read(start, end)).await;
                let piece = piece.map_err(io::Error::other)??;
                let rest = start + piece.len() as u64..end;
                Ok(Some((piece, Chunk::File(blob, rest))))
            }
        }
    })
}

/// The disk cannot return what was written.
fn unreadable(error: io::Error) -> S3Error {
    S3Error::with_source(S3ErrorCode::InternalError, error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(texts: &[&'static str]) -> Content {
        let parts: Vec<Content> = texts
            .iter()
            .map(|text| Bytes::from_static(text.as_bytes()).into())
            .collect();
        parts.iter().collect()
    }

    #[test]
    fn slices_across_chunks() {
        let check = |range: Range<u64>, expected: &str| {
            let slice = parts(&["abc", "", "defg", "h"]).slice(range.clone());
            assert_eq!(slice.size(), expected.len() as u64, "{range:?}");
            assert_eq!(
                slice.into_bytes().unwrap(),
                expected.as_bytes(),
                "{range:?}"
            );
        };
        check(0..8, "abcdefgh");
        check(0..3, "abc");
        check(2..4, "cd");
        check(3..7, "defg");
        check(7..100, "h");
        check(8..9, "");
        check(5..5, "");
    }

    #[test]
    fn one_chunk_is_shared_not_copied() {
        let bytes = Bytes::from(vec![7; 1000]);
        let content = Content::from(bytes.clone());
        assert_eq!(
            content.clone().into_bytes().unwrap().as_ptr(),
            bytes.as_ptr()
        );
        assert_eq!(
            content.slice(10..20).into_bytes().unwrap().as_ptr(),
            bytes.slice(10..20).as_ptr()
        );
    }
}
