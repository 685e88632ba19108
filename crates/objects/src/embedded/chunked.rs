//! Decodes `aws-chunked` bodies as they arrive, and checks the signatures of their chunks if
//! requested.
//!
//! Source: docs sigv4-streaming and sigv4-streaming-trailers, 2026-11.

use b2bi_local_sigv4::ChunkVerifier;
use bytes::{Buf as _, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use s3s::{S3ErrorCode, S3Result};
use sha2::{Digest as _, Sha256};

use super::body;

/// The trailer that signs the others.
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";
/// The maximum length of a line in a chunk's head or in a trailer.
const MAX_LINE: usize = 16 << 10;

/// The contents of a decoded body.
pub(crate) struct Decoded {
    /// The bytes that have not been taken.
    pub(crate) body: Bytes,
    /// The number of all bytes.
    pub(crate) size: usize,
    pub(crate) trailers: HeaderMap,
}

/// A decoder that receives a body in pieces.
pub(crate) struct Decoder {
    state: State,
    /// The current incomplete line.
    line: BytesMut,
    body: BytesMut,
    /// The number of body bytes that have been taken.
    taken: usize,
    trailers: HeaderMap,
    limit: u64,
    signatures: Option<Signatures>,
}

/// The state for checking the signatures of chunks.
struct Signatures {
    verifier: Box<ChunkVerifier>,
    /// The hash of the current chunk.
    hasher: Sha256,
    /// The signature of the current chunk.
    signature: String,
}

#[derive(Clone, Copy)]
enum State {
    /// In the line with a chunk's size.
    Head,
    /// In a chunk, with this many bytes left.
    Data(usize),
    /// At the end of line after a chunk.
    Tail,
    /// In the lines after the last chunk.
    Trailers,
}

impl Decoder {
    /// A decoder for a body of the length that its client announces. With a verifier, each chunk
    /// must be signed, and so must the trailer if one is announced.
    pub(crate) fn new(
        expected: usize,
        limit: u64,
        verifier: Option<Box<ChunkVerifier>>,
    ) -> S3Result<Self> {
        body::check_size(expected, limit)?;
        let body = BytesMut::with_capacity(expected.min(64 << 20));
        Ok(Self {
            state: State::Head,
            line: BytesMut::new(),
            body,
            taken: 0,
            trailers: HeaderMap::new(),
            limit,
            signatures: verifier.map(|verifier| Signatures {
                verifier,
                hasher: Sha256::new(),
                signature: String::new(),
            }),
        })
    }

    /// Decodes the next piece.
    ///
    /// # Errors
    /// `EntityTooLarge` beyond the limit, `IncompleteBody` if it is not `aws-chunked`.
    pub(crate) fn feed(&mut self, mut piece: Bytes) -> S3Result<()> {
        while !piece.is_empty() {
            if let State::Data(left) = self.state {
                self.data(piece.split_to(left.min(piece.len())), left)?;
            } else if let Some(line) = self.line(&mut piece)? {
                self.end_of_line(&line)?;
            }
        }
        Ok(())
    }

    /// Takes the bytes decoded so far.
    pub(crate) fn take(&mut self) -> Bytes {
        self.taken += self.body.len();
        self.body.split().freeze()
    }

    /// Ends the body; the last end of line of a trailer may be missing.
    ///
    /// # Errors
    /// `IncompleteBody` if it ends within a chunk.
    pub(crate) fn finish(mut self) -> S3Result<Decoded> {
        if !matches!(self.state, State::Trailers) {
            return Err(malformed());
        }
        let line = self.line.split().freeze();
        self.trailer(&line)?;
        let signature = self.trailers.remove(TRAILER_SIGNATURE);
        if let Some(signatures) = &mut self.signatures {
            signatures.trailer(&self.trailers, signature.as_ref())?;
        }
        Ok(Decoded {
            size: self.taken + self.body.len(),
            body: self.body.freeze(),
            trailers: self.trailers,
        })
    }

    fn data(&mut self, data: Bytes, left: usize) -> S3Result<()> {
        body::check_size(self.taken + self.body.len() + data.len(), self.limit)?;
        self.body.extend_from_slice(&data);
        if let Some(signatures) = &mut self.signatures {
            signatures.hasher.update(&data);
        }
        if left > data.len() {
            self.state = State::Data(left - data.len());
            return Ok(());
        }
        self.state = State::Tail;
        self.signatures.as_mut().map_or(Ok(()), Signatures::chunk)
    }

    /// Reads up to the end of a line, and returns the complete line without its end.
    fn line(&mut self, piece: &mut Bytes) -> S3Result<Option<Bytes>> {
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = piece.split_to(end.unwrap_or(piece.len()));
        self.line.extend_from_slice(&taken);
        if self.line.len() > MAX_LINE {
            return Err(malformed());
        }
        if end.is_none() {
            return Ok(None);
        }
        piece.advance(1);
        let mut line = self.line.split().freeze();
        if line.last() == Some(&b'\r') {
            line.truncate(line.len() - 1);
        }
        Ok(Some(line))
    }

    fn end_of_line(&mut self, line: &[u8]) -> S3Result<()> {
        match self.state {
            State::Tail if line.is_empty() => self.state = State::Head,
            State::Head => {
                if let Some(signatures) = &mut self.signatures {
                    signatures.begin(line);
                }
                self.state = match chunk_size(line)? {
                    0 => State::Trailers,
                    size => State::Data(size),
                };
                if let (State::Trailers, Some(signatures)) = (self.state, &mut self.signatures) {
                    signatures.chunk()?;
                }
            }
            State::Trailers => self.trailer(line)?,
            State::Tail | State::Data(_) => return Err(malformed()),
        }
        Ok(())
    }

    fn trailer(&mut self, line: &[u8]) -> S3Result<()> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        let mut halves = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else {
            return Err(malformed());
        };
        let name = HeaderName::from_bytes(name.trim_ascii()).map_err(|_| malformed())?;
        let value = HeaderValue::from_bytes(value.trim_ascii()).map_err(|_| malformed())?;
        self.trailers.insert(name, value);
        Ok(())
    }
}

