//! The state that is kept about the past is limited.

use b2bi_local_b2bi::Config;
use b2bi_local_persistence::RowStore;
use serde_json::{Value, json};

use crate::bench::{Bench, ORDER};
use crate::persistence::{Directory, restart};

fn config(jobs_in_memory: usize, jobs_remembered: usize) -> Config {
    Config {
        jobs_in_memory,
        jobs_remembered,
        ..Config::standard()
    }
}

/// Runs this many jobs on a purchase order, one after the other, to their end.
pub(crate) async fn finished_jobs(bench: &Bench, count: usize) -> Vec<Value> {
    bench.put("in/1.edi", ORDER).await;
    let transformer = bench.active_transformer().await;
    let mut jobs = Vec::new();
    for _ in 0..count {
        let id = bench.start_job(&transformer).await;
        let job = json!({"transformerId": transformer, "transformerJobId": id});
        while status(bench, &job).await == "running" {
            tokio::task::yield_now().await;
        }
        jobs.push(job);
    }
    jobs
}

async fn status(bench: &Bench, job: &Value) -> String {
    let reply = bench.call("GetTransformerJob", job.clone()).await;
    match reply["status"].as_str() {
        Some(status) => status.to_owned(),
        None => reply
            .as_object()
            .and_then(|object| object.keys().next())
            .cloned()
            .unwrap_or_default(),
    }
}

pub(crate) async fn statuses(bench: &Bench, jobs: &[Value]) -> Vec<String> {
    let mut all = Vec::new();
    for job in jobs {
        all.push(status(bench, job).await);
    }
    all
}

pub(crate) const HERE: &str = "succeeded";
pub(crate) const GONE: &str = "ResourceNotFoundException";

#[tokio::test]
async fn jobs_beyond_the_limit_are_read_from_the_disk() {
    let directory = Directory::new("retention");
    let mut bench = Bench::new();
    bench
        .keep_with(config(2, 3), RowStore::open(&directory.0).unwrap())
        .unwrap();
    let jobs = finished_jobs(&bench, 7).await;
    let expected = [GONE, GONE, HERE, HERE, HERE, HERE, HERE];
    assert_eq!(bench.service().jobs().len(), 2, "in memory");
    assert_eq!(statuses(&bench, &jobs).await, expected);
    let old = bench.call("GetTransformerJob", jobs[2].clone()).await;
    assert!(old["outputFiles"][0]["key"].is_string(), "{old}");
    let mut other = jobs[2].clone();
    other["transformerId"] = json!("tr-0123456789abcdef0");
    assert_eq!(status(&bench, &other).await, GONE);
    restart(&mut bench, config(2, 3), &directory).await;
    assert_eq!(bench.service().jobs().len(), 2, "after a start");
    assert_eq!(statuses(&bench, &jobs).await, expected);
    bench.advance(31 * 24 * 60 * 60 * 1000);
    assert_eq!(statuses(&bench, &jobs).await, [GONE; 7], "after 30 days");
    restart(&mut bench, config(9, 9), &directory).await;
    assert_eq!(bench.service().jobs().len(), 0, "nor are they on disk");
}

#[tokio::test]
async fn a_reset_removes_the_jobs_on_disk_too() {
    let directory = Directory::new("retention-reset");
    let mut bench = Bench::new();
    bench
        .keep_with(config(1, 9), RowStore::open(&directory.0).unwrap())
        .unwrap();
    let jobs = finished_jobs(&bench, 3).await;
    bench.service().reset(None, None).await.unwrap();
    assert_eq!(statuses(&bench, &jobs).await, [GONE; 3]);
    restart(&mut bench, config(9, 9), &directory).await;
    assert_eq!(bench.service().jobs().len(), 0);
    let jobs = finished_jobs(&bench, 3).await;
    assert_eq!(statuses(&bench, &jobs).await, [HERE; 3]);
}

#[tokio::test]
async fn without_a_disk_jobs_beyond_the_limit_are_forgotten() {
    let mut bench = Bench::new();
    bench.configure(config(2, 3));
    let jobs = finished_jobs(&bench, 4).await;
    assert_eq!(statuses(&bench, &jobs).await, [GONE, GONE, HERE, HERE]);
    let state = bench.service().describe().unwrap();
    bench.service().restore(&state).await.unwrap();
    assert_eq!(statuses(&bench, &jobs).await, [GONE, GONE, HERE, HERE]);
    bench.configure(config(1, 3));
    bench.service().restore(&state).await.unwrap();
    assert_eq!(statuses(&bench, &jobs).await, [GONE, GONE, GONE, HERE]);
}

#[tokio::test]
async fn replies_for_client_tokens_are_dropped_when_they_are_old_or_too_many() {
    let mut bench = Bench::new();
    bench.configure(Config {
        client_tokens: 2,
        ..Config::standard()
    });
    let make = async |bench: &Bench, token: &str| {
        let profile = json!({"name": "a", "phone": "5555555555", "businessName": "b",
                             "logging": "DISABLED", "clientToken": token});
        bench.call("CreateProfile", profile).await["profileId"].clone()
    };
    let kept = |bench: &Bench| {
        let state = bench.service().describe().unwrap();
        state["scopes"][0]["replies"].as_array().map_or(0, Vec::len)
    };
    let (a, b) = (make(&bench, "a").await, make(&bench, "b").await);
    assert_eq!((make(&bench, "a").await, kept(&bench)), (a.clone(), 2));
    let c = make(&bench, "c").await;
    assert_eq!((make(&bench, "b").await, make(&bench, "c").await), (b, c));
    assert_ne!(make(&bench, "a").await, a, "the oldest made room");
    assert_eq!(kept(&bench), 2);
    bench.advance(24 * 60 * 60 * 1000 + 1);
    make(&bench, "d").await;
    assert_eq!(kept(&bench), 1, "old ones are dropped");
}

#[tokio::test]
async fn callers_that_leave_nothing_take_no_memory() {
    let bench = Bench::new();
    let profile =
        json!({"name": "a", "phone": "5555555555", "businessName": "b", "logging": "DISABLED"});
    bench
        .call_as("000000000007", "CreateProfile", profile)
        .await;
    for number in 0..5_000 {
        let account = format!("{number:012}");
        bench.call_as(&account, "ListProfiles", json!({})).await;
    }
    assert!(bench.service().partition_count() <= 1_001);
    let listed = bench
        .call_as("000000000007", "ListProfiles", json!({}))
        .await;
    assert_eq!(listed["profiles"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_reset_of_one_account_leaves_the_limit_to_the_others() {
    let mut bench = Bench::new();
    bench.configure(config(2, 9));
    let profile =
        json!({"name": "a", "phone": "5555555555", "businessName": "b", "logging": "DISABLED"});
    let other = "000000000007";
    bench.call_as(other, "CreateProfile", profile).await;
    finished_jobs(&bench, 2).await;
    bench.service().reset(Some(other), None).await.unwrap();
    finished_jobs(&bench, 2).await;
    assert_eq!(bench.service().jobs().len(), 2, "in memory");
}
