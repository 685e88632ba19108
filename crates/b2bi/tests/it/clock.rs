//! Effects of time: jobs and client tokens are dropped, by the clock that the test moves.

use serde_json::json;

use crate::bench::Bench;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_job_is_kept_for_thirty_days() {
    let bench = Bench::new();
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
    let bench = Bench::new();
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
