//! Requests of web pages: preflights and the headers of replies, by the rules of the bucket.
//!
//! Source: docs `cors`, `RESTOPTIONSobject`, 2026-11. Another check decides earlier which origins
//! may send requests to the server.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, VARY,
};
use http::{Method, Response, StatusCode};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, s3_error};

use super::configuration::Configurations;
use super::state::Store;
use crate::xml::Element;

const VARY_BY: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
/// The rules of a bucket that has none. Assumption A-273.
const DEFAULT_RULES: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>\
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>\
    <AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>\
    <AllowedMethod>DELETE</AllowedMethod><AllowedHeader>*</AllowedHeader>\
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader>\
    <ExposeHeader>x-amz-id-2</ExposeHeader><ExposeHeader>x-amz-version-id</ExposeHeader>\
    </CORSRule></CORSConfiguration>";
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// The request of a web page.
#[derive(Debug)]
pub(crate) struct CorsRequest {
    origin: HeaderValue,
    /// The method of the request, or the one that a preflight names.
    method: String,
    /// The headers that a preflight names, in lower case.
    headers: Vec<String>,
}

/// Whether a request is a preflight.
pub(crate) fn is_preflight(method: &Method) -> bool {
    method == Method::OPTIONS
}

impl CorsRequest {
    /// Reads a request that is not a preflight; `None` if it has no origin.
    pub(crate) fn of(method: &Method, headers: &HeaderMap) -> Option<Self> {
        let origin = headers.get(ORIGIN)?.clone();
        (!is_preflight(method)).then(|| Self {
            origin,
            method: method.as_str().to_owned(),
            headers: Vec::new(),
        })
    }

    /// Reads a preflight.
    ///
    /// # Errors
    /// `BadRequest` if it does not name a method.
    fn of_preflight(headers: &HeaderMap) -> S3Result<Self> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = headers.get(ORIGIN).cloned().ok_or_else(|| {
            bad_request("Insufficient information. Origin request header needed.".to_owned())
        })?;
        let method = text(ACCESS_CONTROL_REQUEST_METHOD);
        let method = method
            .filter(|method| METHODS.contains(method))
            .ok_or_else(|| {
                let given = method.unwrap_or("null");
                bad_request(format!("Invalid Access-Control-Request-Method: {given}"))
            })?;
        let names = text(ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
        let names = names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Ok(Self {
            origin,
            method: method.to_owned(),
            headers: names.map(str::to_ascii_lowercase).collect(),
        })
    }

    /// Adds the headers that the page needs to read a reply; none if no rule matches.
    pub(crate) fn allow(&self, memory: &Store, account: &str, bucket: &str, to: &mut HeaderMap) {
        let rules = rules(memory, account, bucket);
        if let Some(rules) = rules
            && let Some(permission) = self.permission(&rules)
        {
            permission.write(to);
        }
    }

    fn permission<'a>(&'a self, rules: &'a Element) -> Option<Permission<'a>> {
        let origin = self.origin.to_str().ok()?;
        rules.children_named("CORSRule").find_map(|rule| {
            let mut origins = texts(rule, "AllowedOrigin");
            let allowed_origin = origins.find(|pattern| matches(pattern, origin))?;
            let has_method = texts(rule, "AllowedMethod").any(|method| method == self.method);
            let is_allowed = |name: &String| {
                let mut patterns = texts(rule, "AllowedHeader");
                patterns.any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
            };
            let fits = has_method && self.headers.iter().all(is_allowed);
            fits.then_some(Permission {
                request: self,
                rule,
                any_origin: allowed_origin == "*",
            })
        })
    }
}

/// A request and the rule that allows it.
struct Permission<'a> {
    request: &'a CorsRequest,
    rule: &'a Element,
    any_origin: bool,
}

impl Permission<'_> {
    fn write(&self, headers: &mut HeaderMap) {
        let any = HeaderValue::from_static("*");
        if self.any_origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
        } else {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.request.origin.clone());
            let yes = HeaderValue::from_static("true");
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        let joined = |name| texts(self.rule, name).collect::<Vec<_>>().join(", ");
        let max_age = self.rule.text_of("MaxAgeSeconds").unwrap_or_default();
        for (name, value) in [
            (ACCESS_CONTROL_ALLOW_METHODS, joined("AllowedMethod")),
            (
                ACCESS_CONTROL_ALLOW_HEADERS,
                self.request.headers.join(", "),
            ),
            (ACCESS_CONTROL_EXPOSE_HEADERS, joined("ExposeHeader")),
            (ACCESS_CONTROL_MAX_AGE, max_age.to_owned()),
        ] {
            insert(headers, name, &value);
        }
        headers.append(VARY, HeaderValue::from_static(VARY_BY));
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}

