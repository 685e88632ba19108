//! The AWS SDK for Rust against a server in the same process.

use std::error::Error;

use aws_sdk_b2bi::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_b2bi::error::ProvideErrorMetadata as _;
use aws_sdk_b2bi::types::{
    CapabilityConfiguration, CapabilityType, EdiConfiguration, EdiType, FormatOptions, FromFormat,
    InputConversion, Logging, S3Location, Tag, TransformerStatus, X12Details, X12TransactionSet,
    X12Version,
};
use aws_sdk_b2bi::{Client, Config};
use aws_smithy_http_client::Builder;
use b2bi_local_testkit::B2biLocal;

fn client(server: &B2biLocal, account: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(server.endpoint_url())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(account, "any", None, None, "test"))
        .http_client(Builder::new().build_http());
    Client::from_conf(config.build())
}

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
    let client = client(&server, "111122223333");

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
    let id = active_transformer(&client(&server, "111122223333"))
        .await
        .unwrap();

    let other = client(&server, "444455556666");
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
    let server = B2biLocal::start_with(|config| {
        let rules = "ListProfiles=2*error(ThrottlingException)->off";
        config.faults = b2bi_local_server::fault_rules(rules).unwrap();
    })
    .await
    .unwrap();
    let profiles = client(&server, "111122223333")
        .list_profiles()
        .send()
        .await
        .unwrap();
    assert!(profiles.profiles().is_empty());
    server.stop().await;
}
