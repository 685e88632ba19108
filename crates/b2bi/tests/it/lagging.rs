//! Stale reads see the earlier state, and other requests do not.

use std::time::Duration;

use b2bi_local_b2bi::Config;
use serde_json::{Value, json};

use crate::bench::Bench;

const LAG: Duration = Duration::from_secs(2);

/// A service with a history, and a profile created at time 0 and renamed after 1 s.
async fn renamed() -> (Bench, Value) {
    let bench = Bench::new();
    bench.service().keep_past(LAG);
    let profile = json!({
        "name": "old", "phone": "5555555555", "businessName": "b", "logging": "DISABLED",
    });
    let made = bench.call("CreateProfile", profile).await;
    let id = json!({"profileId": made["profileId"]});
    bench.advance(1000);
    let change = json!({"profileId": made["profileId"], "name": "new"});
    bench.call("UpdateProfile", change).await;
    (bench, id)
}

async fn name(bench: &Bench, id: &Value, lag_millis: u64) -> Value {
    let lag = Some(Duration::from_millis(lag_millis));
    let found = bench.call_lagging("GetProfile", id.clone(), lag).await;
    match found.get("ResourceNotFoundException") {
        Some(_) => json!("nobody"),
        None => found["name"].clone(),
    }
}

#[tokio::test]
async fn a_read_sees_what_was_there_that_long_ago() {
    let (bench, id) = renamed().await;
    bench.advance(500);
    for (lag, expected) in [
        (0, "new"),
        (499, "new"),
        (501, "old"),
        (1499, "old"),
        (1501, "nobody"),
    ] {
        assert_eq!(name(&bench, &id, lag).await, expected, "{lag} ms ago");
    }
    let lists = bench.call_lagging("ListProfiles", json!({}), Some(Duration::from_millis(1501)));
    assert_eq!(lists.await, json!({"profiles": []}));
}

#[tokio::test]
async fn what_is_deleted_is_still_read_and_can_no_longer_be_changed() {
    let (bench, id) = renamed().await;
    bench.advance(500);
    bench.call("DeleteProfile", id.clone()).await;
    bench.advance(1);
    assert_eq!(name(&bench, &id, 100).await, "new");
    let again = bench
        .call_lagging("DeleteProfile", id.clone(), Some(LAG))
        .await;
    assert!(again["ResourceNotFoundException"].is_object(), "{again}");
    assert_eq!(name(&bench, &id, 0).await, "nobody");
}

#[tokio::test]
async fn no_more_of_the_past_is_kept_than_is_wanted() {
    let (bench, id) = renamed().await;
    bench.advance(10_000);
    bench
        .call(
            "UpdateProfile",
            json!({"profileId": id["profileId"], "name": "newer"}),
        )
        .await;
    bench.advance(1);
    assert_eq!(name(&bench, &id, 500).await, "new");
    // The earliest state that is still kept.
    assert_eq!(name(&bench, &id, 60_000).await, "new");
    bench.service().keep_past(Duration::ZERO);
    bench
        .call(
            "UpdateProfile",
            json!({"profileId": id["profileId"], "name": "newest"}),
        )
        .await;
    assert_eq!(name(&bench, &id, 0).await, "newest");
}

/// A profile renamed this many times, one millisecond apart.
async fn rename_often(bench: &Bench, id: &Value, times: usize) {
    for number in 0..times {
        bench.advance(1);
        let name = json!({"profileId": id["profileId"], "name": format!("n{number}")});
        bench.call("UpdateProfile", name).await;
    }
}

#[tokio::test]
async fn the_past_takes_no_more_than_its_limit_and_nothing_when_nobody_wants_it() {
    let mut bench = Bench::new();
    let mut config = Config::standard();
    config.history_bytes = 20_000;
    bench.configure(config);
    let profile =
        json!({"name": "a", "phone": "5555555555", "businessName": "b", "logging": "DISABLED"});
    for _ in 0..100 {
        bench.call("CreateProfile", profile.clone()).await;
    }
    let made = bench.call("CreateProfile", profile).await;
    let id = json!({"profileId": made["profileId"]});
    assert_eq!(bench.service().kept_history_bytes(), 0);
    bench.service().keep_past(Duration::from_hours(1));
    rename_often(&bench, &id, 5).await;
    let five = bench.service().kept_history_bytes();
    assert!(
        (1000..5000).contains(&five),
        "only what has changed is kept: {five}"
    );
    rename_often(&bench, &id, 500).await;
    let full = bench.service().kept_history_bytes();
    assert!((10_000..=20_000).contains(&full), "{full}");
    assert_eq!(name(&bench, &id, 3).await, "n496");
    bench.service().keep_past(Duration::ZERO);
    assert_eq!(bench.service().kept_history_bytes(), 0);
}

#[tokio::test]
async fn what_is_older_than_anybody_wants_is_dropped() {
    let (bench, id) = renamed().await;
    rename_often(&bench, &id, 50).await;
    let many = bench.service().kept_history_bytes();
    bench.advance(10_000);
    rename_often(&bench, &id, 1).await;
    let one = bench.service().kept_history_bytes();
    assert!(one > 0 && one * 40 < many, "{one} after {many}");
}

#[tokio::test]
async fn a_reset_leaves_no_past() {
    let (bench, id) = renamed().await;
    bench.service().reset(None, None).await.unwrap();
    assert_eq!(bench.service().kept_history_bytes(), 0);
    assert_eq!(name(&bench, &id, 1000).await, "nobody");
}
