//! A service with a manual clock.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use b2bi_local_b2bi::{
    B2bi, Clock, Config, Environment, EventSink, Ids, ObjectCreated, RowError, Scope, Stages,
};
use b2bi_local_mapping::Engine;
use b2bi_local_model::{OperationShape, Timestamp, decode};
use b2bi_local_objects::{EmbeddedS3, ObjectStore, Settings};
use b2bi_local_persistence::RowStore;
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const BUCKET: &str = "orders";
pub(crate) const ORDER: &[u8] =
    include_bytes!("../../../../fixtures/x12/documents/purchase-order.edi");

struct ManualClock(AtomicI64);

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    async fn sleep(&self, time: Duration) {
        if !time.is_zero() {
            pending::<()>().await;
        }
    }
}

struct Counter(AtomicU64);

impl Ids for Counter {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
    }
}

/// The service, a bucket, and the clock.
pub(crate) struct Bench {
    service: B2bi,
    environment: Environment,
    clock: Arc<ManualClock>,
    pub(crate) objects: Arc<dyn ObjectStore>,
    scope: Scope,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let s3 = EmbeddedS3::new(Settings::new(
            Arc::new(|| SystemTime::UNIX_EPOCH),
            Arc::new(String::new),
        ));
        s3.create_bucket(ACCOUNT, BUCKET);
        Self::on(s3.store())
    }

    /// The same with the test's own storage.
    pub(crate) fn on(objects: Arc<dyn ObjectStore>) -> Self {
        let clock = Arc::new(ManualClock(AtomicI64::new(0)));
        let environment = Environment::quiet(
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(Counter(AtomicU64::new(1))),
            Arc::clone(&objects),
        );
        Self {
            service: B2bi::new(Config::standard(), environment.clone()),
            environment,
            clock,
            objects,
            scope: Scope {
                account: ACCOUNT.into(),
                region: "us-east-1".into(),
            },
        }
    }

    /// Injects faults into jobs.
    pub(crate) fn interfere(&mut self, stages: Arc<dyn Stages>) {
        self.environment.stages = stages;
        self.service = B2bi::new(Config::standard(), self.environment.clone());
    }

    /// Evaluates JSONata with another engine.
    pub(crate) fn map_with(&mut self, jsonata: Arc<dyn Engine + Send + Sync>) {
        self.environment.jsonata = jsonata;
        self.forget();
    }

    /// Sends events to a sink.
    pub(crate) fn listen(&mut self, event_sink: Arc<dyn EventSink>) {
        self.environment.event_sink = event_sink;
        self.forget();
    }

    /// Starts again with other settings.
    pub(crate) fn configure(&mut self, config: Config) {
        self.service = B2bi::new(config, self.environment.clone());
    }

    /// Starts with the contents of a row store, with other settings.
    pub(crate) fn keep_with(
        &mut self,
        config: Config,
        row_store: RowStore,
    ) -> Result<(), RowError> {
        self.service = B2bi::with_row_store(config, self.environment.clone(), row_store)?;
        Ok(())
    }

    /// The reply to a caller in another account.
    pub(crate) async fn call_as(&self, account: &str, operation: &str, input: Value) -> Value {
        let Some(shape) = OperationShape::named(operation) else {
            return json!("no such operation");
        };
        let scope = Scope {
            account: account.into(),
            region: "us-east-1".into(),
        };
        match decode(shape, input.to_string().as_bytes()) {
            Ok(decoded) => match self.service.call(&scope, decoded.input).await {
                Ok(output) => json!(output),
                Err(error) => json!({error.name(): error}),
            },
            Err(error) => json!(error.to_string()),
        }
    }

    /// Starts with the contents of a row store.
    pub(crate) fn keep(&mut self, row_store: RowStore) -> Result<(), RowError> {
        self.service =
            B2bi::with_row_store(Config::standard(), self.environment.clone(), row_store)?;
        Ok(())
    }

    /// Drops the service and everything it holds.
    pub(crate) fn forget(&mut self) {
        self.service = B2bi::new(Config::standard(), self.environment.clone());
    }

    pub(crate) fn service(&self) -> &B2bi {
        &self.service
    }

    /// The reply as JSON, or the error's name and message.
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Value {
        self.call_lagging(operation, input, None).await
    }

    /// The same with stale reads.
    pub(crate) async fn call_lagging(
        &self,
        operation: &str,
        input: Value,
        lag: Option<Duration>,
    ) -> Value {
        let Some(shape) = OperationShape::named(operation) else {
            return json!("no such operation");
        };
        let decoded = match decode(shape, input.to_string().as_bytes()) {
            Ok(decoded) => decoded,
            Err(error) => return json!(error.to_string()),
        };
        let outcome = match lag {
            None => self.service.call(&self.scope, decoded.input).await,
            Some(lag) => {
                let (service, scope) = (&self.service, &self.scope);
                service.call_lagging(scope, decoded.input, lag).await
            }
        };
        match outcome {
            Ok(output) => json!(output),
            Err(error) => json!({error.name(): error}),
        }
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub(crate) async fn put(&self, key: &str, body: &[u8]) {
        let body = body.to_vec().into();
        let put = self.objects.put(ACCOUNT, BUCKET, key, body, "text/plain");
        assert!(put.await.is_ok());
    }

    pub(crate) async fn read(&self, key: &str) -> Vec<u8> {
        let object = self.objects.get(ACCOUNT, BUCKET, key, None).await;
        object
            .map(|object| object.body.to_vec())
            .unwrap_or_default()
    }

    pub(crate) async fn keys(&self, prefix: &str) -> Vec<String> {
        let listing = self.objects.list(ACCOUNT, BUCKET, prefix, None, 1000).await;
        let objects = listing.map(|listing| listing.objects).unwrap_or_default();
        objects.into_iter().map(|object| object.key).collect()
    }

    /// A job on a purchase order, after it has ended.
    pub(crate) async fn finished_job(&self) -> Value {
        self.put("in/1.edi", ORDER).await;
        let id = self.active_transformer().await;
        let job = self.start_job(&id).await;
        let job = json!({"transformerId": id, "transformerJobId": job});
        while self.call("GetTransformerJob", job.clone()).await["status"] == "running" {
            tokio::task::yield_now().await;
        }
        job
    }

    pub(crate) async fn active_transformer(&self) -> Value {
        let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
        let conversion = json!({"fromFormat": "X12", "formatOptions": {"x12": x12}});
        let made = json!({"name": "orders", "inputConversion": conversion});
        let id = self.call("CreateTransformer", made).await["transformerId"].clone();
        let update = json!({"transformerId": id, "status": "active"});
        assert_eq!(
            self.call("UpdateTransformer", update).await["status"],
            "active"
        );
        id
    }

    /// Starts a job on `in/1.edi`; returns its id.
    pub(crate) async fn start_job(&self, transformer: &Value) -> Value {
        let started = json!({
            "transformerId": transformer,
            "inputFile": {"bucketName": BUCKET, "key": "in/1.edi"},
            "outputLocation": {"bucketName": BUCKET, "key": "out"},
        });
        self.call("StartTransformerJob", started).await["transformerJobId"].clone()
    }

    /// Creates a capability with this transformer and a partnership that has it; returns the
    /// watched folder.
    pub(crate) async fn watch(&self, direction: &str, transformer: Value) -> String {
        let made = self.call("CreateTransformer", transformer).await;
        let transformer = made["transformerId"].clone();
        let active = json!({"transformerId": transformer, "status": "active"});
        self.call("UpdateTransformer", active).await;
        let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
        let at = |key: &str| json!({"bucketName": BUCKET, "key": key});
        let edi = json!({"capabilityDirection": direction, "type": {"x12Details": x12},
                         "inputLocation": at("in"), "outputLocation": at("out"),
                         "transformerId": transformer});
        let capability = json!({"name": "orders", "type": "edi", "configuration": {"edi": edi}});
        let capability = self.call("CreateCapability", capability).await["capabilityId"].clone();
        let profile = json!({"name": "us", "phone": "5555555555", "businessName": "us",
                             "logging": "DISABLED"});
        let profile = self.call("CreateProfile", profile).await["profileId"].clone();
        let partnership = json!({"profileId": profile, "name": "them", "email": "a@b.example",
                                 "capabilities": [capability]});
        let partner = self.call("CreatePartnership", partnership).await["tradingPartnerId"].clone();
        let [capability, partner] =
            [&capability, &partner].map(|item| item.as_str().unwrap_or_default());
        match direction {
            "OUTBOUND" => format!("in/{capability}/{partner}/"),
            _ => format!("in/{partner}/"),
        }
    }

    /// Puts a file in a watched folder; returns the ids of its jobs.
    pub(crate) async fn drop(&self, key: &str, body: &[u8]) -> Vec<String> {
        self.put(key, body).await;
        self.service.object_created(&ObjectCreated {
            account: Some(ACCOUNT),
            region: None,
            bucket: BUCKET,
            key,
            size: body.len() as u64,
            etag: key,
            written: None,
            occurrence: None,
        })
    }
}
