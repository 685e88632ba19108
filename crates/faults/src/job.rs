//! The outcome of a job at one of its stages.

use serde::Serialize;
use serde_json::Value;

use crate::damage::Truncate;
use crate::read::{RuleReadError, Table, count, flag, text, unknown, whole};
use crate::span::Span;

const KEYS: [&str; 8] = [
    "stage",
    "outcome",
    "message",
    "objects",
    "keepPartial",
    "holdMs",
    "polls",
    "truncate",
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
/// The stage at which a job reads its input.
const READING: &str = "fetchInput";
/// The stages at which a job writes objects.
const WRITING: [&str; 2] = ["acknowledge", "writeOutput"];
const OUTCOMES: [&str; 8] = [
    "fail", "stall", "delay", "lose", "late", "truncate", "vanish", "panic",
];
const MESSAGE: &str = "Injected by a fault rule";

/// How a fault ends a stage of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JobOutcome {
    /// The job fails.
    Fail,
    /// The job hangs forever.
    Stall,
    /// The job continues later.
    Delay,
    /// The stage counts as done, but the objects do not exist.
    Lose,
    /// The stage counts as done, but the objects appear only later.
    Late,
    /// The job sees only the beginning of its input.
    Truncate,
    /// The job no longer exists.
    Vanish,
    /// The job panics.
    Panic,
}

impl JobOutcome {
    /// The name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Stall => "stall",
            Self::Delay => "delay",
            Self::Lose => "lose",
            Self::Late => "late",
            Self::Truncate => "truncate",
            Self::Vanish => "vanish",
            Self::Panic => "panic",
        }
    }
}

/// A fault of jobs, at one stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// Whether a job that fails while it writes keeps its outputs.
    #[serde(skip_serializing_if = "is_false")]
    pub keep_partial: bool,
    /// How long the job is delayed first, or its objects are delayed, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_ms: Option<u64>,
    /// How many polls the job waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polls: Option<u64>,
    /// The part of its input that the job sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Truncate>,
}

impl JobFault {
    /// The job's failure reason.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or(MESSAGE)
    }

    /// Whether it is about the objects that the stage writes, one by one.
    #[must_use]
    pub fn is_about_objects(&self) -> bool {
        matches!(self.outcome, JobOutcome::Lose | JobOutcome::Late) || self.objects.is_some()
    }

    /// How long the job is delayed before anything else, in milliseconds.
    #[must_use]
    pub fn pause_ms(&self) -> u64 {
        match self.outcome {
            JobOutcome::Late => 0,
            _ => self.hold_ms.unwrap_or_default(),
        }
    }

    /// How many bytes the job sees of an input of this size.
    #[must_use]
    pub fn visible_bytes(&self, size: u64) -> u64 {
        self.truncate.map_or(size, |truncate| truncate.of(size))
    }

    /// Whether the job's object of this number, from 1, is written all the same.
    #[must_use]
    pub fn spares(&self, object: u64) -> bool {
        self.objects.is_some_and(|objects| objects.contains(object))
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let fault = Self {
            stage: table.need("stage", stage)?,
            outcome: table.need("outcome", outcome)?,
            message: table.read("message", text)?,
            objects: table.read("objects", Span::read)?,
            keep_partial: table.read("keepPartial", flag)?.unwrap_or(false),
            hold_ms: table.read("holdMs", whole)?,
            polls: table.read("polls", count)?,
            truncate: table.read("truncate", Truncate::read)?,
        };
        match fault.contradiction() {
            Some(reason) => Err(RuleReadError::new(reason)),
            None => Ok(fault),
        }
    }

    fn contradiction(&self) -> Option<&'static str> {
        use JobOutcome::{Delay, Fail, Late, Lose, Stall, Truncate};
        let is = |outcome| self.outcome == outcome;
        let waits = self.hold_ms.is_some() || self.polls.is_some();
        let writes = WRITING.contains(&self.stage);
        let of_objects = self.objects.is_some();
        let rules = [
            (
                is(Delay) && !waits,
                "`delay` needs `holdMs`, `polls` or both",
            ),
            (
                is(Stall) && waits,
                "`stall` has no end: leave `holdMs` and `polls` out, or take `delay`",
            ),
            (
                is(Late) && (self.hold_ms.is_none() || self.polls.is_some()),
                "`late` needs `holdMs`, how late the objects are, and no `polls`",
            ),
            (
                is(Truncate) != self.truncate.is_some(),
                "the outcome `truncate` goes with the key `truncate`, such as {\"percent\": 50}",
            ),
            (
                is(Truncate) && self.stage != READING,
                "only the input is cut: `truncate` goes with the stage `fetchInput`",
            ),
            (
                self.message.is_some() && !is(Fail),
                "only `fail` has a `message`",
            ),
            (
                self.is_about_objects() && !writes,
                "objects are written at `acknowledge` and `writeOutput` only",
            ),
            (
                of_objects && ![Fail, Lose, Late].contains(&self.outcome),
                "`objects` goes with `fail`, `lose` and `late`",
            ),
            (
                self.keep_partial && !(of_objects && is(Fail)),
                "`keepPartial` goes with `fail` and `objects`, the objects that are written",
            ),
        ];
        let broken = rules.into_iter().find(|(is_broken, _)| *is_broken);
        broken.map(|(_, reason)| reason)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}

fn stage(value: &Value) -> Result<&'static str, RuleReadError> {
    let name = text(value)?;
    let known = STAGES.iter().find(|item| **item == name);
    known
        .copied()
        .ok_or_else(|| RuleReadError::new(unknown("stage", &name, &STAGES)))
}

fn outcome(value: &Value) -> Result<JobOutcome, RuleReadError> {
    Ok(match text(value)?.as_str() {
        "fail" => JobOutcome::Fail,
        "stall" => JobOutcome::Stall,
        "delay" => JobOutcome::Delay,
        "lose" => JobOutcome::Lose,
        "late" => JobOutcome::Late,
        "truncate" => JobOutcome::Truncate,
        "vanish" => JobOutcome::Vanish,
        "panic" => JobOutcome::Panic,
        other => return Err(RuleReadError::new(unknown("outcome", other, &OUTCOMES))),
    })
}
