//! The server's clock: the machine's, or a manual one.

mod setting;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::Clock;
use b2bi_local_model::Timestamp;
use tokio::sync::watch;

pub(crate) use self::setting::Setting;
use self::setting::Shared;
use crate::system;

/// The mode of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// As the machine's does.
    Real,
    /// Only by requests to `/_b2bi/clock`.
    Manual,
}

impl ClockMode {
    /// The mode of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "real" => Some(Self::Real),
            "manual" => Some(Self::Manual),
            _ => None,
        }
    }

    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Manual => "manual",
        }
    }
}

/// The initial state of the server's clock.
#[derive(Clone, Copy, Debug)]
pub struct ClockSettings {
    /// Whether it runs.
    pub mode: ClockMode,
    /// Its initial time; `None` is the machine's time.
    pub start: Option<Timestamp>,
}

/// The one clock that the server reads.
///
/// It has an inner time for timers, windows and token buckets; the visible time is the inner time
/// plus the skew.
#[derive(Debug)]
pub(crate) struct ServerClock {
    settings: ClockSettings,
    setting: Shared,
    changes: watch::Sender<()>,
    sleepers: Mutex<BTreeMap<u64, i64>>,
    next_sleeper: AtomicU64,
}

impl ServerClock {
    pub(crate) fn new(settings: ClockSettings) -> Self {
        let clock = Self {
            settings,
            setting: Shared::default(),
            changes: watch::Sender::new(()),
            sleepers: Mutex::default(),
            next_sleeper: AtomicU64::new(0),
        };
        clock.reset();
        clock
    }

    /// Back to how it was at the start, without skew.
    pub(crate) fn reset(&self) {
        let ClockSettings { mode, start } = self.settings;
        self.change(|setting| {
            *setting = Setting::MACHINE;
            if mode == ClockMode::Manual || start.is_some() {
                let start = start.unwrap_or_else(system::now);
                setting.set(mode, start.as_millis());
            }
        });
    }

    /// The mode after the last change.
    pub(crate) fn setting(&self) -> Setting {
        self.setting.read()
    }

    /// Changes the mode and the time in one step, and wakes the timers that are due.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Setting)) {
        // The sender allows one at a time.
        self.changes.send_modify(|()| self.setting.change(change));
    }

    /// The inner time, in milliseconds since 1970.
    pub(crate) fn inner_millis(&self) -> i64 {
        self.setting().inner_millis()
    }

    /// Notifies of each change of the clock.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Sets the mode of the clock, and the inner time from which it continues.
    pub(crate) fn set(&self, mode: ClockMode, inner: Timestamp) {
        self.change(|setting| setting.set(mode, inner.as_millis()));
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, millis: i64) {
        self.change(|setting| setting.advance(millis));
    }

    /// Whether it shows just what the machine's clock does.
    pub(crate) fn is_the_machines(&self) -> bool {
        self.setting() == Setting::MACHINE
    }

    /// The number of timers, and in how many milliseconds the first is due.
    pub(crate) fn sleepers(&self) -> (usize, Option<i64>) {
        let sleepers = self.lock();
        let first = sleepers.values().min();
        let left = first.map(|first| first.saturating_sub(self.inner_millis()).max(0));
        (sleepers.len(), left)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, i64>> {
        // A sleeper is added or removed in one statement, so a poisoned lock contains complete
        // ones.
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        let setting = self.setting();
        Timestamp::from_millis(setting.inner_millis().saturating_add(setting.skew()))
    }

    async fn sleep(&self, time: Duration) {
        let mut changes = self.changes.subscribe();
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let end = self.inner_millis().saturating_add(millis);
        let _asleep = Sleeper::until(self, end);
        loop {
            let setting = self.setting();
            let left = end.saturating_sub(setting.inner_millis());
            let left = u64::try_from(left).unwrap_or(0);
            if left == 0 {
                return;
            }
            let is_manual = setting.mode() == ClockMode::Manual;
            tokio::select! {
                // The sender lives as long as `self`, so this is a change.
                _ = changes.changed() => {}
                () = tokio::time::sleep(Duration::from_millis(left)), if !is_manual => return,
            }
        }
    }
}

/// A sleeper on this clock, until it is dropped.
struct Sleeper<'a> {
    clock: &'a ServerClock,
    number: u64,
}

impl<'a> Sleeper<'a> {
    fn until(clock: &'a ServerClock, end: i64) -> Self {
        let number = clock.next_sleeper.fetch_add(1, Ordering::Relaxed);
        clock.lock().insert(number, end);
        Self { clock, number }
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use b2bi_local_b2bi::Clock as _;
    use b2bi_local_model::Timestamp;

    use super::{ClockMode, ClockSettings, ServerClock};

    const START: i64 = 1_767_225_600_000;

    fn manual() -> ServerClock {
        ServerClock::new(ClockSettings {
            mode: ClockMode::Manual,
            start: Some(Timestamp::from_millis(START)),
        })
    }

    #[test]
    fn it_is_frozen_until_it_is_resumed() {
        let clock = manual();
        assert_eq!(clock.now().to_string(), "2026-01-01T00:00:00.000Z");
        clock.advance(1500);
        clock.change(|setting| setting.set_skew(-500));
        assert_eq!(clock.now().as_millis(), START + 1000);
        assert_eq!(clock.inner_millis(), START + 1500);
        clock.reset();
        assert_eq!(clock.now().as_millis(), START);
    }

    #[test]
    fn changing_the_mode_does_not_change_the_time() {
        let clock = manual();
        clock.set(
            ClockMode::Real,
            Timestamp::from_millis(clock.inner_millis()),
        );
        let shown = clock.inner_millis();
        assert!((START..START + 60_000).contains(&shown), "{shown}");
        clock.set(ClockMode::Manual, Timestamp::from_millis(shown));
        assert_eq!(clock.inner_millis(), shown);
        assert!(!clock.is_the_machines());
    }

    #[tokio::test]
    async fn sleepers_wake_when_their_time_has_come() {
        let clock = manual();
        let mut sleep = pin!(clock.sleep(Duration::from_secs(2)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        assert_eq!(clock.sleepers(), (1, Some(2000)));
        clock.advance(1999);
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        assert_eq!(clock.sleepers(), (1, Some(1)));
        clock.advance(1);
        assert_eq!(sleep.as_mut().poll(&mut context), Poll::Ready(()));
        assert_eq!(clock.sleepers(), (0, None));
    }

    #[tokio::test]
    async fn a_real_clock_goes_on_by_itself_and_can_be_put_forward() {
        let clock = ServerClock::new(ClockSettings {
            mode: ClockMode::Real,
            start: None,
        });
        assert!(clock.is_the_machines());
        clock.sleep(Duration::from_millis(1)).await;
        let mut sleep = pin!(clock.sleep(Duration::from_hours(24)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(sleep.as_mut().poll(&mut context).is_pending());
        clock.advance(24 * 3_600_000);
        assert_eq!(sleep.as_mut().poll(&mut context), Poll::Ready(()));
        assert!(!clock.is_the_machines());
    }
}