impl Signatures {
    /// Reads the signature from the first line of a chunk.
    fn begin(&mut self, line: &[u8]) {
        let mut extensions = line.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let signature =
            extensions.find_map(|extension| extension.strip_prefix(b"chunk-signature="));
        self.signature = String::from_utf8_lossy(signature.unwrap_or_default()).into_owned();
    }

    /// Checks a complete chunk.
    fn chunk(&mut self) -> S3Result<()> {
        let hash = self.hasher.finalize_reset();
        accepted(self.verifier.chunk(&hash, &self.signature))
    }

    /// Checks the trailer, which must be present if and only if it was announced.
    fn trailer(&mut self, trailers: &HeaderMap, signature: Option<&HeaderValue>) -> S3Result<()> {
        if !self.verifier.has_trailer() {
            return accepted(trailers.is_empty() && signature.is_none());
        }
        let mut lines: Vec<Vec<u8>> = trailers
            .iter()
            .map(|(name, value)| [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat())
            .collect();
        lines.sort();
        let signature = signature
            .and_then(|signature| signature.to_str().ok())
            .unwrap_or_default();
        accepted(self.verifier.trailer(&lines.concat(), signature))
    }
}

fn accepted(is_right: bool) -> S3Result<()> {
    if is_right {
        return Ok(());
    }
    Err(S3ErrorCode::SignatureDoesNotMatch.into())
}

/// Reads the size of a chunk, in hexadecimal, before any signature.
fn chunk_size(line: &[u8]) -> S3Result<usize> {
    let digits = line
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let digits = std::str::from_utf8(digits).map_err(|_| malformed())?;
    usize::from_str_radix(digits, 16).map_err(|_| malformed())
}

fn malformed() -> s3s::S3Error {
    S3ErrorCode::IncompleteBody.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Expected<'a> = Result<(&'a str, &'a [(&'a str, &'a str)]), &'a str>;

    /// Passes the text in pieces of each possible length.
    fn check(text: &str, expected: Expected<'_>) {
        for length in 1..=text.len() {
            let actual = decode(text, length);
            let actual = actual
                .as_ref()
                .map(|(body, trailers)| (body.as_str(), trailers.as_slice()));
            let expected = expected.map(|(body, trailers)| {
                let trailers = trailers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                (body, trailers.collect::<Vec<_>>())
            });
            let expected = expected
                .as_ref()
                .map(|(body, trailers)| (*body, trailers.as_slice()));
            assert_eq!(
                actual.map_err(|error| error.code().as_str()),
                expected.map_err(|code| *code),
                "{text:?} by {length}"
            );
        }
    }

    type Trailers = Vec<(String, String)>;

    fn decode(text: &str, length: usize) -> s3s::S3Result<(String, Trailers)> {
        let mut decoder = Decoder::new(0, 20, None)?;
        text.as_bytes()
            .chunks(length)
            .try_for_each(|piece| decoder.feed(Bytes::copy_from_slice(piece)))?;
        let finished = decoder.finish()?;
        let trailers = finished.trailers.iter();
        let trailers =
            trailers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        Ok((
            String::from_utf8(finished.body.to_vec()).unwrap(),
            trailers.collect(),
        ))
    }

    #[test]
    fn bodies() {
        check("0\r\n\r\n", Ok(("", &[])));
        check("0\r\n", Ok(("", &[])));
        check(
            "3\r\nabc\r\n2;chunk-signature=00\r\nde\r\n0;chunk-signature=00\r\n\r\n",
            Ok(("abcde", &[])),
        );
        check("A\r\n012345\r\n89\r\n0\r\n\r\n", Ok(("012345\r\n89", &[])));
        check(
            "1\r\na\r\n0\r\nx-amz-checksum-crc32:AAAA==\r\n\r\n",
            Ok(("a", &[("x-amz-checksum-crc32", "AAAA==")])),
        );
        check("1\r\na\r\n0\r\nx-a: b", Ok(("a", &[("x-a", "b")])));
    }

    #[test]
    fn faults() {
        check("3\r\nab", Err("IncompleteBody"));
        check("1\r\nab\r\n0\r\n\r\n", Err("IncompleteBody"));
        check("x\r\n", Err("IncompleteBody"));
        check("1\r\na\r\n", Err("IncompleteBody"));
        check("0\r\nno colon\r\n", Err("IncompleteBody"));
        check(
            "15\r\n012345678901234567890\r\n0\r\n\r\n",
            Err("EntityTooLarge"),
        );
    }
}
