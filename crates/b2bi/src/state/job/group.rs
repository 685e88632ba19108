//! The running jobs of a partition, which can be ended together.

use std::future::Future;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// Running jobs and their delayed writes.
#[derive(Debug)]
pub(crate) struct JobGroup(Mutex<watch::Sender<bool>>);

/// A place in the group, held as long as the work runs.
#[derive(Clone, Debug)]
pub(crate) struct JobTicket(watch::Receiver<bool>);

/// Jobs that were asked to end.
#[derive(Debug)]
#[must_use = "they may still be writing until they have ended"]
pub(crate) struct CancelledJobs(watch::Sender<bool>);

impl Default for JobGroup {
    fn default() -> Self {
        Self(Mutex::new(watch::Sender::new(false)))
    }
}

impl JobGroup {
    /// A place for work that is about to start.
    pub(crate) fn ticket(&self) -> JobTicket {
        let group = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        JobTicket(group.subscribe())
    }

    /// Ends all work of the group. Later work belongs to a new group.
    pub(crate) fn cancel(&self) -> CancelledJobs {
        let mut group = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *group, watch::Sender::new(false));
        old.send_replace(true);
        CancelledJobs(old)
    }
}

impl JobTicket {
    /// Runs the work, unless the group is cancelled first. Cancelled work stops at its next wait.
    pub(crate) async fn run(mut self, work: impl Future<Output = ()>) {
        tokio::select! {
            biased;
            _ = self.0.wait_for(|is_cancelled| *is_cancelled) => {}
            () = work => {}
        }
    }
}

impl CancelledJobs {
    /// Waits until none of them does anything any more.
    pub(crate) async fn ended(self) {
        self.0.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::JobGroup;

    /// Sets a flag when the work is dropped.
    struct Dropped(Arc<AtomicBool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn cancelled_work_is_gone_once_it_has_ended() {
        let (group, is_gone) = (JobGroup::default(), Arc::new(AtomicBool::new(false)));
        let (ticket, dropped) = (group.ticket(), Dropped(Arc::clone(&is_gone)));
        tokio::spawn(ticket.run(async move {
            let _dropped = dropped;
            pending::<()>().await;
        }));
        let cancelled = group.cancel();
        let later = group.ticket();
        cancelled.ended().await;
        assert!(is_gone.load(Ordering::SeqCst));
        let has_run = AtomicBool::new(false);
        later
            .run(async { has_run.store(true, Ordering::SeqCst) })
            .await;
        assert!(has_run.load(Ordering::SeqCst));
    }
}
