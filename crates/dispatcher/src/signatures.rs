//! The errors that API services give for a signature.

use b2bi_local_sigv4::SignatureError;
use http::StatusCode;

use crate::route::Protocol;
use crate::service_error::ServiceError;

/// The reply of a service with this protocol to a refused signature.
///
/// Source: Assumptions.
#[must_use]
pub fn refused(error: &SignatureError, protocol: Protocol) -> ServiceError {
    let kind = Kind::of(error);
    let (status, json, query) = match kind {
        Kind::Missing => return ServiceError::missing_authentication(protocol),
        Kind::Incomplete => (
            StatusCode::BAD_REQUEST,
            "IncompleteSignatureException",
            "IncompleteSignature",
        ),
        Kind::Unknown => (
            StatusCode::FORBIDDEN,
            "UnrecognizedClientException",
            "InvalidClientTokenId",
        ),
        Kind::Invalid => (
            StatusCode::FORBIDDEN,
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
        ),
    };
    match protocol {
        Protocol::Json { .. } => ServiceError::front(StatusCode::FORBIDDEN, json, message(error)),
        Protocol::Query { .. } => ServiceError::front(status, query, message(error)),
    }
}

/// The named errors.
#[derive(Clone, Copy)]
enum Kind {
    Missing,
    Incomplete,
    Unknown,
    Invalid,
}

impl Kind {
    fn of(error: &SignatureError) -> Self {
        match error {
            SignatureError::Missing => Self::Missing,
            SignatureError::Unsupported
            | SignatureError::Twice
            | SignatureError::Malformed(..)
            | SignatureError::NoDate
            | SignatureError::Lifetime(_) => Self::Incomplete,
            SignatureError::UnknownKey(_) | SignatureError::SessionToken => Self::Unknown,
            SignatureError::ScopeDate { .. }
            | SignatureError::ScopeRegion { .. }
            | SignatureError::ScopeService { .. }
            | SignatureError::UnsignedHeaders(_)
            | SignatureError::Expired { .. }
            | SignatureError::Early { .. }
            | SignatureError::ContentHash(_)
            | SignatureError::Mismatch => Self::Invalid,
        }
    }
}

fn message(error: &SignatureError) -> String {
    match error {
        SignatureError::UnsignedHeaders(names) if names.iter().any(|name| name == "host") => {
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
        }
        other => other.to_string(),
    }
}
