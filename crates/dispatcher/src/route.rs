//! Which service a request is for, told from its head alone.

use http::header::{ALLOW, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::identity::Identity;
use crate::service::{Descriptor, Operation};
use crate::service_error::ServiceError;

/// The header that names an operation.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// How a service's requests and replies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 and 1.1: `X-Amz-Target: {target_prefix}.{operation}`.
    Json {
        /// What stands before the operation.
        target_prefix: &'static str,
    },
    /// AWS Query: `Action={operation}` in the body or the query, XML in return.
    Query {
        /// The namespace of the XML.
        namespace: &'static str,
    },
}

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    /// To an operation of the service at this place, named in the head.
    Json(usize, Operation),
    /// To the service at this place; the operation stands in the body.
    Query(usize),
    /// To object storage, which has no other mark than being none of the above.
    Objects,
}

/// Finds the service and operation that a request names.
///
/// The order is: target header, then the service of the credential scope, then the content type,
/// and what names nobody is for object storage.
///
/// # Errors
///
/// An unknown service or operation, a wrong method, or no target where one is needed.
pub fn route(head: &Parts, services: &[&'static Descriptor]) -> Result<Route, ServiceError> {
    if let Some(target) = head.headers.get(&TARGET) {
        return by_target(&head.method, target, services);
    }
    let identity = Identity::of(head);
    let scope = identity.as_ref().map(|identity| identity.service.as_ref());
    match scope.and_then(|name| position(services, name)) {
        Some((_, descriptor)) if is_json(descriptor) => Err(no_target()),
        Some((at, _)) => Ok(Route::Query(at)),
        None => by_content(head, scope, services),
    }
}

fn by_target(
    method: &Method,
    target: &HeaderValue,
    services: &[&'static Descriptor],
) -> Result<Route, ServiceError> {
    let target = str::from_utf8(target.as_bytes()).unwrap_or_default();
    let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
    let found = services.iter().enumerate().find(|(_, service)| {
        matches!(service.protocol, Protocol::Json { target_prefix } if target_prefix == prefix)
    });
    let (at, descriptor) =
        found.ok_or_else(|| ServiceError::unknown_service(target, &names(services)))?;
    let operation = descriptor.operation(operation)?;
    if method == Method::POST {
        Ok(Route::Json(at, operation))
    } else {
        Err(wrong_method(method))
    }
}

fn by_content(
    head: &Parts,
    scope: Option<&str>,
    services: &[&'static Descriptor],
) -> Result<Route, ServiceError> {
    let content_type = content_type(&head.headers);
    match scope {
        Some("s3" | "s3express") => Ok(Route::Objects),
        Some(other) => Err(ServiceError::unknown_service(other, &names(services))),
        None if content_type.starts_with("application/x-amz-json-1.") => Err(no_target()),
        None if is_form_at_root(head, content_type) => services
            .iter()
            .position(|service| !is_json(service))
            .map(Route::Query)
            .ok_or_else(no_target),
        None => Ok(Route::Objects),
    }
}

/// An unsigned form sent to `/` is a Query request; a browser's upload names a bucket.
fn is_form_at_root(head: &Parts, content_type: &str) -> bool {
    head.method == Method::POST
        && head.uri.path() == "/"
        && content_type.starts_with("application/x-www-form-urlencoded")
}

fn position(
    services: &[&'static Descriptor],
    signing_name: &str,
) -> Option<(usize, &'static Descriptor)> {
    let mut places = services.iter().copied().enumerate();
    places.find(|(_, place)| place.signing_name == signing_name)
}

fn is_json(descriptor: &Descriptor) -> bool {
    matches!(descriptor.protocol, Protocol::Json { .. })
}

fn names(services: &[&'static Descriptor]) -> Vec<&'static str> {
    let mut names: Vec<&str> = services
        .iter()
        .map(|service| service.signing_name)
        .collect();
    names.push("s3");
    names
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn no_target() -> ServiceError {
    ServiceError::front(
        StatusCode::NOT_FOUND,
        "UnknownOperationException",
        "The request has no X-Amz-Target header, so it names no operation",
    )
}

fn wrong_method(method: &Method) -> ServiceError {
    let mut failure = ServiceError::front(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowedException",
        format!("An operation is called with POST, not {method}"),
    );
    failure
        .headers
        .push((ALLOW, HeaderValue::from_static("POST")));
    failure
}

#[cfg(test)]
mod tests {
    use super::{Protocol, Route, route};
    use crate::service::Descriptor;
    use http::Request;

    static B2BI: Descriptor = Descriptor {
        signing_name: "b2bi",
        protocol: Protocol::Json {
            target_prefix: "B2BI",
        },
        operations: &["GetProfile", "ListProfiles"],
    };
    static STS: Descriptor = Descriptor {
        signing_name: "sts",
        protocol: Protocol::Query { namespace: "urn:x" },
        operations: &["GetCallerIdentity"],
    };

    fn outcome(method: &str, uri: &str, headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        match route(&head, &[&B2BI, &STS]) {
            Ok(Route::Json(at, operation)) => format!("{at} {}", operation.name),
            Ok(Route::Query(at)) => format!("{at} query"),
            Ok(Route::Objects) => "objects".to_owned(),
            Err(failure) => format!("{} {}", failure.status.as_u16(), failure.code),
        }
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/{service}/aws4_request, Signature=a"
        )
    }

    #[test]
    fn every_request_has_one_place_to_go() {
        let json = ("content-type", "application/x-amz-json-1.0");
        let form = (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        let (b2bi, sts, s3, sqs) = (signed("b2bi"), signed("sts"), signed("s3"), signed("sqs"));
        let target = |name| ("x-amz-target", name);
        let by = |signature| ("authorization", signature);
        for (method, uri, headers, expected) in [
            (
                "POST",
                "/",
                vec![json, target("B2BI.GetProfile"), by(b2bi.as_str())],
                "0 GetProfile",
            ),
            ("POST", "/", vec![target("B2BI.GetProfile")], "0 GetProfile"),
            (
                "POST",
                "/",
                vec![target("B2BI.getProfile")],
                "404 UnknownOperationException",
            ),
            (
                "POST",
                "/",
                vec![target("B2BI.")],
                "404 UnknownOperationException",
            ),
            (
                "POST",
                "/",
                vec![target("B2BI")],
                "404 UnknownOperationException",
            ),
            (
                "POST",
                "/",
                vec![target("DynamoDB_20120810.GetItem")],
                "404 UnknownServiceException",
            ),
            (
                "GET",
                "/",
                vec![target("B2BI.GetProfile")],
                "405 MethodNotAllowedException",
            ),
            (
                "POST",
                "/",
                vec![json, by(&b2bi)],
                "404 UnknownOperationException",
            ),
            ("POST", "/", vec![json], "404 UnknownOperationException"),
            ("POST", "/", vec![form, by(&sts)], "1 query"),
            (
                "GET",
                "/?Action=GetCallerIdentity",
                vec![by(&sts)],
                "1 query",
            ),
            ("POST", "/", vec![form], "1 query"),
            ("POST", "/bucket", vec![form], "objects"),
            ("POST", "/", vec![by(&sqs)], "404 UnknownServiceException"),
            ("GET", "/", vec![by(&s3)], "objects"),
            ("PUT", "/bucket/key", vec![by(&s3)], "objects"),
            ("GET", "/bucket/key", vec![], "objects"),
        ] {
            assert_eq!(
                outcome(method, uri, &headers),
                expected,
                "{method} {uri} {headers:?}"
            );
        }
    }
}
