//! Errors for requests that no service answers, in the form that their clients read.
//!
//! Source: Assumption A-196.

use b2bi_local_dispatcher::{Identity, Route, ServiceError, query, route};
use b2bi_local_objects::{ErrorAnswer, error_answer};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};

use super::facts::text;
use super::reply::{ErrorCode, ResponseEncoder};
use super::s3::s3_error;
use crate::access::AccessError;
use crate::app::App;

/// The signing names of REST services whose errors are XML, except for S3. Source: the service
/// models of botocore 1.44, protocol `rest-xml`.
const XML_SERVICES: [&str; 2] = ["cloudfront", "route53"];

/// How a client reads errors, by the head of its request.
pub(super) enum ErrorForm {
    /// AWS JSON, in the content type of the request.
    Json(Option<HeaderValue>),
    /// The XML of Query services.
    Query,
    /// The XML of S3.
    S3 {
        /// The path of the request.
        resource: String,
        is_head: bool,
    },
}

impl ErrorForm {
    /// The form for a request.
    pub(super) fn of(app: &App, head: &Parts) -> Self {
        let content_type = head.headers.get(CONTENT_TYPE);
        if matches!(route(head, &app.endpoints), Ok(Route::Objects)) {
            return Self::S3 {
                resource: head.uri.path().to_owned(),
                is_head: head.method == Method::HEAD,
            };
        }
        let is_json = text(content_type).is_some_and(|text| text.contains("json"));
        if is_json || head.headers.contains_key("x-amz-target") {
            Self::Json(content_type.cloned())
        } else {
            Self::Query
        }
    }

    /// Writes a failure in this form.
    pub(super) fn render(&self, failure: ServiceError, request_id: &str) -> Response<Bytes> {
        match self {
            Self::Json(content_type) => {
                ResponseEncoder::new(None, content_type.as_ref(), "", request_id)
                    .render(Err(failure))
            }
            Self::Query => query::failure(&failure, "", request_id),
            Self::S3 { resource, is_head } => {
                let mut response = error_answer(&ErrorAnswer {
                    code: s3_error(&failure.code).0,
                    status: Some(failure.status),
                    message: Some(failure.message()),
                    resource,
                    request_id,
                });
                if *is_head {
                    *response.body_mut() = Bytes::new();
                }
                response
            }
        }
    }
}

/// A failure in the form that the request's client reads.
pub(super) fn failed(
    app: &App,
    head: &Parts,
    failure: ServiceError,
    request_id: &str,
) -> Response<Bytes> {
    ErrorForm::of(app, head).render(failure, request_id)
}

/// The error for a request of a service that is not here, in the protocol that the request speaks.
pub(super) fn unknown_service(
    head: &Parts,
    failure: ServiceError,
    request_id: &str,
) -> Response<Bytes> {
    let code = ErrorCode(failure.code.clone());
    let form = if speaks_xml(head) {
        ErrorForm::Query
    } else {
        ErrorForm::Json(head.headers.get(CONTENT_TYPE).cloned())
    };
    let mut response = form.render(failure, request_id);
    response.extensions_mut().insert(code);
    response
}

/// Whether a request is of Query or of a REST service with XML.
fn speaks_xml(head: &Parts) -> bool {
    let is_form = text(head.headers.get(CONTENT_TYPE))
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let query = head.uri.query().unwrap_or_default();
    let is_action = query.split('&').any(|pair| pair.starts_with("Action="));
    let is_rest = || {
        let identity = Identity::of(head);
        identity.is_some_and(|identity| XML_SERVICES.contains(&identity.service.as_ref()))
    };
    let has_target = head.headers.contains_key("x-amz-target");
    !has_target && (is_form || is_action || is_rest())
}

/// The error for a request from an origin that is not allowed.
pub(super) fn refused(refusal: AccessError) -> ServiceError {
    ServiceError::front(refusal.status, "AccessDeniedException", refusal.message)
}

/// The error for a request of which servers on its way may take another host.
pub(super) fn two_hosts() -> ServiceError {
    ServiceError::front(
        StatusCode::BAD_REQUEST,
        "MalformedHttpRequestException",
        "The request has more than one Host header",
    )
}