/// Answers a preflight.
///
/// # Errors
/// `BadRequest` if it does not name a method; `AccessForbidden` if no rule of the bucket allows it.
pub(crate) fn preflight(
    memory: &Store,
    account: &str,
    bucket: &str,
    headers: &HeaderMap,
) -> S3Result<Response<Body>> {
    let request = CorsRequest::of_preflight(headers)?;
    let rules = rules(memory, account, bucket);
    let rules = rules.ok_or_else(|| forbidden("CORSResponse: Bucket not found"))?;
    let permission = request.permission(&rules).ok_or_else(|| {
        forbidden(
            "CORSResponse: This CORS request is not allowed. This is usually because the evalution \
             of Origin, request method / Access-Control-Request-Method or \
             Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.",
        )
    })?;
    let mut answer = Response::new(Body::empty());
    permission.write(answer.headers_mut());
    Ok(answer)
}

/// The rules of a bucket, of the account or, because a preflight is not signed, of another account;
/// `None` if there is no such bucket.
fn rules(memory: &Store, account: &str, bucket: &str) -> Option<Element> {
    let found = configurations(memory, account, bucket, document);
    let document = found.or_else(|| {
        let mut owners = memory.owners().into_iter();
        owners.find_map(|owner| configurations(memory, &owner, bucket, document))
    })?;
    Element::read(document.as_deref().unwrap_or(DEFAULT_RULES).as_bytes())
}

fn document(configurations: &Configurations) -> Option<String> {
    configurations.get("cors").cloned().flatten()
}

fn configurations<T>(
    memory: &Store,
    account: &str,
    bucket: &str,
    look: impl FnOnce(&Configurations) -> T,
) -> Option<T> {
    memory.read(account, |buckets| {
        let bucket = buckets.get(bucket)?;
        Some(look(&bucket.configurations))
    })
}

fn texts<'a>(rule: &'a Element, name: &'a str) -> impl Iterator<Item = &'a str> {
    rule.children_named(name).map(|child| child.text.as_str())
}

/// Whether a text matches a pattern with at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text
            .strip_prefix(start)
            .is_some_and(|rest| rest.ends_with(end)),
    }
}

fn forbidden(message: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(b"AccessForbidden").unwrap_or(S3ErrorCode::AccessDenied);
    let mut error = S3Error::with_message(code, message);
    error.set_status_code(StatusCode::FORBIDDEN);
    error
}

fn bad_request(message: String) -> S3Error {
    let mut error = s3_error!(InvalidRequest, "{message}");
    if let Some(code) = S3ErrorCode::from_bytes(b"BadRequest") {
        error = S3Error::with_message(code, message);
        error.set_status_code(StatusCode::BAD_REQUEST);
    }
    error
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::CorsRequest;
    use crate::xml::Element;

    const RULES: &str = "<CORSConfiguration>\
        <CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
        <AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>\
        <AllowedHeader>Content-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>\
        <MaxAgeSeconds>30</MaxAgeSeconds></CORSRule>\
        <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>\
        </CORSConfiguration>";

    fn header_map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |&(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        };
        headers.iter().map(header).collect()
    }

    /// The origin that a preflight may have; `None` if it is not allowed.
    fn allowed(
        origin: &'static str,
        method: &'static str,
        headers: &'static str,
    ) -> Option<String> {
        let request = CorsRequest::of_preflight(&header_map(&[
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ]));
        let request = request.unwrap();
        let rules = Element::read(RULES.as_bytes()).unwrap();
        let mut reply = HeaderMap::new();
        request.permission(&rules)?.write(&mut reply);
        let origin = reply.get("access-control-allow-origin")?;
        Some(origin.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        for (origin, method, headers, expected) in [
            (
                "https://a.example.com",
                "PUT",
                "",
                Some("https://a.example.com"),
            ),
            (
                "https://a.example.com",
                "GET",
                "",
                Some("https://a.example.com"),
            ),
            (
                "https://a.example.com",
                "PUT",
                "Content-Type, content-md5",
                Some("https://a.example.com"),
            ),
            (
                "https://a.example.com",
                "PUT",
                "content-type,x-amz-date",
                None,
            ),
            ("https://a.example.com", "DELETE", "", None),
            ("https://a.example.org", "PUT", "", None),
            ("http://a.example.com", "GET", "", Some("*")),
            ("http://localhost:3000", "GET", "", Some("*")),
            ("http://localhost:3000", "GET", "content-type", None),
            ("http://localhost:3000", "HEAD", "", None),
        ] {
            let found = allowed(origin, method, headers);
            assert_eq!(found.as_deref(), expected, "{method} {origin} {headers}");
        }
    }

    #[test]
    fn preflights_say_for_what_they_ask() {
        for headers in [
            &[("access-control-request-method", "GET")][..],
            &[("origin", "http://localhost")],
            &[
                ("origin", "http://localhost"),
                ("access-control-request-method", "get"),
            ],
            &[
                ("origin", "http://localhost"),
                ("access-control-request-method", "PATCH"),
            ],
        ] {
            let error = CorsRequest::of_preflight(&header_map(headers)).unwrap_err();
            assert_eq!(error.code().as_str(), "BadRequest", "{headers:?}");
        }
    }
}
