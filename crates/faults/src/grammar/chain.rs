//! A chain of steps, and the step for each turn.

use crate::connection::Connection;
use crate::damage::Damage;
use crate::latency::Latency;
use crate::plan::When;
use crate::reply::ErrorReply;

/// Steps that requests use up one after the other; never empty.
///
/// Made by parsing: `"2*error(ThrottlingException) -> ok".parse::<Chain>()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain(pub(super) Vec<Step>);

/// One step of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(super) percent: Option<f64>,
    pub(super) count: Option<u32>,
    pub(super) when: When,
    pub(super) effect: StepEffect,
}

/// The effect of a step on a request.
#[derive(Clone, Debug, PartialEq)]
pub enum StepEffect {
    /// Nothing: the request passes.
    Ok,
    /// Nothing, from now on.
    Off,
    /// A service error.
    Error(ErrorReply),
    /// A reply without a body, as from a proxy.
    Http(u16),
    /// A connection that ends in place of the reply, or in it.
    Connection(Connection),
    /// A damaged reply.
    Response(Damage),
    /// A delay.
    Delay(Latency),
    /// A panic of the server.
    Panic,
}

impl StepEffect {
    /// Whether it acts on the handler's reply, so that the handler must run.
    pub(super) fn needs_reply(&self) -> bool {
        match self {
            Self::Connection(connection) => connection.needs_reply(),
            Self::Response(_) => true,
            Self::Ok
            | Self::Off
            | Self::Error(_)
            | Self::Http(_)
            | Self::Delay(_)
            | Self::Panic => false,
        }
    }
}

impl Chain {
    /// Joins steps, unless one of them is not valid at its place.
    ///
    /// The error has the index of the step, from 0, and the problem.
    pub(crate) fn new(steps: Vec<Step>) -> Result<Self, (usize, &'static str)> {
        let last = steps.len().saturating_sub(1);
        let cut_short = steps.iter().take(last).enumerate();
        for (position, step) in cut_short {
            if let Some(reason) = step.reason_to_be_last() {
                return Err((position, reason));
            }
        }
        if steps.is_empty() {
            Err((0, "a chain has at least one step"))
        } else {
            Ok(Self(steps))
        }
    }

    /// The steps in order.
    #[must_use]
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Every error that a step answers with.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &ErrorReply> {
        self.0.iter().filter_map(|step| match step.effect() {
            StepEffect::Error(error) => Some(error),
            _ => None,
        })
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.0
    }

    /// The step that is due after this many turns.
    pub(crate) fn step_after(&self, mut turns: u64) -> Option<&Step> {
        self.0.iter().find(|step| match step.turns() {
            Some(own) if own <= turns => {
                turns -= own;
                false
            }
            _ => true,
        })
    }

    /// The step that is due after this many turns, alone.
    pub(crate) fn only(&self, turns: u64) -> Option<Self> {
        self.step_after(turns).map(|step| Self(vec![step.clone()]))
    }

    /// The number of turns, unless the last step never ends.
    pub(crate) fn turns(&self) -> Option<u64> {
        self.0.iter().map(Step::turns).sum()
    }

    /// Whether the chain can be repeated: whether it ends.
    pub(crate) fn can_loop(&self) -> bool {
        self.0.iter().all(|step| step.reason_to_be_last().is_none())
    }
}

impl Step {
    /// The chance of the effect in percent, unless it is certain.
    #[must_use]
    pub(crate) fn percent(&self) -> Option<f64> {
        self.percent
    }

    /// Before the handler, after it, or after two runs of it.
    #[must_use]
    pub(crate) fn when(&self) -> When {
        self.when
    }

    /// The effect of the step.
    #[must_use]
    pub fn effect(&self) -> &StepEffect {
        &self.effect
    }

    fn turns(&self) -> Option<u64> {
        match (&self.effect, self.count, self.percent) {
            (StepEffect::Off, _, _) => Some(0),
            (_, Some(count), _) => Some(u64::from(count)),
            (_, None, None) => Some(1),
            (_, None, Some(_)) => None,
        }
    }

    fn reason_to_be_last(&self) -> Option<&'static str> {
        match self.effect {
            StepEffect::Off => Some("`off` ends the chain, so nothing can follow it"),
            _ if self.turns().is_none() => Some(
                "a step with a percentage and no count never ends, so nothing can follow it: \
                 give it a count, as in `30%5*error(Code)`",
            ),
            _ => None,
        }
    }
}
