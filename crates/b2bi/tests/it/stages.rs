//! Jobs with injected faults: delayed, failing, dropped, losing their outputs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use b2bi_local_b2bi::{JobFacts, Stage, StageDecision, Stages, WriteDecision};
use serde_json::json;

use crate::bench::Bench;

/// Answers one stage or write with a fixed value.
struct At(
    Stage,
    StageDecision,
    WriteDecision,
    Mutex<Vec<&'static str>>,
);

impl At {
    fn seen(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.3.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Stages for At {
    async fn enter(&self, _: &JobFacts, stage: Stage) -> StageDecision {
        self.seen().push(stage.as_str());
        if stage == self.0 {
            self.1.clone()
        } else {
            StageDecision::Continue
        }
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        self.2.clone()
    }
}

async fn run(
    stage: Stage,
    entry: StageDecision,
    fate: WriteDecision,
) -> (serde_json::Value, usize, Vec<&'static str>) {
    let stages = Arc::new(At(stage, entry, fate, Mutex::default()));
    let mut bench = Bench::new();
    bench.interfere(Arc::clone(&stages) as Arc<dyn Stages>);
    let job = bench.finished_job().await;
    let reply = bench.call("GetTransformerJob", job).await;
    let seen = stages.seen().clone();
    let keys = bench.keys("out/").await;
    let documents = keys
        .iter()
        .filter(|key| key.starts_with("out/1.edi"))
        .count();
    (reply, documents, seen)
}

#[tokio::test]
async fn a_job_goes_through_its_stages_in_order() {
    let (job, written, seen) =
        run(Stage::Accept, StageDecision::Continue, WriteDecision::Write).await;
    assert_eq!((&job["status"], written), (&json!("succeeded"), 1));
    let expected = [
        "accept",
        "fetchInput",
        "parse",
        "validate",
        "acknowledge",
        "map",
        "writeOutput",
        "finish",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn every_stage_can_fail() {
    for stage in [
        Stage::Accept,
        Stage::FetchInput,
        Stage::Parse,
        Stage::Map,
        Stage::WriteOutput,
    ] {
        let entry = StageDecision::Fail("no more".to_owned());
        let (job, written, seen) = run(stage, entry, WriteDecision::Write).await;
        assert_eq!(job, json!({"status": "failed", "message": "no more"}));
        assert_eq!((written, seen.last()), (0, Some(&stage.as_str())));
    }
}

#[tokio::test]
async fn a_job_can_vanish() {
    let (job, written, _) = run(Stage::Parse, StageDecision::Drop, WriteDecision::Write).await;
    assert!(job["ResourceNotFoundException"].is_object(), "{job}");
    assert_eq!(written, 0);
}

#[tokio::test]
async fn a_write_can_be_lost_or_refused() {
    let (job, written, _) = run(Stage::Accept, StageDecision::Continue, WriteDecision::Lose).await;
    assert_eq!((&job["status"], written), (&json!("succeeded"), 0));
    let fate = WriteDecision::Refuse {
        message: "Access Denied".to_owned(),
        keep: false,
    };
    let (job, written, _) = run(Stage::Accept, StageDecision::Continue, fate).await;
    assert_eq!(job, json!({"status": "failed", "message": "Access Denied"}));
    assert_eq!(written, 0);
}
