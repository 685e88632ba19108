//! Why a signature is refused.

/// The place of a signature in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignaturePlace {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned request.
    Query,
    /// In the fields of an S3 upload form.
    Form,
}

/// Why a signature is refused. Each protocol has its own code and status for it.
///
/// No variant contains a signature, a secret or a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature.
    #[error("The request has no signature")]
    Missing,
    /// The signature is of version 2, or of another algorithm than HMAC-SHA256.
    #[error(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    )]
    Unsupported,
    /// There is a signature in the header and in the query.
    #[error(
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
         Signature query string parameter or the Authorization header should be specified"
    )]
    Twice,
    /// A part is missing or cannot be read.
    #[error("{1}")]
    Malformed(SignaturePlace, String),
    /// The request has no time of signing.
    #[error("AWS authentication requires a valid Date or x-amz-date header")]
    NoDate,
    /// The lifetime of a presigned request is not a number from 0 to 604800.
    #[error("{0}")]
    Lifetime(String),
    /// The access key id is unknown.
    #[error("The security token included in the request is invalid.")]
    UnknownKey(String),
    /// The session token is missing or wrong.
    #[error("The security token included in the request is invalid.")]
    SessionToken,
    /// The credential's date differs from that of the signature.
    #[error(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '{scope}' != '{day}', from '{signed}'.",
        day = day(signed)
    )]
    ScopeDate {
        /// The date in the credential.
        scope: String,
        /// When the request was signed.
        signed: String,
        /// The place of the credential.
        place: SignaturePlace,
    },
    /// The credential's region is not a region.
    #[error("Credential should be scoped to a valid region, not '{found}'.")]
    ScopeRegion {
        /// The region in the credential.
        found: String,
        /// The server's own.
        expected: String,
        /// The place of the credential.
        place: SignaturePlace,
    },
    /// The credential is for another service.
    #[error("Credential should be scoped to correct service: '{expected}'.")]
    ScopeService {
        /// The service in the credential.
        found: String,
        /// The service that was called.
        expected: String,
        /// The place of the credential.
        place: SignaturePlace,
    },
    /// These headers must be signed and are not.
    #[error(
        "There were headers present in the request which were not signed: {}",
        .0.join(", ")
    )]
    UnsignedHeaders(Vec<String>),
    /// The request was signed too long ago.
    #[error("Signature expired: {signed} is now earlier than the server's time {now} - 15 min.")]
    Expired {
        /// When it was signed.
        signed: String,
        /// The server's time.
        now: String,
        /// The place of the signature.
        place: SignaturePlace,
    },
    /// The request was signed in the future.
    #[error(
        "Signature not yet current: {signed} is still later than the server's time {now} + 15 min."
    )]
    Early {
        /// When it was signed.
        signed: String,
        /// The server's time.
        now: String,
        /// The place of the signature.
        place: SignaturePlace,
    },
    /// S3 requires `x-amz-content-sha256`, and it is missing or has another value.
    #[error("{}", content_hash(.0.as_deref()))]
    ContentHash(Option<String>),
    /// The signature is not the one that the secret gives.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your \
         AWS Secret Access Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
}

/// The day of a time such as `20260131T093000Z`.
fn day(signed: &str) -> &str {
    signed.get(..8).unwrap_or(signed)
}

fn content_hash(found: Option<&str>) -> &'static str {
    match found {
        None => "Missing required header for this request: x-amz-content-sha256",
        Some(_) => {
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a \
             valid sha256 value."
        }
    }
}
