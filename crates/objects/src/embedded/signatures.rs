//! Checks the signatures of requests, and returns S3's errors.

use std::time::SystemTime;

use b2bi_local_sigv4::{
    BodyHash, FormFields, Payload, Service, SignatureError, SignaturePlace, SigningTarget, Verifier,
};
use http::StatusCode;
use http::request::Parts;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::form::Fields;
use super::policy::POLICY;

/// The keys whose signatures are accepted, and the server's own region.
#[derive(Clone)]
pub(crate) struct Signatures {
    verifier: Verifier,
    region: String,
}

impl Signatures {
    pub(crate) fn new(verifier: Verifier, region: String) -> Self {
        Self { verifier, region }
    }

    /// Checks the signature of a request; the body is checked later.
    ///
    /// # Errors
    /// The error of S3 for the signature.
    pub(crate) fn request(&self, head: &Parts, now: SystemTime) -> S3Result<BodyHash> {
        let verified = self
            .verifier
            .request(head, self.target(), Payload::Declared, now);
        verified
            .map(|verified| verified.body)
            .map_err(|error| worded(&error))
    }

    /// Checks the signature of an upload form.
    ///
    /// # Errors
    /// The error of S3 for the signature.
    pub(crate) fn form(&self, fields: &Fields, now: SystemTime) -> S3Result<()> {
        let signed = FormFields {
            policy: fields.get(POLICY),
            algorithm: fields.get("x-amz-algorithm"),
            credential: fields.get("x-amz-credential"),
            date: fields.get("x-amz-date"),
            signature: fields.get("x-amz-signature"),
            token: fields.get("x-amz-security-token"),
            is_version_2: fields.get("signature").is_some(),
        };
        let checked = self.verifier.form(&signed, self.target(), now);
        checked.map_err(|error| worded(&error))
    }

    fn target(&self) -> SigningTarget<'_> {
        SigningTarget {
            service: Service::S3,
            region: &self.region,
        }
    }
}

/// Source: docs `ErrorResponses`, 2026-11; Assumption A-191.
fn worded(error: &SignatureError) -> S3Error {
    let message = error.to_string();
    match error {
        SignatureError::Missing => S3ErrorCode::AccessDenied.into(),
        SignatureError::Unsupported | SignatureError::ContentHash(None) => {
            with(S3ErrorCode::InvalidRequest, message)
        }
        SignatureError::Twice | SignatureError::ContentHash(Some(_)) => {
            with(S3ErrorCode::InvalidArgument, message)
        }
        SignatureError::Malformed(place, problem) => malformed(*place, problem),
        SignatureError::NoDate | SignatureError::UnsignedHeaders(_) => {
            with(S3ErrorCode::AccessDenied, message)
        }
        SignatureError::Lifetime(problem) => malformed(SignaturePlace::Query, problem),
        SignatureError::UnknownKey(_) => S3ErrorCode::InvalidAccessKeyId.into(),
        SignatureError::SessionToken => with(
            S3ErrorCode::InvalidToken,
            "The provided token is malformed or otherwise invalid.".to_owned(),
        ),
        SignatureError::ScopeDate {
            scope,
            signed,
            place,
        } => malformed(*place, &wrong_date(scope, signed)),
        SignatureError::ScopeRegion {
            found,
            expected,
            place,
        } => {
            let problem = format!("the region '{found}' is wrong; expecting '{expected}'");
            malformed(*place, &problem)
        }
        SignatureError::ScopeService {
            found,
            expected,
            place,
        } => {
            let problem =
                format!("incorrect service \"{found}\". This endpoint belongs to \"{expected}\".");
            malformed(*place, &problem)
        }
        SignatureError::Expired { place, .. } => too_late_or_early(*place, "Request has expired"),
        SignatureError::Early { place, .. } => {
            too_late_or_early(*place, "Request is not yet valid")
        }
        SignatureError::Mismatch => S3ErrorCode::SignatureDoesNotMatch.into(),
    }
}

fn wrong_date(scope: &str, signed: &str) -> String {
    let day = signed.get(..8).unwrap_or(signed);
    format!(
        "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{day}\"."
    )
}

fn malformed(place: SignaturePlace, problem: &str) -> S3Error {
    match place {
        SignaturePlace::Header => with(
            S3ErrorCode::AuthorizationHeaderMalformed,
            format!("The authorization header is malformed; {problem}"),
        ),
        SignaturePlace::Query => with(
            S3ErrorCode::AuthorizationQueryParametersError,
            problem.to_owned(),
        ),
        SignaturePlace::Form => with(S3ErrorCode::AccessDenied, problem.to_owned()),
    }
}

fn too_late_or_early(place: SignaturePlace, message: &str) -> S3Error {
    match place {
        SignaturePlace::Header => S3ErrorCode::RequestTimeTooSkewed.into(),
        SignaturePlace::Query | SignaturePlace::Form => {
            with(S3ErrorCode::AccessDenied, message.to_owned())
        }
    }
}

fn with(code: S3ErrorCode, message: String) -> S3Error {
    S3Error::with_message(code, message)
}

/// The body is not the one that was signed.
pub(crate) fn another_body() -> S3Error {
    let mut error = S3Error::new(S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()));
    error.set_status_code(StatusCode::BAD_REQUEST);
    error.set_message(
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    error
}
