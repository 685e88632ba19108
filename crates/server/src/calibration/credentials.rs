//! Credentials and the region, by AWS's standard chain.

use aws_config::BehaviorVersion;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use b2bi_local_sigv4::Credential;

/// Who calls, and where.
pub(crate) struct CallerCredentials {
    pub(crate) credential: Credential,
    pub(crate) region: String,
}

impl CallerCredentials {
    /// Reads the environment, the profile files, processes, containers and instances, in the order
    /// of AWS's SDKs.
    ///
    /// # Errors
    ///
    /// There are no credentials, or there is no region.
    pub(crate) async fn load(profile: Option<&str>, region: Option<&str>) -> Result<Self, String> {
        let tls = Provider::Rustls(CryptoMode::Ring);
        let client = Builder::new().tls_provider(tls).build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(client);
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region {
            loader = loader.region(aws_config::Region::new(region.to_owned()));
        }
        let config = loader.load().await;
        let region = config.region().map(ToString::to_string);
        let region = region.ok_or("no region is set: name one with --region or AWS_REGION")?;
        let provider = config
            .credentials_provider()
            .ok_or("no credentials: set AWS_PROFILE, name a profile with --profile, or log in")?;
        let found = provider.provide_credentials().await;
        let found = found.map_err(|error| {
            let cause = crate::client::root_cause(&error);
            format!("no credentials: {cause}; name a profile with --profile, or log in")
        })?;
        let credential = Credential::new(found.access_key_id(), found.secret_access_key());
        Ok(Self {
            credential: match found.session_token() {
                Some(token) => Credential {
                    session_token: Some(token.into()),
                    ..credential
                },
                None => credential,
            },
            region,
        })
    }
}
