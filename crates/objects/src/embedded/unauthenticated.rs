//! Makes a signed request anonymous, so that it is accepted with any credentials.
//!
//! The library accepts only unsigned requests and those signed with a key it knows. So this removes
//! what a signature adds to a request: the header, the query parameters, the chunks of an
//! `aws-chunked` body. Other effects remain: a presigned request expires, and checksums in trailers
//! become headers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use b2bi_local_sigv4::{BodyHash, ChunkVerifier};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, RANGE,
    TRANSFER_ENCODING,
};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use http_body::Frame;
use http_body_util::StreamBody;
use s3s::dto::{Range, Timestamp, TimestampFormat};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, StdError, s3_error};

use super::body::IN_ROW;
use super::chunked::Decoder;
use super::hashed::{gathered, hashed};
use super::{body, checksum_names, fields};

/// The query parameters of a signature, in versions 4 and 2.
const SIGNING: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-signedheaders",
    "x-amz-signature",
    "x-amz-security-token",
    "awsaccesskeyid",
    "signature",
    "expires",
];

/// The headers after a body, once it has been read.
#[derive(Clone, Default)]
pub(crate) struct Trailers(Arc<Mutex<Option<HeaderMap>>>);

impl Trailers {
    fn set(&self, headers: HeaderMap) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(headers);
    }

    /// Removes them; `None` before the end of the body.
    pub(crate) fn take(&self) -> Option<HeaderMap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Removes the signature from a request, and checks the body against the hash in `signed`;
/// `streams` says that a body must not be collected first.
///
/// # Errors
/// `AccessDenied` for an expired presigned request, and the errors of its body.
pub(crate) async fn strip(
    mut request: Request<Body>,
    now: SystemTime,
    limit: u64,
    streams: bool,
    signed: BodyHash,
) -> S3Result<Request<Body>> {
    check_expiry(request.uri().query().unwrap_or_default(), now)?;
    *request.uri_mut() = unsigned_uri(request.uri())?;
    request.headers_mut().remove(AUTHORIZATION);
    // S3 sends everything if it cannot read the range; the library returns an error.
    if Range::parse(text(request.headers(), "range")).is_err() {
        request.headers_mut().remove(RANGE);
    }
    let (mut head, mut body) = request.into_parts();
    let mut chunks = None;
    match signed {
        BodyHash::Any => {}
        BodyHash::Sha256(hash) if is_upload(&head) => body = hashed(body, hash)?,
        // The library has no good message for a document that cannot be read to its end.
        BodyHash::Sha256(hash) => body = gathered(body, &hash).await?,
        BodyHash::Chunks(verifier) => chunks = Some(verifier),
    }
    if is_aws_chunked(&head.headers) {
        let length = text(&head.headers, "x-amz-decoded-content-length").parse();
        body = match length {
            Ok(length) if streams => {
                let trailers = Trailers::default();
                head.extensions.insert(trailers.clone());
                settle(&mut head.headers, length);
                body::check_size(length, limit)?;
                let decoder = Decoder::new(0, limit, chunks)?;
                Body::http_body_unsync(StreamBody::new(decoded(body, decoder, length, trailers)))
            }
            _ => decode(&mut head.headers, body, limit, chunks).await?,
        };
    }
    Ok(Request::from_parts(head, body))
}

/// Whether a request may have a long body, which is read as it arrives.
fn is_upload(head: &Parts) -> bool {
    let length = text(&head.headers, "content-length").parse::<usize>();
    head.method == Method::PUT && !length.is_ok_and(|length| length <= IN_ROW)
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn member<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    pairs(query)
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether a query parameter belongs to the signature.
pub(super) fn is_signing(name: &str) -> bool {
    let mut names = SIGNING.iter();
    names.any(|signing| signing.eq_ignore_ascii_case(name))
}

pub(super) fn is_presigned(query: &str) -> bool {
    member(query, "X-Amz-Signature")
        .or_else(|| member(query, "Signature"))
        .is_some()
}

fn check_expiry(query: &str, now: SystemTime) -> S3Result<()> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if is_presigned(query) && expiry(query).is_some_and(|expiry| now > expiry) {
        return Err(s3_error!(AccessDenied, "Request has expired"));
    }
    Ok(())
}

/// When a presigned request expires, in seconds since 1970; `None` if this cannot be read. A time
/// beyond the range becomes the last possible one.
fn expiry(query: &str) -> Option<u64> {
    if let Some(seconds) = member(query, "Expires") {
        return number(seconds);
    }
    let date = member(query, "X-Amz-Date")?;
    let part = |range| date.get(range);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(9..11)?, part(11..13)?, part(13..15)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    let signed = Timestamp::parse(TimestampFormat::DateTime, &text).ok()?;
    let valid = number(member(query, "X-Amz-Expires")?)?;
    Some(seconds_since_1970(signed)?.saturating_add(valid))
}

/// A number with any number of digits.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// A time before 1970 becomes the start of 1970.
fn seconds_since_1970(timestamp: Timestamp) -> Option<u64> {
    let mut seconds = Vec::new();
    timestamp
        .format(TimestampFormat::EpochSeconds, &mut seconds)
        .ok()?;
    let seconds: i64 = std::str::from_utf8(&seconds).ok()?.parse().ok()?;
    Some(u64::try_from(seconds).unwrap_or_default())
}

