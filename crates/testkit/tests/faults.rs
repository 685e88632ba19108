//! The AWS SDK for Rust with faults: what it retries, when it gives up, and what was executed.

use std::error::Error;
use std::time::Duration;

use aws_sdk_b2bi::Client;
use aws_sdk_b2bi::config::retry::RetryConfig;
use aws_sdk_b2bi::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_b2bi::types::Logging;
use b2bi_local_testkit::{ACCOUNT, B2biLocal, REGION};

/// The pause before a first retry; how long it is otherwise is the SDK's business.
const IMPATIENCE: Duration = Duration::from_millis(1);

/// The result of `CreateProfile`: `ok`, an error's code, or another error.
async fn create(client: &Client) -> String {
    let call = client
        .create_profile()
        .name("n")
        .business_name("b")
        .phone("5555555")
        .logging(Logging::Disabled);
    match call.send().await {
        Ok(_) => "ok".to_owned(),
        Err(SdkError::ServiceError(error)) => {
            error.err().code().unwrap_or("without a code").to_owned()
        }
        Err(SdkError::DispatchFailure(_)) => "no reply".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// The client's result, the number of requests, how many of them were executed, and how many
/// profiles exist afterwards.
type Outcome<'a> = (&'a str, usize, usize, usize);

/// Calls `CreateProfile` once with a fault.
async fn check(fault: &str, expected: Outcome<'_>) -> Result<(), Box<dyn Error>> {
    let server = B2biLocal::start().await?;
    server.fault(&format!("CreateProfile={fault}"))?;
    let retries = RetryConfig::standard().with_initial_backoff(IMPATIENCE);
    let config = server.sdk_config(ACCOUNT, REGION).retry_config(retries);
    let client = Client::from_conf(config.build());

    let event_log = create(&client).await;
    let requests = server.journal("operation=CreateProfile")?.len();
    let executed = server
        .journal("operation=CreateProfile&executed=true")?
        .len();
    let listed = client.list_profiles().send().await?;
    let found = (
        event_log.as_str(),
        requests,
        executed,
        listed.profiles().len(),
    );
    assert_eq!(found, expected, "{fault}");
    Ok(())
}

async fn check_all(cases: &[(&str, Outcome<'_>)]) -> Result<(), Box<dyn Error>> {
    for (fault, expected) in cases {
        check(fault, *expected).await?;
    }
    Ok(())
}

#[tokio::test]
async fn throttles_and_server_errors_are_retried() -> Result<(), Box<dyn Error>> {
    check_all(&[
        ("2*error(ThrottlingException)->off", ("ok", 3, 1, 1)),
        ("2*error(InternalServerException)->off", ("ok", 3, 1, 1)),
        ("http(503)->off", ("ok", 2, 1, 1)),
    ])
    .await
}

#[tokio::test]
async fn a_lost_reply_is_retried_with_the_same_token() -> Result<(), Box<dyn Error>> {
    check_all(&[
        ("after reset->off", ("ok", 2, 2, 1)),
        ("reset->off", ("ok", 2, 1, 1)),
    ])
    .await
}

#[tokio::test]
async fn the_third_failure_is_told() -> Result<(), Box<dyn Error>> {
    check_all(&[
        (
            "9*error(ThrottlingException)",
            ("ThrottlingException", 3, 0, 0),
        ),
        (
            "9*error(InternalServerException)",
            ("InternalServerException", 3, 0, 0),
        ),
        ("9*after reset", ("no reply", 3, 3, 1)),
    ])
    .await
}

#[tokio::test]
async fn errors_of_the_caller_are_not_retried() -> Result<(), Box<dyn Error>> {
    check_all(&[
        (
            "9*error(ValidationException)",
            ("ValidationException", 1, 0, 0),
        ),
        ("9*error(ConflictException)", ("ConflictException", 1, 0, 0)),
        (
            "9*error(AccessDeniedException)",
            ("AccessDeniedException", 1, 0, 0),
        ),
        (
            "9*error(ServiceQuotaExceededException)",
            ("ServiceQuotaExceededException", 1, 0, 0),
        ),
        (
            "9*error(ExpiredTokenException,403)",
            ("ExpiredTokenException", 1, 0, 0),
        ),
    ])
    .await
}
