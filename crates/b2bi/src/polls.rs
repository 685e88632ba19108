//! The number of polls of a job.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts the calls of `GetTransformerJob` for one job; clones share the count.
#[derive(Clone, Debug)]
pub struct Polls(Arc<watch::Sender<u32>>);

impl Polls {
    /// No polls yet.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// The number of polls so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        *self.0.borrow()
    }

    /// Waits until there have been this many.
    pub async fn reached(&self, count: u32) {
        // `self` keeps the sender, so the wait does not end early.
        let _ = self.0.subscribe().wait_for(|item| *item >= count).await;
    }

    /// Counts a poll.
    pub(crate) fn add(&self) {
        self.0.send_modify(|item| *item = item.saturating_add(1));
    }
}
