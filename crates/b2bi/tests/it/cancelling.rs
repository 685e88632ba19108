//! An evaluation ends with the request that wants it.

use std::future::pending;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids, MappingLimits, Scope};
use b2bi_local_model::{OperationShape, Timestamp, decode};
use b2bi_local_objects::{EmbeddedS3, Settings};
use serde_json::json;

struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    async fn sleep(&self, _: Duration) {
        pending::<()>().await;
    }
}

impl Ids for Still {
    fn bits(&self) -> u128 {
        1
    }
}

/// A service whose evaluations may take ten minutes.
fn patient() -> B2bi {
    let s3 = EmbeddedS3::new(Settings::new(
        Arc::new(|| SystemTime::UNIX_EPOCH),
        Arc::new(String::new),
    ));
    let environment = Environment::quiet(Arc::new(Still), Arc::new(Still), s3.store());
    let config = Config {
        mapping_limits: MappingLimits {
            time: Duration::from_mins(10),
            ..MappingLimits::standard()
        },
        ..Config::standard()
    };
    B2bi::new(config, environment)
}

#[test]
fn a_mapping_ends_when_its_client_goes() {
    let request = json!({
        "inputFileContent": "{}",
        "mappingTemplate": "($f := function() { $f() }; $f())",
        "fileFormat": "JSON",
    });
    let shape = OperationShape::named("TestMapping").unwrap();
    let input = decode(shape, request.to_string().as_bytes()).unwrap().input;
    let scope = Scope {
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let begun = Instant::now();
    let service = patient();
    let ended = runtime.block_on(async {
        tokio::select! {
            biased;
            _ = service.call(&scope, input) => true,
            () = tokio::task::yield_now() => {
                thread::sleep(Duration::from_millis(200));
                false
            }
        }
    });
    assert!(!ended, "it never ends by itself");
    // The runtime waits for the evaluation's thread.
    drop(runtime);
    assert!(begun.elapsed() < Duration::from_mins(1));
}
