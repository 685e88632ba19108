//! Brings a sink what there is for it, one batch after the other.
//!
//! An item that did not arrive waits for its next turn by itself, on the server's clock, and holds
//! up no other. After so many attempts, or where another would be no use, it is a dead letter.

use std::collections::BTreeMap;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_panics::{Kind, Panics, caught};
use tokio::sync::{mpsc, oneshot};

use super::desk::Desk;
use super::{Dead, Failure, Outcome, Sink, Tally};
use crate::clock::ServerClock;

/// How many items may wait to be sent, and how many for another attempt.
const QUEUE: usize = 10_000;
/// How long an item waits for its second attempt; each later pause is twice as long.
const FIRST_PAUSE: i64 = 250;
/// The longest pause.
const LONGEST_PAUSE: i64 = 60_000;

/// The way to a sink.
pub(crate) struct Courier<T> {
    post: mpsc::Sender<Mail<T>>,
    desk: Arc<Desk<T>>,
    clock: Arc<ServerClock>,
}

enum Mail<T> {
    Item(Letter<T>),
    /// Somebody waits until all before this, and all that waits for another time, was tried.
    Flush(oneshot::Sender<()>),
}

/// An item on its way.
struct Letter<T> {
    item: Arc<T>,
    attempts: u32,
    /// The sink's generation when it was accepted.
    generation: u64,
}

impl<T: Send + Sync + 'static> Courier<T> {
    /// Sets a courier going; it must be called on a runtime. `attempts` is how often an item is
    /// tried at most.
    pub(super) fn start(
        sink: Box<dyn Sink<T>>,
        clock: &Arc<ServerClock>,
        panics: &Arc<Panics>,
        attempts: u32,
    ) -> Self {
        let desk = Arc::new(Desk::new(sink.name()));
        let (post, arriving) = mpsc::channel(QUEUE);
        let rounds = Rounds {
            sink,
            desk: Arc::clone(&desk),
            clock: Arc::clone(clock),
            panics: Arc::clone(panics),
            attempts,
            later: BTreeMap::new(),
            count: 0,
        };
        tokio::spawn(rounds.supervised(arriving));
        Self {
            post,
            desk,
            clock: Arc::clone(clock),
        }
    }

    /// Takes an item to be sent, and does not wait for it.
    pub(super) fn offer(&self, item: &Arc<T>) {
        let letter = Letter {
            item: Arc::clone(item),
            attempts: 0,
            generation: self.desk.accepted(),
        };
        if self.post.try_send(Mail::Item(letter)).is_err() {
            let failure = Failure::lasting(format!("{QUEUE} others wait to be sent"));
            let now = self.clock.now();
            self.desk.bury(Arc::clone(item), 0, failure, now);
        }
    }

    /// Waits until everything was tried that is to be sent now, once more where it was tried.
    pub(super) async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        if self.post.send(Mail::Flush(done)).await.is_ok() {
            // The courier goes on as long as there is this way to it.
            let _ = is_done.await;
        }
        let Tally { sink, waiting, .. } = self.tally();
        if waiting > 0 {
            tracing::warn!(sink, waiting, "not everything has arrived");
        }
    }

    /// What the sink is called.
    pub(crate) fn sink(&self) -> &str {
        self.desk.sink()
    }

    /// What became of all items.
    pub(crate) fn tally(&self) -> Tally {
        self.desk.tally()
    }

    /// The items that could not be delivered, oldest first.
    pub(crate) fn dead(&self) -> Vec<Dead<T>> {
        self.desk.letters()
    }

    /// Sends the dead letters again, as if they were new, and tells how many there were.
    pub(crate) fn retry(&self) -> usize {
        let dead = self.desk.take();
        for letter in &dead {
            self.offer(&letter.item);
        }
        dead.len()
    }

    /// Drops all that waits to be sent.
    pub(crate) fn discard(&self) {
        self.desk.discard();
    }

    /// Counts from 0 again.
    pub(crate) fn reset_counts(&self) {
        self.desk.reset_counts();
    }

    /// Forgets the dead letters, and tells how many there were.
    pub(crate) fn forget(&self) -> usize {
        self.desk.take().len()
    }
}

/// A courier at work.
struct Rounds<T> {
    sink: Box<dyn Sink<T>>,
    desk: Arc<Desk<T>>,
    clock: Arc<ServerClock>,
    panics: Arc<Panics>,
    attempts: u32,
    /// The letters to be tried again, by the time of the clock and a number of their own.
    later: BTreeMap<(i64, u64), Letter<T>>,
    count: u64,
}

