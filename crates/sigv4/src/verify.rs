//! Checks the signature of a request.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use http::header::{DATE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::canonical;
use crate::chunk::ChunkVerifier;
use crate::credential::Credential;
use crate::error::{SignatureError, SignaturePlace};
use crate::scope::{Service, SigningTarget};
use crate::signature::{CredentialScope, Signature, malformed};
use crate::temporary::{self, account_of_minted};
use crate::time::{basic_format, parse_basic, parse_http};

/// The maximum distance of a signature's time from the server's.
///
/// Source: Assumption A-05.
const TOLERANCE: Duration = Duration::from_mins(15);
/// The longest validity of a presigned request.
///
/// Source: docs sigv4-query-string-auth, 2026-11.
pub(crate) const WEEK: Duration = Duration::from_hours(7 * 24);
const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT_HASH: &str = "x-amz-content-sha256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The credentials whose signatures are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verifier {
    credentials: Vec<Credential>,
}

/// The body of a request to check.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// The whole body, which is hashed.
    Body(&'a [u8]),
    /// The value of S3's `x-amz-content-sha256`; the reader of the body checks it against
    /// [`Verified::body`].
    Declared,
}

/// A request with a correct signature.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The required body.
    pub body: BodyHash,
}

/// What a signature says about a body.
#[derive(Clone, Debug)]
pub enum BodyHash {
    /// Nothing, or it was hashed for the signature.
    Any,
    /// Its SHA-256 hash, in lower-case hexadecimal.
    Sha256(String),
    /// Its chunks have signatures of their own.
    Chunks(Box<ChunkVerifier>),
}

impl Verifier {
    /// A verifier that takes the signatures of these credentials.
    #[must_use]
    pub fn new(credentials: Vec<Credential>) -> Self {
        Self { credentials }
    }

    /// Checks the signature of a request, by the server's time.
    ///
    /// # Errors
    ///
    /// Why the signature is refused.
    pub fn request(
        &self,
        head: &Parts,
        target: SigningTarget<'_>,
        payload: Payload<'_>,
        now: SystemTime,
    ) -> Result<Verified, SignatureError> {
        let signature = Signature::of(head)?;
        check_signed_headers(&head.headers, &signature)?;
        let (date, time) = signing_time(head, &signature)?;
        let validity = validity(&signature, target.service)?;
        check_validity(time, now, validity, signature.place)?;
        check_scope(&signature.credential, &date, target, signature.place)?;
        let credential = self.credential(&signature.credential.access_key)?;
        Self::check_token(&credential, token(head, &signature))?;
        let hash = payload_hash(head, &signature, payload)?;
        let expected =
            canonical::signatures(head, &signature, target.service, &hash, &credential, time);
        let given = signature.value.as_bytes();
        let right = expected
            .iter()
            .find(|expected| expected.as_bytes().ct_eq(given).into());
        let seed = right.ok_or(SignatureError::Mismatch)?;
        let chunks = |has_trailer| {
            let scope = &signature.credential;
            ChunkVerifier::new(&credential, scope, time, seed, has_trailer)
        };
        Ok(Verified {
            body: match (payload, hash.as_str()) {
                (Payload::Body(_), _) | (_, UNSIGNED | "STREAMING-UNSIGNED-PAYLOAD-TRAILER") => {
                    BodyHash::Any
                }
                (_, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") => {
                    BodyHash::Chunks(Box::new(chunks(false)))
                }
                (_, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") => {
                    BodyHash::Chunks(Box::new(chunks(true)))
                }
                (_, _) => BodyHash::Sha256(hash.to_ascii_lowercase()),
            },
        })
    }

    /// The credential of a key: one that is configured, or that was minted from one of those.
    pub(crate) fn credential(
        &self,
        access_key: &str,
    ) -> Result<Cow<'_, Credential>, SignatureError> {
        let mut known = self.credentials.iter();
        if let Some(known) = known.find(|known| known.access_key == access_key) {
            return Ok(Cow::Borrowed(known));
        }
        let minted = account_of_minted(access_key).and_then(|_| self.temporary(access_key));
        let minted = minted.map(Cow::Owned);
        minted.ok_or_else(|| SignatureError::UnknownKey(access_key.to_owned()))
    }

    /// The secret and token of a temporary key; they are derived from the first credential.
    #[must_use]
    pub(crate) fn temporary(&self, access_key: &str) -> Option<Credential> {
        let server = self.credentials.first()?;
        Some(temporary::credential(access_key, &server.secret))
    }

    /// A key with a token requires exactly that one; with another key a token has no effect.
    ///
    /// Source: Assumption A-192.
    pub(crate) fn check_token(
        credential: &Credential,
        given: Option<&[u8]>,
    ) -> Result<(), SignatureError> {
        match &credential.session_token {
            Some(token) if !given.is_some_and(|given| token.is(given)) => {
                Err(SignatureError::SessionToken)
            }
            _ => Ok(()),
        }
    }
}

