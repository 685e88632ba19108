//! Calls of the upstream's CloudFormation.

use std::error::Error;
use std::time::Duration;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::MOTO_ACCOUNT_HEADER;
use b2bi_local_registry::{HandlerError, HandlerErrorCode};
use b2bi_local_sigv4::{Credential, Service, SigningTarget, sign};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

use super::UpstreamStacksError;
use super::replies::ErrorResponse;
use crate::app::system_time;
use crate::calibration::CallerCredentials;
use crate::client::{AddressClient, root_cause};
use crate::system;

/// How long a reply may take. Emulators make resources before they answer.
const TIMEOUT: Duration = Duration::from_mins(2);
/// The longest reply that is read, in bytes.
const LONGEST: usize = 8 << 20;
/// The number of characters that are shown from a reply that cannot be read.
const SHOWN: usize = 200;
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The fields of a request.
pub(super) type Fields = Vec<(String, String)>;

type BoxError = Box<dyn Error + Send + Sync>;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The upstream was not reached.
    #[error("was not reached: {}", root_cause(&**.0))]
    Unreachable(#[source] BoxError),
    /// There is no complete reply, or it cannot be read.
    #[error("gave no reply that can be read: {}", root_cause(&**.0))]
    Broken(#[source] BoxError),
    /// The upstream answers with an error.
    #[error("answered {} {code}: {message}", status.as_u16())]
    Answered {
        status: StatusCode,
        code: String,
        message: String,
    },
}

impl CallError {
    /// Whether the upstream reports that the stack does not exist.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Answered { message, .. } if message.contains("does not exist"))
    }

    /// Whether the upstream says that a stack needs no update.
    pub(super) fn is_no_update(&self) -> bool {
        let words = "No updates are to be performed";
        matches!(self, Self::Answered { message, .. } if message.contains(words))
    }

    fn code(&self) -> HandlerErrorCode {
        match self {
            Self::Unreachable(_) => HandlerErrorCode::NetworkFailure,
            Self::Broken(_) => HandlerErrorCode::ServiceInternalError,
            Self::Answered { .. } if self.is_missing() => HandlerErrorCode::NotFound,
            Self::Answered { status, code, .. } => match code.as_str() {
                "AlreadyExistsException" => HandlerErrorCode::AlreadyExists,
                "AccessDenied" | "AccessDeniedException" => HandlerErrorCode::AccessDenied,
                "Throttling" | "ThrottlingException" => HandlerErrorCode::Throttling,
                "LimitExceededException" => HandlerErrorCode::ServiceLimitExceeded,
                _ if status.is_server_error() => HandlerErrorCode::ServiceInternalError,
                _ => HandlerErrorCode::GeneralServiceException,
            },
        }
    }

    /// The error in the form of a handler.
    pub(super) fn of_handler(&self, address: &str, action: &str) -> HandlerError {
        let message = format!("{action}: the upstream {address} {self}");
        HandlerError::new(self.code(), message)
    }
}

/// A client of CloudFormation at an address.
pub(super) struct CloudFormationClient {
    client: AddressClient<Full<Bytes>>,
    address: Uri,
    /// The credentials; `None` signs as the account of the stack, by the convention of emulators.
    credential: Option<Credential>,
}

impl CloudFormationClient {
    /// Calls by TLS are signed with the credentials of this process.
    ///
    /// # Errors
    ///
    /// The address uses TLS, and there are no credentials or no trusted certificates.
    pub(super) fn new(address: &Uri) -> Result<Self, UpstreamStacksError> {
        let is_secure = address.scheme_str() == Some("https");
        // Stacks have a region of their own.
        let caller = is_secure.then(|| CallerCredentials::load(None, Some("")));
        Ok(Self {
            client: AddressClient::new(address)?,
            address: address.clone(),
            credential: caller.transpose()?.map(|caller| caller.credential),
        })
    }

    /// Calls an operation and reads its reply.
    pub(super) async fn call<R: DeserializeOwned>(
        &self,
        scope: &Scope,
        action: &str,
        fields: &Fields,
    ) -> Result<R, CallError> {
        let body = form(action, fields);
        let head = self.head(scope, &body)?;
        let sent = self.send(head, body);
        let (status, text) = tokio::time::timeout(TIMEOUT, sent)
            .await
            .map_err(|_| broken(format!("none within {} s", TIMEOUT.as_secs())))??;
        if !status.is_success() {
            return Err(answered(status, &text));
        }
        quick_xml::de::from_str(&text).map_err(|error| broken(format!("{error} in {}", cut(&text))))
    }

