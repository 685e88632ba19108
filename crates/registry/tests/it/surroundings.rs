//! Services in memory, and a stopped clock.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids, Scope};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::{EmbeddedS3, Settings};
use b2bi_local_registry::{
    Buckets, Documents, Environment as Surroundings, HandlerContext, HandlerError,
    HandlerErrorCode, NoInterceptor, Parameters, Properties, Registry, Resource, ResourceType,
    UnknownResources,
};
use serde_json::Value;

/// A stopped clock, and ids that count.
pub(crate) struct Still(AtomicU64);

impl Still {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1)))
    }
}

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

/// Buckets that are names with configurations.
#[derive(Default)]
pub(crate) struct ListedBuckets(Mutex<BTreeMap<String, BTreeMap<String, String>>>);

impl ListedBuckets {
    /// The configurations of a bucket, by name.
    pub(crate) fn configurations(&self, bucket: &str) -> Option<BTreeMap<String, String>> {
        self.0.lock().unwrap().get(bucket).cloned()
    }
}

fn no_bucket(bucket: &str) -> HandlerError {
    HandlerError::new(
        HandlerErrorCode::NotFound,
        format!("{bucket} does not exist"),
    )
}

#[async_trait]
impl Buckets for ListedBuckets {
    async fn create(&self, _: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        let mut all = self.0.lock().unwrap();
        if all.contains_key(bucket) {
            return Err(HandlerError::already_exists("AWS::S3::Bucket", bucket));
        }
        all.insert(bucket.to_owned(), BTreeMap::new());
        Ok(())
    }

    async fn delete(&self, _: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        let removed = self.0.lock().unwrap().remove(bucket);
        removed.map(drop).ok_or_else(|| no_bucket(bucket))
    }

    async fn exists(&self, _: &HandlerContext, bucket: &str) -> Result<bool, HandlerError> {
        Ok(self.0.lock().unwrap().contains_key(bucket))
    }

    async fn list(&self, _: &HandlerContext) -> Result<Vec<String>, HandlerError> {
        Ok(self.0.lock().unwrap().keys().cloned().collect())
    }

    async fn configuration(
        &self,
        _: &HandlerContext,
        bucket: &str,
        name: &str,
    ) -> Result<Option<String>, HandlerError> {
        let all = self.0.lock().unwrap();
        let found = all.get(bucket).ok_or_else(|| no_bucket(bucket))?;
        Ok(found.get(name).cloned())
    }

    async fn set_configuration(
        &self,
        _: &HandlerContext,
        bucket: &str,
        name: &str,
        document: Option<String>,
    ) -> Result<(), HandlerError> {
        let mut all = self.0.lock().unwrap();
        let found = all.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?;
        match document {
            Some(document) => found.insert(name.to_owned(), document),
            None => found.remove(name),
        };
        Ok(())
    }
}

/// A registry, and the services that its types use.
pub(crate) struct World {
    pub(crate) service: Arc<B2bi>,
    pub(crate) documents: Documents,
    pub(crate) buckets: Arc<ListedBuckets>,
    pub(crate) registry: Registry,
    pub(crate) context: HandlerContext,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(UnknownResources::default())
    }

    /// The same, with a setting for types that do not exist here.
    pub(crate) fn with(unknown: UnknownResources) -> Self {
        let s3 = EmbeddedS3::new(Settings::new(
            Arc::new(|| SystemTime::UNIX_EPOCH),
            Arc::new(String::new),
        ));
        let still = Still::new();
        let environment = Environment::quiet(still.clone(), still.clone(), s3.store());
        let service = Arc::new(B2bi::new(Config::standard(), environment));
        let documents = Documents::new();
        let parameters = Parameters::new(documents.clone(), still.clone());
        let buckets = Arc::new(ListedBuckets::default());
        let surroundings = Surroundings {
            service: Arc::clone(&service),
            interceptor: Arc::new(NoInterceptor),
            buckets: buckets.clone(),
            documents: documents.clone(),
            parameters: Arc::new(parameters),
            clock: still.clone(),
            ids: still,
        };
        let scope = Scope {
            account: "111122223333".into(),
            region: "us-east-1".into(),
        };
        Self {
            registry: Registry::new(surroundings, unknown).unwrap(),
            service,
            documents,
            buckets,
            context: HandlerContext::new(scope, "aws"),
        }
    }

    pub(crate) fn of(&self, type_name: &str) -> Arc<dyn ResourceType> {
        self.registry.get(type_name).unwrap()
    }

    /// Creates a resource of a model that its schema allows.
    pub(crate) async fn create(
        &self,
        type_name: &str,
        model: Value,
    ) -> Result<Resource, HandlerError> {
        let resource_type = self.of(type_name);
        let mut model = members(model);
        resource_type.schema().coerce(&mut model);
        assert_eq!(resource_type.schema().validate(&model), []);
        resource_type.create(&self.context, model).await
    }

    /// Updates a resource from the model that it has.
    pub(crate) async fn update(
        &self,
        type_name: &str,
        resource: &Resource,
        model: Value,
    ) -> Result<Resource, HandlerError> {
        let (before, after) = (&resource.properties, members(model));
        let resource_type = self.of(type_name);
        let updated = resource_type.update(&self.context, &resource.identifier, before, after);
        updated.await
    }

    pub(crate) async fn read(&self, type_name: &str, id: &str) -> Result<Resource, HandlerError> {
        self.of(type_name).read(&self.context, id).await
    }

    pub(crate) async fn delete(&self, type_name: &str, id: &str) -> Result<(), HandlerError> {
        self.of(type_name).delete(&self.context, id).await
    }
}

pub(crate) fn members(value: Value) -> Properties {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}
