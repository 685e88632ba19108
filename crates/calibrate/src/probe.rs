//! Checks whether an endpoint answers and accepts questions.

use std::error::Error;
use std::fmt;

use serde_json::{Value, json};

use crate::answer::error_members;
use crate::build::b2bi_request;
use crate::endpoint::{Endpoint, EndpointError, Response, Signature};

/// The call that is tried.
const CALL: &str = "ListProfiles";

/// Why no question can be asked.
#[derive(Debug)]
pub enum ProbeError {
    /// There is no reply.
    Unreachable(EndpointError),
    /// The credentials are not valid, or no longer.
    Credentials(String),
    /// The caller has no right to the call.
    Denied(String),
    /// The reply is not one of the B2BI API.
    Stranger(u16),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(
                out,
                "the service does not answer: {error}; is the address right, and does the region have B2B Data Interchange?"
            ),
            Self::Credentials(reply) => {
                write!(out, "the credentials are refused: {reply}; log in again")
            }
            Self::Denied(reply) => write!(
                out,
                "{CALL} is denied: {reply}; `b2bi-local record --policy` prints the permissions of a run"
            ),
            Self::Stranger(status) => write!(
                out,
                "the server is not B2B Data Interchange: it answers {CALL} with something else, status {status}"
            ),
        }
    }
}

impl Error for ProbeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(error) => Some(error),
            Self::Credentials(_) | Self::Denied(_) | Self::Stranger(_) => None,
        }
    }
}

/// What a refused caller lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Credentials that are valid.
    Credentials,
    /// A permission.
    Permission,
}

/// Whether a reply refuses its caller, and does not answer the question.
pub(crate) fn refusal(response: &Response) -> Option<Refusal> {
    const CREDENTIALS: [&str; 7] = [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestExpired",
        "UnrecognizedClientException",
    ];
    let name = response.error_type()?;
    let is_of_iam = || response.text().contains("not authorized to perform");
    match name.as_str() {
        name if CREDENTIALS.contains(&name) => Some(Refusal::Credentials),
        "AccessDeniedException" => Some(Refusal::Permission),
        "AccessDenied" | "UnauthorizedOperation" if is_of_iam() => Some(Refusal::Permission),
        _ => None,
    }
}

/// The error and its text, on one line.
pub(crate) fn error_line(response: &Response) -> String {
    const MOST: usize = 300;
    let name = response.error_type().unwrap_or_default();
    let text = response.text();
    let body = serde_json::from_str(&text).unwrap_or_else(|_| error_members(&text));
    let text = ["Message", "message"]
        .iter()
        .find_map(|member| body.get(*member)?.as_str());
    let text = text.map_or_else(|| response.text(), str::to_owned);
    let text: String = text.chars().take(MOST).collect();
    format!("{name} {text}").trim().to_owned()
}

/// Makes one call, once.
///
/// # Errors
///
/// Nothing answers, or what answers takes no questions from this caller.
pub async fn probe<E: Endpoint + ?Sized>(endpoint: &E) -> Result<(), ProbeError> {
    let sent = endpoint.send(&b2bi_request(CALL, &json!({}))).await;
    let response = sent.map_err(ProbeError::Unreachable)?;
    match refusal(&response) {
        Some(Refusal::Credentials) => return Err(ProbeError::Credentials(error_line(&response))),
        Some(Refusal::Permission) => return Err(ProbeError::Denied(error_line(&response))),
        None => {}
    }
    let is_json =
        serde_json::from_slice::<Value>(&response.body).is_ok_and(|body| body.is_object());
    let is_known = is_json && (response.status >= 500 || response.error_type().is_some());
    let has_list = || {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        body.get("profiles").is_some_and(Value::is_array)
    };
    if is_known || has_list() || response.status >= 500 {
        return Ok(());
    }
    Err(ProbeError::Stranger(response.status))
}

/// Whether a server refuses a request with a wrong signature.
///
/// # Errors
///
/// There is no reply.
pub async fn checks_signatures<E: Endpoint + ?Sized>(endpoint: &E) -> Result<bool, EndpointError> {
    let mut request = b2bi_request(CALL, &json!({}));
    request.signature = Signature::Wrong;
    let response = endpoint.send(&request).await?;
    Ok(response.status >= 400)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, refusal};
    use crate::endpoint::Response;

    #[test]
    fn refusals_are_told_from_answers() {
        let check = |status: u16, body: &str, expected: Option<Refusal>| {
            let response = Response {
                status,
                headers: [].into(),
                body: body.to_owned().into(),
            };
            assert_eq!(refusal(&response), expected, "{body}");
        };
        let denied = r#"{"__type":"AccessDeniedException","Message":"User: x is not authorized to perform: b2bi:GetProfile"}"#;
        check(403, denied, Some(Refusal::Permission));
        check(400, denied, Some(Refusal::Permission));
        let of_s3 = "<Error><Code>AccessDenied</Code><Message>User: x is not authorized to perform: s3:GetObject</Message></Error>";
        check(403, of_s3, Some(Refusal::Permission));
        check(
            403,
            "<Error><Code>AccessDenied</Code><Message>No</Message></Error>",
            None,
        );
        let expired = r#"{"__type":"ExpiredTokenException","message":"expired"}"#;
        check(403, expired, Some(Refusal::Credentials));
        check(
            400,
            "<Error><Code>ExpiredToken</Code></Error>",
            Some(Refusal::Credentials),
        );
        check(400, r#"{"__type":"ValidationException"}"#, None);
        check(200, denied, None);
    }
}
