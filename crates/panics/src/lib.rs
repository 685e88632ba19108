//! Panics end only the work in which they happen: they are caught, logged with their place, and counted.
//!
//! A panic is a defect. [`catch`] and [`caught`] confine it to that work;
//! [`Panics`] logs and counts it. [`install_hook`] records the place of a panic for them.

mod counts;
mod hook;
mod supervise;
mod thread;

pub use counts::{Kind, Panics};
pub use hook::{Panic, install_hook};
pub use supervise::supervised;
pub use thread::on_thread;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs some work, and returns its result or its panic.
///
/// Shared state must remain consistent when the work unwinds: its owner ensures this when its lock
/// is released.
///
/// # Errors
///
/// The work panicked.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    let _scope = hook::Scope::enter();
    catch_unwind(AssertUnwindSafe(work)).map_err(Panic::of)
}

/// A future that ends with an error if the one within panics.
///
/// Pin the inner one where it is created, `caught(pin!(work))`, and it is stored only once.
pub fn caught<F: Future + Unpin>(future: F) -> Caught<F> {
    Caught(future)
}

/// What [`caught`] returns.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Caught<F>(F);

impl<F: Future + Unpin> Future for Caught<F> {
    type Output = Result<F::Output, Panic>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match catch(|| Pin::new(&mut self.0).poll(context)) {
            Ok(step) => step.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use super::{Kind, Panics, catch, caught, install_hook, on_thread, supervised};

    #[tokio::test]
    async fn a_panic_is_told_with_its_place() {
        install_hook();
        let panic = catch(|| panic!("in {}", "place")).unwrap_err();
        assert_eq!(panic.message(), "in place");
        assert!(panic.place().contains("panics/src/lib.rs:"), "{panic}");
        assert!(panic.to_string().starts_with("panicked at "), "{panic}");

        let late = async {
            tokio::task::yield_now().await;
            panic!("late");
        };
        let panic = caught(pin!(late)).await.unwrap_err();
        assert_eq!(panic.message(), "late");
        assert!(panic.place().contains("panics/src/lib.rs:"), "{panic}");
        assert_eq!(caught(pin!(async { 5 })).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn a_panic_on_another_thread_goes_on_in_who_waits() {
        install_hook();
        let waits = async { on_thread(|| -> u8 { panic!("far away") }).await };
        let panic = caught(pin!(waits)).await.unwrap_err();
        assert_eq!(panic.message(), "far away");
        assert!(panic.place().contains("panics/src/lib.rs:"), "{panic}");
        assert_eq!(on_thread(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_task_that_panics_begins_anew() {
        let (panics, mut turns) = (Panics::default(), 0);
        let task = || {
            turns += 1;
            let turn = turns;
            async move { assert!(turn > 2, "turn {turn}") }
        };
        supervised(&panics, Kind::Watcher, "test", Duration::ZERO, task).await;
        assert_eq!(turns, 3);
        assert!(panics.counts().any(|count| count == ("watcher", 2)));
    }

    #[test]
    fn a_scope_within_another_tells_its_own() {
        install_hook();
        let outer = catch(|| {
            let inner = catch(|| panic!("inner")).unwrap_err();
            assert_eq!(inner.message(), "inner");
            panic!("outer");
        });
        assert_eq!(outer.unwrap_err().message(), "outer");
    }

    #[test]
    fn panics_are_counted_by_kind() {
        let panics = Panics::default();
        let panic = catch(|| panic!("counted")).unwrap_err();
        panics.report(Kind::Job, "tj-1", &panic);
        panics.report(Kind::Job, "tj-2", &panic);
        panics.report(Kind::Sink, "file", &panic);
        let counts: Vec<(&str, u64)> = panics.counts().collect();
        let expected = [
            ("request", 0),
            ("job", 2),
            ("sink", 1),
            ("watcher", 0),
            ("task", 0),
        ];
        assert_eq!(counts, expected);
    }
}
