//! The delivery queue of a sink, which sends one batch after the other.
//!
//! A failed item waits for its retry on the server's clock, without blocking others. After the maximum number
//! of attempts, or after a permanent failure, it becomes a dead letter.

use std::collections::BTreeMap;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_panics::{Kind, Panics, caught};
use tokio::sync::{mpsc, oneshot};

use super::sink_status::SinkStatus;
use super::{DeadLetter, DeliveryError, Outcome, Sink, SinkCounts};
use crate::clock::ServerClock;

/// How many items may wait to be sent, and how many for another attempt.
const QUEUE: usize = 10_000;
/// How long an item waits for its second attempt; each later pause is twice as long.
const FIRST_PAUSE: i64 = 250;
/// The longest pause.
const LONGEST_PAUSE: i64 = 60_000;

/// The way to a sink.
pub(crate) struct DeliveryQueue<T> {
    post: mpsc::Sender<QueueMessage<T>>,
    sink_status: Arc<SinkStatus<T>>,
    clock: Arc<ServerClock>,
}

enum QueueMessage<T> {
    Item(QueuedItem<T>),
    /// A flush: it ends when all items before it, and all that wait for a retry, were tried.
    Flush(oneshot::Sender<()>),
}

/// An item on its way.
struct QueuedItem<T> {
    item: Arc<T>,
    attempts: u32,
    /// The sink's generation when it was accepted.
    generation: u64,
}

impl<T: Send + Sync + 'static> DeliveryQueue<T> {
    /// Starts a queue; it must be called on a runtime. `attempts` is how often an item is
    /// tried at most.
    pub(super) fn start(
        sink: Box<dyn Sink<T>>,
        clock: &Arc<ServerClock>,
        panics: &Arc<Panics>,
        attempts: u32,
    ) -> Self {
        let sink_status = Arc::new(SinkStatus::new(sink.name()));
        let (post, arriving) = mpsc::channel(QUEUE);
        let worker = DeliveryWorker {
            sink,
            sink_status: Arc::clone(&sink_status),
            clock: Arc::clone(clock),
            panics: Arc::clone(panics),
            attempts,
            retry_queue: BTreeMap::new(),
            count: 0,
        };
        tokio::spawn(worker.supervised(arriving));
        Self {
            post,
            sink_status,
            clock: Arc::clone(clock),
        }
    }

    /// Takes an item to be sent, and does not wait for it.
    pub(super) fn offer(&self, item: &Arc<T>) {
        let queued = QueuedItem {
            item: Arc::clone(item),
            attempts: 0,
            generation: self.sink_status.accepted(),
        };
        if self.post.try_send(QueueMessage::Item(queued)).is_err() {
            let failure = DeliveryError::permanent(format!("{QUEUE} others wait to be sent"));
            let now = self.clock.now();
            self.sink_status
                .dead_letter(Arc::clone(item), 0, failure, now);
        }
    }

    /// Waits until every item was tried, or retried once.
    pub(super) async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.post.send(QueueMessage::Flush(done)).await.is_ok() {
            // The task ends when the last sender is dropped.
            let _ = is_done.await;
        }
        let SinkCounts { sink, waiting, .. } = self.sink_counts();
        if waiting > 0 {
            tracing::warn!(sink, waiting, "items were not delivered before the stop");
        }
    }

    /// The name of the sink.
    pub(crate) fn sink(&self) -> &str {
        self.sink_status.sink()
    }

    /// The outcome of all items.
    pub(crate) fn sink_counts(&self) -> SinkCounts {
        self.sink_status.sink_counts()
    }

    /// The items that could not be delivered, oldest first.
    pub(crate) fn dead_letters(&self) -> Vec<DeadLetter<T>> {
        self.sink_status.dead_letters()
    }

    /// Sends the dead letters again, as if they were new, and returns how many there were.
    pub(crate) fn retry(&self) -> usize {
        let dead = self.sink_status.take();
        for queued in &dead {
            self.offer(&queued.item);
        }
        dead.len()
    }

    /// Drops all that waits to be sent.
    pub(crate) fn discard(&self) {
        self.sink_status.discard();
    }

    /// Counts from 0 again.
    pub(crate) fn reset_counts(&self) {
        self.sink_status.reset_counts();
    }

    /// Removes the dead letters, and returns how many there were.
    pub(crate) fn forget(&self) -> usize {
        self.sink_status.take().len()
    }
}

