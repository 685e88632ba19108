//! Why a signature is refused.

use std::error::Error;
use std::fmt;

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureSource {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned request.
    Query,
    /// In the fields of an S3 upload form.
    Form,
}

/// Why a signature is refused. Each protocol has its own code and status for it.
///
/// No variant holds a signature, a secret or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no signature.
    Missing,
    /// The signature is of version 2, or of another algorithm than HMAC-SHA256.
    Unsupported,
    /// There is a signature in the header and in the query.
    Twice,
    /// A part is missing or cannot be read.
    Malformed(SignatureSource, String),
    /// It does not say when the request was signed.
    NoDate,
    /// The lifetime of a presigned request is no number from 0 to 604800.
    Lifetime(String),
    /// Nobody has this access key id.
    UnknownKey(String),
    /// The session token is missing or wrong.
    SessionToken,
    /// The credential's date is not that of the signature.
    ScopeDate {
        /// The date in the credential.
        scope: String,
        /// When the request was signed.
        signed: String,
        /// Where the credential stands.
        source: SignatureSource,
    },
    /// The credential's region is none.
    ScopeRegion {
        /// The region in the credential.
        found: String,
        /// The server's own.
        expected: String,
        /// Where the credential stands.
        source: SignatureSource,
    },
    /// The credential is for another service.
    ScopeService {
        /// The service in the credential.
        found: String,
        /// The service that was called.
        expected: String,
        /// Where the credential stands.
        source: SignatureSource,
    },
    /// These headers must be signed and are not.
    UnsignedHeaders(Vec<String>),
    /// The request was signed too long ago.
    Expired {
        /// When it was signed.
        signed: String,
        /// The server's time.
        now: String,
        /// Where the signature stands.
        source: SignatureSource,
    },
    /// The request was signed in the future.
    Early {
        /// When it was signed.
        signed: String,
        /// The server's time.
        now: String,
        /// Where the signature stands.
        source: SignatureSource,
    },
    /// S3 wants `x-amz-content-sha256`, and it is missing or says something else.
    ContentHash(Option<String>),
    /// The signature is not the one that the secret gives.
    Mismatch,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => out.write_str("The request has no signature"),
            Self::Unsupported => out.write_str(
                "The authorization mechanism you have provided is not supported. Please use \
                 AWS4-HMAC-SHA256.",
            ),
            Self::Twice => out.write_str(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                 Signature query string parameter or the Authorization header should be specified",
            ),
            Self::Malformed(_, problem) | Self::Lifetime(problem) => out.write_str(problem),
            Self::NoDate => {
                out.write_str("AWS authentication requires a valid Date or x-amz-date header")
            }
            Self::UnknownKey(_) | Self::SessionToken => {
                out.write_str("The security token included in the request is invalid.")
            }
            Self::ScopeDate { scope, signed, .. } => {
                let day = signed.get(..8).unwrap_or(signed);
                write!(
                    out,
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of \
                     date from HTTP: '{scope}' != '{day}', from '{signed}'."
                )
            }
            Self::ScopeRegion { found, .. } => write!(
                out,
                "Credential should be scoped to a valid region, not '{found}'."
            ),
            Self::ScopeService { expected, .. } => write!(
                out,
                "Credential should be scoped to correct service: '{expected}'."
            ),
            Self::UnsignedHeaders(names) => write!(
                out,
                "There were headers present in the request which were not signed: {}",
                names.join(", ")
            ),
            Self::Expired { signed, now, .. } => write!(
                out,
                "Signature expired: {signed} is now earlier than the server's time {now} - 15 min."
            ),
            Self::Early { signed, now, .. } => write!(
                out,
                "Signature not yet current: {signed} is still later than the server's time {now} \
                 + 15 min."
            ),
            Self::ContentHash(None) => {
                out.write_str("Missing required header for this request: x-amz-content-sha256")
            }
            Self::ContentHash(Some(_)) => out.write_str(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
                 STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
            ),
            Self::Mismatch => out.write_str(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details.",
            ),
        }
    }
}

impl Error for SignatureError {}
