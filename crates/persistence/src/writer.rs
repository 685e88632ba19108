//! The thread that writes, and what happens when it cannot.

use std::future::pending;
use std::mem;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::watch;

use crate::batch::Batch;
use crate::error::WriteError;
use crate::progress::{CommitSeq, Progress};
use crate::storage::Storage;

/// The maximum number of batches that are written together.
const TOGETHER: usize = 1024;
/// The maximum number of waiting batches. Every writer waits for its batch, so only a hanging disk
/// lets this many accumulate; further ones are refused.
pub(crate) const QUEUE: usize = 65_536;
/// How often a writer that has failed tests whether there is space again.
pub(crate) const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// Hands batches to the thread.
pub(crate) struct Writer {
    queue: Arc<Mutex<Queue>>,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

struct Queue {
    last: CommitSeq,
    /// None when the writer ends.
    batches: Option<SyncSender<(CommitSeq, Batch)>>,
    /// Why nothing is accepted now: failed batches are being undone, or a restart is required.
    refused: Option<WriteError>,
    /// Whether a batch was refused because too many waited.
    has_overflowed: bool,
}

impl Writer {
    pub(crate) fn start(
        storage: Arc<Storage>,
        committed: CommitSeq,
        probe_interval: Duration,
    ) -> Self {
        let (sender, batches) = mpsc::sync_channel(QUEUE);
        let (report, progress) = watch::channel(Progress::starting_at(committed));
        let queue = Arc::new(Mutex::new(Queue {
            last: committed,
            batches: Some(sender),
            refused: None,
            has_overflowed: false,
        }));
        let thread = WriterThread {
            storage,
            queue: Arc::clone(&queue),
            batches,
            report,
            probe_interval,
        };
        Self {
            queue,
            progress,
            thread: Some(thread::spawn(move || thread.run())),
        }
    }

    /// The ticket and the place in the queue are taken together, so that tickets are in order.
    pub(crate) fn send(&self, batch: Batch) -> Result<CommitSeq, WriteError> {
        let mut queue = lock(&self.queue);
        if let Some(error) = &queue.refused {
            return Err(error.clone());
        }
        let ticket = CommitSeq(queue.last.0.saturating_add(1));
        let sender = queue.batches.as_ref().ok_or_else(WriteError::closed)?;
        match sender.try_send((ticket, batch)) {
            Ok(()) => queue.last = ticket,
            Err(TrySendError::Full(_)) => {
                queue.has_overflowed = true;
                return Err(WriteError::queue_full(QUEUE));
            }
            Err(TrySendError::Disconnected(_)) => return Err(WriteError::closed()),
        }
        Ok(ticket)
    }

    pub(crate) async fn flushed(&self, ticket: CommitSeq) -> Result<(), WriteError> {
        if let Some(outcome) = self.progress.borrow().outcome(ticket) {
            return outcome;
        }
        let mut progress = self.progress.clone();
        let decided = progress
            .wait_for(|progress| progress.outcome(ticket).is_some())
            .await;
        let outcome = decided.ok().and_then(|progress| progress.outcome(ticket));
        outcome.unwrap_or_else(|| Err(WriteError::closed()))
    }

    pub(crate) async fn decided(&self, ticket: CommitSeq) {
        if self.progress.borrow().is_decided(ticket) {
            return;
        }
        // The sender lives as long as the thread, which decides all before it ends.
        let mut progress = self.progress.clone();
        let _ = progress
            .wait_for(|progress| progress.is_decided(ticket))
            .await;
    }

    pub(crate) fn failures(&self) -> u64 {
        self.progress.borrow().failures
    }

    pub(crate) fn recoveries(&self) -> u64 {
        self.progress.borrow().recoveries
    }

    pub(crate) async fn recovered(&self, known: u64) -> u64 {
        let mut progress = self.progress.clone();
        let recovered = progress.wait_for(|progress| progress.recoveries > known);
        match recovered.await.map(|progress| progress.recoveries) {
            Ok(recoveries) => recoveries,
            // The thread has ended.
            Err(_) => pending().await,
        }
    }

    pub(crate) fn recent_failure(&self, within: Duration) -> Option<WriteError> {
        self.progress.borrow().recent_failure(within)
    }

