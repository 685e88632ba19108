//! Watches the time limit of an evaluation, where the library cannot check it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Waits next to an evaluation; the thread ends with it.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    /// Dropped with the evaluation, which wakes the thread.
    _running: Sender<()>,
}

impl Watch {
    pub(super) fn new(time: Duration) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (running, ended) = channel();
        let flag = Arc::clone(&over);
        thread::spawn(move || {
            if ended.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                flag.store(true, Ordering::Relaxed);
            }
        });
        Self {
            over,
            _running: running,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}
