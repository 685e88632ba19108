//! The fault engine: rules, facts, clock and seed in, a plan out.
//!
//! The crate is pure. It opens no socket, reads no clock and draws nothing that does not follow
//! from the seed; it knows no service, and of HTTP only statuses and names of headers. Whoever serves
//! requests describes each of them with [`Facts`], asks [`Engine::decide`] once, after routing, and
//! does what the [`Plan`] says at the [`Seam`] that it names.
//!
//! ```
//! use b2bi_local_faults::{Engine, Facts, FaultList, Outcome};
//!
//! let engine = Engine::new(42);
//! let faults: FaultList = "CreateProfile=2*error(ThrottlingException)->ok".parse()?;
//! engine.replace(faults.into_rules(), 0)?;
//!
//! let facts = Facts { operation: "CreateProfile", ..Facts::default() };
//! assert!(matches!(engine.decide(&facts, 10).outcome, Some(Outcome::Error(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How rules are asked
//!
//! In order. A rule of latency only adds its delay and the next one is asked; the first rule with
//! an outcome settles the request. Later rules still count the request when it matches, so that
//! what they draw does not depend on the rules before them. `nth` and draws go by the number of
//! matching requests in the partition (`per`), whether or not a window was open. What is used up
//! (`times`, `steps`, tokens) is used only when the rule is reached and its other limits allow it;
//! these limits are tried in this order: `nth`, `times`, `window`, `probability`, then the effect.
//! A rule's latency comes with each of its firings.
//!
//! A draw is a function of the seed, the rule's id, the partition and the ordinal of the request
//! in it. Requests of other partitions and other rules do not move it. A rule without an id is
//! called `rule-N` after its position, so give ids to rules whose draws must survive a reordering.
//!
//! # Connections and replies
//!
//! An effect that cuts or changes the reply lets the handler run, as `when = "after"` does; one
//! that takes the reply's place entirely leaves the state untouched unless `when` says otherwise.
//! A rule with `at = "accept"` is asked by [`Engine::decide_at_accept`], for connections.
//!
//! # Results, stages and scenarios
//!
//! A rule with `result` is asked by [`Engine::decide_answered`] once the handler has answered, so
//! after all others, and only when none of them has settled the request. A rule with `job` is asked
//! by [`Engine::decide_stage`], for each stage of each job. Rules see scenarios as they were when the
//! request came; those that act move them on.
//!
//! # Recordings
//!
//! The engine keeps the firings since the rules were set. [`Engine::replay`] sets the rules of a
//! [`Recording`] up so that each acts on the same requests again, by partition and ordinal.
//!
//! # Where more effects go
//!
//! An effect has one place in each of four modules, and nothing else changes shape: its keys in a
//! type of their own (as `connection` and `damage` have them); a variant of [`Effect`] with its key
//! in `effect`; a variant of [`Outcome`] (and of [`Seam`], if it is applied elsewhere) in `plan`; and
//! an arm in `active_rule`, which turns the one into the other. The mini-language gets a variant of
//! [`StepEffect`], read in `grammar::parse` or `grammar::socket` and written in `grammar::print`.

mod active_rule;
mod bucket;
mod chance;
mod connection;
mod criteria;
mod damage;
mod effect;
mod engine;
mod facts;
mod fire;
mod glob;
mod grammar;
mod job;
mod latency;
mod partition;
mod plan;
mod pointer;
mod read;
mod recording;
mod reply;
mod rule;
mod rule_errors;
mod rule_list;
mod ruleset;
mod scenario;
mod span;
mod stale;
mod steps;
mod vocabulary;
mod window;

pub use active_rule::RuleStatus;
pub use connection::{Connection, Ending, Place};
pub use criteria::Criteria;
pub use damage::{Chunked, Damage, Drip, Finish, Truncate};
pub use effect::Effect;
pub use engine::Engine;
pub use facts::{Answered, Facts};
pub use fire::Trigger;
pub use glob::{Glob, Patterns};
pub use grammar::{Chain, FaultList, GrammarError, Step, StepEffect};
pub use job::{JobFault, JobOutcome};
pub use latency::{Latency, Lognormal, MAX_DELAY_MS};
pub use partition::Per;
pub use plan::{Delay, Firing, Outcome, Plan, Seam, When};
pub use read::{nearest, similar};
pub use recording::{HeadError, Recording, RecordingError};
pub use reply::{ErrorReply, HttpReply, Throttle};
pub use rule::Rule;
pub use rule_errors::{AddRulesError, DuplicateId, MAX_RULES, PutRuleError};
pub use ruleset::{RuleError, RuleSet};
pub use scenario::Scenario;
pub use span::{Nth, Ranges, Span};
pub use stale::Stale;
pub use steps::Steps;
pub use vocabulary::{ServiceTerms, UnknownTermError, Vocabulary};
pub use window::Window;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
