//! Applies the lifecycle rules of buckets each midnight (UTC) of the server's clock.

use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_objects::EmbeddedS3;
use b2bi_local_panics::{Kind, supervised};

use crate::app::App;

/// How long the work pauses after a panic.
const PAUSE: Duration = Duration::from_millis(100);
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Removes what has expired, at the start and whenever the clock shows another day; after a panic it
/// starts again.
pub(crate) async fn expire_supervised(app: &App, s3: &EmbeddedS3) {
    let watch = || expire_daily(app, s3);
    supervised(&app.panics, Kind::Watcher, "lifecycle rules", PAUSE, watch).await;
}

async fn expire_daily(app: &App, s3: &EmbeddedS3) {
    let mut changes = app.clock.subscribe();
    let mut done = None;
    loop {
        changes.mark_unchanged();
        let now = app.clock.now().as_millis();
        let today = now.div_euclid(DAY_MILLIS);
        if done != Some(today) {
            expire(s3).await;
            done = Some(today);
        }
        let left = DAY_MILLIS.saturating_sub(now.rem_euclid(DAY_MILLIS));
        let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
        tokio::select! {
            // The sender lives as long as the clock, so this is a change.
            _ = changes.changed() => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

async fn expire(s3: &EmbeddedS3) {
    match s3.expire(tokio::task::yield_now).await {
        Ok(buckets) => {
            for (account, bucket, expired) in buckets {
                tracing::info!(
                    account,
                    bucket,
                    removed = expired.removed,
                    hidden = expired.hidden,
                    aborted_uploads = expired.aborted,
                    moved = expired.moved,
                    "lifecycle rules applied"
                );
            }
        }
        Err(error) => tracing::warn!(
            %error,
            "lifecycle rules did not complete; they run again tomorrow"
        ),
    }
}