/// `Host` and all `X-Amz-…` headers must be signed.
fn check_signed_headers(
    headers: &HeaderMap,
    signature: &Signature<'_>,
) -> Result<(), SignatureError> {
    let must_be = |name: &str| name == HOST.as_str() || name.starts_with("x-amz-");
    let present = headers.keys().map(HeaderName::as_str);
    // A request without a host has none to sign, so it is missing in any case.
    let host = (!headers.contains_key(HOST)).then_some(HOST.as_str());
    let unsigned: Vec<String> = present
        .chain(host)
        .filter(|present| must_be(present) && !signature.signs(present))
        .map(str::to_owned)
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    Err(SignatureError::UnsignedHeaders(unsigned))
}

/// When a request was signed, as text in the form of the scope and as a time.
fn signing_time(
    head: &Parts,
    signature: &Signature<'_>,
) -> Result<(String, SystemTime), SignatureError> {
    let malformed = |problem| malformed(signature.place, problem);
    let header = |name: HeaderName| str::from_utf8(head.headers.get(name)?.as_bytes()).ok();
    if let Some(date) = signature.date.as_deref().or_else(|| header(AMZ_DATE)) {
        let time = parse_basic(date);
        let time = time.ok_or_else(|| {
            malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        })?;
        return Ok((date.to_owned(), time));
    }
    let date = header(DATE).filter(|_| signature.signs(DATE.as_str()));
    let time = date.and_then(parse_http).ok_or(SignatureError::NoDate)?;
    Ok((basic_format(time), time))
}

/// How long a signature is valid. A presigned request for S3 sets it, those for other services do not.
///
/// Source: Assumption A-193.
fn validity(signature: &Signature<'_>, service: Service<'_>) -> Result<Duration, SignatureError> {
    if signature.place == SignaturePlace::Header {
        return Ok(TOLERANCE);
    }
    let lifetime = match (signature.lifetime.as_deref(), service) {
        (Some(text), _) => lifetime(text)?,
        (None, Service::Api(_)) => TOLERANCE,
        (None, Service::S3) => {
            let problem =
                "Query-string authentication version 4 requires the X-Amz-Expires parameter.";
            return Err(malformed(signature.place, problem));
        }
    };
    Ok(match service {
        Service::S3 => lifetime,
        Service::Api(_) => TOLERANCE,
    })
}

fn lifetime(text: &str) -> Result<Duration, SignatureError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let problem = match text.parse() {
        Ok(seconds) if is_number && seconds <= WEEK.as_secs() => {
            return Ok(Duration::from_secs(seconds));
        }
        _ if is_number => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given \
             X-Amz-Expires must be less than 604800 seconds"
        }
        _ if text.starts_with('-') => "X-Amz-Expires must be non-negative",
        _ => "X-Amz-Expires should be a number",
    };
    Err(SignatureError::Lifetime(problem.to_owned()))
}

/// Whether a signature is valid now: neither from the future nor too old.
pub(crate) fn check_validity(
    time: SystemTime,
    now: SystemTime,
    validity: Duration,
    place: SignaturePlace,
) -> Result<(), SignatureError> {
    let (signed, server) = (basic_format(time), basic_format(now));
    match now.duration_since(time) {
        Ok(age) if age > validity => Err(SignatureError::Expired {
            signed,
            now: server,
            place,
        }),
        Err(ahead) if ahead.duration() > TOLERANCE => Err(SignatureError::Early {
            signed,
            now: server,
            place,
        }),
        _ => Ok(()),
    }
}

/// The scope of a credential: the day of the signature, a region, and the service that was called.
pub(crate) fn check_scope(
    scope: &CredentialScope<'_>,
    signed: &str,
    target: SigningTarget<'_>,
    place: SignaturePlace,
) -> Result<(), SignatureError> {
    if signed.get(..8) != Some(&scope.date) {
        return Err(SignatureError::ScopeDate {
            scope: scope.date.to_string(),
            signed: signed.to_owned(),
            place,
        });
    }
    if !target.accepts_region(&scope.region) {
        return Err(SignatureError::ScopeRegion {
            found: scope.region.to_string(),
            expected: target.region.to_owned(),
            place,
        });
    }
    let expected = target.service.signing_name();
    if scope.service != expected {
        return Err(SignatureError::ScopeService {
            found: scope.service.to_string(),
            expected: expected.to_owned(),
            place,
        });
    }
    Ok(())
}

fn token<'a>(head: &'a Parts, signature: &'a Signature<'_>) -> Option<&'a [u8]> {
    let header = || Some(head.headers.get(TOKEN)?.as_bytes());
    signature
        .token
        .as_deref()
        .map(str::as_bytes)
        .or_else(header)
}

/// The last line of the canonical request.
fn payload_hash(
    head: &Parts,
    signature: &Signature<'_>,
    payload: Payload<'_>,
) -> Result<String, SignatureError> {
    if let Payload::Body(body) = payload {
        return Ok(hex(&Sha256::digest(body)));
    }
    let declared = head.headers.get(CONTENT_HASH);
    let declared =
        declared.map(|declared| String::from_utf8_lossy(declared.as_bytes()).into_owned());
    match declared {
        None if signature.place == SignaturePlace::Query => Ok(UNSIGNED.to_owned()),
        Some(hash) if is_content_hash(&hash) => Ok(hash),
        other => Err(SignatureError::ContentHash(other)),
    }
}

fn is_content_hash(text: &str) -> bool {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash
        || matches!(
            text,
            UNSIGNED
                | "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
                | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
                | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        )
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
