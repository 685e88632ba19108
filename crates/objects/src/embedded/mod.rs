//! The embedded S3: its state, its operations, and the way in over HTTP.

mod any_credentials;
mod body;
mod checksum;
mod chunked;
mod conditions;
mod content;
mod fields;
mod form;
mod host;
mod known_keys;
mod listing;
mod operations;
mod reply;
mod service;
pub(crate) mod settings;
mod state;
mod store;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Error, S3ErrorCode, S3Result};
use tokio::sync::broadcast;

use self::settings::{Account, AccountOf, Credentials, Settings};
use self::state::Memory;
use crate::event::ObjectEvent;
use crate::store::ObjectStore;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// S3 in memory: the operations that matter to files and their folders, for any S3 client.
///
/// A handle, cheap to clone; clones share everything. An operation it does not have answers
/// S3's `NotImplemented`. Objects have no versions, and policies and access lists bind nobody.
#[derive(Clone)]
pub struct EmbeddedS3 {
    memory: Memory,
    service: S3Service,
    checked: bool,
    account_of: AccountOf,
}

impl fmt::Debug for EmbeddedS3 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EmbeddedS3")
            .field("checked", &self.checked)
            .finish_non_exhaustive()
    }
}

impl EmbeddedS3 {
    /// Makes an S3 without buckets.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let memory = Memory::new(&settings);
        let mut builder = S3ServiceBuilder::new(memory.clone());
        builder.set_host(host::Hosts::new(&settings.domains));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(limits(
            &settings,
        )))));
        let checked = match &settings.credentials {
            Credentials::Any => false,
            Credentials::Known(keys) => {
                builder.set_auth(known_keys::KnownKeys::new(keys));
                true
            }
        };
        Self {
            memory,
            service: builder.build(),
            checked,
            account_of: settings.account_of,
        }
    }

    /// The same buckets and objects, as the service reads and writes them.
    #[must_use]
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(self.memory.clone())
    }

    /// What happens to objects from now on, whoever does it.
    ///
    /// A listener that falls behind by more than the configured number of events loses the oldest
    /// and is told how many; it then finds what it missed by listing.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<ObjectEvent> {
        self.memory.subscribe()
    }

    /// Makes a bucket without a client; one that is there stays as it is.
    pub fn create_bucket(&self, account: &str, bucket: &str) {
        let created = self.memory.now();
        self.memory.write(account, |buckets| {
            buckets
                .entry(bucket.to_owned())
                .or_insert_with(|| state::Bucket::new(created, None));
        });
    }

    /// Answers one S3 request for the account.
    ///
    /// Whatever the request, there is an answer: what goes wrong is an S3 error in XML. Every
    /// answer carries `x-amz-request-id`. The body of an upload is read into memory, up to
    /// [`Settings::max_object_bytes`]; the body of a download is sent from where it is kept.
    pub async fn call<B>(&self, account: &str, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let resource = request.uri().path().to_owned();
        let request =
            request.map(|body| Body::http_body_unsync(body.map_err(Into::<BoxError>::into)));
        let answer = match self.answer(account, request).await {
            Ok(answer) => answer,
            Err(error) => reply::of_error(error),
        };
        reply::complete(answer, &self.memory.id(), &resource)
    }

    async fn answer(&self, account: &str, mut request: Request<Body>) -> S3Result<Response<Body>> {
        let mut account = account.to_owned();
        if form::is_form(request.method(), request.headers()) {
            let form = form::read(std::mem::take(request.body_mut()), !self.checked).await?;
            *request.body_mut() = form.body;
            let named = form
                .access_key
                .and_then(|access_key| (self.account_of)(&access_key));
            account = named.unwrap_or(account);
        }
        self.check_owner(&account, request.headers())?;
        if !self.checked {
            let limit = self.memory.max_object_bytes();
            request = any_credentials::strip(request, self.memory.now(), limit).await?;
        }
        request.extensions_mut().insert(Account(account));
        // The library's own failure says that an answer could not be written.
        self.service
            .call(request)
            .await
            .map_err(|_| S3Error::new(S3ErrorCode::InternalError))
    }

    fn check_owner(&self, account: &str, headers: &HeaderMap) -> S3Result<()> {
        let names = [
            "x-amz-expected-bucket-owner",
            "x-amz-source-expected-bucket-owner",
        ];
        let owner = self.memory.owner(account);
        let expected = names.iter().filter_map(|name| headers.get(*name));
        // Whoever shares all buckets owns all buckets.
        if owner == account
            && expected
                .into_iter()
                .any(|expected| expected.as_bytes() != owner.as_bytes())
        {
            return Err(S3ErrorCode::AccessDenied.into());
        }
        Ok(())
    }
}

fn limits(settings: &Settings) -> S3Config {
    let mut config = S3Config::default();
    config.post_object_max_file_size = settings.max_object_bytes;
    config
}
