//! A B2BI Local server inside a Rust test, in one line.
//!
//! ```
//! use std::time::Duration;
//! use b2bi_local_testkit::B2biLocal;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let local = B2biLocal::start().await?;
//! let b2bi = local.client(); // of aws-sdk-b2bi
//!
//! // The SDK gets through two throttles …
//! local.fault("ListProfiles=2*error(ThrottlingException)->off")?;
//! let listed = b2bi.list_profiles().send().await?;
//! assert!(listed.profiles().is_empty());
//!
//! // … and the journal shows them.
//! assert_eq!(local.journal("operation=ListProfiles&status=429")?.len(), 2);
//!
//! // Time moves only by requests.
//! local.freeze();
//! let before = local.now();
//! local.advance(Duration::from_secs(3600));
//! assert_eq!(local.now().duration_since(before)?, Duration::from_secs(3600));
//!
//! // Files are where the service looks for them.
//! local.put_object("orders", "in/order.edi", "ISA*00*…").await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! The server stops when the value is dropped. It listens on a free port, so tests can run in
//! parallel; each has its own server and state.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_b2bi::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use b2bi_local_server::{
    AddFaultsError, ClockMode, Control, GrammarError, ObjectError, QueryError, Server, VerifyError,
    fault_rules,
};
use bytes::Bytes;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The blocks of the page for beginners, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/first-five-minutes.md")]
struct FirstFiveMinutes;

pub use aws_sdk_b2bi as sdk;
pub use b2bi_local_server::{Config, FaultedJob, JournalEntry, JournalFault, JournalKind};

/// The identity of the client of [`B2biLocal::client`].
pub const ACCOUNT: &str = "123456789012";
/// Where it is.
pub const REGION: &str = "us-east-1";

/// A server on a free port of this machine, for as long as this value lives.
#[derive(Debug)]
pub struct B2biLocal {
    address: SocketAddr,
    control: Control,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// A test asks for something that cannot be understood, or expects something that did not happen.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum TestkitError {
    /// Fault rules in an unknown form.
    Rules(#[from] GrammarError),
    /// Fault rules that cannot be added.
    AddFaults(#[from] AddFaultsError),
    /// A query of the journal that cannot be read.
    Query(#[from] QueryError),
    /// An expectation that is not met.
    Verify(#[from] VerifyError),
}

impl B2biLocal {
    /// Starts a server with default settings; it answers when this returns.
    ///
    /// # Errors
    ///
    /// No port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(|_| ()).await
    }

    /// Starts a server with custom settings.
    ///
    /// # Errors
    ///
    /// No port can be bound, or a setting is not valid.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> io::Result<Self> {
        let mut config = Config::defaults().map_err(io::Error::other)?;
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        change(&mut config);
        let server = Server::bind(config).await?;
        let (address, control) = (server.address(), server.control());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.until(async {
            // Dropping the sender stops the server too.
            let _ = stopped.await;
        }));
        Ok(Self {
            address,
            control,
            stop: Some(stop),
            serving,
        })
    }

    /// The endpoint URL for an SDK's configuration.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client of the service, for [`ACCOUNT`] in [`REGION`].
    #[must_use]
    pub fn client(&self) -> sdk::Client {
        self.client_for(ACCOUNT, REGION)
    }

    /// A client of the service, for another account or region.
    #[must_use]
    pub fn client_for(&self, account: &str, region: &str) -> sdk::Client {
        sdk::Client::from_conf(self.sdk_config(account, region).build())
    }

    /// The configuration of such a client, for changes before it is created.
    #[must_use]
    pub fn sdk_config(&self, account: &str, region: &str) -> sdk::config::Builder {
        sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(self.endpoint_url())
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new(account, "any", None, None, "b2bi-local"))
            .http_client(Builder::new().build_http())
    }

    /// Adds faults, in the language of `--faults`: `CreateProfile=2*error(ThrottlingException)->off`.
    ///
    /// # Errors
    ///
    /// The error in the text, and its position.
    pub fn fault(&self, rules: &str) -> Result<(), TestkitError> {
        Ok(self.control.add_faults(fault_rules(rules)?)?)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.control.clear_faults();
    }

    /// The requests that fit a query, oldest first: `operation=List*&status=5*`, or an empty one.
    ///
    /// # Errors
    ///
    /// The query has an unknown field.
    pub fn journal(&self, query: &str) -> Result<Vec<JournalEntry>, TestkitError> {
        Ok(self.control.journal(query)?)
    }

    /// Checks an expectation: `json!({"operation": "CreateProfile", "count": 1})`.
    ///
    /// # Errors
    ///
    /// What differs, with the entries of the journal that were counted.
    pub fn verify(&self, expectation: &serde_json::Value) -> Result<(), TestkitError> {
        Ok(self.control.verify(expectation)?)
    }

    /// The server's time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let millis = u64::try_from(self.control.now().as_millis()).unwrap_or_default();
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    /// Stops the clock until it is advanced or thawed.
    pub fn freeze(&self) {
        self.control.set_clock(ClockMode::Manual);
    }

    /// Lets the clock run again.
    pub fn thaw(&self) {
        self.control.set_clock(ClockMode::Real);
    }

    /// Advances the clock; jobs and windows that wait for it continue.
    pub fn advance(&self, time: Duration) {
        self.control.advance(time);
    }

    /// Writes an object of [`ACCOUNT`], and creates its bucket if it is missing.
    ///
    /// # Errors
    ///
    /// The key or the size is refused.
    pub async fn put_object(
        &self,
        bucket: &str,
        key: &str,
        body: impl Into<Bytes>,
    ) -> Result<(), ObjectError> {
        self.control
            .put_object(ACCOUNT, bucket, key, body.into())
            .await
    }

    /// Reads an object of [`ACCOUNT`].
    ///
    /// # Errors
    ///
    /// The object does not exist.
    pub async fn object(&self, bucket: &str, key: &str) -> Result<Bytes, ObjectError> {
        self.control.object(ACCOUNT, bucket, key).await
    }

    /// All other functions of a server in the same process.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Ends the requests in flight and stops. Dropping the value stops too, without waiting.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        let _ = (&mut self.serving).await;
    }
}
