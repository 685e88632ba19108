//! Answers calls from a recording. Each recorded reply is used once.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use aws_smithy_types::DateTime;
use serde_json::Value;

use super::placeholder::{Bindings, filled, made_up};
use super::unify::{Mismatch, unify};
use super::{TRAFFIC, without_drawn};
use crate::recording::{Answer, Recording};
use crate::sanitise::ACCOUNT;

/// A recording that answers calls.
#[derive(Clone, Debug)]
pub struct Replay {
    recording: Recording,
    is_answered: Vec<bool>,
    bindings: Bindings,
    started: DateTime,
}

/// A recorded reply with values of this replay.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayedReply {
    /// The HTTP status.
    pub status: u16,
    /// Headers that matter.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// A call for which a recording has no reply, or none left.
#[derive(Clone, Debug)]
pub struct ReplayError {
    call: String,
    reason: Reason,
}

#[derive(Clone, Debug)]
enum Reason {
    /// No call of the operation was recorded.
    Unknown,
    /// All recorded calls of this kind, this many, have been used.
    UsedUp(usize),
    /// The next recorded call of the operation, by its number, differs.
    Differs(String, Mismatch),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = &self.call;
        match &self.reason {
            Reason::Unknown => write!(
                out,
                "The recording has no call of {call}: record the suite again with this call"
            ),
            Reason::UsedUp(count) => write!(
                out,
                "The recording has {count} calls of {call}, and each was answered: this is one more; record the \
                 suite again, or restart the replay before each run"
            ),
            Reason::Differs(
                step,
                Mismatch {
                    at,
                    recorded,
                    given,
                },
            ) => write!(
                out,
                "The recording has no such call of {call}: the next one, call {step}, has {} at {}, and this one has {}",
                shown(recorded),
                if at.is_empty() { "the body" } else { at },
                shown(given)
            ),
        }
    }
}

impl Error for ReplayError {}

/// A value, cut if it is long.
fn shown(value: &Value) -> String {
    const MOST: usize = 200;
    let text = match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

impl Replay {
    /// A replay of a recording that begins now, in seconds since 1970.
    #[must_use]
    pub fn new(recording: Recording, now: i64) -> Self {
        Self {
            is_answered: vec![false; recording.answers.len()],
            bindings: Bindings::new(),
            started: DateTime::from_secs(now),
            recording,
        }
    }

    /// The reply to a call: that of the first recorded call of its kind that has not been used.
    ///
    /// # Errors
    ///
    /// The recording has no reply, or none left; the error has the differences.
    pub fn reply(
        &mut self,
        call: &str,
        request: &[u8],
        account: &str,
    ) -> Result<ReplayedReply, ReplayError> {
        let at = self.find(call, request, account)?;
        if let Some(is_answered) = self.is_answered.get_mut(at) {
            *is_answered = true;
        }
        let Some(answer) = self.recording.answers.get(at).cloned() else {
            return Err(self.unanswered(call, None));
        };
        Ok(ReplayedReply {
            status: answer.status,
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), self.text(value, account)))
                .collect(),
            body: match self.value(&answer.body, account) {
                Value::String(text) => text,
                members => members.to_string(),
            },
        })
    }

    /// Recorded calls that were not made, as `7 GetProfile`.
    #[must_use]
    pub fn left(&self) -> Vec<String> {
        let answers = self.recording.answers.iter().zip(&self.is_answered);
        let left =
            answers.filter(|(answer, is_answered)| answer.question == TRAFFIC && !**is_answered);
        left.map(|(answer, _)| format!("{} {}", answer.step, answer.request.call))
            .collect()
    }

    /// The place of the first recorded call that a call is.
    fn find(&mut self, call: &str, request: &[u8], account: &str) -> Result<usize, ReplayError> {
        let given = given(request, account);
        let mut nearest = None;
        for (at, answer) in self.recording.answers.iter().enumerate() {
            let is_answered = self.is_answered.get(at).copied().unwrap_or(true);
            if is_answered || answer.question != TRAFFIC || answer.request.call != call {
                continue;
            }
            match unify(&recorded(answer), &given, &mut self.bindings) {
                Ok(()) => return Ok(at),
                Err(mismatch) => {
                    nearest.get_or_insert_with(|| (answer.step.clone(), mismatch));
                }
            }
        }
        Err(self.unanswered(call, nearest))
    }

    fn unanswered(&self, call: &str, nearest: Option<(String, Mismatch)>) -> ReplayError {
        let answers = self.recording.answers.iter();
        let count = answers
            .filter(|answer| answer.question == TRAFFIC && answer.request.call == call)
            .count();
        let reason = match (nearest, count) {
            (Some((step, mismatch)), _) => Reason::Differs(step, mismatch),
            (None, 0) => Reason::Unknown,
            (None, count) => Reason::UsedUp(count),
        };
        ReplayError {
            call: call.to_owned(),
            reason,
        }
    }

    fn text(&mut self, text: &str, account: &str) -> String {
        let (forms, started) = (&self.recording.placeholders, self.started);
        let text = text.replace(ACCOUNT, account);
        filled(&text, &mut self.bindings, &mut |name| {
            let form = forms.get(name).map_or("", String::as_str);
            made_up(name, form, started)
        })
    }

    fn value(&mut self, value: &Value, account: &str) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, account)),
            Value::Array(items) => items.iter().map(|item| self.value(item, account)).collect(),
            Value::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| (self.text(name, account), self.value(value, account)));
                Value::Object(members.collect())
            }
            other => other.clone(),
        }
    }
}

/// The contents of a recorded request: its members, or its text.
fn recorded(answer: &Answer) -> Value {
    let input = answer.request.input.clone();
    let text = answer.request.body.clone().map(Value::String);
    input.or(text).unwrap_or(Value::Null)
}

/// The contents of a request, with the account replaced as in recordings.
fn given(request: &[u8], account: &str) -> Value {
    let text = String::from_utf8_lossy(request).replace(account, ACCOUNT);
    match serde_json::from_str(&text) {
        Ok(input) => without_drawn(input),
        Err(_) => Value::String(text),
    }
}
