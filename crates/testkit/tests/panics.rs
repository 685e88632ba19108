//! A panic ends only its request or job.

use std::error::Error;

use aws_sdk_b2bi::types::{
    FormatOptions, FromFormat, InputConversion, S3Location, TransformerStatus, X12Details,
    X12TransactionSet, X12Version,
};
use b2bi_local_testkit::B2biLocal;

mod raw;

use raw::{Connection, authorization};

type Outcome = Result<(), Box<dyn Error>>;

const PROFILE: &str =
    r#"{"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}"#;
const REQUESTS: &str = "b2bi_local_panics_total{kind=\"request\"}";
const JOBS: &str = "b2bi_local_panics_total{kind=\"job\"}";

#[tokio::test]
async fn a_request_that_panics_is_answered_and_the_connection_goes_on() -> Outcome {
    let server = B2biLocal::start().await?;
    let mut connection = Connection::to(&server).await?;
    server.fault("CreateProfile=panic->after panic->off")?;
    for executed in ["false", "true"] {
        let (head, body) = connection.call("CreateProfile", PROFILE).await?;
        assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
        assert!(
            body.contains("com.amazonaws.b2bi#InternalServerException"),
            "{body}"
        );
        assert!(
            body.contains("crates/server/src/serve/injected.rs:"),
            "{body}"
        );
        assert!(!body.contains("injected by a fault rule"), "{body}");
        let query = format!("status=500&error=InternalServerException&executed={executed}");
        assert_eq!(server.journal(&query)?.len(), 1, "{query}");
    }
    let (head, _) = connection.call("CreateProfile", PROFILE).await?;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert_eq!(connection.metric(REQUESTS).await?, "2");
    assert_eq!(connection.metric("b2bi_local_connections ").await?, "1");
    Ok(())
}

#[tokio::test]
async fn a_panic_is_told_in_the_protocol_of_its_service() -> Outcome {
    let server = B2biLocal::start().await?;
    let mut connection = Connection::to(&server).await?;
    server.fault("GetCallerIdentity=panic")?;
    server.fault("DescribeLogGroups=panic")?;
    let head = format!(
        "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n{}",
        authorization("sts")
    );
    let action = "Action=GetCallerIdentity&Version=2011-06-15";
    let (head, body) = connection.send(&head, action).await?;
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
    assert!(body.contains("<Code>InternalFailure</Code>"), "{body}");
    let head = format!(
        "POST / HTTP/1.1\r\nX-Amz-Target: Logs_20140328.DescribeLogGroups\r\n\
         Content-Type: application/x-amz-json-1.1\r\n{}",
        authorization("logs")
    );
    let (head, body) = connection.send(&head, "{}").await?;
    assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
    assert!(body.contains("InternalFailure"), "{body}");
    assert_eq!(connection.metric(REQUESTS).await?, "2");
    Ok(())
}

#[tokio::test]
async fn a_job_that_panics_has_failed() -> Outcome {
    for stage in ["accept", "fetchInput", "parse", "finish"] {
        let server = B2biLocal::start().await?;
        let mut connection = Connection::to(&server).await?;
        let rule = format!(r#"{{"job": {{"stage": "{stage}", "outcome": "panic"}}}}"#);
        let (head, body) = connection
            .send("POST /_b2bi/faults HTTP/1.1", &rule)
            .await?;
        assert!(head.starts_with("HTTP/1.1 20"), "{head} {body}");
        let (transformer, job) = job(&server).await?;
        let event_log = loop {
            let event_log = server.client().get_transformer_job();
            let event_log = event_log
                .transformer_id(&transformer)
                .transformer_job_id(&job);
            let event_log = event_log.send().await?;
            if event_log.status().as_str() != "running" {
                break event_log;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(event_log.status().as_str(), "failed", "{stage}");
        let message = event_log.message().unwrap_or_default();
        assert!(
            message.contains("The server failed at crates/server/src/jobs.rs:"),
            "{message}"
        );
        assert_eq!(connection.metric(JOBS).await?, "1", "{stage}");
        assert_eq!(connection.metric(REQUESTS).await?, "0", "{stage}");
    }
    Ok(())
}

/// Starts a job, and gives the ids of its transformer and its own.
async fn job(server: &B2biLocal) -> Result<(String, String), Box<dyn Error>> {
    let order = include_str!("../../../fixtures/x12/documents/purchase-order.edi");
    server.put_object("files", "in.edi", order).await?;
    let client = server.client();
    let details = X12Details::builder()
        .transaction_set(X12TransactionSet::X12850)
        .version(X12Version::Version4010)
        .build();
    let conversion = InputConversion::builder()
        .from_format(FromFormat::X12)
        .format_options(FormatOptions::X12(details))
        .build()?;
    let made = client
        .create_transformer()
        .name("t")
        .input_conversion(conversion);
    let made = made.send().await?;
    let transformer = made.transformer_id();
    client
        .update_transformer()
        .transformer_id(transformer)
        .status(TransformerStatus::Active)
        .send()
        .await?;
    let location = |key: &str| S3Location::builder().bucket_name("files").key(key).build();
    let started = client
        .start_transformer_job()
        .transformer_id(transformer)
        .input_file(location("in.edi"))
        .output_location(location("out/"))
        .send()
        .await?;
    Ok((
        transformer.to_owned(),
        started.transformer_job_id().to_owned(),
    ))
}
