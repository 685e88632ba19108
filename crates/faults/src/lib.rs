//! The fault engine: rules, facts, clock and seed in, a plan out.

mod bucket;
mod chance;
mod criteria;
mod facts;
mod fire;
mod glob;
mod grammar;
mod latency;
mod partition;
mod plan;
mod read;
mod reply;
mod rule;
mod ruleset;
mod span;
mod steps;
mod window;

pub use criteria::Criteria;
pub use facts::Facts;
pub use fire::Fire;
pub use glob::{Glob, Patterns};
pub use grammar::{Chain, FaultList, GrammarError, Step, StepEffect};
pub use latency::{Latency, Lognormal, MAX_DELAY_MS};
pub use partition::Per;
pub use plan::{Delay, Firing, Outcome, Plan, Seam, When};
pub use reply::{ErrorReply, HttpReply, Throttle};
pub use rule::{Effect, Rule};
pub use ruleset::{RuleError, RuleSet};
pub use span::{Nth, Span, Spans};
pub use steps::Steps;
pub use window::Window;
