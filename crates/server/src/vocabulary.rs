//! The names that fault rules may use on this server.

use b2bi_local_dispatcher::{Descriptor, Protocol};
use b2bi_local_faults::{ServiceTerms, Vocabulary};
use b2bi_local_model::{ERRORS, OPERATIONS, SIGNING_NAME};
use b2bi_local_objects::{ERROR_CODES, operations};

/// The name of the service that the objects belong to.
pub(crate) const S3: &str = "s3";

/// Errors that any AWS service may answer with, and those that SDKs try again by their codes.
///
/// Source: docs `CommonErrors`, 2026-11, and the retry handlers of botocore 1.44.
const COMMON_ERRORS: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "BandwidthLimitExceeded",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "LimitExceededException",
    "MalformedQueryString",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "RequestTimeTooSkewed",
    "SerializationException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SignatureDoesNotMatch",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
];

/// The errors of those operations of `CloudWatch` Logs that are here.
///
/// Source: the service model of `CloudWatch` Logs, `2014-03-28`.
const LOGS_ERRORS: &[&str] = &[
    "InvalidParameterException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

/// What rules may name: the services that are here with their operations and errors.
pub(crate) fn vocabulary(descriptors: &[&'static Descriptor], region: &str) -> Vocabulary {
    let mut services: Vec<ServiceTerms> = descriptors
        .iter()
        .map(|descriptor| terms(descriptor))
        .collect();
    services.push(ServiceTerms {
        name: S3,
        operations: operations().collect(),
        errors: ERROR_CODES.to_vec(),
        ..ServiceTerms::default()
    });
    Vocabulary {
        services,
        common_errors: COMMON_ERRORS.to_vec(),
        regions: vec![region.to_owned()],
    }
}

fn terms(descriptor: &'static Descriptor) -> ServiceTerms {
    let terms = ServiceTerms {
        name: descriptor.signing_name,
        operations: descriptor.operations.to_vec(),
        json_bodies: matches!(descriptor.protocol, Protocol::Json { .. }),
        ..ServiceTerms::default()
    };
    match descriptor.signing_name {
        SIGNING_NAME => ServiceTerms {
            errors: ERRORS.iter().map(|shape| shape.name).collect(),
            stale_reads: reads(),
            job_operations: vec!["StartTransformerJob"],
            ..terms
        },
        "logs" => ServiceTerms {
            errors: LOGS_ERRORS.to_vec(),
            ..terms
        },
        _ => terms,
    }
}

/// The operations that only show what is there.
fn reads() -> Vec<&'static str> {
    let names = OPERATIONS.iter().map(|shape| shape.name);
    let is_read = |name: &&str| name.starts_with("Get") || name.starts_with("List");
    names.filter(is_read).collect()
}
