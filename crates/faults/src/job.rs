//! What becomes of a job at one of its stages.

use serde::Serialize;
use serde_json::Value;

use crate::read::{Problem, Table, count, flag, text, unknown, whole};
use crate::span::Span;

const KEYS: [&str; 7] = [
    "stage",
    "outcome",
    "message",
    "objects",
    "keepPartial",
    "holdMs",
    "polls",
];
const STAGES: [&str; 9] = [
    "accept",
    "fetchInput",
    "parse",
    "validate",
    "acknowledge",
    "map",
    "convert",
    "writeOutput",
    "finish",
];
/// The stages at which a job writes objects.
const WRITING: [&str; 2] = ["acknowledge", "writeOutput"];
const OUTCOMES: [&str; 5] = ["fail", "stall", "delay", "lose", "vanish"];
const MESSAGE: &str = "Injected by a fault rule";

/// How a stage of a job ends otherwise than by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JobOutcome {
    /// The job fails.
    Fail,
    /// The job never goes on.
    Stall,
    /// The job goes on later.
    Delay,
    /// The stage counts as done, but the objects are not there.
    Lose,
    /// The job is no longer known.
    Vanish,
}

/// A fault of jobs, at one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobFault {
    /// The stage, such as `writeOutput`; the fault comes before it.
    pub stage: &'static str,
    /// What happens.
    pub outcome: JobOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// Which of the job's objects, counted from 1, are written all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Span>,
    /// Whether a job that fails while it writes leaves what is written.
    #[serde(skip_serializing_if = "is_false")]
    pub keep_partial: bool,
    /// How long the job is held up first, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_ms: Option<u64>,
    /// How often the job must be asked for before it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polls: Option<u64>,
}

impl JobFault {
    /// Why the job fails.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(MESSAGE)
    }

    /// Tells whether it is about the objects that the stage writes, one by one.
    #[must_use]
    pub fn is_about_objects(&self) -> bool {
        self.outcome == JobOutcome::Lose || self.objects.is_some()
    }

    /// Tells whether the job's object of this number, from 1, is written all the same.
    #[must_use]
    pub fn spares(&self, object: u64) -> bool {
        self.objects.is_some_and(|it| it.contains(object))
    }

    pub(crate) fn read(value: &Value) -> Result<Self, Problem> {
        let table = Table::open(value, &KEYS)?;
        let fault = Self {
            stage: table.need("stage", stage)?,
            outcome: table.need("outcome", outcome)?,
            message: table.read("message", text)?,
            objects: table.read("objects", Span::read)?,
            keep_partial: table.read("keepPartial", flag)?.unwrap_or(false),
            hold_ms: table.read("holdMs", whole)?,
            polls: table.read("polls", count)?,
        };
        match fault.contradiction() {
            Some(reason) => Err(Problem::new(reason)),
            None => Ok(fault),
        }
    }

    fn contradiction(&self) -> Option<&'static str> {
        let waits = self.hold_ms.is_some() || self.polls.is_some();
        let writes = WRITING.contains(&self.stage);
        let fails = self.outcome == JobOutcome::Fail;
        if self.outcome == JobOutcome::Delay && !waits {
            Some("`delay` needs `holdMs`, `polls` or both")
        } else if self.outcome == JobOutcome::Stall && waits {
            Some("`stall` has no end: leave `holdMs` and `polls` out, or take `delay`")
        } else if self.message.is_some() && !fails {
            Some("only `fail` has a `message`")
        } else if self.is_about_objects() && !writes {
            Some("objects are written at `acknowledge` and `writeOutput` only")
        } else if self.objects.is_some() && !fails && self.outcome != JobOutcome::Lose {
            Some("`objects` goes with `fail` and `lose`")
        } else if self.keep_partial && (self.objects.is_none() || !fails) {
            Some("`keepPartial` goes with `fail` and `objects`, the objects that are written")
        } else {
            None
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}

fn stage(value: &Value) -> Result<&'static str, Problem> {
    let name = text(value)?;
    let known = STAGES.iter().find(|it| **it == name);
    known
        .copied()
        .ok_or_else(|| Problem::new(unknown("stage", &name, &STAGES)))
}

fn outcome(value: &Value) -> Result<JobOutcome, Problem> {
    Ok(match text(value)?.as_str() {
        "fail" => JobOutcome::Fail,
        "stall" => JobOutcome::Stall,
        "delay" => JobOutcome::Delay,
        "lose" => JobOutcome::Lose,
        "vanish" => JobOutcome::Vanish,
        other => return Err(Problem::new(unknown("outcome", other, &OUTCOMES))),
    })
}
