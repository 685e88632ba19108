//! The fault engine: rules, facts, clock and seed in, a plan out.
//!
//! The crate is pure: it opens no socket and reads no clock, and every random draw follows from the
//! seed. It knows no service, and of HTTP only statuses and header names. The server describes each
//! request with [`Facts`], calls [`Engine::decide`] once after routing, and applies the [`Plan`] at
//! its [`Seam`].
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
//! # How rules are evaluated
//!
//! Rules are evaluated in order. A rule with only a latency adds its delay, and the next one is
//! evaluated; the first rule with an outcome decides the request. Later rules still count a request
//! that matches, so their draws do not depend on the rules before them. `nth` and draws depend on the
//! number of matching requests in the partition (`per`), whether or not a window was open. Limited
//! effects (`times`, `steps`, tokens) are used up only when the rule is reached and its other limits
//! allow it. The order of the limits is `nth`, `times`, `window`, `probability`, then the effect. A
//! rule's latency applies to each of its firings.
//!
//! A draw is a function of the seed, the rule's id, the partition and the number of the request in
//! it. Requests of other partitions and other rules do not change it. A rule without an id gets the
//! name `rule-N` from its position, so give ids to rules whose draws must survive a reordering.
//!
//! # Connections and replies
//!
//! An effect that cuts or changes the reply runs the handler, like `when = "after"`. An effect that
//! replaces the whole reply does not run it, unless `when` requires it.
//! [`Engine::decide_at_accept`] evaluates rules with `at = "accept"`, for connections.
//!
//! # Results, stages and scenarios
//!
//! [`Engine::decide_answered`] evaluates rules with `result` after the handler has answered, if no
//! other rule has decided the request. [`Engine::decide_stage`] evaluates rules with `job`, for each
//! stage of each job. Rules see scenarios as they were when the request arrived; rules that act move
//! them to the next state.
//!
//! # Recordings
//!
//! The engine stores the firings since the rules were set. [`Engine::replay`] sets the rules of a
//! [`Recording`] so that each acts on the same requests again, by partition and number.
//!
//! # Where more effects go
//!
//! An effect has one place in each of four modules, and nothing else changes: its keys in their own
//! type (as in `connection` and `damage`); a variant of [`Effect`] with its key in `effect`; a
//! variant of [`Outcome`] (and of [`Seam`], if it is applied elsewhere) in `plan`; and an arm in
//! `active_rule`, which converts the one to the other. The mini-language gets a variant of
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
mod trigger;
mod vocabulary;
mod window;

pub use active_rule::RuleStatus;
pub use connection::{Connection, Ending, Place};
pub use criteria::Criteria;
pub use damage::{Chunked, Damage, Drip, Finish, Truncate};
pub use effect::Effect;
pub use engine::Engine;
pub use facts::{Answered, Facts};
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
pub use rule_errors::{AddRulesError, DuplicateIdError, MAX_RULES, PutRuleError};
pub use ruleset::{RuleError, RuleSet};
pub use scenario::Scenario;
pub use span::{Nth, Ranges, Span};
pub use stale::Stale;
pub use steps::Steps;
pub use trigger::Trigger;
pub use vocabulary::{ServiceTerms, UnknownTermError, Vocabulary};
pub use window::Window;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
