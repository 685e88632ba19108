//! The embedded S3: its state, its operations, and its HTTP interface.

mod acl;
mod archive;
mod blobs;
mod body;
mod bucket_policy;
mod change;
mod checksum;
mod checksum_names;
mod chunked;
mod conditions;
mod configuration;
mod content;
mod cors;
mod customer_key;
pub(crate) mod described;
pub(crate) mod described_error;
mod described_parts;
mod digests;
mod disk;
pub(crate) mod disk_error;
mod encryption;
mod error_details;
mod error_subject;
mod fields;
mod form;
mod hashed;
mod header_rows;
mod host;
pub(crate) mod lifecycle;
mod listing;
pub(crate) mod load_error;
mod location;
mod lock;
mod new_bucket;
mod notifications;
mod operations;
mod policy;
mod presigned_headers;
pub(crate) mod reply;
mod rows;
mod service;
pub(crate) mod service_access;
pub(crate) mod settings;
mod signatures;
mod state;
mod store;
mod times;
mod unauthenticated;
mod unread;
mod versions;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

#[cfg(doc)]
use b2bi_local_panics::Panic;
use b2bi_local_panics::caught;
use b2bi_local_persistence::RowStore;
use b2bi_local_sigv4::{BodyHash, Verifier};
use bytes::Bytes;
use http::header::{EXPECT, HOST, HeaderMap};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3ErrorCode, S3Result};
use tokio::sync::broadcast;

pub use self::blobs::BLOBS;
use self::blobs::Blobs;
pub use self::configuration::FromService;
use self::configuration::Task;
use self::cors::CorsRequest;
use self::disk::Disk;
use self::disk_error::DiskError;
use self::error_subject::RequestSubject;
use self::form::Form;
use self::load_error::{LoadError, LoadErrorKind};
use self::location::Endpoint;
use self::new_bucket::CreatesBucket;
use self::operations::object_acl::AclTask;
use self::policy::{POLICY, Policy};
use self::settings::{Account, AccountOf, Credentials, Settings};
use self::signatures::Signatures;
use self::state::Store;
use self::unread::SharedBody;
use crate::event::ObjectEvent;
use crate::operation::S3Target;
use crate::store::ObjectStore;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How often a read is repeated while a failing disk causes changes to be undone.
const READ_ATTEMPTS: u32 = 8;

/// S3 in memory or on disk, for any S3 client: the operations on buckets and objects.
///
/// A handle, cheap to clone; clones share everything. An operation that is not implemented returns
/// S3's `NotImplemented`. Policies are not enforced.
#[derive(Clone)]
pub struct EmbeddedS3 {
    memory: Store,
    service: S3Service,
    signatures: Option<Signatures>,
    account_of: AccountOf,
    hosts: Arc<host::Hosts>,
}

impl fmt::Debug for EmbeddedS3 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EmbeddedS3")
            .field("checked", &self.signatures.is_some())
            .finish_non_exhaustive()
    }
}

