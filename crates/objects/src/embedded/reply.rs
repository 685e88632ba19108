//! Completes the library's replies: request ids, and the messages of S3's errors.

use b2bi_local_panics::Panic;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use s3s::{Body, S3Error, S3ErrorCode};

use super::error_details;
use super::error_subject::ErrorSubject;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// The messages for S3 errors without one.
///
/// Source: docs `ErrorResponses`, 2026-11.
const MESSAGES: [(&str, &str); 32] = [
    ("AccessDenied", "Access Denied"),
    (
        "BadDigest",
        "The Content-MD5 or checksum value that you specified did not match what the server received.",
    ),
    (
        "BucketAlreadyOwnedByYou",
        "Your previous request to create the named bucket succeeded and you already own it.",
    ),
    (
        "BucketNotEmpty",
        "The bucket you tried to delete is not empty",
    ),
    (
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size",
    ),
    (
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
    ),
    (
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    ),
    (
        "InternalError",
        "We encountered an internal error. Please try again.",
    ),
    (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    ("InvalidArgument", "Invalid Argument"),
    ("InvalidBucketName", "The specified bucket is not valid."),
    (
        "InvalidDigest",
        "The Content-MD5 you specified was invalid.",
    ),
    (
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    ),
    (
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
    ),
    ("InvalidRange", "The requested range is not satisfiable"),
    ("InvalidURI", "Couldn't parse the specified URI."),
    ("KeyTooLongError", "Your key is too long"),
    (
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    (
        "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
    ),
    (
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
    ),
    (
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
    ),
    ("NoSuchBucket", "The specified bucket does not exist"),
    ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("NoSuchKey", "The specified key does not exist."),
    (
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    ),
    ("NoSuchVersion", "The specified version does not exist."),
    (
        "NotImplemented",
        "A header you provided implies functionality that is not implemented",
    ),
    (
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
    ),
    (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    ("ServiceUnavailable", "Service is unable to handle request."),
    (
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    ),
    ("SlowDown", "Please reduce your request rate."),
];

/// The message of S3 for an error code.
pub(crate) fn message(code: &str) -> Option<&'static str> {
    MESSAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, message)| *message)
}

/// Marks a reply with status 202, which operations cannot return through the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted;

/// The reply for an error.
pub(crate) fn of_error(error: S3Error) -> Response<Body> {
    let status = error
        .status_code()
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    error.to_http_response().unwrap_or_else(|_| {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = status;
        answer
    })
}

/// An error that the server returns in S3's form.
#[derive(Clone, Copy, Debug)]
pub struct ErrorAnswer<'a> {
    /// The code, such as `SlowDown`.
    pub code: &'a str,
    /// The status; `None` selects the usual one of the code, or 503 for a code that S3 does not
    /// have.
    pub status: Option<StatusCode>,
    /// The message; `None` selects the usual one of the code.
    pub message: Option<&'a str>,
    /// The path of the request.
    pub resource: &'a str,
    /// The id of the request.
    pub request_id: &'a str,
}

/// Writes an error as S3 does: XML with the code, the message, the resource and the id.
#[must_use]
pub fn error_answer(error: &ErrorAnswer<'_>) -> Response<Bytes> {
    let code = S3ErrorCode::from_bytes(error.code.as_bytes());
    let code = code.unwrap_or(S3ErrorCode::InternalError);
    let status = error.status.or_else(|| code.status_code());
    let mut failure = S3Error::new(code);
    failure.set_status_code(status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE));
    if let Some(message) = error.message {
        failure.set_message(message.to_owned());
    }
    let subject = ErrorSubject::of_resource(error.resource);
    let answer = complete(of_error(failure), error.request_id, || subject);
    answer.map(|body| body.bytes().unwrap_or_default())
}

/// The reply to a request that panicked, with the panic.
pub(crate) fn of_panic(panic: Panic) -> Response<Body> {
    let mut answer = of_error(S3ErrorCode::InternalError.into());
    answer.extensions_mut().insert(panic);
    answer
}

