//! Why there is no reply, and the error for the caller.

use std::io;
use std::process::ExitStatus;

use b2bi_local_mapping::{Cause, Limits, MappingError};

use crate::timed::Interruption;
use crate::worker::STACK;

/// Why a worker gave no reply.
#[derive(Debug)]
pub(crate) enum WorkerError {
    /// All workers were busy until the run was cancelled.
    Busy(Interruption),
    /// No worker can be started.
    Start(io::Error),
    /// The run was over before the worker had a result.
    Interrupted(Interruption),
    /// The worker ran out of memory.
    Memory,
    /// The worker ran out of stack.
    Stack,
    /// The system ended it for taking too long.
    Time,
    /// Another process killed it.
    Killed,
    /// It ended, in this way.
    Ended(ExitStatus),
    /// The bytes are not a reply.
    Protocol(io::Error),
}

impl WorkerError {
    /// Whether no limit explains it.
    pub(crate) fn is_unexplained(&self) -> bool {
        matches!(self, Self::Start(_) | Self::Ended(_) | Self::Protocol(_))
    }

    /// The error for a template in this language.
    pub(crate) fn problem(
        &self,
        language: &str,
        limits: &Limits,
        memory_bytes: u64,
    ) -> MappingError {
        match self {
            Self::Busy(interruption) | Self::Interrupted(interruption) => {
                interrupted(*interruption, limits)
            }
            Self::Time => interrupted(Interruption::Timeout, limits),
            Self::Memory => memory(memory_bytes),
            Self::Stack => problem(
                Cause::Limit,
                format!("It nests deeper than a stack of {STACK} bytes allows"),
            ),
            Self::Killed => problem(
                Cause::Limit,
                "The system killed the worker, as it does when the machine has no memory left",
            ),
            Self::Start(error) => problem(
                Cause::Evaluation,
                format!("No {language} worker can be started: {error}"),
            ),
            Self::Ended(status) => problem(
                Cause::Evaluation,
                format!("The {language} worker ended without a reply ({status})"),
            ),
            Self::Protocol(error) => problem(
                Cause::Evaluation,
                format!("The {language} worker gave no reply: {error}"),
            ),
        }
    }
}

/// The problem of a run that was ended from outside.
#[must_use]
pub fn interrupted(interruption: Interruption, limits: &Limits) -> MappingError {
    match interruption {
        Interruption::Cancelled => problem(Cause::Cancelled, "The evaluation was cancelled"),
        Interruption::Timeout => problem(
            Cause::Limit,
            format!("It took longer than {} ms", limits.time.as_millis()),
        ),
    }
}

/// The problem of a run that has run out of memory.
pub(crate) fn memory(bytes: u64) -> MappingError {
    problem(
        Cause::Limit,
        format!("It took more than {bytes} bytes of memory"),
    )
}

/// A problem without a code and a place.
pub(crate) fn problem(cause: Cause, reason: impl Into<String>) -> MappingError {
    MappingError {
        cause,
        code: None,
        position: None,
        reason: reason.into(),
    }
}
