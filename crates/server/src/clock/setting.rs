//! The setting of a clock, read and changed atomically.

use std::hint::spin_loop;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, fence};

use super::ClockMode;
use crate::system;

/// The mode of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    mode: ClockMode,
    /// Milliseconds: what a manual clock shows, or how far a real one is ahead of the machine's.
    base: i64,
    /// Milliseconds that the visible time is ahead.
    skew: i64,
}

impl Setting {
    /// The machine's time.
    pub(super) const MACHINE: Self = Self {
        mode: ClockMode::Real,
        base: 0,
        skew: 0,
    };

    pub(crate) fn mode(self) -> ClockMode {
        self.mode
    }

    pub(crate) fn skew(self) -> i64 {
        self.skew
    }

    /// The inner time, in milliseconds since 1970.
    pub(crate) fn inner_millis(self) -> i64 {
        match self.mode {
            ClockMode::Manual => self.base,
            ClockMode::Real => system::now().as_millis().saturating_add(self.base),
        }
    }

    /// Sets the mode of the clock, and the inner time from which it continues.
    pub(crate) fn set(&mut self, mode: ClockMode, inner: i64) {
        self.mode = mode;
        self.base = match mode {
            ClockMode::Manual => inner,
            ClockMode::Real => inner.saturating_sub(system::now().as_millis()),
        };
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&mut self, millis: i64) {
        self.base = self.base.saturating_add(millis);
    }

    pub(crate) fn set_skew(&mut self, millis: i64) {
        self.skew = millis;
    }
}

/// A setting that many read and few change: readers take no lock, and never see half a change.
///
/// The version is odd during a change; a reader that has seen two versions reads again.
#[derive(Debug, Default)]
pub(super) struct Shared {
    version: AtomicU64,
    is_manual: AtomicBool,
    base: AtomicI64,
    skew: AtomicI64,
}

impl Shared {
    pub(super) fn read(&self) -> Setting {
        loop {
            let version = self.version.load(Acquire);
            let setting = self.now();
            fence(Acquire);
            if version.is_multiple_of(2) && self.version.load(Relaxed) == version {
                return setting;
            }
            spin_loop();
        }
    }

    fn now(&self) -> Setting {
        let is_manual = self.is_manual.load(Relaxed);
        Setting {
            mode: if is_manual {
                ClockMode::Manual
            } else {
                ClockMode::Real
            },
            base: self.base.load(Relaxed),
            skew: self.skew.load(Relaxed),
        }
    }

    /// Changes the setting; the caller holds the lock.
    pub(super) fn change(&self, change: impl FnOnce(&mut Setting)) {
        let mut setting = self.now();
        change(&mut setting);
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        self.is_manual
            .store(setting.mode == ClockMode::Manual, Relaxed);
        self.base.store(setting.base, Relaxed);
        self.skew.store(setting.skew, Relaxed);
        self.version.store(version.wrapping_add(2), Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::{ClockMode, Setting, Shared};

    /// Reads of a manual clock while its setting changes between two distant times.
    const ONE: i64 = 1_000_000_000_000;

    #[test]
    fn nobody_sees_half_a_change() {
        let (shared, ended) = (Shared::default(), AtomicBool::new(false));
        let whole = [
            Setting {
                mode: ClockMode::Manual,
                base: ONE,
                skew: 7,
            },
            Setting {
                mode: ClockMode::Real,
                base: -ONE,
                skew: -7,
            },
            Setting::MACHINE,
        ];
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !ended.load(Ordering::Relaxed) {
                        let seen = shared.read();
                        assert!(whole.contains(&seen), "{seen:?}");
                    }
                });
            }
            for round in 0..20_000 {
                shared.change(|setting| *setting = whole[round % 2]);
            }
            ended.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn times_that_are_too_great_end_at_the_greatest() {
        for (base, by) in [(i64::MAX, i64::MAX), (i64::MIN, i64::MIN), (0, i64::MIN)] {
            for mode in [ClockMode::Real, ClockMode::Manual] {
                let mut setting = Setting::MACHINE;
                setting.set(mode, base);
                setting.advance(by);
                setting.set_skew(by);
                let shown = setting.inner_millis();
                setting.set(ClockMode::Manual, shown);
                assert_eq!(setting.inner_millis(), shown);
            }
        }
    }
}
