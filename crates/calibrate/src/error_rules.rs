//! Recorded errors that replace the errors of the emulator.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::recording::Answer;
use crate::sanitise::ACCOUNT;

/// An error of the emulator, and the one that AWS answers instead.
#[derive(Clone, Debug)]
struct ErrorRule {
    service: String,
    operation: String,
    status: u16,
    name: String,
    /// Matches our message; each group is a placeholder.
    message: Regex,
    placeholders: Vec<String>,
    recorded_status: u16,
    recorded: Value,
}

/// An error reply that replaces another.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorReply {
    /// The HTTP status.
    pub status: u16,
    /// The name of the error, without a namespace.
    pub name: String,
    /// The members of the body.
    pub body: Value,
}

/// Errors of the emulator, and AWS's errors that replace them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorRules {
    rules: Vec<ErrorRule>,
}

impl ErrorRules {
    /// How many errors are replaced.
    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    /// Learns that an error of ours is another one of AWS.
    pub(crate) fn learn(&mut self, theirs: &Answer, ours: &Answer) -> bool {
        let (Some(name), Some(message)) = (ours.error_type(), ours.message()) else {
            return false;
        };
        // Texts of the request in the message are replaced by those of any request.
        let inputs = inputs(ours.request.input.as_ref());
        let message = with_inputs(message, &inputs);
        let Some((pattern, placeholders)) = pattern(&message) else {
            return false;
        };
        let service = ours.request.service.clone();
        let operation = ours.request.call.clone();
        let is_known = self.rules.iter().any(|rule| {
            rule.service == service
                && rule.operation == operation
                && rule.name == name
                && rule.message.as_str() == pattern.as_str()
        });
        if !is_known {
            self.rules.push(ErrorRule {
                service,
                operation,
                status: ours.status,
                name,
                message: pattern,
                placeholders,
                recorded_status: theirs.status,
                recorded: each_text(&theirs.body, &mut |text| with_inputs(text, &inputs)),
            });
        }
        true
    }

    /// The replacement of an error reply of an operation; `None` if no such error was recorded.
    ///
    /// An error that was recorded for another operation with the same text counts too.
    pub(crate) fn reply(
        &self,
        (service, operation): (&str, &str),
        status: u16,
        body: &Value,
        account: &str,
    ) -> Option<ErrorReply> {
        let full = named(body)?;
        let name = full.rsplit('#').next()?;
        let message = ["Message", "message"]
            .iter()
            .find_map(|member| body.get(*member)?.as_str())?;
        let fits = |rule: &&ErrorRule| {
            rule.service == service
                && rule.status == status
                && rule.name == name
                && rule.message.is_match(message)
        };
        let of_operation = |rule: &&ErrorRule| rule.operation == operation && fits(rule);
        let rule = self.rules.iter().find(of_operation);
        let rule = rule.or_else(|| self.rules.iter().find(fits))?;
        let found = rule.message.captures(message)?;
        let mut values = BTreeMap::from([(ACCOUNT, account)]);
        for (at, placeholder) in rule.placeholders.iter().enumerate() {
            if let Some(value) = found.get(at.saturating_add(1)) {
                values.entry(placeholder).or_insert(value.as_str());
            }
        }
        let body = each_text(&rule.recorded, &mut |text| {
            values
                .iter()
                .fold(text.to_owned(), |text, (placeholder, value)| {
                    text.replace(placeholder, value)
                })
        });
        let name = named(&body).unwrap_or(name);
        let name = name.rsplit('#').next().unwrap_or(name).to_owned();
        Some(ErrorReply {
            status: rule.recorded_status,
            name,
            body,
        })
    }
}

/// The name of an error: `__type` of JSON, `Code` of XML.
fn named(body: &Value) -> Option<&str> {
    let name = body.get("__type").or_else(|| body.get("Code"))?;
    name.as_str()
}

/// The texts of a request with their places, the longest first.
fn inputs(input: Option<&Value>) -> Vec<(String, String)> {
    fn collect(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
        match value {
            // Shorter words may occur in a message by chance.
            Value::String(text) if text.len() >= 4 && !text.contains("${") => {
                found.push((text.clone(), format!("${{in:{at}}}")));
            }
            Value::Object(members) => {
                for (name, value) in members {
                    collect(value, &format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    collect(item, &format!("{at}/{place}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(input) = input {
        collect(input, "", &mut found);
    }
    found.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    found
}

fn with_inputs(text: &str, inputs: &[(String, String)]) -> String {
    inputs
        .iter()
        .fold(text.to_owned(), |text, (value, placeholder)| {
            text.replace(value, placeholder)
        })
}

/// A pattern for a message with a group for each placeholder: a variable, the form of an id, an account.
fn pattern(message: &str) -> Option<(Regex, Vec<String>)> {
    let holes = Regex::new(r"\$\{[^}]+\}|(?-u:\b)[a-z]{1,3}-x{12,}|123456789012").ok()?;
    let mut text = String::from("(?s)^");
    let mut placeholders = Vec::new();
    let mut end = 0;
    for hole in holes.find_iter(message) {
        text.push_str(&regex::escape(message.get(end..hole.start())?));
        text.push_str("(.+?)");
        placeholders.push(hole.as_str().to_owned());
        end = hole.end();
    }
    text.push_str(&regex::escape(message.get(end..)?));
    text.push('$');
    Some((Regex::new(&text).ok()?, placeholders))
}

/// A value with changed texts.
fn each_text(value: &Value, change: &mut impl FnMut(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, change)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), each_text(value, change)))
            .collect(),
        other => other.clone(),
    }
}
