//! The operations that are running.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use b2bi_local_b2bi::{Clock, JobDuration};
use tokio::sync::Notify;

/// The operations that are at work, by the ARN of their stack.
#[derive(Clone, Default)]
pub(crate) struct RunningOperations(Arc<Mutex<BTreeMap<String, Arc<Running>>>>);

#[derive(Default)]
struct Running {
    is_cancelled: AtomicBool,
    polls: AtomicU32,
    changed: Notify,
    ended: Notify,
}

/// Keeps other operations from a stack until it is dropped.
pub(crate) struct RunningGuard {
    all: RunningOperations,
    stack_id: String,
    running: Arc<Running>,
}

impl RunningOperations {
    /// Occupies a stack; `None` if an operation on it is running.
    pub(crate) fn occupy(&self, stack_id: &str) -> Option<RunningGuard> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.contains_key(stack_id) {
            return None;
        }
        let running = Arc::new(Running::default());
        all.insert(stack_id.to_owned(), Arc::clone(&running));
        Some(RunningGuard {
            all: self.clone(),
            stack_id: stack_id.to_owned(),
            running,
        })
    }

    /// Whether an operation is at work on a stack.
    pub(crate) fn is_running(&self, stack_id: &str) -> bool {
        self.get(stack_id).is_some()
    }

    /// Notifies an operation that its stack was described.
    pub(crate) fn polled(&self, stack_id: &str) {
        if let Some(running) = self.get(stack_id) {
            running.polls.fetch_add(1, Ordering::AcqRel);
            running.changed.notify_one();
        }
    }

    /// Asks an operation to stop.
    pub(crate) fn cancel(&self, stack_id: &str) {
        if let Some(running) = self.get(stack_id) {
            running.is_cancelled.store(true, Ordering::Release);
            running.changed.notify_one();
        }
    }

    /// Waits until no operation is at work on a stack.
    pub(crate) async fn ended(&self, stack_id: &str) {
        while let Some(running) = self.get(stack_id) {
            let ended = running.ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            if !self.is_running(stack_id) {
                return;
            }
            ended.await;
        }
    }

    fn get(&self, stack_id: &str) -> Option<Arc<Running>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(stack_id).cloned()
    }
}

impl RunningGuard {
    /// Whether the operation must stop.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.running.is_cancelled.load(Ordering::Acquire)
    }

    /// Waits until the duration is over, or the operation must stop.
    pub(crate) async fn pause(&self, duration: JobDuration, clock: &dyn Clock) {
        match duration {
            JobDuration::Immediate => {}
            JobDuration::Fixed(time) => {
                let sleep = clock.sleep(time);
                tokio::pin!(sleep);
                while !self.is_cancelled() {
                    tokio::select! {
                        () = &mut sleep => return,
                        () = self.running.changed.notified() => {}
                    }
                }
            }
            JobDuration::Polls(count) => {
                while !self.is_cancelled() && self.running.polls.load(Ordering::Acquire) < count {
                    self.running.changed.notified().await;
                }
            }
        }
    }
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.stack_id);
        self.running.ended.notify_waiters();
    }
}
