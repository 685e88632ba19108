//! The hook that records where a panic happened.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

thread_local! {
    /// How many scopes on this thread catch panics.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The latest panic within such a scope.
    static LATEST: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// A panic that was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panic {
    place: String,
    message: String,
}

impl Panic {
    /// The file and line, such as `crates/b2bi/src/tags.rs:12:9`.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The text of the panic. It may quote a request's content, so it is only for the log.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The panic behind a payload: one that was passed on, or what the hook noted.
    pub(crate) fn of(payload: Box<dyn Any + Send>) -> Self {
        let noted = LATEST.take();
        match payload.downcast::<Self>() {
            Ok(passed_on) => *passed_on,
            Err(payload) => noted.unwrap_or_else(|| Self {
                place: "an unknown place".to_owned(),
                message: text(&*payload),
            }),
        }
    }

    fn noted(info: &PanicHookInfo<'_>) -> Self {
        let place = info.location().map(ToString::to_string);
        Self {
            place: place.unwrap_or_else(|| "an unknown place".to_owned()),
            message: text(info.payload()),
        }
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "panicked at {}", self.place)
    }
}

impl std::error::Error for Panic {}

fn text(payload: &(dyn Any + Send)) -> String {
    let fixed = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    let made = || payload.downcast_ref::<String>().cloned();
    fixed.or_else(made).unwrap_or_default()
}

/// A section of work whose panics are caught.
pub(crate) struct Scope(());

impl Scope {
    pub(crate) fn enter() -> Self {
        DEPTH.set(DEPTH.get().saturating_add(1));
        Self(())
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Notes the place of each panic from now on; a second call changes nothing.
///
/// A panic that will be caught is logged by the code that catches it, which has more context. Any
/// other is logged here, or printed as before if there is no log.
pub fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let noted = Panic::noted(info);
            if DEPTH.get() > 0 {
                LATEST.set(Some(noted));
            } else if tracing::dispatcher::has_been_set() {
                let (place, message) = (noted.place, noted.message);
                tracing::error!(place, message, "a thread panicked");
            } else {
                previous(info);
            }
        }));
    });
}
