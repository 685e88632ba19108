//! Repeats the calls of a recording, to compare the replies.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_smithy_types::DateTime;
use serde_json::Value;

use super::TRAFFIC;
use super::placeholder::{Bindings, EPOCH, Part, filled, kind, made_up, parts};
use super::recorder::noted;
use super::redactor::Redactor;
use super::unify::bind;
use crate::build::b2bi_request;
use crate::endpoint::{Endpoint, EndpointError, Response};
use crate::recording::{Answer, Recording};
use crate::retry::is_passing;
use crate::sanitise::ACCOUNT;

/// The number of polls for the end of a job, and the pause between them.
const POLLS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// A recording and another server's answers to the same calls, both without times.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// The recorded value.
    pub recorded: Recording,
    /// The answers of the other server.
    pub answered: Recording,
}

/// Makes the recorded calls of a user in their order. Replies that only ask to wait, for a
/// throttled request or for a running job, are skipped.
///
/// # Errors
///
/// A call got no reply.
pub async fn repeat<E: Endpoint + ?Sized>(
    endpoint: &E,
    recording: &Recording,
) -> Result<Repeated, EndpointError> {
    let mut answered = Recording {
        answers: Vec::new(),
        ..recording.clone()
    };
    let mut bindings = Bindings::new();
    let mut accounts: Vec<String> = Vec::new();
    for (at, answer) in recording.answers.iter().enumerate() {
        let later = recording.answers.get(at.saturating_add(1)..);
        if answer.question != TRAFFIC || says_to_wait(answer, later.unwrap_or_default()) {
            continue;
        }
        let account = accounts.first().map_or(ACCOUNT, String::as_str);
        let response = made(endpoint, recording, (answer, account), &mut bindings).await?;
        bind(&answer.body, &members(&response), &mut bindings);
        let mut redactor = Redactor::with(&bindings, std::mem::take(&mut accounts));
        let reply = noted(&mut redactor, &response);
        accounts = redactor.into_accounts();
        answered.answers.push(without_times(&Answer {
            step: answer.step.clone(),
            request: answer.request.clone(),
            ..reply
        }));
    }
    let mut recorded = recording.clone();
    let is_made = |answer: &Answer| answered.answer(TRAFFIC, &answer.step).is_some();
    recorded.answers.retain(is_made);
    recorded.answers = recorded.answers.iter().map(without_times).collect();
    Ok(Repeated { recorded, answered })
}

/// Whether a reply only had the caller ask again.
fn says_to_wait(answer: &Answer, later: &[Answer]) -> bool {
    let is_throttled = answer.status == 429
        || answer
            .error_type()
            .is_some_and(|name| name == "ThrottlingException");
    let is_repeated = || later.iter().any(|other| other.request == answer.request);
    is_throttled || answer.status >= 500 || is_running(&answer.body) && is_repeated()
}

fn is_running(body: &Value) -> bool {
    body.get("status").and_then(Value::as_str) == Some("running")
}

fn members(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| Value::String(response.text()))
}

/// Makes a call; waits for the end of a job if the recording has it.
async fn made<E: Endpoint + ?Sized>(
    endpoint: &E,
    recording: &Recording,
    (answer, account): (&Answer, &str),
    bindings: &mut Bindings,
) -> Result<Response, EndpointError> {
    let mut value = |name: &str| {
        let form = recording.placeholders.get(name).map_or("", String::as_str);
        made_up(name, form, DateTime::from_secs(EPOCH))
    };
    let mut text = |text: &str| filled(text, bindings, &mut value).replace(ACCOUNT, account);
    let input = answer.request.input.as_ref();
    let input = input.map(|input| each_text(input, &mut text));
    let mut request = b2bi_request(&answer.request.call, &input.unwrap_or(Value::Null));
    if let Some(body) = &answer.request.body {
        request.body = text(body).into();
    }
    let mut response = endpoint.send(&request).await?;
    for _ in 0..POLLS {
        let is_early = !is_running(&answer.body) && is_running(&members(&response));
        if !is_early && !is_passing(&response) {
            break;
        }
        endpoint.pause(PAUSE).await;
        response = endpoint.send(&request).await?;
    }
    Ok(response)
}

/// An answer in which all moments look the same.
fn without_times(answer: &Answer) -> Answer {
    let mut plain = |text: &str| -> String {
        let parts = parts(text).into_iter().map(|part| match part {
            Part::Literal("$") => "${$}".to_owned(),
            Part::Literal(text) => text.to_owned(),
            Part::Placeholder(name) if ["time", "stamp"].contains(&kind(name)) => {
                format!("${{{}}}", kind(name))
            }
            Part::Placeholder(name) => format!("${{{name}}}"),
        });
        parts.collect()
    };
    let headers = answer.headers.iter();
    let headers: BTreeMap<_, _> = headers
        .map(|(name, value)| (name.clone(), plain(value)))
        .collect();
    Answer {
        headers,
        body: each_text(&answer.body, &mut plain),
        ..answer.clone()
    }
}

/// A value with changed texts, including names of members.
fn each_text(value: &Value, change: &mut dyn FnMut(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, change)).collect(),
        Value::Object(members) => {
            let mut changed = serde_json::Map::new();
            for (name, value) in members {
                changed.insert(change(name), each_text(value, change));
            }
            Value::Object(changed)
        }
        other => other.clone(),
    }
}
