//! What differs between two answers to one request.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::compare::{Change, Difference};
use crate::document::Written;
use crate::facts::order;
use crate::loop_names::renamed;
use crate::recording::Answer;
use crate::runner::EVENTS;
use crate::template_form::TemplateForm;

/// A job that took this much longer took longer by itself, and not by the network.
const SLOWER_MS: u64 = 3_000;

/// What differs between an answer of the recording and ours.
pub(crate) fn differences(theirs: &Answer, ours: &Answer) -> Vec<Difference> {
    let mut found = Found {
        theirs,
        list: Vec::new(),
    };
    let are_errors = theirs.status >= 400 && ours.status >= 400;
    let change = if are_errors {
        Change::Error
    } else {
        Change::Code
    };
    if theirs.status != ours.status {
        found.add("status", theirs.status, ours.status, change);
    }
    for name in theirs.headers.keys().chain(ours.headers.keys()) {
        let (their, our) = (theirs.headers.get(name), ours.headers.get(name));
        // The error's type is compared in the body; few front ends send the header as well.
        let at = format!("headers/{name}");
        if their != our && name != "x-amzn-errortype" && !found.has(&at) {
            found.add(&at, json!(their), json!(our), Change::Code);
        }
    }
    found.values("body", &theirs.body, &ours.body, change);
    for (name, shape) in &theirs.id_shapes {
        if let Some(our) = ours.id_shapes.get(name)
            && our != shape
        {
            let is_longer_or_shorter = prefix(our) == prefix(shape) && !shape.starts_with("tj-");
            let change = if is_longer_or_shorter {
                Change::IdShape
            } else {
                Change::Code
            };
            found.add(&format!("ids/{name}"), shape.as_str(), our.as_str(), change);
        }
    }
    if let Some(size) = theirs.page_size
        && theirs.page_size != ours.page_size
        && theirs
            .request
            .input
            .as_ref()
            .and_then(|input| input.get("maxResults"))
            .is_none()
    {
        found.add("page size", size, json!(ours.page_size), Change::PageSize);
    }
    // How soon files are noticed and logs can be read differs from run to run.
    let is_job = theirs.request.call == "GetTransformerJob";
    if is_job && theirs.waited_ms > ours.waited_ms.saturating_add(SLOWER_MS) {
        let change = Change::JobDuration;
        found.add("duration", theirs.waited_ms, ours.waited_ms, change);
    }
    found.list
}

fn prefix(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

struct Found<'a> {
    theirs: &'a Answer,
    list: Vec<Difference>,
}

