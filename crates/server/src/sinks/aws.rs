//! Calls of other services in AWS JSON 1.1, signed for the account of the items.

use b2bi_local_dispatcher::MOTO_ACCOUNT_HEADER;
use b2bi_local_sigv4::{Credential, Service, SigningTarget, sign};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};
use serde_json::Value;

use super::DeliveryError;
use super::http::{Client, Reply, post};
use crate::app::system_time;
use crate::system;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const JSON: &str = "application/x-amz-json-1.1";
const JSON_1_0: &str = "application/x-amz-json-1.0";
/// The names of SQS, whose protocol is AWS JSON 1.0.
pub(super) const SQS: (&str, &str) = ("sqs", "AmazonSQS");
/// Errors that are temporary, whatever their status.
///
/// Source: the common errors of AWS services.
const PASSING: [&str; 5] = [
    "InternalException",
    "InternalFailure",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
];

/// A service at an address.
pub(super) struct AwsEndpoint {
    client: Client,
    url: Uri,
    /// The credentials; `None` signs as the account that the call is about.
    credentials: Option<Credential>,
    /// The name in signatures.
    service: &'static str,
    /// The text before the operation in `X-Amz-Target`.
    target: &'static str,
}

/// The caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallerScope<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
}

/// The error with which a service refuses a call.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub(super) struct AwsError {
    /// The name of the error; empty if there is no reply.
    pub(super) code: String,
    #[source]
    pub(super) failure: DeliveryError,
}

impl AwsEndpoint {
    /// `names` are those in signatures and before the operation in `X-Amz-Target`.
    pub(super) fn new(
        client: &Client,
        url: &Uri,
        credentials: Option<&Credential>,
        names: (&'static str, &'static str),
    ) -> Self {
        Self {
            client: client.clone(),
            url: url.clone(),
            credentials: credentials.cloned(),
            service: names.0,
            target: names.1,
        }
    }

    pub(super) fn url(&self) -> &Uri {
        &self.url
    }

    /// Calls an operation.
    ///
    /// # Errors
    ///
    /// There is no reply, or it is an error.
    pub(super) async fn call(
        &self,
        whose: CallerScope<'_>,
        operation: &str,
        input: &Value,
    ) -> Result<Value, AwsError> {
        let body = input.to_string().into_bytes();
        let protocol = if self.service == SQS.0 {
            JSON_1_0
        } else {
            JSON
        };
        let mut head = post(&self.url, protocol);
        let target = format!("{}.{operation}", self.target);
        head.headers.insert(TARGET, valid(&target)?);
        read(&self.send(whose, head, body).await?)
    }

    /// Signs a request and sends it.
    ///
    /// # Errors
    ///
    /// There is no reply.
    pub(super) async fn send(
        &self,
        whose: CallerScope<'_>,
        mut head: Parts,
        body: Vec<u8>,
    ) -> Result<Reply, DeliveryError> {
        let credential = self.set_credentials(&mut head, whose)?;
        let target = SigningTarget {
            service: Service::Api(self.service),
            region: whose.region,
        };
        let now = system_time(system::now());
        sign(&mut head, &body, &credential, target, now).map_err(DeliveryError::permanent)?;
        self.client.send(head, body).await
    }
}

impl AwsEndpoint {
    /// Adds the caller to the head, and the key of its signature.
    fn set_credentials(
        &self,
        head: &mut Parts,
        whose: CallerScope<'_>,
    ) -> Result<Credential, DeliveryError> {
        if let Some(credential) = &self.credentials {
            return Ok(credential.clone());
        }
        let account = valid(whose.account)?;
        head.headers.insert(MOTO_ACCOUNT_HEADER, account);
        // The key by which emulators know an account.
        Ok(Credential::new(whose.account, "test"))
    }
}

impl From<DeliveryError> for AwsError {
    fn from(failure: DeliveryError) -> Self {
        Self {
            code: String::new(),
            failure,
        }
    }
}

/// Why an item with an error of this name is refused.
pub(super) fn refused(code: &str, message: &str) -> DeliveryError {
    let reason = format!("{code}: {message}");
    if PASSING.contains(&code) {
        DeliveryError::retryable(reason)
    } else {
        DeliveryError::permanent(reason)
    }
}

fn valid(value: &str) -> Result<HeaderValue, DeliveryError> {
    HeaderValue::from_str(value).map_err(DeliveryError::permanent)
}

fn read(reply: &Reply) -> Result<Value, AwsError> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let Err(failure) = reply.accepted() else {
        return Ok(body);
    };
    let code = body.get("__type").and_then(Value::as_str);
    let code = code.unwrap_or_default().rsplit('#').next();
    let code = code.unwrap_or_default().to_owned();
    let is_final = failure.is_final && !PASSING.contains(&code.as_str());
    Err(AwsError {
        code,
        failure: DeliveryError {
            is_final,
            ..failure
        },
    })
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Reply, read, refused};

    #[test]
    fn errors_are_named_and_some_pass() {
        for (status, body, code, is_final) in [
            (
                400,
                r#"{"__type": "ThrottlingException"}"#,
                "ThrottlingException",
                false,
            ),
            (
                400,
                r#"{"__type": "com.x#LimitExceeded"}"#,
                "LimitExceeded",
                true,
            ),
            (500, "<html>", "", false),
            (404, "", "", true),
        ] {
            let reply = Reply {
                status: StatusCode::from_u16(status).unwrap(),
                body: body.into(),
            };
            let refusal = read(&reply).unwrap_err();
            assert_eq!(
                (&*refusal.code, refusal.failure.is_final),
                (code, is_final),
                "{body}"
            );
        }
        assert!(!refused("InternalFailure", "").is_final);
        assert!(refused("MalformedDetail", "").is_final);
    }
}