/// Adds the headers of every reply, and the members of every error.
pub(crate) fn complete(
    mut answer: Response<Body>,
    request_id: &str,
    subject: impl FnOnce() -> ErrorSubject,
) -> Response<Body> {
    if answer.status() == StatusCode::NOT_MODIFIED {
        *answer.body_mut() = Body::empty();
        answer.headers_mut().remove(CONTENT_TYPE);
    } else if answer.status().is_client_error() || answer.status().is_server_error() {
        complete_error(&mut answer, request_id, &subject());
    } else if answer.headers().contains_key(CONTENT_RANGE) {
        // The library answers HEAD of a part or a range with 200.
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if answer.extensions_mut().remove::<Accepted>().is_some() {
        *answer.status_mut() = StatusCode::ACCEPTED;
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        answer.headers_mut().insert(REQUEST_ID, value.clone());
        answer.headers_mut().insert(HOST_ID, value);
    }
    answer
        .headers_mut()
        .entry(http::header::SERVER)
        .or_insert(HeaderValue::from_static("AmazonS3"));
    answer
}

fn complete_error(answer: &mut Response<Body>, request_id: &str, subject: &ErrorSubject) {
    let details = error_details::take(answer.headers_mut());
    let body = answer.body().bytes().unwrap_or_default();
    let Some(completed) = std::str::from_utf8(&body)
        .ok()
        .and_then(|xml| with_members(xml, &details, request_id, subject))
    else {
        return;
    };
    answer.headers_mut().remove(CONTENT_LENGTH);
    *answer.body_mut() = Body::from(Bytes::from(completed));
}

/// Adds the members that an error's XML lacks: the library knows neither path nor request id.
fn with_members(
    xml: &str,
    details: &[(&str, String)],
    request_id: &str,
    subject: &ErrorSubject,
) -> Option<String> {
    let (before, after) = xml.rsplit_once("</Error>")?;
    let code = before.split_once("<Code>")?.1.split_once("</Code>")?.0;
    let mut completed = before.to_owned();
    if !before.contains("<Message>") {
        push(&mut completed, "Message", message(code).unwrap_or(code));
    }
    for (name, text) in subject.members(code) {
        push(&mut completed, name, text);
    }
    for (name, text) in details {
        push(&mut completed, name, text);
    }
    push(&mut completed, "RequestId", request_id);
    push(&mut completed, "HostId", request_id);
    Some(completed + "</Error>" + after)
}

fn push(xml: &mut String, name: &str, text: &str) {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    xml.extend(["<", name, ">", &text, "</", name, ">"]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use s3s::s3_error;

    fn check(error: S3Error, expected: &str) {
        let answer = complete(of_error(error), "R-1", || {
            ErrorSubject::of_resource("/b/<k>")
        });
        let body = answer.body().bytes().unwrap();
        let xml = std::str::from_utf8(&body).unwrap();
        assert_eq!(xml.split_once("?>").unwrap().1.trim(), expected);
        assert_eq!(answer.headers().get(REQUEST_ID).unwrap(), "R-1");
    }

    #[test]
    fn errors_are_complete() {
        let ids = "<RequestId>R-1</RequestId><HostId>R-1</HostId></Error>";
        check(
            s3_error!(NoSuchKey),
            &format!(
                "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>&lt;k&gt;</Key>{ids}"
            ),
        );
        check(
            s3_error!(InvalidArgument, "a & b"),
            &format!(
                "<Error><Code>InvalidArgument</Code><Message>a &amp; b</Message><Resource>/b/&lt;k&gt;</Resource>{ids}"
            ),
        );
    }

    #[test]
    fn not_modified_has_no_body() {
        let answer = complete(of_error(s3_error!(NotModified)), "R-1", || {
            ErrorSubject::of_resource("/")
        });
        assert_eq!(
            (answer.status(), answer.body().bytes().unwrap().len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
    }
}
