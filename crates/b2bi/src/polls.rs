//! The number of polls of a job.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts the calls of `GetTransformerJob` for one job; clones share the count.
#[derive(Clone, Debug)]
pub struct Polls(Arc<watch::Sender<u32>>);

impl Polls {
    /// None yet.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u32 {
        *self.0.borrow()
    }

    /// Waits until there were as many as this.
    pub async fn reached(&self, count: u32) {
        // The sender is held by `self`, so waiting does not end before its time.
        let _ = self.0.subscribe().wait_for(|item| *item >= count).await;
    }

    /// Counts one more.
    pub(crate) fn add(&self) {
        self.0.send_modify(|item| *item = item.saturating_add(1));
    }
}
