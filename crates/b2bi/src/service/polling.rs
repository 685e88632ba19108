//! Watched folders, polled for files that no event reported.

use std::sync::atomic::Ordering;

use super::B2bi;
use crate::pipelines::{PollState, poll};

impl B2bi {
    /// Starts the jobs of new files in watched folders since the last poll, and returns their ids.
    ///
    /// A file is not new if there is a job for it that began after it was written. Files older than
    /// their partnership, or older than jobs are kept, do not count. Call it if an object may have
    /// been missed: after a start, or after too many object events.
    ///
    /// Source: Assumption A-82.
    pub async fn catch_up(&self) -> Vec<String> {
        self.poll_folders(&mut PollState::default()).await
    }

    /// Like [`catch_up`](Self::catch_up), but skips files that were seen before: for folders that
    /// are polled because their storage sends no notifications.
    pub async fn poll_folders(&self, seen: &mut PollState) -> Vec<String> {
        let resets = self.resets.load(Ordering::Relaxed);
        let partitions = self.partitions_where(|_| true);
        poll(self.context(), partitions, resets, seen).await
    }
}
