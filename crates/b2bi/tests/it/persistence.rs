//! Stored state: on disk, and as readable JSON.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use async_trait::async_trait;
use b2bi_local_b2bi::{
    Config, JobFacts, RestoreError, Stage, StageDecision, Stages, WriteDecision,
};
use b2bi_local_persistence::{Batch, RowStore, Table};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bench::{BUCKET, Bench, ORDER};

/// A directory that is removed with the test.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("b2bi-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn profile(name: &str, token: &str) -> Value {
    json!({"name": name, "phone": "5555555555", "businessName": name, "logging": "ENABLED",
           "clientToken": token, "tags": [{"Key": "name", "Value": name}]})
}

#[tokio::test]
async fn a_new_start_finds_everything_as_it_was() {
    let directory = Directory::new("start");
    let mut bench = Bench::new();
    bench.keep(RowStore::open(&directory.0).unwrap()).unwrap();
    let job = bench.finished_job().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        let made = bench.call("CreateProfile", profile(name, name)).await;
        ids.push(made["profileId"].clone());
    }
    let changed = json!({"profileId": ids[0], "name": "changed"});
    bench.call("UpdateProfile", changed).await;
    bench
        .call("DeleteProfile", json!({"profileId": ids[1]}))
        .await;
    let before = bench.service().describe().unwrap();
    // A bench has one service, so the first one releases the directory.
    let mut bench = restarted(bench, &directory).await;
    assert_eq!(bench.service().describe().unwrap(), before);
    let listed = bench.call("ListProfiles", json!({})).await;
    let names: Vec<&Value> = listed["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|items| &items["name"])
        .collect();
    assert_eq!(names, ["changed", "c"]);
    assert_eq!(
        bench.call("GetTransformerJob", job).await["status"],
        "succeeded"
    );
    let again = bench.call("CreateProfile", profile("c", "c")).await;
    assert_eq!(
        again["profileId"], ids[2],
        "a repetition is known after a start"
    );
    bench.call("CreateProfile", profile("d", "d")).await;
    bench = restarted(bench, &directory).await;
    let listed = bench.call("ListProfiles", json!({})).await;
    assert_eq!(listed["profiles"].as_array().map(Vec::len), Some(3));
}

async fn restarted(mut bench: Bench, directory: &Directory) -> Bench {
    restart(&mut bench, Config::standard(), directory).await;
    bench
}

