//! Request targets for the log, without secrets.

use std::borrow::Cow;

use http::Uri;
use percent_encoding::percent_decode_str;

/// The text that replaces a secret.
const MASK: &str = "***";
/// Parts of the names of secret parameters, in lower case.
const SECRET: [&str; 6] = [
    "signature",
    "token",
    "secret",
    "password",
    "authorization",
    "credential",
];
/// The parameter whose access key id and scope are not secret.
const CREDENTIAL: &str = "x-amz-credential";

/// A target without the secrets in its query, and without a user before its host.
pub(super) fn redacted(uri: &Uri) -> String {
    let mut shown = String::new();
    if let Some(authority) = uri.authority() {
        let authority = authority.as_str();
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        shown.extend([uri.scheme_str().unwrap_or("http"), "://", host]);
    }
    shown.push_str(uri.path());
    if let Some(query) = uri.query() {
        let pairs: Vec<Cow<'_, str>> = query.split('&').map(pair).collect();
        shown.extend(["?", &pairs.join("&")]);
    }
    shown
}

fn pair(pair: &str) -> Cow<'_, str> {
    let Some((name, value)) = pair.split_once('=') else {
        return pair.into();
    };
    let known = percent_decode_str(name).decode_utf8_lossy().to_lowercase();
    if known == CREDENTIAL && is_scope(value) || !SECRET.iter().any(|item| known.contains(item)) {
        return pair.into();
    }
    format!("{name}={MASK}").into()
}

/// Whether a value is `KEY/DATE/REGION/SERVICE/aws4_request`, and not a secret in the wrong field.
fn is_scope(value: &str) -> bool {
    percent_decode_str(value)
        .decode_utf8_lossy()
        .ends_with("/aws4_request")
}

#[cfg(test)]
mod tests {
    use super::redacted;

    #[test]
    fn secrets_in_targets_are_masked() {
        let check = |uri: &str, expected: &str| {
            assert_eq!(redacted(&uri.parse().unwrap()), expected, "{uri}");
        };
        check(
            "/b/k?list-type=2&prefix=a%20b",
            "/b/k?list-type=2&prefix=a%20b",
        );
        check("/b?uploads", "/b?uploads");
        check("/", "/");
        check(
            "/b/k?X-Amz-Credential=AKIA%2F20261123%2Fr%2Fs3%2Faws4_request&X-Amz-SignedHeaders=host&X-Amz-Signature=ab",
            "/b/k?X-Amz-Credential=AKIA%2F20261123%2Fr%2Fs3%2Faws4_request&X-Amz-SignedHeaders=host&X-Amz-Signature=***",
        );
        check(
            "/?x-amz-security-token=t&y=1",
            "/?x-amz-security-token=***&y=1",
        );
        check(
            "/?X%2DAmz%2DSecurity%2DToken=t",
            "/?X%2DAmz%2DSecurity%2DToken=***",
        );
        check(
            "/k?AWSAccessKeyId=AKIA&Expires=1&Signature=s%2B",
            "/k?AWSAccessKeyId=AKIA&Expires=1&Signature=***",
        );
        check("/?X-Amz-Credential=s3cret", "/?X-Amz-Credential=***");
        check(
            "/?token=a&token=b&password=",
            "/?token=***&token=***&password=***",
        );
        check("http://user:pass@host:1/p?q=1", "http://host:1/p?q=1");
    }
}
