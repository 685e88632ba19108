//! Finds the service of a request from its head alone.

use http::header::{ALLOW, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::identity::Identity;
use crate::service::{Descriptor, Endpoint, Operation};
use crate::service_error::ServiceError;

/// The header that names an operation.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// How a service's requests and replies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0 and 1.1: `X-Amz-Target: {target_prefix}.{operation}`.
    Json {
        /// The text before the operation.
        target_prefix: &'static str,
    },
    /// AWS Query: `Action={operation}` in the body or the query, XML in return.
    Query {
        /// The namespace of the XML.
        namespace: &'static str,
    },
}

/// The destination of a request.
#[derive(Clone, Copy)]
pub enum Route<'a> {
    /// To an operation of a service, named in the head.
    Json(RoutedService<'a>, Operation),
    /// To a service; the operation is in the body.
    Query(RoutedService<'a>),
    /// Object storage, whose requests are recognised by being none of the above.
    Objects,
}

/// The service that a request names.
#[derive(Clone, Copy)]
pub struct RoutedService<'a> {
    /// The service.
    pub endpoint: &'a dyn Endpoint,
    /// Its position in the list of services, for counters in the same order.
    pub position: usize,
}

impl RoutedService<'_> {
    /// How the dispatcher finds this service.
    #[must_use]
    pub fn descriptor(&self) -> &'static Descriptor {
        self.endpoint.descriptor()
    }
}

/// Finds the service and operation that a request names.
///
/// The order is: target header, then the service of the credential scope, then the content type,
/// and a request that names no service is for object storage.
///
/// # Errors
///
/// An unknown service or operation, a wrong method, or a missing target.
pub fn route<'a>(
    head: &Parts,
    services: &'a [Box<dyn Endpoint>],
) -> Result<Route<'a>, ServiceError> {
    if let Some(target) = head.headers.get(&TARGET) {
        return by_target(&head.method, target, services);
    }
    let identity = Identity::of(head);
    let scope = identity.as_ref().map(|identity| identity.service.as_ref());
    let named = |name| find(services, |service| service.signing_name == name);
    match scope.and_then(named) {
        Some(service) if is_json(service.descriptor()) => Err(no_target()),
        Some(service) => Ok(Route::Query(service)),
        None => by_content(head, scope, services),
    }
}

/// The Query service that has an action. An unsigned request names no service but by this.
#[must_use]
pub fn service_of_action<'a>(
    action: &str,
    services: &'a [Box<dyn Endpoint>],
) -> Option<RoutedService<'a>> {
    find(services, |service| {
        !is_json(service) && service.operations.contains(&action)
    })
}

fn by_target<'a>(
    method: &Method,
    target: &HeaderValue,
    services: &'a [Box<dyn Endpoint>],
) -> Result<Route<'a>, ServiceError> {
    let target = str::from_utf8(target.as_bytes()).unwrap_or_default();
    let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
    let found = find(
        services,
        |service| matches!(service.protocol, Protocol::Json { target_prefix } if target_prefix == prefix),
    );
    let service = found.ok_or_else(|| ServiceError::unknown_service(target, &names(services)))?;
    let operation = service.descriptor().operation(operation)?;
    if method == Method::POST {
        Ok(Route::Json(service, operation))
    } else {
        Err(wrong_method(method))
    }
}

fn by_content<'a>(
    head: &Parts,
    scope: Option<&str>,
    services: &'a [Box<dyn Endpoint>],
) -> Result<Route<'a>, ServiceError> {
    let content_type = content_type(&head.headers);
    match scope {
        Some("s3" | "s3express") => Ok(Route::Objects),
        Some(other) => Err(ServiceError::unknown_service(other, &names(services))),
        None if content_type.starts_with("application/x-amz-json-1.") => Err(no_target()),
        None if is_form_at_root(head, content_type) || is_action_at_root(head) => {
            let service = find(services, |service| !is_json(service));
            service.map(Route::Query).ok_or_else(no_target)
        }
        None => Ok(Route::Objects),
    }
}

/// An unsigned form sent to `/` is a Query request; a browser's upload names a bucket.
fn is_form_at_root(head: &Parts, content_type: &str) -> bool {
    head.method == Method::POST
        && head.uri.path() == "/"
        && content_type.starts_with("application/x-www-form-urlencoded")
}

/// An unsigned request with an action in its query is a Query request: object storage has no such
/// parameter.
fn is_action_at_root(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    head.uri.path() == "/" && query.split('&').any(|part| part.starts_with("Action="))
}

/// The first service that fits.
fn find(
    services: &[Box<dyn Endpoint>],
    fits: impl Fn(&Descriptor) -> bool,
) -> Option<RoutedService<'_>> {
    let mut services = services.iter().enumerate();
    services.find_map(|(position, endpoint)| {
        let endpoint = endpoint.as_ref();
        fits(endpoint.descriptor()).then_some(RoutedService { endpoint, position })
    })
}

fn is_json(descriptor: &Descriptor) -> bool {
    matches!(descriptor.protocol, Protocol::Json { .. })
}

fn names(services: &[Box<dyn Endpoint>]) -> Vec<&'static str> {
    let mut names: Vec<&str> = services
        .iter()
        .map(|service| service.descriptor().signing_name)
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
    use crate::service::{DecodedRequest, Descriptor, Endpoint, Operation};
    use crate::service_error::ServiceError;
    use bytes::Bytes;
    use http::Request;

    /// A service that is found, and never called.
    struct Named(&'static Descriptor);

    impl Endpoint for Named {
        fn descriptor(&self) -> &'static Descriptor {
            self.0
        }

        fn decode<'a>(
            &'a self,
            _: Operation,
            _: &Bytes,
        ) -> Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError> {
            Err(self.internal_error(String::new()))
        }

        fn internal_error(&self, message: String) -> ServiceError {
            ServiceError::front(
                http::StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                message,
            )
        }
    }

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
        let services: [Box<dyn Endpoint>; 2] = [Box::new(Named(&B2BI)), Box::new(Named(&STS))];
        match route(&head, &services) {
            Ok(Route::Json(service, operation)) => {
                format!("{} {}", service.position, operation.name)
            }
            Ok(Route::Query(service)) => format!("{} query", service.position),
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
            ("GET", "/?Version=1&Action=ListStacks", vec![], "1 query"),
            ("GET", "/?ReAction=GetCallerIdentity", vec![], "objects"),
            ("GET", "/bucket?Action=GetCallerIdentity", vec![], "objects"),
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
