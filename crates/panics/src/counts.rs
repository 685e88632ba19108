//! Logs and counts panics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::Panic;

/// What panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request.
    Request,
    /// A job.
    Job,
    /// The delivery to a sink.
    Sink,
    /// The watcher of created objects.
    Watcher,
    /// Any other task, such as a connection.
    Task,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Request,
        Self::Job,
        Self::Sink,
        Self::Watcher,
        Self::Task,
    ];

    /// The name, such as `request`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Job => "job",
            Self::Sink => "sink",
            Self::Watcher => "watcher",
            Self::Task => "task",
        }
    }
}

/// The numbers of panics by kind.
#[derive(Debug, Default)]
pub struct Panics([AtomicU64; Kind::ALL.len()]);

impl Panics {
    /// Logs and counts a panic; `subject` is the id of the request or job, or the name of the task.
    pub fn report(&self, kind: Kind, subject: &str, panic: &Panic) {
        let (place, message) = (panic.place(), panic.message());
        let kind_name = kind.as_str();
        tracing::error!(
            kind = kind_name,
            subject,
            place,
            message,
            "a panic was caught"
        );
        if let Some(count) = self.0.get(kind as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// The counts by the name of their kind.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = Kind::ALL.into_iter().map(Kind::as_str);
        names.zip(self.0.iter().map(|count| count.load(Relaxed)))
    }
}
