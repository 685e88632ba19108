//! Where a request was sent: the region of its signature, and the URL of what it creates.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, LOCATION};
use http::uri::Uri;
use http::{Request, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use s3s::{Body, S3Result, s3_error};

/// The region of a bucket created without a location constraint.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";
/// The characters of a key that are escaped in a URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');
/// An older name for `eu-west-1`, which is allowed in location constraints.
const EUROPE: &str = "EU";

/// The operations whose reply or checks depend on where the request was sent.
pub(crate) const OPERATIONS: [&str; 2] = ["CreateBucket", "CompleteMultipartUpload"];

/// The facts about a request's head that an operation may need, as an extension of the request: the
/// library removes the signature.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoint {
    /// The region of the signature; `None` if it names no region of AWS.
    region: Option<String>,
    /// The URL of the request, without its query.
    pub(crate) url: String,
}

impl Endpoint {
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            region: region(headers, uri.query().unwrap_or_default()),
            url: url(uri, headers),
        }
    }
}

/// Checks the location constraint of a bucket against the region of the endpoint, and returns the
/// bucket's region; `None` means us-east-1.
///
/// A request whose signature has no region may use any. Source: docs `API_CreateBucket`, 2026-11.
///
/// # Errors
/// `InvalidLocationConstraint` for a text that is not a region;
/// `IllegalLocationConstraintException` for a region where the endpoint cannot create buckets.
pub(crate) fn checked(
    constraint: Option<String>,
    endpoint: Option<&Endpoint>,
) -> S3Result<Option<String>> {
    let region = endpoint.and_then(|endpoint| endpoint.region.as_deref());
    let other = region.filter(|region| *region != DEFAULT_REGION);
    let constraint = constraint.filter(|constraint| !constraint.is_empty());
    if let Some(constraint) = &constraint
        && (!is_region(name(constraint)) || (constraint == DEFAULT_REGION && other.is_none()))
    {
        return Err(s3_error!(
            InvalidLocationConstraint,
            "The specified location-constraint is not valid"
        ));
    }
    match (&constraint, other) {
        (Some(constraint), Some(region)) if name(constraint) != region => Err(s3_error!(
            IllegalLocationConstraintException,
            "The {constraint} location constraint is incompatible for the region specific endpoint \
             this request was sent to."
        )),
        (None, Some(_)) => Err(s3_error!(
            IllegalLocationConstraintException,
            "The unspecified location constraint is incompatible for the region specific endpoint \
             this request was sent to."
        )),
        _ => Ok(constraint),
    }
}

/// The region of a location constraint.
pub(crate) fn name(constraint: &str) -> &str {
    if constraint == EUROPE {
        "eu-west-1"
    } else {
        constraint
    }
}

/// Whether a text has the form of a region name, such as `us-gov-west-1`. Assumption A-272.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [partition, middle @ .., number] = parts.as_slice() else {
        return false;
    };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    is_word(partition)
        && (2..=4).contains(&partition.len())
        && (1..=2).contains(&middle.len())
        && middle.iter().all(is_word)
        && matches!(number.as_bytes(), [b'1'..=b'9'])
}

fn region(headers: &HeaderMap, query: &str) -> Option<String> {
    let header = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let credential = if let Some(header) = header {
        let (_, credential) = header.split_once("Credential=")?;
        credential.split([',', ' ']).next()?
    } else {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let is_credential = |key: &str| key.eq_ignore_ascii_case("x-amz-credential");
        pairs.find(|(key, _)| is_credential(key))?.1
    };
    let credential = percent_decode_str(credential).decode_utf8_lossy();
    let region = credential.rsplit('/').nth(2)?;
    is_region(region).then(|| region.to_owned())
}

/// The URL of the object that an upload form creates.
pub(crate) fn object_url<B>(request: &Request<B>, key: &str) -> String {
    let bucket = url(request.uri(), request.headers());
    let key = utf8_percent_encode(key, PATH);
    format!("{}/{key}", bucket.trim_end_matches('/'))
}

