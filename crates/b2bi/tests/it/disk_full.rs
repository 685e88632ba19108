//! Changes that a full disk refuses.

use std::time::Duration;

use b2bi_local_persistence::limited_disk::LimitedDisk;
use serde_json::{Value, json};

use crate::bench::Bench;

/// Longer than any test takes.
const NEVER: Duration = Duration::from_hours(1);
/// This many large transformers need more space than a new database has.
const LARGE: usize = 100;

async fn create(bench: &Bench, template: &str) -> Value {
    let target = json!({"formatOptions": {"x12": {}}, "fromFormat": "X12"});
    let transformer = json!({"name": "a", "inputConversion": target, "mapping": {
        "templateLanguage": "JSONATA", "template": template}});
    bench.call("CreateTransformer", transformer).await
}

fn large() -> String {
    format!("\"{}\"", "x".repeat(200_000))
}

/// A service on a disk without free space.
async fn full() -> Result<(Bench, LimitedDisk), Box<dyn std::error::Error>> {
    let disk = LimitedDisk::default();
    let mut bench = Bench::new();
    bench.keep(disk.row_store(NEVER)?)?;
    create(&bench, "1").await;
    disk.fill();
    Ok((bench, disk))
}

#[tokio::test]
async fn a_change_that_the_disk_does_not_take_is_an_error_and_leaves_no_trace() {
    let (bench, disk) = full().await.unwrap();
    for _ in 0..2 {
        let mut created = 0;
        let (before, error) = loop {
            let before = bench.service().describe().unwrap();
            let reply = create(&bench, &large()).await;
            if reply["transformerId"].is_null() {
                break (before, reply);
            }
            created += 1;
            assert!(created < LARGE, "the disk is never full");
        };
        let message = error["InternalServerException"]["message"].as_str();
        assert!(message.unwrap().contains("free disk space"), "{error}");
        assert_eq!(bench.service().describe().unwrap(), before);
        let listed = bench.call("ListTransformers", json!({})).await;
        assert!(listed["transformers"].is_array(), "{listed}");
    }
    disk.free();
    let again = create(&bench, &large()).await;
    assert!(again["transformerId"].is_string(), "{again}");
}

#[tokio::test]
async fn a_state_that_the_disk_does_not_take_is_not_restored() {
    let other = Bench::new();
    for _ in 0..LARGE {
        create(&other, &large()).await;
    }
    let state = other.service().describe().unwrap();
    let (bench, disk) = full().await.unwrap();
    let before = bench.service().describe().unwrap();
    let error = bench.service().restore(&state).await.unwrap_err();
    assert!(error.to_string().contains("free disk space"), "{error}");
    assert_eq!(bench.service().describe().unwrap(), before);
    disk.free();
    bench.service().restore(&state).await.unwrap();
    assert_eq!(bench.service().describe().unwrap(), state);
}
