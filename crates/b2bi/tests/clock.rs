//! What time does: jobs and client tokens are forgotten, on the clock that the test moves.

#![expect(
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::SystemTime;

use b2bi_local_b2bi::{
    B2bi, Clock, Config, DocumentStyle, Environment, Ids, MappingLimits, MappingReply, Quotas,
    Scope,
};
use b2bi_local_model::{OperationShape, Timestamp, decode};
use b2bi_local_objects::{EmbeddedS3, Settings};
use b2bi_local_x12::Layout;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;
const ORDER: &[u8] = include_bytes!("../../../fixtures/x12/documents/purchase-order.edi");

struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

struct Counter(AtomicU64);

impl Ids for Counter {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
    }
}

/// A service whose time stands still until it is told to go on.
struct Bench {
    service: B2bi,
    clock: Arc<ManualClock>,
    scope: Scope,
}

impl Bench {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock(AtomicI64::new(0)));
        let s3 = EmbeddedS3::new(Settings::new(
            Arc::new(|| SystemTime::UNIX_EPOCH),
            Arc::new(String::new),
        ));
        s3.create_bucket("111122223333", "orders");
        let objects = s3.store();
        let put = objects.put(
            "111122223333",
            "orders",
            "in/1.edi",
            ORDER.into(),
            "text/plain",
        );
        assert!(put.await.is_ok());
        let environment = Environment {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::new(Counter(AtomicU64::new(1))),
            objects,
        };
        let config = Config {
            quotas: Quotas {
                profiles: None,
                transformers: None,
                capabilities: None,
                partnerships: None,
            },
            replay_client_tokens: true,
            style: DocumentStyle {
                layout: Layout::Pretty,
                loop_names: None,
            },
            split_transactions: 100,
            test_parsing_bytes: 250_000,
            job_bytes: 1_000_000,
            mapping_limits: MappingLimits::standard(),
            test_mapping_reply: MappingReply::Literal,
        };
        Self {
            service: B2bi::new(config, environment),
            clock,
            scope: Scope {
                account: "111122223333".to_owned(),
                region: "us-east-1".to_owned(),
            },
        }
    }

    /// The reply as JSON, or the error's name and message.
    async fn call(&self, operation: &str, input: Value) -> Value {
        let Some(shape) = OperationShape::named(operation) else {
            return json!("no such operation");
        };
        let decoded = match decode(shape, input.to_string().as_bytes()) {
            Ok(decoded) => decoded,
            Err(error) => return json!(error.to_string()),
        };
        match self.service.call(&self.scope, decoded.input).await {
            Ok(output) => json!(output),
            Err(error) => json!({error.name(): error}),
        }
    }

    fn advance(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    async fn finished_job(&self) -> Value {
        let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
        let conversion = json!({"fromFormat": "X12", "formatOptions": {"x12": x12}});
        let made = json!({"name": "orders", "inputConversion": conversion});
        let id = self.call("CreateTransformer", made).await["transformerId"].clone();
        let update = json!({"transformerId": id, "status": "active"});
        assert_eq!(
            self.call("UpdateTransformer", update).await["status"],
            "active"
        );
        let started = json!({
            "transformerId": id,
            "inputFile": {"bucketName": "orders", "key": "in/1.edi"},
            "outputLocation": {"bucketName": "orders", "key": "out"},
        });
        let job = self.call("StartTransformerJob", started).await["transformerJobId"].clone();
        let job = json!({"transformerId": id, "transformerJobId": job});
        while self.call("GetTransformerJob", job.clone()).await["status"] == "running" {
            tokio::task::yield_now().await;
        }
        job
    }
}

#[tokio::test]
async fn a_job_is_kept_for_thirty_days() {
    let bench = Bench::new().await;
    let job = bench.finished_job().await;
    let expected = json!({
        "status": "succeeded",
        "outputFiles": [{"bucketName": "orders", "key": "out/1.edi.1970-01-01T00:00:00.000Z.json"}],
        "message": "Transformed, writing output",
    });
    bench.advance(30 * DAY);
    assert_eq!(bench.call("GetTransformerJob", job.clone()).await, expected);
    bench.advance(1);
    let gone = bench.call("GetTransformerJob", job).await;
    assert!(gone["ResourceNotFoundException"].is_object(), "{gone}");
}

#[tokio::test]
async fn a_client_token_is_remembered_for_a_day() {
    let bench = Bench::new().await;
    let profile = json!({
        "name": "a", "phone": "5555555555", "businessName": "b", "logging": "DISABLED",
        "clientToken": "once",
    });
    let first = bench.call("CreateProfile", profile.clone()).await;
    bench.advance(DAY);
    assert_eq!(bench.call("CreateProfile", profile.clone()).await, first);
    bench.advance(1);
    let later = bench.call("CreateProfile", profile).await;
    assert_ne!(later["profileId"], first["profileId"]);
    assert_eq!(later["createdAt"], "1970-01-02T00:00:00.001Z");
}
