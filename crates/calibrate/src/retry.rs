//! Repeats requests that were throttled or failed on the way.

use std::time::Duration;

use crate::endpoint::{Endpoint, EndpointError, Request, Response};

/// How often a request is sent at most.
const ATTEMPTS: u32 = 8;
/// The pause before the second attempt; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Sends a request until the reply is neither a throttle nor a failure of the server.
///
/// # Errors
///
/// No attempt got such a reply.
pub(crate) async fn send<E: Endpoint + ?Sized>(
    endpoint: &E,
    request: &Request,
) -> Result<Response, EndpointError> {
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        let problem = match endpoint.send(request).await {
            Ok(response) if !is_passing(&response) => return Ok(response),
            Ok(response) => EndpointError::message(format!(
                "{} {}",
                response.status,
                response.error_type().unwrap_or_default()
            )),
            Err(error) => error,
        };
        if attempt == ATTEMPTS {
            return Err(EndpointError::new(
                format!("no answer after {ATTEMPTS} attempts"),
                problem,
            ));
        }
        endpoint.pause(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        attempt += 1;
    }
}

/// Whether the same request may get another reply a little later.
pub(crate) fn is_passing(response: &Response) -> bool {
    const NAMES: [&str; 7] = [
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "OperationAborted",
        "InternalServerException",
    ];
    let is_named = || {
        let name = response.error_type();
        name.is_some_and(|name| NAMES.contains(&name.as_str()))
    };
    matches!(response.status, 429 | 500 | 502 | 503 | 504) || response.status >= 400 && is_named()
}