/// Starts the service again on the same directory.
pub(crate) async fn restart(bench: &mut Bench, config: Config, directory: &Directory) {
    bench.forget();
    // Jobs that have just ended release their partition when their task does.
    let row_store = loop {
        match RowStore::open(&directory.0) {
            Ok(row_store) => break row_store,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert!(bench.keep_with(config, row_store).is_ok());
}

/// Holds every job up forever, like a crash.
struct Crash;

#[async_trait]
impl Stages for Crash {
    async fn enter(&self, _: &JobFacts, stage: Stage) -> StageDecision {
        if stage == Stage::Finish {
            std::future::pending::<()>().await;
        }
        StageDecision::Continue
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        WriteDecision::Write
    }
}

#[test]
fn a_job_under_way_is_taken_up_again_and_writes_the_same_object() {
    let directory = Directory::new("job");
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let mut bench = Bench::new();
    let crashed = runtime();
    let (transformer, job) = crashed.block_on(async {
        bench.interfere(Arc::new(Crash));
        bench.keep(RowStore::open(&directory.0).unwrap()).unwrap();
        bench.put("in/1.edi", ORDER).await;
        let transformer = bench.active_transformer().await;
        let job = bench.start_job(&transformer).await;
        while bench.keys("out/1.edi").await.is_empty() {
            tokio::task::yield_now().await;
        }
        (transformer, job)
    });
    let written = crashed.block_on(bench.keys("out/"));
    drop(crashed);
    bench.forget();
    bench.advance(5000);
    runtime().block_on(async {
        bench.interfere(Arc::new(NoFaults));
        bench.keep(RowStore::open(&directory.0).unwrap()).unwrap();
        bench.service().resume();
        let asked = json!({"transformerId": transformer, "transformerJobId": job});
        let ended = loop {
            let job = bench.call("GetTransformerJob", asked.clone()).await;
            if job["status"] != "running" {
                break job;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(ended["status"], "succeeded");
        assert_eq!(bench.keys("out/").await, written);
        let key = ended["outputFiles"][0]["key"].as_str().unwrap();
        assert!(written.iter().any(|written| written == key));
        assert_eq!(ended["outputFiles"][0]["bucketName"], BUCKET);
    });
}

struct NoFaults;

#[async_trait]
impl Stages for NoFaults {
    async fn enter(&self, _: &JobFacts, _: Stage) -> StageDecision {
        StageDecision::Continue
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        WriteDecision::Write
    }
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    let bench = Bench::new();
    bench.call("CreateProfile", profile("a", "a")).await;
    let before = bench.service().describe().unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut state = before.clone();
        change(&mut state);
        state
    };
    for (state, expected) in [
        (json!([]), "the member format must be 'b2bi-local state'"),
        (
            with(&|item| item["version"] = 2.into()),
            "written by a later release, in version 2",
        ),
        (
            with(&|item| item["version"] = 0.into()),
            "the member version must be",
        ),
        (
            with(&|item| item["scopes"] = 0.into()),
            "the member scopes must be a list",
        ),
        (
            with(&|item| item["scopes"][0]["account"] = "a\nb".into()),
            "scopes[0]: account must be a text",
        ),
        (
            with(&|item| item["scopes"][0]["orders"] = json!([])),
            "scopes[0]: there is no table orders",
        ),
        (
            with(&|item| item["scopes"][0]["profiles"][0]["description"]["name"] = 1.into()),
            "scopes[0]: profiles: p-",
        ),
        (
            with(&|item| {
                let again = item["scopes"][0]["profiles"][0].clone();
                item["scopes"][0]["profiles"]
                    .as_array_mut()
                    .unwrap()
                    .push(again);
            }),
            "is there twice",
        ),
        (
            with(&|item| {
                let again = item["scopes"][0].clone();
                item["scopes"].as_array_mut().unwrap().push(again);
            }),
            "scopes[1]: the account and region are there twice",
        ),
    ] {
        let problem = bench.service().restore(&state).await.unwrap_err();
        assert!(
            matches!(problem, RestoreError::Unreadable(_)),
            "{problem:?}"
        );
        assert!(problem.to_string().contains(expected), "{problem}");
        assert_eq!(bench.service().describe().unwrap(), before);
    }
}

#[tokio::test]
async fn a_state_that_the_disk_does_not_take_changes_nothing() {
    let directory = Directory::new("full");
    let row_store = RowStore::open(&directory.0).unwrap();
    let mut bench = Bench::new();
    bench.keep(row_store.clone()).unwrap();
    bench.call("CreateProfile", profile("a", "a")).await;
    let before = bench.service().describe().unwrap();
    bench.call("CreateProfile", profile("b", "b")).await;
    let later = bench.service().describe().unwrap();
    bench.service().restore(&before).await.unwrap();

    // The table has another type, so this fails; nothing is accepted until it is undone.
    let ((failed, has_failed), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
    let mut batch = Batch::new();
    batch.put(Table("about"), "x".to_owned(), Vec::new());
    batch.on_failure(move || {
        failed.send(()).unwrap();
        may_go_on.recv().unwrap();
    });
    let ticket = row_store.send(batch).unwrap();
    has_failed.recv().unwrap();
    let problem = bench.service().restore(&later).await.unwrap_err();
    assert!(
        matches!(problem, RestoreError::NotPersisted(_)),
        "{problem:?}"
    );
    go_on.send(()).unwrap();
    assert!(row_store.flushed(ticket).await.is_err());
    assert_eq!(bench.service().describe().unwrap(), before);
    bench.service().restore(&later).await.unwrap();
    bench.service().restore(&before).await.unwrap();
    drop(row_store);
    let bench = restarted(bench, &directory).await;
    assert_eq!(bench.service().describe().unwrap(), before);
}

#[tokio::test]
async fn states_are_put_back_one_after_the_other() {
    let directory = Directory::new("turns");
    let mut bench = Bench::new();
    bench.keep(RowStore::open(&directory.0).unwrap()).unwrap();
    let mut states = Vec::new();
    for name in ["a", "b", "c"] {
        bench.call("CreateProfile", profile(name, name)).await;
        states.push(bench.service().describe().unwrap());
    }
    let restore = |at: usize| bench.service().restore(&states[at]);
    for _ in 0..10 {
        tokio::try_join!(restore(2), restore(0), restore(1), restore(2), restore(0)).unwrap();
        assert_eq!(bench.service().describe().unwrap(), states[0]);
    }
    let bench = restarted(bench, &directory).await;
    assert_eq!(bench.service().describe().unwrap(), states[0]);
}

#[derive(Clone, Debug)]
enum Step {
    Create(String),
    Rename(usize, String),
    Delete(usize),
    Tag(usize, String),
    Untag(usize),
    Job,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = "[a-zé\"\\\\ ]{1,20}";
    let step = prop_oneof![
        4 => name.prop_map(Step::Create),
        2 => (0..9usize, name).prop_map(|(at, name)| Step::Rename(at, name)),
        1 => (0..9usize).prop_map(Step::Delete),
        2 => (0..9usize, name).prop_map(|(at, name)| Step::Tag(at, name)),
        1 => (0..9usize).prop_map(Step::Untag),
        1 => Just(Step::Job),
    ];
    prop::collection::vec(step, 0..25)
}

async fn carry_out(bench: &Bench, steps: &[Step]) {
    let mut made = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let nth = |made: &Vec<Value>, nth: usize| {
            made.get(nth % made.len().max(1))
                .cloned()
                .unwrap_or_default()
        };
        let reply = match step {
            Step::Create(name) => {
                let profile = bench
                    .call("CreateProfile", profile(name, &at.to_string()))
                    .await;
                made.push(profile);
                continue;
            }
            Step::Job => bench.finished_job().await,
            Step::Rename(at, name) => {
                let id = nth(&made, *at)["profileId"].clone();
                bench
                    .call("UpdateProfile", json!({"profileId": id, "name": name}))
                    .await
            }
            Step::Delete(at) => {
                let id = nth(&made, *at)["profileId"].clone();
                bench.call("DeleteProfile", json!({"profileId": id})).await
            }
            Step::Tag(at, name) => {
                let arn = nth(&made, *at)["profileArn"].clone();
                let tags = json!([{"Key": name, "Value": name}]);
                bench
                    .call("TagResource", json!({"ResourceARN": arn, "Tags": tags}))
                    .await
            }
            Step::Untag(at) => {
                let arn = nth(&made, *at)["profileArn"].clone();
                bench
                    .call(
                        "UntagResource",
                        json!({"ResourceARN": arn, "TagKeys": ["name"]}),
                    )
                    .await
            }
        };
        drop(reply);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// State that is exported, imported into another service and exported again is the same; so is
    /// the state from the disk.
    #[test]
    fn any_state_survives_being_written(steps in steps(), later in steps()) {
        let directory = Directory::new("any");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut bench = Bench::new();
            bench.keep(RowStore::open(&directory.0).unwrap()).unwrap();
            carry_out(&bench, &steps).await;
            let written = bench.service().describe().unwrap();
            let other = Bench::new();
            carry_out(&other, &later).await;
            other.service().restore(&written).await.unwrap();
            assert_eq!(other.service().describe().unwrap(), written);

            let mut bench = restarted(bench, &directory).await;
            assert_eq!(bench.service().describe().unwrap(), written);
            carry_out(&bench, &later).await;
            bench.service().restore(&written).await.unwrap();
            bench = restarted(bench, &directory).await;
            assert_eq!(bench.service().describe().unwrap(), written);
            bench.service().reset(None, Some("elsewhere")).await.unwrap();
            assert_eq!(bench.service().describe().unwrap(), written);
            bench.service().reset(None, None).await.unwrap();
            bench = restarted(bench, &directory).await;
            assert_eq!(bench.service().describe().unwrap()["scopes"], json!([]));
        });
    }
}
