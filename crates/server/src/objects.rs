//! Object storage: the embedded S3, or an external one.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::SystemTime;

use b2bi_local_b2bi::Ids;
use b2bi_local_objects::{
    Credentials, DiskError, EmbeddedS3, ExternalS3, ExternalSettings, LoadError, ObjectError,
    ObjectStore, Settings, TrustError,
};
use b2bi_local_persistence::RowStore;
use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri};
use http_body_util::Full;

use crate::app::system_time;
use crate::clock::ServerClock;
use crate::config::{Config, ExternalConfig, UpstreamConfig};
use crate::serve::upstream::{AccessKeys, Upstream, UpstreamError};

/// How many objects may be created before the first of them is noticed; with more, the watched folders
/// are looked through instead. Each place takes 150 bytes from the start.
const NOTICED: usize = 1024;

/// Where objects are.
pub(crate) enum Objects {
    /// Here.
    Embedded(EmbeddedS3),
    /// Elsewhere.
    External(Box<External>),
}

/// An S3 elsewhere.
pub(crate) struct External {
    s3: ExternalS3,
    pub(crate) config: ExternalConfig,
    /// The internal route for requests to this server; `None` if it uses TLS, whose requests are
    /// signed for its own name.
    upstream: Option<Upstream>,
}

/// Object storage cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObjectsSetupError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("s3-endpoint: {0}")]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// The objects are not part of the state: they are in an external S3.
#[derive(Debug, thiserror::Error)]
#[error("the objects are in an S3 elsewhere: leave out `objects`")]
pub(crate) struct ExternalObjectsError;

/// A bucket cannot be created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateBucketError {
    /// Its name does not fit into a request.
    #[error(transparent)]
    Request(#[from] http::Error),
    #[error("S3 answers {0}; is it a valid name?")]
    Status(StatusCode),
    #[error(transparent)]
    External(#[from] ObjectError),
}

impl Objects {
    /// The home as configured.
    pub(crate) fn new(
        config: &Config,
        row_store: Option<&RowStore>,
        clock: &Arc<ServerClock>,
        ids: &Arc<dyn Ids>,
    ) -> Result<Self, ObjectsSetupError> {
        match &config.external_s3 {
            None => embedded(config, row_store, clock, ids).map(Self::Embedded),
            Some(external) => Ok(Self::External(Box::new(External::new(external)?))),
        }
    }

    /// The objects as the service sees them.
    pub(crate) fn store(&self) -> Arc<dyn ObjectStore> {
        match self {
            Self::Embedded(s3) => s3.store(),
            Self::External(external) => Arc::new(external.s3.clone()),
        }
    }

    /// The embedded S3, whose buckets and objects are part of the state.
    ///
    /// # Errors
    ///
    /// Objects are elsewhere.
    pub(crate) fn of_the_state(&self) -> Result<&EmbeddedS3, ExternalObjectsError> {
        match self {
            Self::Embedded(s3) => Ok(s3),
            Self::External(_) => Err(ExternalObjectsError),
        }
    }

    /// The server that answers requests for objects, if it is not this one.
    pub(crate) fn upstream(&self) -> Option<&Upstream> {
        match self {
            Self::Embedded(_) => None,
            Self::External(external) => external.upstream.as_ref(),
        }
    }

    /// Creates a missing bucket; returns whether it did.
    ///
    /// # Errors
    ///
    /// S3 refuses it.
    pub(crate) async fn create_bucket(
        &self,
        account: &str,
        name: &str,
    ) -> Result<bool, CreateBucketError> {
        match self {
            Self::Embedded(s3) => create_embedded(s3, account, name).await,
            Self::External(external) => Ok(external.s3.create_bucket(account, name).await?),
        }
    }

    /// Removes the objects of an account or of all, if they are here; those elsewhere are not ours.
    ///
    /// # Errors
    ///
    /// The disk does not accept it.
    pub(crate) async fn reset(&self, account: Option<&str>) -> Result<(), DiskError> {
        match self {
            Self::Embedded(s3) => s3.reset(account).await,
            Self::External(_) => Ok(()),
        }
    }
}

impl External {
    fn new(config: &ExternalConfig) -> Result<Self, ObjectsSetupError> {
        let settings = ExternalSettings {
            addressing: config.addressing,
            keys: config.keys.clone(),
            // The S3 checks signatures by the real time.
            ..ExternalSettings::new(
                config.endpoint.clone(),
                config.region.clone(),
                Arc::new(SystemTime::now),
            )
        };
        let s3 = ExternalS3::new(settings)?;
        Ok(Self {
            s3,
            config: config.clone(),
            upstream: upstream(&config.endpoint)?,
        })
    }
}

fn upstream(endpoint: &Uri) -> Result<Option<Upstream>, UpstreamError> {
    if endpoint.scheme_str() != Some("http") {
        return Ok(None);
    }
    let authority = endpoint.authority().map(ToString::to_string);
    let config = UpstreamConfig {
        authority: authority.unwrap_or_default(),
        services: Vec::new(),
    };
    Upstream::new(&config, AccessKeys::Kept).map(Some)
}

/// Makes a bucket as a client would, so that its name is checked; whether it is new.
async fn create_embedded(
    s3: &EmbeddedS3,
    account: &str,
    name: &str,
) -> Result<bool, CreateBucketError> {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(format!("/{name}"))
        .header("host", "localhost")
        .body(Full::new(Bytes::new()))?;
    let before = s3.store().list(account, name, "", None, 1).await;
    if before.is_ok() {
        return Ok(false);
    }
    // The server's own request has no signature.
    match s3.trusting().call(account, request).await.status() {
        StatusCode::OK => Ok(true),
        status => Err(CreateBucketError::Status(status)),
    }
}

fn embedded(
    config: &Config,
    row_store: Option<&RowStore>,
    clock: &Arc<ServerClock>,
    ids: &Arc<dyn Ids>,
) -> Result<EmbeddedS3, ObjectsSetupError> {
    let (clock, ids) = (Arc::clone(clock), Arc::clone(ids));
    let credentials = match &config.credentials {
        None => Credentials::Any,
        Some(known) => Credentials::Known(known.clone()),
    };
    let accounts = config.accounts.clone();
    let settings = Settings {
        credentials,
        region: config.accounts.default_region.clone(),
        shared: config.s3.shared,
        max_object_bytes: config.s3.max_object_bytes,
        domains: config.s3.domains.clone(),
        event_capacity: NOTICED,
        account_of: Arc::new(move |key| Some(accounts.account_of_key(key))),
        ..Settings::new(
            Arc::new(move || system_time(b2bi_local_b2bi::Clock::now(clock.as_ref()))),
            Arc::new(move || capitals(ids.bits())),
        )
    };
    match row_store {
        None => Ok(EmbeddedS3::new(settings)),
        Some(row_store) => Ok(EmbeddedS3::with_row_store(settings, row_store.clone())?),
    }
}

/// S3's request ids are 16 letters and digits in capitals.
fn capitals(bits: u128) -> String {
    let mut id = String::with_capacity(32);
    let _ = write!(id, "{bits:032X}");
    id.truncate(16);
    id
}