fn unsigned_uri(uri: &Uri) -> S3Result<Uri> {
    let Some(query) = uri.query().filter(|query| is_presigned(query)) else {
        return Ok(uri.clone());
    };
    let kept = |pair: &&str| !is_signing(pair.split('=').next().unwrap_or_default());
    let kept: Vec<&str> = query.split('&').filter(kept).collect();
    let separator = if kept.is_empty() { "" } else { "?" };
    let path = format!("{}{separator}{}", uri.path(), kept.join("&"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).map_err(|_| S3ErrorCode::InvalidURI)?);
    Uri::from_parts(parts).map_err(|_| S3ErrorCode::InvalidURI.into())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn is_aws_chunked(headers: &HeaderMap) -> bool {
    text(headers, "x-amz-content-sha256").starts_with("STREAMING-")
        || text(headers, "content-encoding")
            .split(',')
            .any(|name| name.trim() == "aws-chunked")
}

async fn decode(
    headers: &mut HeaderMap,
    mut coded: Body,
    limit: u64,
    verifier: Option<Box<ChunkVerifier>>,
) -> S3Result<Body> {
    let expected: Option<usize> = text(headers, "x-amz-decoded-content-length").parse().ok();
    let mut chunks = Decoder::new(expected.unwrap_or_default(), limit, verifier)?;
    while let Some(piece) = body::next(&mut coded).await? {
        chunks.feed(piece)?;
    }
    let decoded = chunks.finish()?;
    if expected.is_some_and(|expected| expected != decoded.size) {
        return Err(S3ErrorCode::IncompleteBody.into());
    }
    checksum_names::check_names(decoded.trailers.keys().map(HeaderName::as_str))?;
    settle(headers, decoded.size);
    headers.extend(decoded.trailers);
    Ok(decoded.body.into())
}

/// Decodes a body as it is read; the trailers are known at its end.
fn decoded(
    coded: Body,
    decoder: Decoder,
    length: usize,
    trailers: Trailers,
) -> impl Stream<Item = Result<Frame<Bytes>, StdError>> {
    stream::try_unfold(Some((coded, decoder)), move |state| {
        let trailers = trailers.clone();
        async move {
            let Some((mut coded, mut decoder)) = state else {
                return Ok(None);
            };
            while let Some(piece) = body::next(&mut coded).await? {
                decoder.feed(piece)?;
                let data = decoder.take();
                if !data.is_empty() {
                    return Ok(Some((Frame::data(data), Some((coded, decoder)))));
                }
            }
            let end = decoder.finish()?;
            if end.size != length {
                return Err(S3Error::new(S3ErrorCode::IncompleteBody).into());
            }
            trailers.set(end.trailers);
            Ok(Some((Frame::data(end.body), None)))
        }
    })
}

/// Adjusts the headers of a request whose body is decoded.
fn settle(headers: &mut HeaderMap, length: usize) {
    let encoding = fields::without_aws_chunked(text(headers, "content-encoding"));
    for name in [CONTENT_ENCODING, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    for name in [
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
    ] {
        headers.remove(name);
    }
    if let Some(encoding) = encoding.and_then(|encoding| HeaderValue::try_from(encoding).ok()) {
        headers.insert(CONTENT_ENCODING, encoding);
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn check(query: &str, now: u64, expected: bool) {
        let outcome = check_expiry(query, UNIX_EPOCH + Duration::from_secs(now));
        assert_eq!(outcome.is_ok(), expected, "{query} at {now}");
    }

    #[test]
    fn queries_lose_their_signature_only() {
        let check = |uri: &str, expected: &str| {
            assert_eq!(
                unsigned_uri(&uri.parse().unwrap()).unwrap().to_string(),
                expected
            );
        };
        check("/b/k?list-type=2&Expires=1", "/b/k?list-type=2&Expires=1");
        check("/b/k?X-Amz-Date=d&X-Amz-Signature=s", "/b/k");
        check(
            "/b/k%20?partNumber=1&X-Amz-Signature=s&uploadId=u",
            "/b/k%20?partNumber=1&uploadId=u",
        );
        check(
            "/b?uploads&AWSAccessKeyId=a&Signature=s&Expires=1&response-expires=x",
            "/b?uploads&response-expires=x",
        );
    }

    #[test]
    fn presigned_requests_expire() {
        let version_4 = "X-Amz-Date=20010909T014640Z&X-Amz-Expires=60&X-Amz-Signature=s";
        check(version_4, 1_000_000_060, true);
        check(version_4, 1_000_000_061, false);
        check(version_4, 5, true);
        check("Expires=100&Signature=s", 100, true);
        check("Expires=100&Signature=s", 101, false);
        check("Expires=100", 101, true);
        check("X-Amz-Signature=s", 101, true);
        check("X-Amz-Signature=s&X-Amz-Date=zzz", 101, true);
    }

    /// The last second of S3's clock.
    const LAST: u64 = 253_402_300_799;

    #[test]
    fn expiries_may_be_any_number() {
        for seconds in [
            "253402300800",
            "9000000000000000",
            "9223372036854775807",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999999999999999",
        ] {
            check(&format!("Expires={seconds}&Signature=1"), LAST, true);
            for date in ["20260101T000000Z", "99991231T235959Z", "00010101T000000Z"] {
                let query = format!("X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-Signature=1");
                check(&query, LAST, true);
            }
        }
        let old = "X-Amz-Date=00010101T000000Z&X-Amz-Expires=60&X-Amz-Signature=s";
        check(old, 60, true);
        check(old, 61, false);
        for unreadable in ["", "-1", "+5", "1e9", "0x10", "١"] {
            check(&format!("Expires={unreadable}&Signature=1"), LAST, true);
        }
    }

    proptest! {
        #[test]
        fn no_presigned_query_panics(date in "[0-9]{8}T[0-9]{6}Z|.{0,20}", seconds in "[0-9]{0,40}", now: u64) {
            let Some(now) = UNIX_EPOCH.checked_add(Duration::from_secs(now)) else {
                return Ok(());
            };
            for query in [
                format!("X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-Signature=s"),
                format!("Expires={seconds}&Signature=s"),
            ] {
                let _ = check_expiry(&query, now);
            }
        }
    }
}
