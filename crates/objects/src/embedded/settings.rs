//! The settings of the embedded S3.

use std::sync::Arc;
use std::time::SystemTime;

use b2bi_local_sigv4::Credential;

/// The clock for every timestamp that the store writes and every expiry that it checks.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Creates unique identifiers: request ids and upload ids.
///
/// They are used in headers and URLs, so they consist of letters, digits and hyphens.
pub type Ids = Arc<dyn Fn() -> String + Send + Sync>;

/// The account of an access key id; `None` for an unknown one.
pub type AccountOf = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The account of a request, as an extension of the HTTP request.
///
/// [`EmbeddedS3::call`](crate::EmbeddedS3::call) adds it; operations read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account(pub String);

/// The credentials that the embedded S3 accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Any credentials or none: signatures are not checked. A presigned request still expires.
    Any,
    /// Only requests signed with one of these keys; each signature is checked, by [`Settings::clock`].
    Known(Vec<Credential>),
}

/// The settings of an embedded S3.
#[derive(Clone)]
pub struct Settings {
    /// The clock.
    pub clock: Clock,
    /// Creates request and upload ids.
    pub ids: Ids,
    /// The accepted credentials.
    pub credentials: Credentials,
    /// The server's own region, which signatures may name even if AWS has no such region.
    pub region: String,
    /// Whether all accounts see the same buckets.
    pub shared: bool,
    /// The maximum size of an object or a part, in bytes; more is `EntityTooLarge`.
    pub max_object_bytes: u64,
    /// The domains under which `bucket.domain` and `bucket.s3.domain` name a bucket.
    ///
    /// A request to any other host has its bucket in the path.
    pub domains: Vec<String>,
    /// Returns the account of a form upload. Its access key is in the body, which the caller of the
    /// embedded S3 does not read. For an unknown key, the account of the call is used.
    pub account_of: AccountOf,
    /// How many events a slow subscriber may fall behind before it loses the oldest.
    pub event_capacity: usize,
}

impl Settings {
    /// Settings for development: any credentials, separate accounts, objects up to 5 GiB, which is
    /// S3's own limit for one request, virtual hosts under `localhost` and `amazonaws.com`, and
    /// access keys of twelve digits as accounts.
    #[must_use]
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self {
            clock,
            ids,
            credentials: Credentials::Any,
            region: "us-east-1".to_owned(),
            shared: false,
            max_object_bytes: 5 << 30,
            domains: vec!["localhost".to_owned(), "amazonaws.com".to_owned()],
            account_of: Arc::new(|access_key| {
                is_account(access_key).then(|| access_key.to_owned())
            }),
            event_capacity: 4096,
        }
    }
}

fn is_account(access_key: &str) -> bool {
    access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit())
}