    /// Why the last write failed; `None` while writing works.
    pub(crate) fn failure(&self) -> Option<WriteError> {
        self.progress.borrow().failure.clone()
    }
}

impl Drop for Writer {
    /// Everything that was sent is written before the end.
    fn drop(&mut self) {
        lock(&self.queue).batches.take();
        // The last handle may be held by an undo, which runs on that thread.
        let other = |thread: &JoinHandle<()>| thread.thread().id() != thread::current().id();
        if let Some(thread) = self.thread.take().filter(other) {
            // A thread that has panicked has nothing more to write.
            let _ = thread.join();
        }
    }
}

/// The queue has no state between two statements that a panic could leave behind.
fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

struct WriterThread {
    storage: Arc<Storage>,
    queue: Arc<Mutex<Queue>>,
    batches: Receiver<(CommitSeq, Batch)>,
    report: watch::Sender<Progress>,
    probe_interval: Duration,
}

impl WriterThread {
    fn run(self) {
        loop {
            match self.next() {
                Ok((ticket, batch)) => self.write(ticket, batch),
                Err(RecvTimeoutError::Timeout) => self.probe(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn next(&self) -> Result<(CommitSeq, Batch), RecvTimeoutError> {
        if self.report.borrow().failure.is_some() {
            return self.batches.recv_timeout(self.probe_interval);
        }
        self.batches
            .recv()
            .map_err(|_| RecvTimeoutError::Disconnected)
    }

    /// Writes a batch together with the waiting ones.
    fn write(&self, first: CommitSeq, batch: Batch) {
        let (mut last, mut group) = (first, vec![batch]);
        while group.len() < TOGETHER
            && let Ok((ticket, batch)) = self.batches.try_recv()
        {
            last = ticket;
            group.push(batch);
        }
        match self.storage.write(group.iter(), last.0) {
            Ok(()) => self.succeed(last, group),
            Err(error) => self.recover(last, group, error),
        }
    }

    fn succeed(&self, last: CommitSeq, group: Vec<Batch>) {
        if self.report.borrow().failure.is_some() {
            tracing::info!("the data directory can be written again");
        }
        let has_overflowed = mem::take(&mut lock(&self.queue).has_overflowed);
        self.report.send_modify(|progress| {
            progress.written(last);
            if has_overflowed {
                progress.recovered();
            }
        });
        group.into_iter().for_each(Batch::committed);
    }

    /// Reopens the database, which shows whether the group is on disk after all.
    fn recover(&self, last: CommitSeq, group: Vec<Batch>, error: WriteError) {
        let reopened = self.storage.reopen();
        match reopened.and_then(|_| self.storage.committed()) {
            Ok(committed) if committed >= last.0 => self.succeed(last, group),
            Ok(_) => self.fail(group, &error, None),
            // It must be checked later whether the group is on disk.
            Err(_) => self.fail(group, &error, Some(last)),
        }
    }

    /// Undoes a group, and all batches that were sent since: they build on it.
    fn fail(&self, mut group: Vec<Batch>, error: &WriteError, unknown: Option<CommitSeq>) {
        if self.report.borrow().failure.is_none() {
            tracing::error!(%error, "the data directory cannot be written");
        }
        let mut queue = lock(&self.queue);
        queue.refused = Some(error.clone());
        let last = queue.last;
        drop(queue);
        group.extend(self.batches.try_iter().map(|(_, batch)| batch));
        group.into_iter().rev().for_each(Batch::failed);
        if unknown.is_none() {
            // A caller that is informed of the failure may send again immediately.
            lock(&self.queue).refused = None;
        }
        self.report
            .send_modify(|progress| progress.failed(last, error.clone()));
        if unknown.is_some_and(|ticket| self.is_still_missing(ticket)) {
            lock(&self.queue).refused = None;
        }
    }

    /// Waits until the database can be opened, and returns whether a failed group is not in it.
    fn is_still_missing(&self, ticket: CommitSeq) -> bool {
        loop {
            match self.storage.committed() {
                Ok(committed) if committed < ticket.0 => return true,
                Ok(_) => break,
                Err(_) if lock(&self.queue).batches.is_none() => return false,
                Err(_) => thread::sleep(self.probe_interval),
            }
        }
        let error = WriteError::unknown();
        tracing::error!(%error, "all further writes are refused");
        lock(&self.queue).refused = Some(error.clone());
        self.report
            .send_modify(|progress| progress.failure = Some(error));
        false
    }

    /// Tests whether there is space again.
    fn probe(&self) {
        let is_open = lock(&self.queue).refused.is_none();
        if !is_open {
            return;
        }
        match self.storage.probe() {
            Ok(()) => {
                tracing::info!("the data directory can be written again");
                self.report.send_modify(Progress::recovered_again);
            }
            // Without this, the library refuses all further calls.
            Err(_) => drop(self.storage.reopen()),
        }
    }
}
