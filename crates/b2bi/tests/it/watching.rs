//! An external storage with its own clock: files are found by polling, or reported by
//! notifications.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use b2bi_local_b2bi::{Notification, PollState};
use b2bi_local_objects::{
    Attributes, EmbeddedS3, Listing, Object, ObjectError, ObjectStore, ObjectWriter, Settings,
};
use bytes::Bytes;
use serde_json::json;

use crate::bench::{ACCOUNT, BUCKET, Bench};
use crate::pipelines::{DOCUMENT, Pipeline};

const DAY: u64 = 24 * 60 * 60;

/// A storage whose clock differs from the service's, and that can be unavailable.
struct Elsewhere {
    store: Arc<dyn ObjectStore>,
    seconds: Arc<AtomicU64>,
    is_down: AtomicBool,
}

impl Elsewhere {
    fn new() -> Arc<Self> {
        let seconds = Arc::new(AtomicU64::new(1_700_000_000));
        let clock = Arc::clone(&seconds);
        let s3 = EmbeddedS3::new(Settings::new(
            Arc::new(move || time(&clock)),
            Arc::new(String::new),
        ));
        s3.create_bucket(ACCOUNT, BUCKET);
        Arc::new(Self {
            store: s3.store(),
            seconds,
            is_down: AtomicBool::new(false),
        })
    }

    fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn time(seconds: &AtomicU64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed))
}

#[async_trait]
impl ObjectStore for Elsewhere {
    async fn head(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
    ) -> Result<Attributes, ObjectError> {
        self.store.head(account, bucket, key).await
    }

    async fn get(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError> {
        self.store.get(account, bucket, key, range).await
    }

    async fn put(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Attributes, ObjectError> {
        self.store
            .put(account, bucket, key, body, content_type)
            .await
    }

    async fn writer(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Box<dyn ObjectWriter>, ObjectError> {
        self.store.writer(account, bucket, key, content_type).await
    }

    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError> {
        self.store.delete(account, bucket, key).await
    }

    async fn list(
        &self,
        account: &str,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        _: usize,
    ) -> Result<Listing, ObjectError> {
        if self.is_down.load(Ordering::Relaxed) {
            return Err(ObjectError::Unavailable("gone fishing".to_owned()));
        }
        // A page of two, so that there are several.
        let page = self.store.list(account, bucket, prefix, after, 2).await?;
        Ok(Listing {
            as_of: Some(time(&self.seconds)),
            ..page
        })
    }
}

async fn pipeline() -> (Arc<Elsewhere>, Pipeline) {
    let elsewhere = Elsewhere::new();
    let bench = Bench::on(Arc::clone(&elsewhere) as Arc<dyn ObjectStore>);
    (elsewhere, Pipeline::new(bench).await)
}

impl Pipeline {
    async fn put(&self, name: &str, body: &str) {
        let key = format!("{}{name}", self.input);
        self.bench.put(&key, body.as_bytes()).await;
    }

    /// The number of jobs that a poll starts.
    async fn poll_folders(&self, seen: &mut PollState) -> usize {
        self.bench.service().poll_folders(seen).await.len()
    }
}

#[tokio::test]
async fn each_file_is_found_once_however_often_one_looks() {
    let (elsewhere, world) = pipeline().await;
    let mut seen = PollState::default();
    for name in ["a", "b", "c", "d"] {
        world.put(name, DOCUMENT).await;
    }
    assert_eq!(world.poll_folders(&mut seen).await, 4);
    assert_eq!(world.poll_folders(&mut seen).await, 0);
    // A first poll finds the jobs.
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 0);
    elsewhere.advance(1);
    world.put("a", DOCUMENT).await;
    world.put("b", &DOCUMENT.replace("PO-1", "PO-2")).await;
    assert_eq!(world.poll_folders(&mut seen).await, 2);
    assert_eq!(
        world.poll_folders(&mut seen).await + world.poll_folders(&mut PollState::default()).await,
        0
    );
    world.until(&["succeeded"; 6]).await;
}

#[tokio::test]
async fn files_that_are_older_than_the_partners_folder_do_not_count() {
    let (elsewhere, world) = pipeline().await;
    world.put("old", DOCUMENT).await;
    elsewhere.advance(1);
    // Like a server that has the same ids again after a restart.
    world.put("", "").await;
    world.put("new", DOCUMENT).await;
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 1);
}

#[tokio::test]
async fn a_changed_partnership_leaves_its_folder_as_old_as_it_is() {
    let (elsewhere, world) = pipeline().await;
    world.put("file", DOCUMENT).await;
    elsewhere.advance(1);
    let partnerships = world.bench.call("ListPartnerships", json!({})).await;
    let partnership = &partnerships["partnerships"][0];
    let update = json!({"partnershipId": partnership["partnershipId"],
                        "capabilities": partnership["capabilities"]});
    world.bench.call("UpdatePartnership", update).await;
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 1);
}

