//! An object's bytes: chunks that are shared, cut and joined without copying.

use std::io;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use s3s::Body;
use s3s::dto::StreamingBlob;

/// Bytes in one chunk, or in several when they were uploaded in parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    chunks: Vec<Bytes>,
    size: u64,
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self {
            size: bytes.len() as u64,
            chunks: vec![bytes],
        }
    }
}

impl<'a> FromIterator<&'a Content> for Content {
    fn from_iter<I: IntoIterator<Item = &'a Content>>(parts: I) -> Self {
        let chunks: Vec<Bytes> = parts
            .into_iter()
            .flat_map(|part| part.chunks.iter().cloned())
            .collect();
        Self {
            size: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
            chunks,
        }
    }
}

impl Content {
    /// The number of bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The bytes in order, chunk by chunk.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.chunks.iter().map(AsRef::as_ref)
    }

    /// The bytes within the range; what lies past the end is left out.
    pub(crate) fn slice(&self, range: Range<u64>) -> Self {
        let mut chunks = Vec::new();
        let mut start = 0;
        for chunk in &self.chunks {
            let end = start + chunk.len() as u64;
            let from = range.start.clamp(start, end) - start;
            let to = range.end.clamp(start, end) - start;
            // Both are at most the chunk's length, so they fit.
            if let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to))
                && from < to
            {
                chunks.push(chunk.slice(from..to));
            }
            start = end;
        }
        Self {
            size: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
            chunks,
        }
    }

    /// The bytes as one chunk, copied only when there are several.
    pub(crate) fn into_bytes(self) -> Bytes {
        let [only] = self.chunks.as_slice() else {
            let mut joined =
                BytesMut::with_capacity(usize::try_from(self.size).unwrap_or_default());
            self.chunks
                .iter()
                .for_each(|chunk| joined.extend_from_slice(chunk));
            return joined.freeze();
        };
        only.clone()
    }

    /// The bytes as the body of a response.
    pub(crate) fn into_blob(self) -> StreamingBlob {
        if let [only] = self.chunks.as_slice() {
            return Body::from(only.clone()).into();
        }
        StreamingBlob::wrap(stream::iter(
            self.chunks.into_iter().map(Ok::<_, io::Error>),
        ))
    }
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
            assert_eq!(slice.into_bytes(), expected.as_bytes(), "{range:?}");
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
        assert_eq!(content.clone().into_bytes().as_ptr(), bytes.as_ptr());
        assert_eq!(
            content.slice(10..20).into_bytes().as_ptr(),
            bytes.slice(10..20).as_ptr()
        );
    }
}