    /// The signed head of a request.
    fn head(&self, scope: &Scope, body: &str) -> Result<Parts, CallError> {
        let text = |text: &str| HeaderValue::try_from(text).map_err(unsent);
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.address)
            .header(
                HOST,
                text(self.address.authority().map_or("", Authority::as_str))?,
            )
            .header(CONTENT_TYPE, FORM)
            .header(MOTO_ACCOUNT_HEADER, text(&scope.account)?)
            .body(());
        let (mut head, ()) = request.map_err(unsent)?.into_parts();
        let target = SigningTarget {
            service: Service::Api("cloudformation"),
            region: &scope.region,
        };
        let of_account = || Credential::new(&*scope.account, "test");
        let credential = self.credential.clone().unwrap_or_else(of_account);
        let now = system_time(system::now());
        sign(&mut head, body.as_bytes(), &credential, target, now).map_err(unsent)?;
        Ok(head)
    }

    async fn send(&self, head: Parts, body: String) -> Result<(StatusCode, String), CallError> {
        let request = Request::from_parts(head, Full::from(body));
        let reply = self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                unsent(error)
            } else {
                broken(error)
            }
        })?;
        let (head, body) = reply.into_parts();
        let read = Limited::new(body, LONGEST).collect().await;
        let read = read.map_err(broken)?;
        let text = String::from_utf8_lossy(&read.to_bytes()).into_owned();
        Ok((head.status, text))
    }
}

fn unsent(error: impl Into<BoxError>) -> CallError {
    CallError::Unreachable(error.into())
}

fn broken(error: impl Into<BoxError>) -> CallError {
    CallError::Broken(error.into())
}

fn form(action: &str, fields: &Fields) -> String {
    let fixed = [("Action", action), ("Version", "2010-05-15")];
    let given = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let encoded = fixed.into_iter().chain(given).map(|(name, value)| {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        format!("{name}={value}")
    });
    encoded.collect::<Vec<_>>().join("&")
}

/// The error in a reply: CloudFormation's, or else what is available.
fn answered(status: StatusCode, text: &str) -> CallError {
    let read = quick_xml::de::from_str::<ErrorResponse>(text);
    let (code, message) = match read {
        Ok(read) => (read.error.code, read.error.message),
        Err(_) => (String::new(), cut(text)),
    };
    CallError::Answered {
        status,
        code,
        message,
    }
}

fn cut(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use b2bi_local_registry::HandlerErrorCode;
    use http::StatusCode;

    use super::{answered, broken};

    fn check(status: u16, text: &str, expected: (HandlerErrorCode, &str)) {
        let error = answered(StatusCode::from_u16(status).unwrap(), text);
        let told = error.of_handler("http://127.0.0.1:5000", "CreateStack");
        let (code, words) = expected;
        assert_eq!(told.code, code, "{text}");
        assert_eq!(
            told.message,
            format!("CreateStack: the upstream http://127.0.0.1:5000 answered {words}"),
        );
    }

    fn error(code: &str, message: &str) -> String {
        format!(
            "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>1</RequestId></ErrorResponse>"
        )
    }

    #[test]
    fn errors_of_the_upstream_are_reported() {
        check(
            400,
            &error("AlreadyExistsException", "Stack [a] already exists"),
            (
                HandlerErrorCode::AlreadyExists,
                "400 AlreadyExistsException: Stack [a] already exists",
            ),
        );
        check(
            400,
            &error("ValidationError", "Stack with id a does not exist"),
            (
                HandlerErrorCode::NotFound,
                "400 ValidationError: Stack with id a does not exist",
            ),
        );
        check(
            400,
            &error("Throttling", "Rate exceeded"),
            (
                HandlerErrorCode::Throttling,
                "400 Throttling: Rate exceeded",
            ),
        );
        check(
            500,
            "<!doctype html>\n<title>500  Internal</title>",
            (
                HandlerErrorCode::ServiceInternalError,
                "500 : <!doctype html> <title>500 Internal</title>",
            ),
        );
        check(
            400,
            "{\"__type\": \"InvalidParameterValueException\"}",
            (
                HandlerErrorCode::GeneralServiceException,
                "400 : {\"__type\": \"InvalidParameterValueException\"}",
            ),
        );
    }

    #[test]
    fn no_update_is_known() {
        let text = error("ValidationError", "No updates are to be performed.");
        assert!(answered(StatusCode::BAD_REQUEST, &text).is_no_update());
        assert!(!broken("No updates are to be performed.").is_no_update());
    }
}