#[tokio::test]
async fn files_that_are_older_than_jobs_are_kept_do_not_count() {
    let (elsewhere, world) = pipeline().await;
    for (name, days) in [("first", 1), ("second", 30), ("third", 0)] {
        world.put(name, DOCUMENT).await;
        elsewhere.advance(days * DAY);
    }
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 2);
}

#[tokio::test]
async fn what_is_out_of_reach_for_a_while_is_not_forgotten() {
    let (elsewhere, world) = pipeline().await;
    let mut seen = PollState::default();
    world.put("a", DOCUMENT).await;
    assert_eq!(world.poll_folders(&mut seen).await, 1);
    elsewhere.is_down.store(true, Ordering::Relaxed);
    world.put("b", DOCUMENT).await;
    assert_eq!(world.poll_folders(&mut seen).await, 0);
    elsewhere.is_down.store(false, Ordering::Relaxed);
    assert_eq!(world.poll_folders(&mut seen).await, 1);
}

#[tokio::test]
async fn repeated_notifications_start_one_job() {
    let (elsewhere, world) = pipeline().await;
    let key = format!("{}file", world.input);
    let notify = async |occurrence| {
        let notification = Notification {
            bucket: BUCKET,
            key: &key,
            size: None,
            etag: None,
            occurrence,
        };
        world
            .bench
            .service()
            .object_notified(&notification)
            .await
            .len()
    };
    world.put("file", DOCUMENT).await;
    let mut started = Vec::new();
    for occurrence in [Some("1"), Some("1"), Some("2"), None, None] {
        started.push(notify(occurrence).await);
    }
    assert_eq!(started, [1, 0, 1, 1, 1]);
    // A poll finds those jobs.
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 0);
    elsewhere.advance(1);
    world.put("file", DOCUMENT).await;
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 1);
    assert_eq!(notify(Some("3")).await, 0);
    elsewhere.advance(1);
    world.put("file", DOCUMENT).await;
    assert_eq!(notify(Some("4")).await, 1);
}

#[tokio::test]
async fn a_capability_that_moves_gets_its_folders() {
    let (_, world) = pipeline().await;
    let listed = world.bench.call("ListCapabilities", json!({})).await;
    let id = json!({"capabilityId": listed["capabilities"][0]["capabilityId"]});
    let capability = world.bench.call("GetCapability", id.clone()).await;
    let mut update = id;
    update["configuration"] = capability["configuration"].clone();
    update["configuration"]["edi"]["inputLocation"]["key"] = json!("moved/");
    world.bench.call("UpdateCapability", update).await;
    let moved = world.input.replacen("in/", "moved/", 1);
    assert_eq!(
        world.bench.keys("moved/").await,
        std::slice::from_ref(&moved)
    );
    let key = format!("{moved}file");
    world.bench.put(&key, DOCUMENT.as_bytes()).await;
    assert_eq!(world.poll_folders(&mut PollState::default()).await, 1);
}