impl<T: Send + Sync + 'static> Rounds<T> {
    /// Goes on until nobody can send anything any more, beginning anew after a panic.
    async fn supervised(mut self, mut arriving: mpsc::Receiver<Mail<T>>) {
        loop {
            let ended = caught(pin!(self.go(&mut arriving))).await;
            let Err(panic) = ended else {
                return;
            };
            self.panics.report(Kind::Sink, self.desk.sink(), &panic);
        }
    }

    async fn go(&mut self, arriving: &mut mpsc::Receiver<Mail<T>>) {
        let mut mail = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = self.until_due(), if !self.later.is_empty() => {
                    let due = self.due();
                    self.deliver(due).await;
                }
                count = arriving.recv_many(&mut mail, self.sink.most()) => {
                    if count == 0 {
                        return;
                    }
                    self.take(mem::take(&mut mail)).await;
                }
            }
        }
    }

    async fn take(&mut self, mail: Vec<Mail<T>>) {
        let (mut letters, mut waiting) = (Vec::new(), Vec::new());
        for it in mail {
            match it {
                Mail::Item(letter) => letters.push(letter),
                Mail::Flush(done) => waiting.push(done),
            }
        }
        self.deliver(letters).await;
        if !waiting.is_empty() {
            let later = mem::take(&mut self.later);
            self.deliver(later.into_values().collect()).await;
        }
        for done in waiting {
            // Who waits may have lost patience.
            let _ = done.send(());
        }
    }

    /// Waits until the first letter is to be tried again.
    async fn until_due(&self) {
        let first = self.later.keys().next().map_or(0, |(time, _)| *time);
        let left = first.saturating_sub(self.clock.inner_millis());
        let left = u64::try_from(left).unwrap_or_default();
        self.clock.sleep(Duration::from_millis(left)).await;
    }

    /// Takes out the letters whose time has come.
    fn due(&mut self) -> Vec<Letter<T>> {
        let next = self.clock.inner_millis().saturating_add(1);
        let later = self.later.split_off(&(next, 0));
        mem::replace(&mut self.later, later).into_values().collect()
    }

    /// What became of the items; a sink that panics has failed for now.
    async fn send(&self, items: &[Arc<T>]) -> Vec<Outcome> {
        caught(pin!(self.sink.send(items)))
            .await
            .unwrap_or_else(|panic| {
                self.panics.report(Kind::Sink, self.desk.sink(), &panic);
                let failure = Failure::passing(format!("the sink {panic}"));
                vec![Err(failure); items.len()]
            })
    }

    async fn deliver(&mut self, letters: Vec<Letter<T>>) {
        let desk = Arc::clone(&self.desk);
        let mut letters = letters
            .into_iter()
            .filter(|letter| desk.is_current(letter.generation));
        loop {
            let batch: Vec<_> = letters.by_ref().take(self.sink.most()).collect();
            if batch.is_empty() {
                return;
            }
            let items: Vec<_> = batch.iter().map(|it| Arc::clone(&it.item)).collect();
            let outcomes = self.send(&items).await;
            debug_assert_eq!(outcomes.len(), batch.len(), "an outcome for each");
            for (letter, outcome) in batch.into_iter().zip(outcomes) {
                match outcome {
                    _ if !desk.is_current(letter.generation) => {}
                    Ok(()) => self.desk.sent(),
                    Err(failure) => self.failed(letter, failure),
                }
            }
        }
    }

    /// Puts a letter back for another attempt, or gives it up.
    fn failed(&mut self, mut letter: Letter<T>, failure: Failure) {
        letter.attempts += 1;
        self.desk.failed();
        let is_last = letter.attempts >= self.attempts || self.later.len() >= QUEUE;
        if failure.is_final || is_last {
            let now = self.clock.now();
            self.desk.bury(letter.item, letter.attempts, failure, now);
            return;
        }
        let (sink, reason) = (self.desk.sink(), &failure.reason);
        tracing::debug!(sink, reason, "to be tried again");
        let due = self
            .clock
            .inner_millis()
            .saturating_add(pause(letter.attempts));
        self.count += 1;
        self.later.insert((due, self.count), letter);
    }
}

