//! The timer of a connection, for deadlines that are rarely reached.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::time::Instant as Moment;

/// A timer whose deadlines share one alarm.
///
/// HTTP sets a deadline for the head of each request, and drops it when the head has arrived. The
/// alarm keeps its time meanwhile, so the runtime's timers are not locked and changed twice for
/// each request. If it fires too early for the current deadline, it is set again.
#[derive(Clone)]
pub(super) struct SharedTimer(Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>);

impl SharedTimer {
    /// An alarm without a waiter.
    pub(super) fn new() -> Self {
        let timer = Box::pin(tokio::time::sleep(Duration::ZERO));
        Self(Arc::new(Mutex::new(timer)))
    }
}

impl Timer for SharedTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        // A time that no clock reaches is as good as a year.
        let (now, year) = (self.now(), Duration::from_hours(24 * 365));
        self.sleep_until(now.checked_add(duration).unwrap_or(now + year))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline {
            timer: self.clone(),
            at: Moment::from_std(deadline),
        })
    }

    fn now(&self) -> Instant {
        Moment::now().into_std()
    }
}

struct Deadline {
    timer: SharedTimer,
    at: Moment,
}

impl Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let timer = &self.timer.0;
        let mut timer = timer.lock().unwrap_or_else(PoisonError::into_inner);
        if timer.deadline() > self.at {
            timer.as_mut().reset(self.at);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if self.at <= Moment::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::rt::Timer as _;
    use tokio::time::Instant;

    use super::SharedTimer;

    /// A deadline is reached at its time and not earlier.
    async fn check(timer: &SharedTimer, millis: u64) {
        let (begin, time) = (Instant::now(), Duration::from_millis(millis));
        let over = tokio::time::timeout(Duration::from_mins(1), timer.sleep(time));
        assert!(over.await.is_ok(), "{millis}");
        assert!(begin.elapsed() >= time, "{millis}");
    }

    #[tokio::test]
    async fn each_deadline_ends_at_its_own_time() {
        let timer = SharedTimer::new();
        check(&timer, 0).await;
        let unreached = timer.sleep(Duration::from_millis(500));
        let given_up = tokio::time::timeout(Duration::from_millis(5), unreached);
        assert!(given_up.await.is_err());
        // The timer is still set for the deadline that was dropped.
        check(&timer, 600).await;
        let far = timer.sleep(Duration::from_mins(10));
        assert!(
            tokio::time::timeout(Duration::from_millis(5), far)
                .await
                .is_err()
        );
        check(&timer, 10).await;
    }
}
