//! The names that fault rules may use on this server.

use b2bi_local_dispatcher::{Descriptor, Protocol};
use b2bi_local_faults::{ServiceTerms, Vocabulary};
use b2bi_local_model::{ERRORS, OPERATIONS, SIGNING_NAME};
use b2bi_local_objects::{ERROR_CODES, operations};

use crate::services::{cloudcontrol, cloudformation, ssm, sts};

/// The service that the objects belong to.
pub(crate) const S3: &str = "s3";

/// Errors that any AWS service may return, and error codes that SDKs retry.
///
/// Each has the status that a fault rule returns unless it names another.
///
/// Source: docs `CommonErrors`, 2026-11, and the retry handlers of botocore 1.44; Assumption A-230.
const COMMON_ERRORS: &[(&str, u16)] = &[
    ("AccessDenied", 403),
    ("AccessDeniedException", 403),
    ("AuthFailure", 401),
    ("BandwidthLimitExceeded", 509),
    ("ExpiredToken", 403),
    ("ExpiredTokenException", 403),
    ("IncompleteSignature", 400),
    ("InternalError", 500),
    ("InternalFailure", 500),
    ("InternalServerError", 500),
    ("InternalServerException", 500),
    ("InvalidAction", 400),
    ("InvalidClientTokenId", 403),
    ("InvalidSignatureException", 403),
    ("LimitExceededException", 400),
    ("MalformedQueryString", 404),
    ("MissingAuthenticationToken", 403),
    ("MissingAuthenticationTokenException", 403),
    ("NotAuthorized", 400),
    ("OptInRequired", 403),
    ("PriorRequestNotComplete", 400),
    ("ProvisionedThroughputExceededException", 400),
    ("RequestEntityTooLargeException", 413),
    ("RequestExpired", 400),
    ("RequestInTheFuture", 403),
    ("RequestLimitExceeded", 503),
    ("RequestThrottled", 503),
    ("RequestThrottledException", 400),
    ("RequestTimeout", 408),
    ("RequestTimeoutException", 408),
    ("RequestTimeTooSkewed", 403),
    ("SerializationException", 400),
    ("ServiceUnavailable", 503),
    ("ServiceUnavailableException", 503),
    ("SignatureDoesNotMatch", 403),
    ("SlowDown", 503),
    ("ThrottledException", 400),
    ("Throttling", 400),
    ("ThrottlingException", 400),
    ("TooManyRequestsException", 429),
    ("UnknownOperationException", 404),
    ("UnrecognizedClientException", 403),
    ("ValidationError", 400),
    ("ValidationException", 400),
];

/// The errors of those operations of `CloudWatch` Logs that are here.
///
/// Source: the service model of `CloudWatch` Logs, `2014-03-28`.
const LOGS_ERRORS: &[&str] = &[
    "InvalidParameterException",
    "ResourceNotFoundException",
    "ServiceUnavailableException",
];

/// The status of an error that AWS services have in common.
pub(crate) fn common_status(code: &str) -> Option<u16> {
    let found = COMMON_ERRORS.iter().find(|(name, _)| *name == code);
    found.map(|(_, status)| *status)
}

/// The terms of rules: the services with their operations and errors.
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
        common_errors: COMMON_ERRORS.iter().map(|(code, _)| *code).collect(),
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
        cloudcontrol::SIGNING_NAME => ServiceTerms {
            errors: cloudcontrol::ERRORS.to_vec(),
            ..terms
        },
        cloudformation::SIGNING_NAME => ServiceTerms {
            errors: cloudformation::ERRORS.to_vec(),
            ..terms
        },
        "ssm" => ServiceTerms {
            errors: ssm::ERRORS.to_vec(),
            ..terms
        },
        "sts" => ServiceTerms {
            errors: sts::ERRORS.to_vec(),
            ..terms
        },
        "logs" => ServiceTerms {
            errors: LOGS_ERRORS.to_vec(),
            ..terms
        },
        _ => terms,
    }
}

/// The operations that only read.
fn reads() -> Vec<&'static str> {
    let names = OPERATIONS.iter().map(|shape| shape.name);
    let is_read = |name: &&str| name.starts_with("Get") || name.starts_with("List");
    names.filter(is_read).collect()
}
