//! Tasks that start again after a panic.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use crate::{Kind, Panics, caught};

/// Runs the future from `task` until it ends; after each panic, which is logged and counted, it
/// pauses and starts again.
pub async fn supervised<F: Future<Output = ()>>(
    panics: &Panics,
    kind: Kind,
    subject: &str,
    pause: Duration,
    mut task: impl FnMut() -> F,
) {
    loop {
        let ended = caught(pin!(task())).await;
        let Err(panic) = ended else {
            return;
        };
        panics.report(kind, subject, &panic);
        tokio::time::sleep(pause).await;
    }
}