/// The task of a queue.
struct DeliveryWorker<T> {
    sink: Box<dyn Sink<T>>,
    sink_status: Arc<SinkStatus<T>>,
    clock: Arc<ServerClock>,
    panics: Arc<Panics>,
    attempts: u32,
    /// The letters to be tried again, by the time of the clock and a number of their own.
    retry_queue: BTreeMap<(i64, u64), QueuedItem<T>>,
    count: u64,
}

impl<T: Send + Sync + 'static> DeliveryWorker<T> {
    /// Continues until all senders are gone, and starts again after a panic.
    async fn supervised(mut self, mut arriving: mpsc::Receiver<QueueMessage<T>>) {
        loop {
            let ended = caught(pin!(self.go(&mut arriving))).await;
            let Err(panic) = ended else {
                return;
            };
            self.panics
                .report(Kind::Sink, self.sink_status.sink(), &panic);
        }
    }

    async fn go(&mut self, arriving: &mut mpsc::Receiver<QueueMessage<T>>) {
        let mut messages = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = self.until_due(), if !self.retry_queue.is_empty() => {
                    let due = self.due();
                    self.deliver(due).await;
                }
                count = arriving.recv_many(&mut messages, self.sink.most()) => {
                    if count == 0 {
                        return;
                    }
                    self.take(mem::take(&mut messages)).await;
                }
            }
        }
    }

    async fn take(&mut self, messages: Vec<QueueMessage<T>>) {
        let (mut dead_letters, mut waiting) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                QueueMessage::Item(queued) => dead_letters.push(queued),
                QueueMessage::Flush(done) => waiting.push(done),
            }
        }
        self.deliver(dead_letters).await;
        if !waiting.is_empty() {
            let retry_queue = mem::take(&mut self.retry_queue);
            self.deliver(retry_queue.into_values().collect()).await;
        }
        for done in waiting {
            // The caller may have stopped waiting.
            let _ = done.send(());
        }
    }

    /// Waits until the next retry is due.
    async fn until_due(&self) {
        let first = self.retry_queue.keys().next().map_or(0, |(time, _)| *time);
        let left = first.saturating_sub(self.clock.inner_millis());
        let left = u64::try_from(left).unwrap_or_default();
        self.clock.sleep(Duration::from_millis(left)).await;
    }

    /// Removes the items whose retry is due.
    fn due(&mut self) -> Vec<QueuedItem<T>> {
        let next = self.clock.inner_millis().saturating_add(1);
        let retry_queue = self.retry_queue.split_off(&(next, 0));
        mem::replace(&mut self.retry_queue, retry_queue)
            .into_values()
            .collect()
    }

    /// The outcome of the items; a sink that panics has failed for now.
    async fn send(&self, items: &[Arc<T>]) -> Vec<Outcome> {
        caught(pin!(self.sink.send(items)))
            .await
            .unwrap_or_else(|panic| {
                self.panics
                    .report(Kind::Sink, self.sink_status.sink(), &panic);
                let failure = DeliveryError::retryable(format!("the sink {panic}"));
                vec![Err(failure); items.len()]
            })
    }

    async fn deliver(&mut self, dead_letters: Vec<QueuedItem<T>>) {
        let sink_status = Arc::clone(&self.sink_status);
        let mut dead_letters = dead_letters
            .into_iter()
            .filter(|queued| sink_status.is_current(queued.generation));
        loop {
            let batch: Vec<_> = dead_letters.by_ref().take(self.sink.most()).collect();
            if batch.is_empty() {
                return;
            }
            let items: Vec<_> = batch.iter().map(|batch| Arc::clone(&batch.item)).collect();
            let outcomes = self.send(&items).await;
            debug_assert_eq!(outcomes.len(), batch.len(), "an outcome for each");
            for (queued, outcome) in batch.into_iter().zip(outcomes) {
                match outcome {
                    _ if !sink_status.is_current(queued.generation) => {}
                    Ok(()) => self.sink_status.sent(),
                    Err(failure) => self.failed(queued, failure),
                }
            }
        }
    }

    /// Puts a letter back for another attempt, or gives it up.
    fn failed(&mut self, mut queued: QueuedItem<T>, failure: DeliveryError) {
        queued.attempts += 1;
        self.sink_status.failed();
        let is_last = queued.attempts >= self.attempts || self.retry_queue.len() >= QUEUE;
        if failure.is_final || is_last {
            let now = self.clock.now();
            self.sink_status
                .dead_letter(queued.item, queued.attempts, failure, now);
            return;
        }
        let sink = self.sink_status.sink();
        tracing::debug!(sink, reason = %failure, "a delivery has failed; it is tried again later");
        let due = self
            .clock
            .inner_millis()
            .saturating_add(pause(queued.attempts));
        self.count += 1;
        self.retry_queue.insert((due, self.count), queued);
    }
}

