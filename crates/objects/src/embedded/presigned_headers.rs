//! Headers that a presigned URL carries in its query.
//!
//! SDKs for JavaScript put the `x-amz-` headers of a presigned request into its query, and S3 reads
//! them there.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::unauthenticated::is_signing;

/// Adds the headers of the query; a header that the request has itself counts.
pub(super) fn add(query: &str, headers: &mut HeaderMap) {
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = percent_decode_str(key).decode_utf8_lossy();
        if !key.to_ascii_lowercase().starts_with("x-amz-") || is_signing(&key) {
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
}
