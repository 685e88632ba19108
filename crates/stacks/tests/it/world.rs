//! Services in memory, and a stopped clock.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids, JobDuration, Scope};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::{EmbeddedS3, Settings};
use b2bi_local_registry::{
    Buckets, Documents, Environment as Surroundings, HandlerContext, HandlerError, NoInterceptor,
    Parameters, Registry, UnknownResources,
};
use b2bi_local_stacks::{
    CreateRequest, DefinitionRequest, DeleteRequest, StackError, Stacks, TemplateReadError,
    TemplateSource, UpdateRequest,
};

/// A stopped clock, and ids that count.
struct Still(AtomicU64);

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }

    async fn sleep(&self, _: Duration) {
        pending::<()>().await;
    }
}

impl Ids for Still {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
    }
}

/// Without buckets.
struct NoBuckets;

fn no_bucket(bucket: &str) -> HandlerError {
    HandlerError::not_found("AWS::S3::Bucket", bucket)
}

#[async_trait]
impl Buckets for NoBuckets {
    async fn create(&self, _: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        Err(HandlerError::already_exists("AWS::S3::Bucket", bucket))
    }

    async fn delete(&self, _: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        Err(no_bucket(bucket))
    }

    async fn exists(&self, _: &HandlerContext, _: &str) -> Result<bool, HandlerError> {
        Ok(false)
    }

    async fn list(&self, _: &HandlerContext) -> Result<Vec<String>, HandlerError> {
        Ok(Vec::new())
    }

    async fn configuration(
        &self,
        _: &HandlerContext,
        bucket: &str,
        _: &str,
    ) -> Result<Option<String>, HandlerError> {
        Err(no_bucket(bucket))
    }

    async fn set_configuration(
        &self,
        _: &HandlerContext,
        bucket: &str,
        _: &str,
        _: Option<String>,
    ) -> Result<(), HandlerError> {
        Err(no_bucket(bucket))
    }
}

#[async_trait]
impl TemplateSource for NoBuckets {
    async fn read(&self, _: &Scope, url: &str) -> Result<String, TemplateReadError> {
        Err(TemplateReadError::new(format!("there is nothing at {url}")))
    }
}

/// Stacks, and the documents that their resources are.
pub(crate) struct World {
    pub(crate) stacks: Arc<Stacks>,
    pub(crate) scope: Scope,
    documents: Documents,
}

impl World {
    pub(crate) fn new() -> Self {
        let s3 = EmbeddedS3::new(Settings::new(
            Arc::new(|| SystemTime::UNIX_EPOCH),
            Arc::new(String::new),
        ));
        let still = Arc::new(Still(AtomicU64::new(1)));
        let environment = Environment::quiet(still.clone(), still.clone(), s3.store());
        let documents = Documents::new();
        let surroundings = Surroundings {
            service: Arc::new(B2bi::new(Config::standard(), environment)),
            interceptor: Arc::new(NoInterceptor),
            buckets: Arc::new(NoBuckets),
            documents: documents.clone(),
            parameters: Arc::new(Parameters::new(documents.clone(), still.clone())),
            clock: still.clone(),
            ids: still,
        };
        let registry = Registry::new(surroundings.clone(), UnknownResources::default()).unwrap();
        let templates = Arc::new(NoBuckets);
        let duration = JobDuration::Immediate;
        Self {
            stacks: Stacks::new(surroundings, registry, templates, duration).unwrap(),
            documents,
            scope: Scope {
                account: "111122223333".into(),
                region: "us-east-1".into(),
            },
        }
    }

    pub(crate) async fn create(&self, template: &str) -> Result<(), StackError> {
        let request = CreateRequest {
            name: "stack".to_owned(),
            definition: definition(template),
            ..CreateRequest::default()
        };
        let created = self.stacks.create(&self.scope, request).await;
        created.map(drop)
    }

    pub(crate) async fn update(&self, template: &str) -> Result<(), StackError> {
        let request = UpdateRequest {
            name: "stack".to_owned(),
            definition: definition(template),
            ..UpdateRequest::default()
        };
        let updated = self.stacks.update(&self.scope, request).await;
        updated.map(drop)
    }

    pub(crate) async fn delete(&self) {
        let request = DeleteRequest {
            name: "stack".to_owned(),
            ..DeleteRequest::default()
        };
        self.stacks.delete(&self.scope, request).await.unwrap();
    }

    /// The status of the stack.
    pub(crate) fn status(&self) -> String {
        let stack = self.stacks.get(&self.scope, "stack").unwrap();
        stack.status.to_string()
    }

    /// The resources of stacks: ids of documents with their values.
    pub(crate) fn resources(&self) -> BTreeMap<String, String> {
        let all = serde_json::to_value(self.documents.describe(None, None)).unwrap();
        let all = all.as_array().unwrap().iter();
        let of_resources = all.filter(|document| {
            let collection = document["collection"].as_str().unwrap();
            !collection.starts_with("cloudformation-")
        });
        of_resources
            .map(|document| {
                let id = format!("{} {}", document["collection"], document["id"]);
                (id, document["document"]["value"].to_string())
            })
            .collect()
    }
}

fn definition(template: &str) -> DefinitionRequest {
    DefinitionRequest {
        template: Some(template.to_owned()),
        ..DefinitionRequest::default()
    }
}
