//! An evaluation ends with its request.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::future::pending;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use b2bi_local_b2bi::{B2bi, Clock, Config, Environment, Ids, MappingLimits, Scope};
use b2bi_local_model::{OperationShape, Timestamp, decode};
use b2bi_local_objects::{EmbeddedS3, Settings};
use serde_json::{Value, json};

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
fn generous() -> B2bi {
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

/// The duration of a call whose client disconnects after a while, or stays.
fn taken(operation: &str, request: &Value, goes_after: Option<Duration>) -> Duration {
    let shape = OperationShape::named(operation).unwrap();
    let input = decode(shape, request.to_string().as_bytes()).unwrap().input;
    let scope = Scope {
        account: "111122223333".into(),
        region: "us-east-1".into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let service = generous();
    let begun = Instant::now();
    let ended = runtime.block_on(async {
        let Some(while_it_runs) = goes_after else {
            service.call(&scope, input).await.unwrap();
            return true;
        };
        tokio::select! {
            biased;
            _ = service.call(&scope, input) => true,
            () = tokio::task::yield_now() => {
                thread::sleep(while_it_runs);
                false
            }
        }
    });
    assert_eq!(
        ended,
        goes_after.is_none(),
        "{operation} ends before its client goes"
    );
    // The runtime waits for the thread of the evaluation.
    drop(runtime);
    begun.elapsed()
}

#[test]
fn a_mapping_ends_when_its_client_goes() {
    let request = json!({
        "inputFileContent": "{}",
        "mappingTemplate": "($f := function() { $f() }; $f())",
        "fileFormat": "JSON",
    });
    let taken = taken("TestMapping", &request, Some(Duration::from_millis(200)));
    assert!(taken < Duration::from_mins(1), "it never ends by itself");
}

/// The duration of a search depends on its documents, so it is compared with itself.
#[test]
fn a_search_for_a_mapping_ends_when_its_client_goes() {
    let record = |at: u64| {
        let word = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        json!({ "id": format!("{word:x}"), "amount": word % 9_973, "text": format!("{at} of {word}") })
    };
    let list = |from| (from..from + 1_500).map(record).collect::<Vec<_>>();
    let request = json!({
        "inputFileContent": json!({ "records": list(1) }).to_string(),
        "outputFileContent": json!({ "others": list(700) }).to_string(),
        "mappingType": "JSONATA",
    });
    let whole = taken("GenerateMapping", &request, None);
    let cut = taken("GenerateMapping", &request, Some(whole / 20));
    assert!(cut < whole / 2, "{cut:?} of {whole:?}");
}