/// How long to wait after so many attempts, in milliseconds.
fn pause(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;

    use super::{Courier, pause};
    use crate::clock::{ClockMode, ClockSettings, ServerClock};
    use crate::sinks::{Failure, Outcome, Sink, Tally};

    /// What a sink was sent, and what it answers next; when there is nothing left, all goes well.
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
                .extend(items.iter().map(|it| **it));
            items
                .iter()
                .map(|_| answers.pop().unwrap_or(Ok(())))
                .collect()
        }
    }

    struct Course {
        script: Script,
        clock: Arc<ServerClock>,
        courier: Courier<u32>,
    }

    /// A courier that tries three times; the answers are given in their order.
    fn course(answers: impl IntoIterator<Item = Outcome>) -> Course {
        let script = Script::default();
        script.answers.lock().unwrap().extend(answers);
        script.answers.lock().unwrap().reverse();
        let clock = Arc::new(ServerClock::new(ClockSettings {
            mode: ClockMode::Manual,
            start: None,
        }));
        let courier = Courier::start(Box::new(script.clone()), &clock, &Arc::default(), 3);
        Course {
            script,
            clock,
            courier,
        }
    }

    impl Course {
        fn offer(&self, items: &[u32]) {
            for item in items {
                self.courier.offer(&Arc::new(*item));
            }
        }

        /// Lets the courier go on until so many sleep on the clock.
        async fn until_asleep(&self, sleepers: usize) {
            while self.clock.sleepers().0 != sleepers {
                tokio::task::yield_now().await;
            }
        }

        /// Lets the courier go on until so many items have been seen.
        async fn until_seen(&self, expected: &[u32]) {
            while *self.script.seen.lock().unwrap() != expected {
                tokio::task::yield_now().await;
            }
        }

        fn tally(&self, waiting: u64, sent: u64, failed_attempts: u64, given_up: u64) {
            let expected = Tally {
                sink: "script".to_owned(),
                waiting,
                sent,
                failed_attempts,
                given_up,
            };
            assert_eq!(self.courier.tally(), expected);
        }
    }

    fn passing() -> Outcome {
        Err(Failure::passing("busy"))
    }

    #[tokio::test]
    async fn items_come_in_order_and_one_that_fails_holds_up_no_other() {
        let course = course([Ok(()), passing(), Ok(()), Ok(())]);
        course.offer(&[1, 2, 3, 4]);
        course.until_asleep(1).await;
        course.until_seen(&[1, 2, 3, 4]).await;
        course.clock.advance(pause(1) - 1);
        course.until_asleep(1).await;
        course.clock.advance(1);
        course.until_seen(&[1, 2, 3, 4, 2]).await;
        course.courier.flush().await;
        course.tally(0, 4, 1, 0);
        assert!(course.courier.dead().is_empty());
    }

    #[tokio::test]
    async fn what_fails_to_the_last_is_a_dead_letter_and_can_be_sent_again() {
        let course = course([passing(), passing(), passing()]);
        course.offer(&[7]);
        course.until_asleep(1).await;
        course.clock.advance(pause(1));
        course.until_seen(&[7, 7]).await;
        course.until_asleep(1).await;
        course.clock.advance(pause(2));
        course.until_seen(&[7, 7, 7]).await;
        course.courier.flush().await;
        course.tally(0, 0, 3, 1);
        let dead = course.courier.dead();
        let told: Vec<_> = dead
            .iter()
            .map(|it| (*it.item, it.attempts, &*it.last_error))
            .collect();
        assert_eq!(told, [(7, 3, "busy")]);
        assert_eq!((course.courier.retry(), course.courier.retry()), (1, 0));
        course.courier.flush().await;
        assert!(course.courier.dead().is_empty());
        assert_eq!(*course.script.seen.lock().unwrap(), [7, 7, 7, 7]);
    }

    #[tokio::test]
    async fn what_would_be_the_same_another_time_is_given_up_at_once() {
        let course = course([Err(Failure::lasting("refused")), Ok(())]);
        course.offer(&[1, 2]);
        course.courier.flush().await;
        course.tally(0, 1, 1, 1);
        assert_eq!(
            (course.courier.forget(), course.courier.dead().len()),
            (1, 0)
        );
    }

    #[tokio::test]
    async fn a_flush_does_not_wait_for_the_clock() {
        let course = course([passing(), Ok(())]);
        course.offer(&[1]);
        course.until_asleep(1).await;
        course.courier.flush().await;
        course.tally(0, 1, 1, 0);
    }

    #[tokio::test]
    async fn what_finds_no_room_is_a_dead_letter() {
        let course = course([]);
        let many: Vec<u32> = (0..).take(super::QUEUE + 1).collect();
        course.offer(&many);
        course.tally(super::QUEUE as u64, 0, 0, 1);
        course.courier.flush().await;
        course.tally(0, super::QUEUE as u64, 0, 1);
        assert_eq!(course.courier.dead()[0].attempts, 0);
    }

    #[tokio::test]
    async fn what_is_to_be_tried_again_has_its_bound_too() {
        let count = super::QUEUE + 1;
        let course = course(std::iter::repeat_with(passing).take(count));
        let many: Vec<u32> = (0..).take(count).collect();
        let (first, last) = many.split_at(super::QUEUE);
        for (items, seen) in [(first, super::QUEUE), (last, count)] {
            course.offer(items);
            while course.script.seen.lock().unwrap().len() != seen {
                tokio::task::yield_now().await;
            }
        }
        course.until_asleep(1).await;
        course.tally(super::QUEUE as u64, 0, count as u64, 1);
        let dead = course.courier.dead();
        assert_eq!((dead.len(), dead[0].attempts), (1, 1));
        assert_eq!(Some(&*dead[0].item), last.first());
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses = [1, 2, 3, 8, 9, 10_000].map(pause);
        assert_eq!(pauses, [250, 500, 1000, 32_000, 60_000, 60_000]);
    }
}
