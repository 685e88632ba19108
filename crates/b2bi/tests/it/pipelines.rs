//! Pipelines: returned numbers, jobs with a duration or in the queue, and files without events.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use b2bi_local_b2bi::{
    Config, Event, EventSink, JobDuration, JobFacts, ObjectCreated, Stage, StageDecision, Stages,
    WriteDecision,
};
use serde_json::{Value, json};

use crate::bench::{ACCOUNT, BUCKET, Bench};

pub(crate) const DOCUMENT: &str = r#"{"interchanges": [{"ISA_05_SenderQualifier": "ZZ", "ISA_06_SenderId": "US",
    "ISA_07_ReceiverQualifier": "ZZ", "ISA_08_ReceiverId": "THEM", "functional_groups": [{
    "GS_01_FunctionalIdentifierCode": "PO", "GS_02_ApplicationSenderCode": "US",
    "GS_03_ApplicationReceiverCode": "THEM", "GS_07_ResponsibleAgencyCode": "X",
    "GS_08_Version": "004010", "transactions": [{"ST_01_TransactionSetIdentifierCode": "850",
    "segments": [{"BEG_01": "00", "BEG_02": "SA", "BEG_03": "PO-1", "BEG_05": "20260301"}]}]}]}]}"#;

/// An outbound capability and a partnership that has it.
pub(crate) struct Pipeline {
    pub(crate) bench: Bench,
    pub(crate) input: String,
}

impl Pipeline {
    pub(crate) async fn new(bench: Bench) -> Self {
        let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
        let conversion = json!({"toFormat": "X12", "formatOptions": {"x12": x12}});
        let made = json!({"name": "orders", "outputConversion": conversion});
        let input = bench.watch("OUTBOUND", made).await;
        Self { bench, input }
    }

    /// Puts a file in a watched folder; returns the ids of its jobs.
    async fn drop(&self, name: &str) -> Vec<String> {
        let key = format!("{}{name}", self.input);
        self.bench.drop(&key, DOCUMENT.as_bytes()).await
    }

    fn states(&self) -> Vec<&'static str> {
        let jobs = self.bench.service().jobs();
        jobs.iter().map(|job| job.state).collect()
    }

    /// Lets jobs continue until they have these states.
    pub(crate) async fn until(&self, expected: &[&str]) {
        while self.states() != expected {
            tokio::task::yield_now().await;
        }
    }

    /// ISA13 of each output, in the order of their names.
    async fn numbers(&self) -> Vec<String> {
        let mut numbers = Vec::new();
        for key in self.bench.keys("out/").await {
            let read = self.bench.objects.get(ACCOUNT, BUCKET, &key, None).await;
            let text = read.map(|item| item.body).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            if text.starts_with("ISA") {
                numbers.extend(text.split('*').nth(13).map(str::to_owned));
            }
        }
        numbers
    }
}

/// Refuses the second object that is written, and holds all jobs up at a stage, if there is one.
struct Obstacle {
    writes: AtomicUsize,
    refused: usize,
    held: Option<Stage>,
}

impl Obstacle {
    fn refusing(refused: usize) -> Arc<Self> {
        Arc::new(Self {
            writes: AtomicUsize::new(0),
            refused,
            held: None,
        })
    }

    fn holding(stage: Stage) -> Arc<Self> {
        Arc::new(Self {
            writes: AtomicUsize::new(0),
            refused: 0,
            held: Some(stage),
        })
    }
}

#[async_trait]
impl Stages for Obstacle {
    async fn enter(&self, _: &JobFacts, stage: Stage) -> StageDecision {
        if self.held == Some(stage) {
            pending::<()>().await;
        }
        StageDecision::Continue
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        if self.writes.fetch_add(1, Ordering::Relaxed) + 1 != self.refused {
            return WriteDecision::Write;
        }
        WriteDecision::Refuse {
            message: "Access Denied".to_owned(),
            keep: false,
        }
    }
}

/// Remembers the events.
#[derive(Default)]
struct Listener(Mutex<Vec<Event>>);

impl EventSink for Listener {
    fn emit(&self, event: Event) {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.push(event);
    }
}

#[tokio::test]
async fn the_number_of_a_file_that_cannot_be_written_goes_to_the_next() {
    let mut bench = Bench::new();
    // Each file has a report and then the X12 itself, so the fourth object is the second X12.
    bench.interfere(Obstacle::refusing(4));
    let pipeline = Pipeline::new(bench).await;
    for (name, state) in [("a", "succeeded"), ("b", "failed"), ("c", "succeeded")] {
        pipeline.drop(name).await;
        let mut expected = pipeline.states();
        expected.pop();
        expected.push(state);
        pipeline.until(&expected).await;
    }
    assert_eq!(pipeline.numbers().await, ["000000001", "000000002"]);
    let reports = pipeline.bench.keys("out/").await;
    let of_b = reports
        .iter()
        .filter(|report| report.contains("/b."))
        .count();
    assert_eq!(of_b, 0, "what was written of it is taken back");
}

