//! Reports created objects to the service: those in the embedded S3 as they are created, those in an
//! external S3 by polling. Objects missed because of a failing disk are found by polling, too.

use std::future::pending;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, UNIX_EPOCH};

use b2bi_local_b2bi::{ObjectCreated, PollState};
use b2bi_local_objects::{EmbeddedS3, ObjectEvent};
use b2bi_local_panics::{Kind, supervised};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::s3_notifications;

/// How long a watcher that panicked pauses before it starts again.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes on created objects; after a panic it starts again, including what it missed.
pub(crate) async fn pass_on_supervised(app: &App, s3: &EmbeddedS3, events: Receiver<ObjectEvent>) {
    let service = &app.service;
    let mut events = Some(events);
    let watch = || {
        let events = events.take();
        async move {
            let events = if let Some(events) = events {
                events
            } else {
                let events = s3.subscribe();
                service.catch_up().await;
                events
            };
            pass_on(app, events).await;
        }
    };
    supervised(&app.panics, Kind::Watcher, "created objects", PAUSE, watch).await;
}

/// Looks into the watched folders; after a panic it starts again.
pub(crate) async fn poll_supervised(app: &App, pause: Option<Duration>) {
    let watch = || poll(app, pause);
    supervised(&app.panics, Kind::Watcher, "watched folders", PAUSE, watch).await;
}

/// Starts the jobs that could not be stored on disk, each time that it can be written again; after
/// a panic it starts again.
pub(crate) async fn catch_up_supervised(app: &App) {
    let handled = AtomicU64::new(app.disk_recoveries());
    let watch = async || {
        loop {
            let recoveries = app.disk_recovered(handled.load(Relaxed)).await;
            let started = app.service.catch_up().await.len();
            tracing::info!(
                started,
                "starting the jobs of files that arrived while the disk failed"
            );
            handled.store(recoveries, Relaxed);
        }
    };
    supervised(&app.panics, Kind::Watcher, "disk recovery", PAUSE, watch).await;
}

/// Passes on created objects and sends notifications of changes as long as there are any.
///
/// Where accounts share their buckets, the capabilities of all accounts watch them.
async fn pass_on(app: &App, mut events: Receiver<ObjectEvent>) {
    let (service, shared) = (&app.service, app.config.s3.shared);
    loop {
        match events.recv().await {
            Ok(event) => {
                if event.change.is_created() {
                    service.object_created(&created(&event, shared));
                }
                s3_notifications::notify(app, &event);
            }
            Err(RecvError::Lagged(count)) => {
                tracing::warn!(
                    count,
                    "objects were created faster than their events were handled"
                );
                events = events.resubscribe();
                service.catch_up().await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn created(event: &ObjectEvent, shared: bool) -> ObjectCreated<'_> {
    ObjectCreated {
        account: (!shared).then_some(event.account.as_str()),
        region: None,
        bucket: &event.bucket,
        key: &event.key,
        size: event.size,
        etag: &event.etag,
        written: written(event),
        occurrence: None,
    }
}

/// In milliseconds.
fn written(event: &ObjectEvent) -> Option<i64> {
    let since = event.at.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Polls the watched folders immediately, and then repeatedly if an interval is given.
///
/// This is real time: clients that put files into an external S3 do not wait for our clock. After a
/// failure of the disk, everything is polled as if for the first time, because files that were seen
/// may have lost their jobs.
async fn poll(app: &App, pause: Option<Duration>) {
    let mut seen = PollState::default();
    let mut recoveries = app.disk_recoveries();
    loop {
        app.service.poll_folders(&mut seen).await;
        let next = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = next => {}
            now = app.disk_recovered(recoveries) => {
                recoveries = now;
                seen = PollState::default();
            }
        }
    }
}
