//! The plan for a request.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::connection::Connection;
use crate::damage::Damage;
use crate::job::JobFault;
use crate::reply::{ErrorReply, HttpReply};
use crate::stale::Stale;

/// Whether and how often the handler runs before the outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Not at all: the state is unchanged.
    #[default]
    Before,
    /// Once: its work is done, and the outcome replaces its reply.
    After,
    /// Twice: the outcome replaces the second reply; without one the second reply is sent.
    Twice,
}

/// What replaces the reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A service error.
    Error(ErrorReply),
    /// A reply as from a proxy.
    Http(HttpReply),
    /// A service error because the bucket was empty.
    Throttle {
        /// The error, with the wait in it unless the rule advises another.
        error: ErrorReply,
        /// The time until the next token.
        wait_ms: u64,
    },
    /// A connection that ends in place of the reply, or in it.
    Connection(Connection),
    /// The reply itself, damaged.
    Response(Damage),
    /// The handler reads earlier state.
    Stale(Stale),
    /// A stage of a job is changed.
    Job(JobFault),
    /// The server panics instead of making the reply.
    Panic,
}

/// Where the effects of a plan are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seam {
    /// After routing, before the request is decoded.
    Protocol,
    /// Around the handler.
    Model,
    /// Before a stage of a job.
    Job,
}

/// The delay of the request, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    /// Before the handler; or before the reply, when the handler does not run.
    pub before_ms: u64,
    /// Before the reply.
    pub after_ms: u64,
}

/// A rule that acts on the request, and its draw; this is enough to replay it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Firing {
    /// The rule's id.
    #[serde(serialize_with = "text")]
    pub rule: Arc<str>,
    /// The partition of the rule's counters; empty when it has only one.
    #[serde(serialize_with = "text")]
    pub partition: Arc<str>,
    /// Which of the matching requests of the partition this is, from 1.
    pub ordinal: u64,
    /// The number drawn for the rule's probability, if there was a draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw: Option<f64>,
    /// How many turns of the rule's steps were used before, when it has steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
}

fn text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// The engine's decision for one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The rules that act, in order; one with an outcome is the last.
    pub firings: Vec<Firing>,
    /// The delays of all these rules together.
    pub delay: Delay,
    /// What replaces the reply, if anything does.
    pub outcome: Option<Outcome>,
    /// When the outcome applies; [`When::Twice`] may apply without an outcome.
    pub when: When,
}

impl Plan {
    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.firings.is_empty() && self.delay == Delay::default()
    }

    /// Whether the plan is settled, so that no later rule is asked.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.outcome.is_some() || self.when != When::Before
    }

    /// Where the plan is applied: around the handler when the handler runs under a fault.
    #[must_use]
    pub fn seam(&self) -> Seam {
        match (&self.outcome, self.when) {
            (Some(Outcome::Job(_)), _) => Seam::Job,
            (Some(Outcome::Stale(_)), _) | (_, When::After | When::Twice) => Seam::Model,
            (_, When::Before) => Seam::Protocol,
        }
    }

    /// The ids of the rules that act, in order.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.firings.iter().map(|firing| &*firing.rule)
    }
}
