//! A user's own calls: recorded, replayed, and repeated against the emulator.
//!
//! A recording has a placeholder such as `${id1}` for each value that identifies an account, and a
//! list of their forms. A replay gives a placeholder its value at first use, and keeps it.

mod placeholder;
mod recorder;
mod redactor;
mod repeat;
mod replay;
#[cfg(test)]
mod tests;
mod unify;

pub use recorder::{TrafficRecorder, TrafficSource};
pub use repeat::{Repeated, repeat};
pub use replay::{Replay, ReplayError, ReplayedReply};

/// The question that answers of a user's own calls name.
pub(crate) const TRAFFIC: &str = "traffic";

/// Random members of each request, which are not significant.
const DRAWN: &[&str] = &["clientToken"];

/// The members of a request without random ones.
fn without_drawn(mut input: serde_json::Value) -> serde_json::Value {
    if let Some(members) = input.as_object_mut() {
        members.retain(|name, _| !DRAWN.contains(&name.as_str()));
    }
    input
}