/// Completes the reply to an upload form: the library does not know the URL of the object.
///
/// Source: docs `RESTObjectPOST`, 2026-11.
pub(crate) fn complete_form(mut answer: Response<Body>, object_url: &str) -> Response<Body> {
    if !answer.status().is_success() {
        return answer;
    }
    if let Ok(value) = HeaderValue::from_str(object_url) {
        answer.headers_mut().insert(LOCATION, value);
    }
    let body = answer.body().bytes().unwrap_or_default();
    if let Ok(xml) = std::str::from_utf8(&body)
        && let Some((before, rest)) = xml.split_once("<Location>")
        && let Some((_, after)) = rest.split_once("</Location>")
    {
        let url = object_url.replace('&', "&amp;");
        let xml = format!("{before}<Location>{url}</Location>{after}");
        answer.headers_mut().remove(CONTENT_LENGTH);
        *answer.body_mut() = Body::from(Bytes::from(xml));
    }
    answer
}

fn url(uri: &Uri, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = uri.authority().map(http::uri::Authority::as_str);
    match host.or(authority) {
        Some(host) => format!("http://{host}{}", uri.path()),
        None => uri.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{Endpoint, checked};

    fn endpoint(region: &str) -> Endpoint {
        let credential = format!("AWS4-HMAC-SHA256 Credential=K/20261129/{region}/s3/aws4_request");
        let request = Request::builder()
            .uri("/b?x=1")
            .header("host", "localhost:4577")
            .header("authorization", format!("{credential}, SignedHeaders=host"));
        let request = request.body(()).unwrap();
        Endpoint::of(request.uri(), request.headers())
    }

    #[test]
    fn location_constraints_fit_the_endpoint() {
        for (region, constraint, expected) in [
            ("us-east-1", None, Ok(None)),
            ("us-east-1", Some(""), Ok(None)),
            ("us-east-1", Some("eu-west-1"), Ok(Some("eu-west-1"))),
            ("us-east-1", Some("EU"), Ok(Some("EU"))),
            (
                "us-east-1",
                Some("us-gov-west-1"),
                Ok(Some("us-gov-west-1")),
            ),
            (
                "us-east-1",
                Some("us-east-1"),
                Err("InvalidLocationConstraint"),
            ),
            ("us-east-1", Some("foo"), Err("InvalidLocationConstraint")),
            (
                "us-east-1",
                Some("Eu-west-1"),
                Err("InvalidLocationConstraint"),
            ),
            ("eu-west-1", Some("foo"), Err("InvalidLocationConstraint")),
            ("eu-west-1", Some("eu-west-1"), Ok(Some("eu-west-1"))),
            ("eu-west-1", Some("EU"), Ok(Some("EU"))),
            ("eu-west-1", None, Err("IllegalLocationConstraintException")),
            (
                "eu-west-1",
                Some("us-east-1"),
                Err("IllegalLocationConstraintException"),
            ),
            (
                "eu-west-1",
                Some("us-west-2"),
                Err("IllegalLocationConstraintException"),
            ),
            ("auto", None, Ok(None)),
            ("auto", Some("eu-west-1"), Ok(Some("eu-west-1"))),
        ] {
            let found = checked(constraint.map(str::to_owned), Some(&endpoint(region)));
            let found = found.map_err(|error| error.code().as_str().to_owned());
            let found = found.as_ref().map(Option::as_deref).map_err(String::as_str);
            assert_eq!(found, expected, "{region}: {constraint:?}");
        }
    }

    #[test]
    fn presigned_requests_name_their_region_in_the_query() {
        let query = "/b?X-Amz-Credential=K%2F20261129%2Feu-west-1%2Fs3%2Faws4_request";
        let request = Request::builder().uri(query).body(()).unwrap();
        let endpoint = Endpoint::of(request.uri(), request.headers());
        assert_eq!(endpoint.region.as_deref(), Some("eu-west-1"));
    }

    #[test]
    fn the_url_has_the_host_of_the_request() {
        assert_eq!(endpoint("us-east-1").url, "http://localhost:4577/b");
    }
}