impl EmbeddedS3 {
    /// Creates an S3 without buckets, in memory.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let memory = Store::new(&settings, BTreeMap::new(), None);
        Self::over(memory, settings)
    }

    /// Creates an S3 from the contents of a row store, which stores it from then on; long objects
    /// are files in the directory `blobs` next to it.
    ///
    /// # Errors
    /// The stored data cannot be read.
    pub fn with_row_store(settings: Settings, row_store: RowStore) -> Result<Self, LoadError> {
        let blobs = Blobs::open(&row_store).map_err(LoadErrorKind::Directory)?;
        let accounts = rows::Loader::load(&row_store, &blobs)?;
        let memory = Store::new(&settings, accounts, Some(Disk::new(row_store, blobs)));
        Ok(Self::over(memory, settings))
    }

    fn over(memory: Store, settings: Settings) -> Self {
        let mut builder = S3ServiceBuilder::new(memory.clone());
        builder.set_host(host::Hosts::new(&settings.domains));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(limits(
            &settings,
        )))));
        let signatures = match settings.credentials {
            Credentials::Any => None,
            Credentials::Known(keys) => Some(Signatures::new(Verifier::new(keys), settings.region)),
        };
        Self {
            memory,
            service: builder.build(),
            signatures,
            account_of: settings.account_of,
            hosts: Arc::new(host::Hosts::new(&settings.domains)),
        }
    }

    /// The bucket and key of a request, from its `Host` header and its path.
    #[must_use]
    pub fn target(&self, path: &str, host: Option<&str>) -> S3Target {
        let bucket = host.and_then(|host| self.hosts.bucket(host));
        S3Target::of(path, bucket)
    }

    /// The number of object changes that subscribers have not received yet.
    #[must_use]
    pub fn pending_events(&self) -> usize {
        self.memory.pending_events()
    }

    /// The same S3 for internal calls: signatures are not checked.
    #[must_use]
    pub fn trusting(&self) -> Self {
        Self {
            signatures: None,
            ..self.clone()
        }
    }

    /// The same buckets and objects, as the service reads and writes them.
    #[must_use]
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::new(self.memory.clone())
    }

    /// The events of all objects from now on.
    ///
    /// A subscriber that falls behind by more than the configured number of events loses the oldest
    /// and gets their number; it can then find what it missed by listing.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<ObjectEvent> {
        self.memory.subscribe()
    }

    /// Creates a bucket without a client; an existing one is not changed.
    pub fn create_bucket(&self, account: &str, bucket: &str) {
        let created = self.memory.now();
        self.memory.write(account, |buckets| {
            if !buckets.contains_key(bucket) {
                let made = state::Bucket::new(created, None);
                // A bucket that is not on disk is created again at the next start.
                let _ = self.memory.keep_bucket(account, bucket, None, Some(&made));
                buckets.insert(bucket.to_owned(), made);
            }
        });
    }

    /// Removes all buckets and objects of the account, or of all accounts; subscribers get no
    /// events.
    ///
    /// If accounts share their objects, these belong to no single account and are kept.
    ///
    /// # Errors
    ///
    /// It cannot be removed from the disk.
    pub async fn reset(&self, account: Option<&str>) -> Result<(), DiskError> {
        let failures = self.memory.failures();
        let owners = self.memory.owners().into_iter();
        for owner in owners.filter(|owner| account.is_none_or(|account| owner == account)) {
            self.memory.clear(&owner).map_err(DiskError)?;
        }
        let flushed = self.memory.flushed(failures).await;
        flushed.map_err(DiskError)
    }

    /// Answers one S3 request for the account.
    ///
    /// Every request gets a reply: failures are S3 errors in XML. Every reply has
    /// `x-amz-request-id`. The body of an upload is read directly into memory or a file, up to
    /// [`Settings::max_object_bytes`]; the body of a download is sent from there. If state is kept
    /// on disk, the changes that a reply reports are on disk by then.
    ///
    /// A request that panics is answered with `InternalError`; the reply has the [`Panic`] among
    /// its extensions, for the log.
    pub async fn call<B>(&self, account: &str, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let subject = RequestSubject::of(&request);
        let request =
            request.map(|body| Body::http_body_unsync(body.map_err(Into::<BoxError>::into)));
        let page = CorsRequest::of(request.method(), request.headers());
        let page = page.map(|page| (page, self.bucket_of(&request)));
        let mut answer = match caught(Box::pin(self.answer(account, request))).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => reply::of_error(error),
            Err(panic) => reply::of_panic(panic),
        };
        if let Some((page, bucket)) = page {
            page.allow(&self.memory, account, &bucket, answer.headers_mut());
        }
        reply::complete(answer, &self.memory.id(), || {
            subject.resolve(|path, host| self.target(path, host))
        })
    }

    async fn answer(&self, account: &str, mut request: Request<Body>) -> S3Result<Response<Body>> {
        if cors::is_preflight(request.method()) {
            let bucket = self.bucket_of(&request);
            return cors::preflight(&self.memory, account, &bucket, request.headers());
        }
        if form::is_form(request.method(), request.headers()) {
            let unread = SharedBody::new(std::mem::take(request.body_mut()));
            *request.body_mut() = unread.body();
            let answer = self.form_answer(account, request).await;
            unread::drain(unread, self.memory.max_object_bytes()).await;
            return answer;
        }
        match self.check(account, &mut request) {
            Ok(body) => self.checked_answer(account.to_owned(), request, body).await,
            Err(error) => {
                // A client that waits for `100 Continue` sends nothing more after an error.
                if !request.headers().contains_key(EXPECT) {
                    let body = std::mem::take(request.body_mut());
                    unread::drain(body, self.memory.max_object_bytes()).await;
                }
                Err(error)
            }
        }
    }

    async fn form_answer(
        &self,
        account: &str,
        mut request: Request<Body>,
    ) -> S3Result<Response<Body>> {
        let form = self.form(&mut request).await?;
        let key = form.fields.access_key();
        let named = key.and_then(|access_key| (self.account_of)(access_key));
        let account = named.unwrap_or_else(|| account.to_owned());
        let object_url = location::object_url(&request, form.fields.get("key").unwrap_or_default());
        *request.body_mut() = form.into_body();
        self.check_operation(&mut request)?;
        self.check_owner(&account, request.headers())?;
        let answer = self.checked_answer(account, request, BodyHash::Any).await?;
        Ok(location::complete_form(answer, &object_url))
    }

    /// Checks the head of a request, and returns what its signature says about its body.
    fn check(&self, account: &str, request: &mut Request<Body>) -> S3Result<BodyHash> {
        let body = match &self.signatures {
            Some(signatures) => {
                let (head, sent) = std::mem::take(request).into_parts();
                let signed = signatures.request(&head, self.memory.now());
                *request = Request::from_parts(head, sent);
                signed?
            }
            None => BodyHash::Any,
        };
        self.check_operation(request)?;
        self.check_owner(account, request.headers())?;
        Ok(body)
    }

    async fn checked_answer(
        &self,
        account: String,
        request: Request<Body>,
        signed: BodyHash,
    ) -> S3Result<Response<Body>> {
        let limit = self.memory.max_object_bytes();
        let streams = self.memory.blobs().is_some();
        let now = self.memory.now();
        let mut request = unauthenticated::strip(request, now, limit, streams, signed).await?;
        request.extensions_mut().insert(Account(account));
        if request.extensions().get::<CreatesBucket>().is_some() {
            request = new_bucket::take_tags(request).await?;
        }
        self.flushed_answer(request).await
    }

    /// Replies after the change is on disk, if state is kept there.
    ///
    /// The state that a read has seen may be undone if the disk fails: then the read is repeated.
    async fn flushed_answer(&self, request: Request<Body>) -> S3Result<Response<Body>> {
        if self.memory.disk().is_none() {
            return self.library_answer(request).await;
        }
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let (head, mut body) = request.into_parts();
        let mut attempt = 1;
        loop {
            let failures = self.memory.failures();
            let request = Request::from_parts(head.clone(), std::mem::take(&mut body));
            let answer = self.library_answer(request).await;
            match self.memory.flushed(failures).await {
                Err(_) if is_read && attempt < READ_ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
                Ok(()) => return answer,
            }
        }
    }

    async fn library_answer(&self, request: Request<Body>) -> S3Result<Response<Body>> {
        if let Some(task) = request.extensions().get::<Task>().copied() {
            let bucket = self.bucket_of(&request);
            return Box::pin(task.run(&self.memory, &bucket, request)).await;
        }
        if let Some(task) = request.extensions().get::<AclTask>().copied() {
            let target = self.target_of(&request);
            return Box::pin(task.run(&self.memory, &target, request)).await;
        }
        // An error of the library itself means that the reply could not be written.
        let answer = self.service.call(request).await;
        answer.map_err(|_| S3ErrorCode::InternalError.into())
    }

    /// Reads an upload form and checks its signature and its policy.
    async fn form(&self, request: &mut Request<Body>) -> S3Result<Form> {
        let sent = std::mem::take(request.body_mut());
        let mut form = Form::read(request.headers(), sent).await?;
        checksum_names::check_names(form.fields.iter().map(|(name, _)| name))?;
        let now = self.memory.now();
        if let Some(signatures) = &self.signatures {
            signatures.form(&form.fields, now)?;
        }
        if let Some(policy) = form.fields.get(POLICY) {
            let policy = Policy::read(policy)?;
            policy.check(&form.fields, &self.bucket_of(request), now)?;
            form.fields.set(POLICY, policy.without_expiration());
        }
        Ok(form)
    }

    /// The bucket in a request's host or path.
    fn bucket_of(&self, request: &Request<Body>) -> String {
        self.target_of(request).bucket
    }

    fn target_of(&self, request: &Request<Body>) -> S3Target {
        let host = request.headers().get(HOST);
        let host = host.and_then(|host| host.to_str().ok());
        self.target(request.uri().path(), host)
    }

    /// Refuses requests that the library would take for another operation, and adds what is needed
    /// to run it to the extensions of the request.
    fn check_operation(&self, request: &mut Request<Body>) -> S3Result<()> {
        let uri = request.uri().clone();
        if let Some(query) = uri
            .query()
            .filter(|query| unauthenticated::is_presigned(query))
        {
            presigned_headers::add(query, request.headers_mut());
        }
        conditions::quote_tags(request.headers_mut());
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let target = self.target(uri.path(), host);
        let operation = target.check(request.method(), uri.query(), request.headers())?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            checksum_names::check_headers(request.headers())?;
        }
        if let Some(task) = Task::of(operation) {
            request.extensions_mut().insert(task);
        } else if let Some(task) = AclTask::of(operation) {
            request.extensions_mut().insert(task);
        } else if location::OPERATIONS.contains(&operation) {
            let endpoint = Endpoint::of(&uri, request.headers());
            request.extensions_mut().insert(endpoint);
            if operation == "CreateBucket" {
                request.extensions_mut().insert(CreatesBucket);
            }
        }
        Ok(())
    }

    fn check_owner(&self, account: &str, headers: &HeaderMap) -> S3Result<()> {
        let names = [
            "x-amz-expected-bucket-owner",
            "x-amz-source-expected-bucket-owner",
        ];
        let owner = self.memory.owner(account);
        let expected = names.iter().filter_map(|name| headers.get(*name));
        // If buckets are shared, each account owns all of them.
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
