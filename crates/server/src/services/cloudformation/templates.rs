//! Templates by URL, in the S3 of the server.

use b2bi_local_objects::ObjectError;
use b2bi_local_stacks::TemplateReadError;
use std::string::FromUtf8Error;
use std::sync::Arc;

use async_trait::async_trait;
use b2bi_local_b2bi::Scope;
use b2bi_local_objects::ObjectStore;
use b2bi_local_stacks::TemplateSource;
use http::Uri;
use percent_encoding::percent_decode_str;

/// The longest template that is read, in bytes.
///
/// Source: quotas of CloudFormation.
const LONGEST: u64 = 1_048_576;

/// A template that cannot be read; most variants have its address.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("TemplateURL must be an address of an object in S3, not '{0}'")]
    Location(String),
    #[error("S3 error: the template s3://{bucket}/{key} cannot be read: {source}")]
    Object {
        bucket: String,
        key: String,
        source: ObjectError,
    },
    #[error("Template file referenced by {0} has exceeded the maximum size of {LONGEST} bytes")]
    TooLong(String),
    #[error("The template at {0} is not UTF-8")]
    NotText(String, #[source] FromUtf8Error),
}

/// Templates in an object store.
pub(crate) struct ServerTemplates(pub(crate) Arc<dyn ObjectStore>);

#[async_trait]
impl TemplateSource for ServerTemplates {
    async fn read(&self, scope: &Scope, url: &str) -> Result<String, TemplateReadError> {
        let read = self.template(scope, url).await;
        read.map_err(TemplateReadError::new)
    }
}

impl ServerTemplates {
    async fn template(&self, scope: &Scope, url: &str) -> Result<String, ReadError> {
        let (bucket, key) = location(url).ok_or_else(|| ReadError::Location(url.to_owned()))?;
        let range = Some(0..LONGEST.saturating_add(1));
        let read = self.0.get(&scope.account, &bucket, &key, range).await;
        let object = read.map_err(|source| ReadError::Object {
            bucket,
            key,
            source,
        })?;
        if u64::try_from(object.body.len()).unwrap_or(u64::MAX) > LONGEST {
            return Err(ReadError::TooLong(url.to_owned()));
        }
        String::from_utf8(object.body.to_vec())
            .map_err(|error| ReadError::NotText(url.to_owned(), error))
    }
}

/// The bucket and the key that an address names: in the path, or the bucket in the host of AWS's or
/// of `localhost`.
fn location(url: &str) -> Option<(String, String)> {
    if let Some(rest) = url.strip_prefix("s3://") {
        let (bucket, key) = rest.split_once('/')?;
        return Some((bucket.to_owned(), key.to_owned()));
    }
    let uri: Uri = url.parse().ok()?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return None;
    }
    let path = percent_decode_str(uri.path().trim_start_matches('/'));
    let path = path.decode_utf8().ok()?;
    let (bucket, key) = match bucket_of_host(uri.host()?) {
        Some(bucket) => (bucket, path.as_ref()),
        None => path.split_once('/')?,
    };
    let is_whole = !bucket.is_empty() && !key.is_empty();
    is_whole.then(|| (bucket.to_owned(), key.to_owned()))
}

/// The bucket in a host: `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.localhost`.
fn bucket_of_host(host: &str) -> Option<&str> {
    if let Some(bucket) = host.strip_suffix(".localhost") {
        return Some(bucket.strip_suffix(".s3").unwrap_or(bucket)).filter(|bucket| *bucket != "s3");
    }
    let of_aws = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    let end = of_aws.rfind(".s3.").or_else(|| of_aws.rfind(".s3-"));
    match end {
        Some(end) => of_aws.get(..end),
        None => of_aws.strip_suffix(".s3"),
    }
}

#[cfg(test)]
mod tests {
    use super::location;

    #[test]
    fn addresses_name_a_bucket_and_a_key() {
        for (url, expected) in [
            ("http://127.0.0.1:4577/b/k.json", Some(("b", "k.json"))),
            (
                "http://localhost:4577/b/a/k%20x.yaml",
                Some(("b", "a/k x.yaml")),
            ),
            ("http://b.localhost:4577/a/k", Some(("b", "a/k"))),
            ("http://b.s3.localhost:4577/k", Some(("b", "k"))),
            ("http://b2bi:4577/b/k", Some(("b", "k"))),
            ("https://s3.amazonaws.com/b/k", Some(("b", "k"))),
            (
                "https://s3.eu-west-1.amazonaws.com/b/a/k",
                Some(("b", "a/k")),
            ),
            ("https://b.s3.amazonaws.com/a/k", Some(("b", "a/k"))),
            (
                "https://b.s3.eu-west-1.amazonaws.com/k?x=1",
                Some(("b", "k")),
            ),
            (
                "https://my.dotted.s3-eu-west-1.amazonaws.com/k",
                Some(("my.dotted", "k")),
            ),
            ("s3://b/a/k", Some(("b", "a/k"))),
            ("https://b.s3.amazonaws.com/", None),
            ("http://localhost/b", None),
            ("http://localhost//k", None),
            ("file:///etc/passwd", None),
            ("ftp://localhost/b/k", None),
            ("", None),
        ] {
            let found = location(url);
            let found = found
                .as_ref()
                .map(|(bucket, key)| (bucket.as_str(), key.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }
}