#[tokio::test]
async fn events_name_the_stage_that_failed() {
    let mut bench = Bench::new();
    let listener = Arc::new(Listener::default());
    bench.listen(Arc::clone(&listener) as Arc<dyn EventSink>);
    bench.interfere(Obstacle::refusing(2));
    let pipeline = Pipeline::new(bench).await;
    pipeline.drop("a").await;
    pipeline.until(&["failed"]).await;
    let events = listener.0.lock().unwrap_or_else(PoisonError::into_inner);
    let reported: Vec<(&str, &Value)> = events
        .iter()
        .map(|event| (event.detail_type, &event.detail["failure-code"]))
        .collect();
    assert_eq!(
        reported,
        [("Transformation Failed", &json!("WRITE_OUTPUT_FAILED"))]
    );
}

#[tokio::test]
async fn jobs_wait_for_their_turn() {
    let mut bench = Bench::new();
    bench.interfere(Obstacle::holding(Stage::Map));
    bench.configure(Config {
        job_concurrency: 2,
        ..Config::standard()
    });
    let pipeline = Pipeline::new(bench).await;
    for name in ["a", "b", "c"] {
        pipeline.drop(name).await;
    }
    pipeline.until(&["running", "running", "queued"]).await;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(pipeline.states(), ["running", "running", "queued"]);
    let jobs = pipeline.bench.service().jobs();
    let stages: Vec<Option<&str>> = jobs.iter().map(|job| job.stage).collect();
    assert_eq!(stages, [Some("map"), Some("map"), None]);
}

#[tokio::test]
async fn a_job_of_a_pipeline_takes_its_time_on_the_clock_and_asks_for_no_polls() {
    for (duration, state) in [
        (JobDuration::Polls(3), "succeeded"),
        (
            JobDuration::Fixed(std::time::Duration::from_secs(5)),
            "accepted",
        ),
    ] {
        let mut bench = Bench::new();
        bench.configure(Config {
            job_duration: duration,
            ..Config::standard()
        });
        let pipeline = Pipeline::new(bench).await;
        pipeline.drop("a").await;
        pipeline.until(&[state]).await;
    }
}

#[tokio::test]
async fn a_job_of_ones_own_goes_on_when_it_was_asked_for() {
    let mut bench = Bench::new();
    bench.configure(Config {
        job_duration: JobDuration::Polls(3),
        ..Config::standard()
    });
    bench.put("in/1.edi", crate::bench::ORDER).await;
    let transformer = bench.active_transformer().await;
    let job = bench.start_job(&transformer).await;
    let job = json!({"transformerId": transformer, "transformerJobId": job});
    for _ in 0..3 {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let reported = bench.call("GetTransformerJob", job.clone()).await;
        assert_eq!(reported["status"], "running");
    }
    while bench.call("GetTransformerJob", job.clone()).await["status"] == "running" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_file_that_nobody_noticed_is_taken_up_once() {
    let pipeline = Pipeline::new(Bench::new()).await;
    let key = format!("{}missed", pipeline.input);
    pipeline.bench.put(&key, DOCUMENT.as_bytes()).await;
    let service = pipeline.bench.service();
    assert_eq!(service.catch_up().await.len(), 1);
    assert_eq!(service.catch_up().await, Vec::<String>::new());
    pipeline.until(&["succeeded"]).await;
    assert_eq!(service.catch_up().await, Vec::<String>::new());
    assert_eq!(pipeline.numbers().await, ["000000001"]);
}

#[tokio::test]
async fn folders_and_files_elsewhere_start_nothing() {
    let pipeline = Pipeline::new(Bench::new()).await;
    let service = pipeline.bench.service();
    for (account, region, bucket, key) in [
        (ACCOUNT, None, BUCKET, pipeline.input.clone()),
        (ACCOUNT, None, BUCKET, "in/other/a".to_owned()),
        (ACCOUNT, None, "other", format!("{}a", pipeline.input)),
        (
            ACCOUNT,
            Some("eu-west-1"),
            BUCKET,
            format!("{}a", pipeline.input),
        ),
        ("222222222222", None, BUCKET, format!("{}a", pipeline.input)),
    ] {
        let started = service.object_created(&ObjectCreated {
            account: Some(account),
            region,
            bucket,
            key: &key,
            size: 1,
            etag: "",
            written: None,
            occurrence: None,
        });
        assert!(started.is_empty(), "{account} {region:?} {bucket} {key}");
    }
}
