//! The AWS SDK for Rust against a server in the same process.

use std::error::Error;

use aws_sdk_b2bi::Client;
use aws_sdk_b2bi::error::ProvideErrorMetadata as _;
use aws_sdk_b2bi::types::{
    CapabilityConfiguration, CapabilityType, EdiConfiguration, EdiType, FormatOptions, FromFormat,
    InputConversion, Logging, S3Location, Tag, TransformerJobStatus, TransformerStatus, X12Details,
    X12TransactionSet, X12Version,
};
use b2bi_local_testkit::{B2biLocal, REGION};
use serde_json::json;

fn x12() -> X12Details {
    X12Details::builder()
        .transaction_set(X12TransactionSet::X12850)
        .version(X12Version::Version4010)
        .build()
}

fn folder(key: &str) -> S3Location {
    S3Location::builder().bucket_name("orders").key(key).build()
}

async fn active_transformer(client: &Client) -> Result<String, Box<dyn Error>> {
    let conversion = InputConversion::builder()
        .from_format(FromFormat::X12)
        .format_options(FormatOptions::X12(x12()))
        .build()?;
    let made = client
        .create_transformer()
        .name("orders")
        .input_conversion(conversion);
    let made = made.send().await?;
    assert_eq!(made.status(), &TransformerStatus::Inactive);
    let update = client
        .update_transformer()
        .transformer_id(made.transformer_id())
        .status(TransformerStatus::Active);
    let updated = update.send().await?;
    assert_eq!(updated.status(), &TransformerStatus::Active);
    Ok(updated.transformer_id)
}

#[tokio::test]
async fn resources_go_round() {
    let server = B2biLocal::start().await.unwrap();
    let client = server.client_for("111122223333", REGION);

    let profile = client
        .create_profile()
        .name("Shipping Profile")
        .phone("5555555555")
        .business_name("John's Shipping")
        .logging(Logging::Enabled)
        .tags(Tag::builder().key("team").value("edi").build().unwrap())
        .send()
        .await
        .unwrap();
    assert!(profile.profile_arn().ends_with(profile.profile_id()));

    let edi = EdiConfiguration::builder()
        .r#type(EdiType::X12Details(x12()))
        .input_location(folder("in/"))
        .output_location(folder("out/"))
        .transformer_id(active_transformer(&client).await.unwrap())
        .build()
        .unwrap();
    let capability = client
        .create_capability()
        .name("orders")
        .r#type(CapabilityType::Edi)
        .configuration(CapabilityConfiguration::Edi(edi.clone()))
        .send()
        .await
        .unwrap();
    assert_eq!(capability.configuration().unwrap().as_edi(), Ok(&edi));

    let partnership = client
        .create_partnership()
        .profile_id(profile.profile_id())
        .name("Acme")
        .email("edi@example.com")
        .capabilities(capability.capability_id())
        .send()
        .await
        .unwrap();
    assert!(partnership.trading_partner_id().unwrap().starts_with("tp-"));

    let tags = client
        .list_tags_for_resource()
        .resource_arn(profile.profile_arn());
    assert_eq!(tags.send().await.unwrap().tags()[0].value(), "edi");
    server.stop().await;
}

#[tokio::test]
async fn errors_are_typed_and_accounts_are_apart() {
    let server = B2biLocal::start().await.unwrap();
    let id = active_transformer(&server.client_for("111122223333", REGION))
        .await
        .unwrap();

    let other = server.client_for("444455556666", REGION);
    let error = other
        .get_transformer()
        .transformer_id(&id)
        .send()
        .await
        .unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    assert_eq!(
        error.message(),
        Some(format!("The transformer {id} does not exist").as_str())
    );

    let error = other
        .get_transformer()
        .transformer_id("not an id")
        .send()
        .await
        .unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
    server.stop().await;
}

#[tokio::test]
async fn the_sdk_retries_through_an_injected_error() {
    let server = B2biLocal::start().await.unwrap();
    server
        .fault("ListProfiles=2*error(ThrottlingException)->off")
        .unwrap();
    let profiles = server.client().list_profiles().send().await.unwrap();
    assert!(profiles.profiles().is_empty());

    let statuses = |query| {
        let entries = server.journal(query).unwrap();
        entries.iter().map(|entry| entry.status).collect::<Vec<_>>()
    };
    assert_eq!(statuses(""), [Some(429), Some(429), Some(200)]);
    assert_eq!(statuses("executed=true"), [Some(200)]);
    let expected = json!({"operation": "ListProfiles", "executed": true, "count": 1});
    server.verify(&expected).unwrap();
    let wrong = json!({"operation": "ListProfiles", "count": 2});
    assert!(
        server
            .verify(&wrong)
            .unwrap_err()
            .to_string()
            .contains("\"found\":3")
    );
    server.clear_faults();
    assert!(server.control().faults().is_empty());
}

#[tokio::test]
async fn what_a_test_says_wrongly_is_told() {
    let server = B2biLocal::start().await.unwrap();
    assert!(server.fault("ListProfiles=eror()").is_err());
    assert!(server.journal("operatoin=x").is_err());
    assert!(server.verify(&json!({"cuont": 1})).is_err());
}

#[tokio::test]
async fn a_job_reads_and_writes_the_objects_of_the_test() {
    let server = B2biLocal::start().await.unwrap();
    let client = server.client();
    let order = include_str!("../../../fixtures/x12/documents/purchase-order.edi");
    server
        .put_object("orders", "in/order.edi", order)
        .await
        .unwrap();
    let transformer = active_transformer(&client).await.unwrap();
    let job = client
        .start_transformer_job()
        .transformer_id(&transformer)
        .input_file(folder("in/order.edi"))
        .output_location(folder("out/"))
        .send()
        .await
        .unwrap();
    let ended = loop {
        let event_log = client
            .get_transformer_job()
            .transformer_id(&transformer)
            .transformer_job_id(job.transformer_job_id())
            .send()
            .await
            .unwrap();
        if event_log.status() != &TransformerJobStatus::Running {
            break event_log;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(ended.status(), &TransformerJobStatus::Succeeded);
    let key = ended.output_files()[0].key().unwrap();
    let document = server.object("orders", key).await.unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&document).is_ok());
}

#[tokio::test]
async fn a_dropped_server_is_gone() {
    let server = B2biLocal::start().await.unwrap();
    let address = server.endpoint_url().replace("http://", "");
    assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
    drop(server);
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