impl Found<'_> {
    fn has(&self, at: &str) -> bool {
        self.list.iter().any(|difference| difference.at == at)
    }

    fn add(
        &mut self,
        at: &str,
        recorded: impl Into<Value>,
        emulator: impl Into<Value>,
        change: Change,
    ) {
        self.list.push(Difference {
            question: self.theirs.question.clone(),
            step: self.theirs.step.clone(),
            assumptions: self.theirs.assumptions.clone(),
            call: self.theirs.request.call.clone(),
            at: at.to_owned(),
            recorded: recorded.into(),
            emulator: emulator.into(),
            change,
        });
    }

    /// Descends where both have members, and returns the deepest places that differ.
    fn values(&mut self, at: &str, theirs: &Value, ours: &Value, change: Change) {
        match (theirs, ours) {
            _ if theirs == ours => {}
            (Value::Object(their), Value::Object(our)) => {
                for (name, value) in their {
                    let inner = format!("{at}/{}", name.trim_start_matches('/'));
                    self.values(&inner, value, our.get(name).unwrap_or(&Value::Null), change);
                }
                for (name, value) in our.iter().filter(|(name, _)| !their.contains_key(*name)) {
                    let inner = format!("{at}/{}", name.trim_start_matches('/'));
                    self.values(&inner, &Value::Null, value, change);
                }
            }
            (Value::Array(their), Value::Array(our)) if are_reordered(their, our) => {
                self.add(at, names(their), names(our), Change::ListOrder);
            }
            (Value::Array(their), Value::Array(our))
                if self.has_fields() && their.len() == our.len() =>
            {
                for (place, (their, our)) in their.iter().zip(our).enumerate() {
                    if their != our {
                        let at = format!("{at}/{place}");
                        let (their, our) = only_different(their, our);
                        self.add(&at, their, our, Change::Fields);
                    }
                }
            }
            (Value::Array(their), Value::Array(our)) if their.len() == our.len() => {
                for (place, (their, our)) in their.iter().zip(our).enumerate() {
                    self.values(&format!("{at}/{place}"), their, our, change);
                }
            }
            (Value::String(_), Value::String(_)) if at.contains("/validationMessages/") => {
                let change = Change::ValidationMessages;
                self.add(at, theirs.clone(), ours.clone(), change);
            }
            (Value::String(their), Value::String(our)) if self.is_starter_template(at) => {
                let request = self.theirs.request.input.as_ref();
                let has_sample =
                    request.is_some_and(|input| input.get("outputSampleLocation").is_some());
                let is_data = !has_sample || TemplateForm::between(our, their).is_some();
                let change = if is_data {
                    Change::StarterTemplate
                } else {
                    Change::Code
                };
                self.add(at, theirs.clone(), ours.clone(), change);
            }
            (Value::String(their), Value::String(our)) if self.documents(at, their, our) => {}
            _ if change == Change::Code && self.theirs.request.call == "GenerateMapping" => {
                self.add(at, theirs.clone(), ours.clone(), Change::GeneratedMapping);
            }
            // Of errors in XML `--facts` replaces what they all have.
            _ if self.is_other_member(at) => {
                self.add(at, theirs.clone(), ours.clone(), Change::Code);
            }
            _ => self.add(at, theirs.clone(), ours.clone(), change),
        }
    }

    /// Notes how two texts of JSON differ, if they hold the same document but for names of loops.
    fn documents(&mut self, at: &str, their: &str, our: &str) -> bool {
        let Some((theirs, ours)) = Written::read(their).zip(Written::read(our)) else {
            return false;
        };
        let is_parsed = self.theirs.request.call == "TestParsing";
        let has_names = is_parsed && !theirs.is_literal && renamed(their, our).is_some();
        if !has_names && theirs.document != ours.document {
            return false;
        }
        if has_names {
            self.add(at, their, our, Change::LoopNames);
        }
        if (theirs.is_literal, theirs.form) != (ours.is_literal, ours.form) || !has_names {
            let is_data = match self.theirs.request.call.as_str() {
                "TestParsing" => !theirs.is_literal && theirs.form.is_some(),
                "TestMapping" => theirs.form.is_some(),
                _ if self.theirs.request.service == "s3" => {
                    !theirs.is_literal && theirs.form.is_some()
                }
                _ => false,
            };
            let change = if is_data {
                Change::Layout
            } else {
                Change::Code
            };
            self.add(at, their, our, change);
        }
        true
    }

    /// Whether the answer has log records or events.
    fn has_fields(&self) -> bool {
        ["FilterLogEvents", EVENTS].contains(&self.theirs.request.call.as_str())
    }

    fn is_starter_template(&self, at: &str) -> bool {
        self.theirs.request.call == "CreateStarterMappingTemplate" && at == "body/mappingTemplate"
    }

    /// Whether a place is a member of an error in XML besides code and message.
    fn is_other_member(&self, at: &str) -> bool {
        let body = &self.theirs.body;
        let is_xml = body.get("Code").is_some() && body.get("__type").is_none();
        is_xml && !["body/Code", "body/Message"].contains(&at)
    }
}

/// Two values without the members that both have alike.
fn only_different(theirs: &Value, ours: &Value) -> (Value, Value) {
    let (Value::Object(their), Value::Object(our)) = (theirs, ours) else {
        return (theirs.clone(), ours.clone());
    };
    let (mut their, mut our) = (their.clone(), our.clone());
    let both: Vec<String> = their
        .keys()
        .filter(|name| our.contains_key(*name))
        .cloned()
        .collect();
    for name in both {
        match (their.get_mut(&name), our.get_mut(&name)) {
            (Some(one), Some(other)) if one != other => {
                (*one, *other) = only_different(one, other);
            }
            _ => {
                their.remove(&name);
                our.remove(&name);
            }
        }
    }
    (their.into(), our.into())
}

/// The names of the items of a list; null where an item has none.
fn names(items: &[Value]) -> Value {
    let names = items.iter();
    let names = names.map(|item| item.get("name").cloned().unwrap_or_default());
    names.collect()
}

/// Whether the items of a list have the names of another one, in another order that is known.
fn are_reordered(one: &[Value], other: &[Value]) -> bool {
    let of_list = |items: &[Value]| -> BTreeSet<String> {
        let names = items.iter().filter_map(|item| item.get("name")?.as_str());
        names.map(str::to_owned).collect()
    };
    let are_same = of_list(one) == of_list(other) && of_list(one).len() == one.len();
    are_same && one.len() == other.len() && order(&names(one), &names(other)).is_some()
}
