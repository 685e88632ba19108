//! The mini-language: faults in one line, for an environment variable, a header or a test.
//!
//! ```text
//! list   := Operation "=" chain { ";" Operation "=" chain }          Operation may hold * and ?
//! chain  := step { "->" step }
//! step   := [P"%"] [N"*"] ["after " | "twice "] effect
//! effect := ok | off | error(Code[,status][,retryAfter=2s]) | http(503) | delay(time)
//!         | reset[(at)] | close[(at)] | garbage[(at)] | stall(5s) | truncate(20|50%[,end])
//!         | badchunk | drip(1,100ms) | json(null|html|empty)
//! at     := headers | body | end                              end    := close | reset | stall
//! time   := 200ms | 2s | lognormal(90ms,0.4)
//! ```
//!
//! A chain is consumed: each request that reaches it takes one turn of a step, and when the steps
//! are used up, requests pass. A step has one turn, or `N`. A step with a percentage and no count
//! never ends, so `100%error(ThrottlingException)` is an outage and must be last. A turn is
//! used whether or not the percentage hits. `ok` uses a turn and does nothing, `off` ends the
//! chain. `twice ok` runs the handler twice and sends the second reply. What cuts or changes the
//! handler's reply runs the handler, with or without `after`.
//!
//! Spaces are allowed between any two parts. Parsed text prints in one canonical form, and that
//! form parses to the same thing.

mod chain;
mod cursor;
mod list;
mod parse;
mod print;
mod socket;

pub use chain::{Chain, Step, StepEffect};
pub use list::FaultList;

/// An error in a text of the mini-language, with its position and advice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct GrammarError {
    column: usize,
    message: String,
}

impl GrammarError {
    /// The byte of the mistake, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The error and the advice, without the position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
