//! What a recording tells that is data: replaced errors, and values of settings.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::compare::{Change, Difference, compare};
use crate::document::{Form, form};
use crate::loop_names::{renamed, table};
use crate::recording::{Answer, Recording};
use crate::sanitise::ACCOUNT;

/// What a server takes over from a recording.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Items of a page where the request does not say.
    pub page_size: Option<usize>,
    /// Whether lists begin with the newest item.
    pub newest_first: bool,
    /// A table of loop names; empty without any.
    pub loop_names: String,
    /// How long a job takes, in milliseconds.
    pub job_ms: Option<u64>,
    /// Characters of ids of resources after the prefix.
    pub id_length: Option<usize>,
    /// Whether service-defined documents are on one line.
    pub compact_documents: bool,
    /// Whether `TestMapping` replies with the document instead of a literal.
    pub plain_mapping: bool,
    /// What would need a change of the program.
    pub unapplied: Vec<Difference>,
    errors: Vec<ErrorRule>,
}

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

impl Facts {
    /// How a recording differs from what the emulator answered to the same questions.
    #[must_use]
    pub fn derive(recorded: &Recording, emulator: &Recording) -> Self {
        let mut facts = Self::default();
        for difference in compare(recorded, emulator).differences {
            let pair = recorded
                .answer(&difference.question, &difference.step)
                .zip(emulator.answer(&difference.question, &difference.step));
            let is_taken = pair.is_some_and(|(theirs, ours)| facts.take(&difference, theirs, ours));
            if !is_taken {
                facts.unapplied.push(difference);
            }
        }
        facts
    }

    /// How many errors are replaced.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors.len()
    }

    fn take(&mut self, difference: &Difference, theirs: &Answer, ours: &Answer) -> bool {
        match difference.change {
            Change::Error => self.take_error(theirs, ours),
            Change::ListOrder => {
                self.newest_first = true;
                true
            }
            Change::LoopNames => self.take_loop_names(difference, theirs),
            Change::PageSize => {
                self.page_size = theirs.page_size;
                true
            }
            Change::JobDuration => {
                self.job_ms = Some(theirs.waited_ms);
                true
            }
            Change::IdShape => {
                let shape = difference
                    .recorded
                    .as_str()
                    .and_then(|shape| shape.split_once('-'));
                self.id_length = shape.map(|(_, rest)| rest.len());
                true
            }
            Change::Layout => self.take_layout(difference),
            Change::Code => false,
        }
    }

    fn take_loop_names(&mut self, difference: &Difference, theirs: &Answer) -> bool {
        let (recorded, emulator) = (&difference.recorded, &difference.emulator);
        let texts = recorded.as_str().zip(emulator.as_str());
        let names = texts.and_then(|(recorded, emulator)| renamed(recorded, emulator));
        let table = names.and_then(|names| table(theirs, &names));
        self.loop_names
            .push_str(table.as_deref().unwrap_or_default());
        table.is_some()
    }

    fn take_layout(&mut self, difference: &Difference) -> bool {
        let text = difference.recorded.as_str().unwrap_or_default();
        match (difference.call.as_str(), form(text)) {
            ("TestParsing", Form::Compact) => self.compact_documents = true,
            ("TestMapping", Form::Pretty) => self.plain_mapping = true,
            _ => return false,
        }
        true
    }

    fn take_error(&mut self, theirs: &Answer, ours: &Answer) -> bool {
        let (Some(name), Some(message)) = (ours.error_type(), ours.message()) else {
            return false;
        };
        // Words of the request in the message stand for those of any request.
        let inputs = inputs(ours.request.input.as_ref());
        let message = with_inputs(message, &inputs);
        let Some((pattern, placeholders)) = pattern(&message) else {
            return false;
        };
        let service = ours.request.service.clone();
        let operation = ours.request.call.clone();
        let is_known = self.errors.iter().any(|rule| {
            rule.service == service
                && rule.operation == operation
                && rule.name == name
                && rule.message.as_str() == pattern.as_str()
        });
        if !is_known {
            self.errors.push(ErrorRule {
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

    /// What replaces an error reply of an operation; none where nothing was recorded of such an error.
    ///
    /// An error that another operation was recorded with, in the same words, counts too.
    #[must_use]
    pub fn error(
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
        let rule = self.errors.iter().find(of_operation);
        let rule = rule.or_else(|| self.errors.iter().find(fits))?;
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
            // Shorter words may stand in a message by chance.
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

/// A value whose texts are changed.
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Facts;
    use crate::battery::Battery;
    use crate::recording::{Answer, Recording};

    fn recording(call: &str, input: &Value, status: u16, body: Value) -> Recording {
        let mut battery = Battery::default();
        let text = format!(
            "[[questions]]\nid = 'q'\nasks = ['A-06']\ntitle = 't'\n[[questions.steps]]\ncall = '{call}'\n"
        );
        battery.add("q", &text).unwrap();
        let mut request = battery.questions[0].steps[0].template();
        request.input = Some(input.clone());
        let mut recording = Recording::new("us-east-1", "aws", "2026-11-29");
        recording.answers.push(Answer {
            question: "q".to_owned(),
            step: "1".to_owned(),
            assumptions: vec!["A-06".to_owned()],
            request,
            status,
            headers: [].into(),
            body,
            id_shapes: [].into(),
            page_size: None,
            waited_ms: 0,
        });
        recording
    }

    /// The errors of any profile are replaced, with the profile's own id.
    #[test]
    fn errors_are_replaced_whatever_they_are_about() {
        let input = json!({"profileId": "p-0123456789abcdef0", "name": "Acme Corp"});
        let ours = json!({"__type": "com.amazonaws.b2bi#ResourceNotFoundException",
            "Message": "The profile p-0123456789abcdef0 of Acme Corp does not exist in 123456789012"});
        let theirs = json!({"__type": "NotFound", "message": "[123456789012] no p-0123456789abcdef0 (Acme Corp)"});
        let facts = Facts::derive(
            &recording("GetProfile", &input, 404, theirs),
            &recording("GetProfile", &input, 400, ours),
        );
        let check = |operation: &str, status: u16, message: &str, expected: Option<&str>| {
            let body = json!({"__type": "com.amazonaws.b2bi#ResourceNotFoundException", "Message": message});
            let reply = facts.error(("b2bi", operation), status, &body, "111122223333");
            let told = reply
                .as_ref()
                .and_then(|reply| reply.body["message"].as_str());
            assert_eq!(told, expected, "{operation} {message}");
            if let Some(reply) = reply {
                assert_eq!((reply.status, reply.name.as_str()), (404, "NotFound"));
            }
        };
        let message =
            "The profile p-aaaabbbbccccdddd1 of Blue. (Bikes) does not exist in 111122223333";
        let expected = Some("[111122223333] no p-aaaabbbbccccdddd1 (Blue. (Bikes))");
        check("GetProfile", 400, message, expected);
        check("DeleteProfile", 400, message, expected);
        check("GetProfile", 404, message, None);
        check("GetProfile", 400, "Something else", None);
        check("GetProfile", 400, "", None);
    }
}