/// How long to wait after this many attempts, in milliseconds.
fn pause(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;

    use super::{DeliveryQueue, pause};
    use crate::clock::{ClockMode, ClockSettings, ServerClock};
    use crate::sinks::{DeliveryError, Outcome, Sink, SinkCounts};

    /// The items that a sink received, and its next replies; without further replies, it succeeds.
    #[derive(Clone, Default)]
    struct Script {
        seen: Arc<Mutex<Vec<u32>>>,
        answers: Arc<Mutex<Vec<Outcome>>>,
    }

    #[async_trait]
    impl Sink<u32> for Script {
        fn name(&self) -> String {
            "script".to_owned()
        }

        fn most(&self) -> usize {
            2
        }

        async fn send(&self, items: &[Arc<u32>]) -> Vec<Outcome> {
            let mut answers = self.answers.lock().unwrap();
            self.seen
                .lock()
                .unwrap()
                .extend(items.iter().map(|item| **item));
            items
                .iter()
                .map(|_| answers.pop().unwrap_or(Ok(())))
                .collect()
        }
    }

    struct Harness {
        script: Script,
        clock: Arc<ServerClock>,
        delivery_queue: DeliveryQueue<u32>,
    }

    /// A queue that tries three times; the answers are given in their order.
    fn harness(answers: impl IntoIterator<Item = Outcome>) -> Harness {
        let script = Script::default();
        script.answers.lock().unwrap().extend(answers);
        script.answers.lock().unwrap().reverse();
        let clock = Arc::new(ServerClock::new(ClockSettings {
            mode: ClockMode::Manual,
            start: None,
        }));
        let delivery_queue =
            DeliveryQueue::start(Box::new(script.clone()), &clock, &Arc::default(), 3);
        Harness {
            script,
            clock,
            delivery_queue,
        }
    }

    impl Harness {
        fn offer(&self, items: &[u32]) {
            for item in items {
                self.delivery_queue.offer(&Arc::new(*item));
            }
        }

        /// Runs the queue until this many tasks sleep on the clock.
        async fn until_waiting(&self, sleepers: usize) {
            while self.clock.sleepers().0 != sleepers {
                tokio::task::yield_now().await;
            }
        }

        /// Runs the queue until the sink has received this many items.
        async fn until_seen(&self, expected: &[u32]) {
            while *self.script.seen.lock().unwrap() != expected {
                tokio::task::yield_now().await;
            }
        }

        fn sink_counts(&self, waiting: u64, sent: u64, failed_attempts: u64, given_up: u64) {
            let expected = SinkCounts {
                sink: "script".to_owned(),
                waiting,
                sent,
                failed_attempts,
                given_up,
            };
            assert_eq!(self.delivery_queue.sink_counts(), expected);
        }
    }

    fn retryable() -> Outcome {
        Err(DeliveryError::retryable("busy"))
    }

    #[tokio::test]
    async fn items_come_in_order_and_one_that_fails_holds_up_no_other() {
        let harness = harness([Ok(()), retryable(), Ok(()), Ok(())]);
        harness.offer(&[1, 2, 3, 4]);
        harness.until_waiting(1).await;
        harness.until_seen(&[1, 2, 3, 4]).await;
        harness.clock.advance(pause(1) - 1);
        harness.until_waiting(1).await;
        harness.clock.advance(1);
        harness.until_seen(&[1, 2, 3, 4, 2]).await;
        harness.delivery_queue.flush().await;
        harness.sink_counts(0, 4, 1, 0);
        assert!(harness.delivery_queue.dead_letters().is_empty());
    }

    #[tokio::test]
    async fn what_fails_to_the_last_is_a_dead_letter_and_can_be_sent_again() {
        let harness = harness([retryable(), retryable(), retryable()]);
        harness.offer(&[7]);
        harness.until_waiting(1).await;
        harness.clock.advance(pause(1));
        harness.until_seen(&[7, 7]).await;
        harness.until_waiting(1).await;
        harness.clock.advance(pause(2));
        harness.until_seen(&[7, 7, 7]).await;
        harness.delivery_queue.flush().await;
        harness.sink_counts(0, 0, 3, 1);
        let dead = harness.delivery_queue.dead_letters();
        let event_log: Vec<_> = dead
            .iter()
            .map(|dead| (*dead.item, dead.attempts, &*dead.last_error))
            .collect();
        assert_eq!(event_log, [(7, 3, "busy")]);
        assert_eq!(
            (
                harness.delivery_queue.retry(),
                harness.delivery_queue.retry()
            ),
            (1, 0)
        );
        harness.delivery_queue.flush().await;
        assert!(harness.delivery_queue.dead_letters().is_empty());
        assert_eq!(*harness.script.seen.lock().unwrap(), [7, 7, 7, 7]);
    }

    #[tokio::test]
    async fn what_would_be_the_same_another_time_is_given_up_at_once() {
        let harness = harness([Err(DeliveryError::permanent("refused")), Ok(())]);
        harness.offer(&[1, 2]);
        harness.delivery_queue.flush().await;
        harness.sink_counts(0, 1, 1, 1);
        assert_eq!(
            (
                harness.delivery_queue.forget(),
                harness.delivery_queue.dead_letters().len()
            ),
            (1, 0)
        );
    }

    #[tokio::test]
    async fn a_flush_does_not_wait_for_the_clock() {
        let harness = harness([retryable(), Ok(())]);
        harness.offer(&[1]);
        harness.until_waiting(1).await;
        harness.delivery_queue.flush().await;
        harness.sink_counts(0, 1, 1, 0);
    }

    #[tokio::test]
    async fn what_finds_no_room_is_a_dead_letter() {
        let harness = harness([]);
        let many: Vec<u32> = (0..).take(super::QUEUE + 1).collect();
        harness.offer(&many);
        harness.sink_counts(super::QUEUE as u64, 0, 0, 1);
        harness.delivery_queue.flush().await;
        harness.sink_counts(0, super::QUEUE as u64, 0, 1);
        assert_eq!(harness.delivery_queue.dead_letters()[0].attempts, 0);
    }

    #[tokio::test]
    async fn what_is_to_be_tried_again_has_its_bound_too() {
        let count = super::QUEUE + 1;
        let harness = harness(std::iter::repeat_with(retryable).take(count));
        let many: Vec<u32> = (0..).take(count).collect();
        let (first, last) = many.split_at(super::QUEUE);
        for (items, seen) in [(first, super::QUEUE), (last, count)] {
            harness.offer(items);
            while harness.script.seen.lock().unwrap().len() != seen {
                tokio::task::yield_now().await;
            }
        }
        harness.until_waiting(1).await;
        harness.sink_counts(super::QUEUE as u64, 0, count as u64, 1);
        let dead = harness.delivery_queue.dead_letters();
        assert_eq!((dead.len(), dead[0].attempts), (1, 1));
        assert_eq!(Some(&*dead[0].item), last.first());
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses = [1, 2, 3, 8, 9, 10_000].map(pause);
        assert_eq!(pauses, [250, 500, 1000, 32_000, 60_000, 60_000]);
    }
}
