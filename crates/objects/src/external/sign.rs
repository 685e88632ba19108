//! Addresses and signs requests for S3.

use b2bi_local_sigv4::{Credential, Service, SignError, SigningTarget, sign};
use bytes::Bytes;
use http::header::{HOST, InvalidHeaderValue};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::settings::{Addressing, ExternalSettings, Keys};

/// The characters that a signature does not escape in a query.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The characters that it does not escape in a path.
const PATH: &AsciiSet = &VALUE.remove(b'/');
/// The secret of keys that are account numbers: emulators that accept them check no signature.
const ANY_SECRET: &str = "test";

/// A request for a bucket, or for an object in it.
#[derive(Clone, Debug)]
pub(super) struct S3Request<'a> {
    pub(super) method: Method,
    pub(super) bucket: &'a str,
    /// The object's key; empty for the bucket itself.
    pub(super) key: &'a str,
    /// Names that need no encoding, and values.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
}

/// A request that cannot be built: the bucket or a header is invalid in one.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) enum BuildError {
    Http(#[from] http::Error),
    Host(#[from] InvalidHeaderValue),
    Sign(#[from] SignError),
}

impl<'a> S3Request<'a> {
    pub(super) fn new(method: Method, bucket: &'a str, key: &'a str) -> Self {
        Self {
            method,
            bucket,
            key,
            query: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// The request, signed for an account.
    ///
    /// # Errors
    ///
    /// The bucket or a header is invalid in a request.
    pub(super) fn signed(
        &self,
        settings: &ExternalSettings,
        account: &str,
    ) -> Result<Request<Full<Bytes>>, BuildError> {
        let uri = self.uri(settings)?;
        let host = uri
            .authority()
            .map(|authority| authority.as_str().to_owned());
        let host = HeaderValue::try_from(host.unwrap_or_default());
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(HOST, host?);
        headers.extend(self.headers.iter().cloned());
        let (mut head, body) = request.into_parts();
        let target = SigningTarget {
            service: Service::S3,
            region: &settings.region,
        };
        let credential = credential(&settings.keys, account);
        let time = (settings.clock)();
        sign(&mut head, &self.body, &credential, target, time)?;
        Ok(Request::from_parts(head, body))
    }

    fn uri(&self, settings: &ExternalSettings) -> http::Result<Uri> {
        let authority = settings
            .endpoint
            .authority()
            .map(http::uri::Authority::as_str);
        let authority = authority.unwrap_or_default();
        let bucket = utf8_percent_encode(self.bucket, PATH);
        let key = utf8_percent_encode(self.key, PATH);
        let (authority, path) = match settings.addressing {
            Addressing::Path if self.key.is_empty() => (authority.to_owned(), format!("/{bucket}")),
            Addressing::Path => (authority.to_owned(), format!("/{bucket}/{key}")),
            Addressing::Virtual => (format!("{bucket}.{authority}"), format!("/{key}")),
        };
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, VALUE)))
            .collect();
        let target = if pairs.is_empty() {
            path
        } else {
            format!("{path}?{}", pairs.join("&"))
        };
        let scheme = settings.endpoint.scheme_str().unwrap_or("http");
        let uri = Uri::builder().scheme(scheme).authority(authority);
        uri.path_and_query(target).build()
    }
}

/// The credential that signs for an account.
fn credential(keys: &Keys, account: &str) -> Credential {
    match keys {
        Keys::OfAccount => Credential::new(account, ANY_SECRET),
        Keys::Fixed(credential) => credential.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, UNIX_EPOCH};

    use b2bi_local_sigv4::Credential;
    use http::Method;

    use super::{Addressing, ExternalSettings, Keys, S3Request};

    fn settings(endpoint: &str, addressing: Addressing) -> ExternalSettings {
        let clock = Arc::new(|| UNIX_EPOCH + Duration::from_hours(24 * 15_849));
        let endpoint = endpoint.parse().unwrap();
        ExternalSettings {
            addressing,
            ..ExternalSettings::new(endpoint, "us-east-1".to_owned(), clock)
        }
    }

    #[test]
    fn a_bucket_stands_in_the_path_or_in_the_host() {
        for (endpoint, addressing, key, expected) in [
            (
                "http://h:9000",
                Addressing::Path,
                "",
                "http://h:9000/orders?prefix=in%2Fa%20%2B",
            ),
            (
                "http://h",
                Addressing::Path,
                "in//a b/",
                "http://h/orders/in//a%20b/?prefix=in%2Fa%20%2B",
            ),
            (
                "https://h/",
                Addressing::Virtual,
                "",
                "https://orders.h/?prefix=in%2Fa%20%2B",
            ),
            (
                "https://h",
                Addressing::Virtual,
                "~é",
                "https://orders.h/~%C3%A9?prefix=in%2Fa%20%2B",
            ),
        ] {
            let mut ask = S3Request::new(Method::GET, "orders", key);
            ask.query = vec![("prefix", "in/a +".to_owned())];
            let uri = ask.uri(&settings(endpoint, addressing)).unwrap();
            assert_eq!(uri.to_string(), expected);
        }
    }

    /// The example of a GET with a range in the documentation of S3's signatures.
    #[test]
    fn the_published_example_is_signed() {
        let mut ask = S3Request::new(Method::GET, "examplebucket", "test.txt");
        let range = http::HeaderValue::from_static("bytes=0-9");
        ask.headers.push((http::header::RANGE, range));
        let settings = ExternalSettings {
            keys: Keys::Fixed(Credential::new(
                "AKIAIOSFODNN7EXAMPLE",
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            )),
            ..settings("https://s3.amazonaws.com", Addressing::Virtual)
        };
        let request = ask.signed(&settings, "111122223333").unwrap();
        let signature = request.headers().get("authorization").unwrap();
        assert!(
            signature.to_str().unwrap().ends_with(
                "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
            ),
            "{signature:?}"
        );
    }

    #[test]
    fn an_account_signs_for_itself() {
        let settings = settings("http://h", Addressing::Path);
        let request = S3Request::new(Method::GET, "orders", "").signed(&settings, "111122223333");
        let signature = request.unwrap().headers().get("authorization").cloned();
        let signature = signature.unwrap().to_str().unwrap().to_owned();
        assert!(
            signature.contains("Credential=111122223333/20130524/us-east-1/s3/"),
            "{signature}"
        );
    }
}
