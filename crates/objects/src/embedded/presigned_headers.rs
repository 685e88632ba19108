//! Headers in the query of a presigned URL.
//!
//! SDKs for JavaScript put the `x-amz-` headers of a presigned request into its query, and S3 reads
//! them there. With signature version 2, which boto3 uses with endpoints other than AWS's, the type
//! and the digest of the body are there too.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::unauthenticated::is_signing;
use crate::operation::{Query, VERSION_2, is_of_body};

/// Adds the headers in the query; a header of the request itself takes precedence.
pub(super) fn add(query: &str, headers: &mut HeaderMap) {
    let is_version_2 = Query::read(Some(query)).has(VERSION_2);
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = percent_decode_str(key).decode_utf8_lossy();
        let key = key.to_ascii_lowercase();
        let is_header = key.starts_with("x-amz-") || is_version_2 && is_of_body(&key);
        if !is_header || is_signing(&key) {
            continue;
        }
        let value: Vec<u8> = percent_decode_str(value).collect();
        let name = HeaderName::from_bytes(key.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) {
            headers.entry(name).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::add;

    #[test]
    fn headers_of_the_query_are_read() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-acl", HeaderValue::from_static("private"));
        let query = "X-Amz-Signature=s&X-Amz-Date=d&x-id=PutObject&tagging&x-amz-acl=public-read\
                     &x-amz-meta-a=b%20c&X-Amz-Copy-Source=b%2Fk&x-amz-%0A=1";
        add(query, &mut headers);
        let mut found: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        found.sort_unstable();
        let expected = [
            ("x-amz-acl", "private"),
            ("x-amz-copy-source", "b/k"),
            ("x-amz-meta-a", "b c"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn version_2_has_headers_of_the_body_there() {
        for (query, expected) in [
            (
                "Signature=s&content-type=text%2Fx&Content-MD5=m",
                &["text/x", "m"][..],
            ),
            ("X-Amz-Signature=s&content-type=text%2Fx&Content-MD5=m", &[]),
            ("Signature=s&cache-control=x", &[]),
        ] {
            let mut headers = HeaderMap::new();
            add(query, &mut headers);
            let found: Vec<_> = ["content-type", "content-md5"]
                .iter()
                .filter_map(|name| headers.get(*name)?.to_str().ok())
                .collect();
            assert_eq!(
                (found.as_slice(), headers.len()),
                (expected, expected.len()),
                "{query}"
            );
        }
    }
}
