//! What differs between two answers to one request.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::compare::{Change, Difference};
use crate::document::Written;
use crate::facts::order;
use crate::id_form::{IdShape, IdShapes};
use crate::loop_names::renamed;
use crate::recording::Answer;
use crate::runner::EVENTS;
use crate::template_form::TemplateForm;

type Object = Map<String, Value>;

/// A job that took this much longer did so by itself, and not because of the network.
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
    found.headers(ours);
    found.values("body", &theirs.body, &ours.body, change);
    found.page_size(ours);
    found.duration(ours);
    found.list
}

/// The forms of ids that differ, with all that the two recordings show of them.
pub(crate) fn differences_of_ids(
    theirs: &Answer,
    ours: &Answer,
    (their_shapes, our_shapes): (&IdShapes, &IdShapes),
) -> Vec<Difference> {
    let mut found = Found {
        theirs,
        list: Vec::new(),
    };
    for (name, text) in &theirs.id_shapes {
        let Some(our_text) = ours.id_shapes.get(name) else {
            continue;
        };
        let shapes = their_shapes.merged(text).zip(our_shapes.merged(our_text));
        let at = format!("ids/{name}");
        match shapes {
            Some((their, our)) if their.is_like(&our) => {}
            Some((their, our)) => {
                let change = if is_possible(&their, &our) {
                    Change::IdShape
                } else {
                    Change::Code
                };
                found.add(&at, their.to_string(), our.to_string(), change);
            }
            None if text != our_text => {
                found.add(&at, text.as_str(), our_text.as_str(), Change::Code);
            }
            None => {}
        }
    }
    found.list
}

/// Whether the service model has ids of this length, of the kind of ours.
fn is_possible(theirs: &IdShape, ours: &IdShape) -> bool {
    const LONGEST: usize = 64;
    let is_of_job = ours.prefix == "tj-";
    theirs.length() <= LONGEST && (!is_of_job || theirs.length() == ours.length())
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

    fn headers(&mut self, ours: &Answer) {
        let theirs = self.theirs;
        for name in theirs.headers.keys().chain(ours.headers.keys()) {
            let (their, our) = (theirs.headers.get(name), ours.headers.get(name));
            // The error's type is compared in the body; few front ends also send the header.
            let at = format!("headers/{name}");
            if their != our && name != "x-amzn-errortype" && !self.has(&at) {
                self.add(&at, json!(their), json!(our), Change::Code);
            }
        }
    }

    /// The length of a page, unless the request chose it.
    fn page_size(&mut self, ours: &Answer) {
        let Some(size) = self.theirs.page_size else {
            return;
        };
        if ours.page_size != Some(size) && !self.request_has("maxResults") {
            self.add("page size", size, json!(ours.page_size), Change::PageSize);
        }
    }

    /// How long a job took. How soon files are noticed and logs can be read differs from run to run.
    fn duration(&mut self, ours: &Answer) {
        let (theirs, ours) = (self.theirs, ours.waited_ms);
        let is_job = theirs.request.call == "GetTransformerJob";
        if is_job && theirs.waited_ms > ours.saturating_add(SLOWER_MS) {
            self.add("duration", theirs.waited_ms, ours, Change::JobDuration);
        }
    }

    fn request_has(&self, member: &str) -> bool {
        let input = self.theirs.request.input.as_ref();
        input.is_some_and(|input| input.get(member).is_some())
    }

    /// Descends where both have members, and returns the deepest places that differ.
    fn values(&mut self, at: &str, theirs: &Value, ours: &Value, change: Change) {
        match (theirs, ours) {
            _ if theirs == ours => {}
            (Value::Object(their), Value::Object(our)) => self.members(at, their, our, change),
            (Value::Array(their), Value::Array(our))
                if are_reordered(their, our, self.theirs.sorted_by.as_deref()) =>
            {
                self.add(at, names(their), names(our), Change::ListOrder);
            }
            (Value::Array(their), Value::Array(our)) if their.len() == our.len() => {
                self.items(at, their, our, change);
            }
            (Value::String(their), Value::String(our)) if self.texts(at, their, our) => {}
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

    fn members(&mut self, at: &str, theirs: &Object, ours: &Object, change: Change) {
        let inner = |name: &str| format!("{at}/{}", name.trim_start_matches('/'));
        for (name, value) in theirs {
            let our = ours.get(name).unwrap_or(&Value::Null);
            self.values(&inner(name), value, our, change);
        }
        for (name, value) in ours.iter().filter(|(name, _)| !theirs.contains_key(*name)) {
            self.values(&inner(name), &Value::Null, value, change);
        }
    }

    /// The items of two lists of the same length.
    fn items(&mut self, at: &str, theirs: &[Value], ours: &[Value], change: Change) {
        let has_fields = self.has_fields();
        for (place, (their, our)) in theirs.iter().zip(ours).enumerate() {
            let at = format!("{at}/{place}");
            if !has_fields {
                self.values(&at, their, our, change);
            } else if their != our {
                let (their, our) = only_different(their, our);
                self.add(&at, their, our, Change::Fields);
            }
        }
    }

    /// Records how two texts differ, if `--facts` can use differences in texts of their kind.
    fn texts(&mut self, at: &str, their: &str, our: &str) -> bool {
        if is_report(our) {
            self.lines(at, their, our);
            return true;
        }
        let change = if self.is_message(at) {
            Change::ValidationMessages
        } else if self.is_starter_template(at) {
            let can_be_set = !self.request_has("outputSampleLocation")
                || TemplateForm::between(our, their).is_some();
            if can_be_set {
                Change::StarterTemplate
            } else {
                Change::Code
            }
        } else {
            return self.documents(at, their, our);
        };
        self.add(at, their, our, change);
        true
    }

    /// Records how two JSON texts differ, if they contain the same document except for names of
    /// loops.
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
            let change = if self.can_set_layout(&theirs) {
                Change::Layout
            } else {
                Change::Code
            };
            self.add(at, their, our, change);
        }
        true
    }

    /// Whether `--facts` can make the emulator write documents as this one is written.
    fn can_set_layout(&self, theirs: &Written) -> bool {
        let request = &self.theirs.request;
        let can_be_literal = request.call == "TestMapping";
        let has_document =
            can_be_literal || request.call == "TestParsing" || request.service == "s3";
        has_document && theirs.form.is_some() && (can_be_literal || !theirs.is_literal)
    }

    /// Notes the lines of a validation report that differ.
    fn lines(&mut self, at: &str, their: &str, our: &str) {
        if their.lines().count() != our.lines().count() {
            self.add(at, their, our, Change::Code);
            return;
        }
        for (place, (their, our)) in their.lines().zip(our.lines()).enumerate() {
            if their != our {
                let change = Change::ValidationMessages;
                self.add(&format!("{at}/{place}"), their, our, change);
            }
        }
    }

    /// Whether a text is one of validation, or why a job has failed.
    fn is_message(&self, at: &str) -> bool {
        let is_of_job = self.theirs.request.call == "GetTransformerJob" && at == "body/message";
        is_of_job || at.contains("/validationMessages/")
    }

    /// Whether the answer has log records or events.
    fn has_fields(&self) -> bool {
        ["FilterLogEvents", EVENTS].contains(&self.theirs.request.call.as_str())
    }

    fn is_starter_template(&self, at: &str) -> bool {
        self.theirs.request.call == "CreateStarterMappingTemplate" && at == "body/mappingTemplate"
    }

    /// Whether a place is a member of an error in XML other than code and message.
    fn is_other_member(&self, at: &str) -> bool {
        let body = &self.theirs.body;
        let is_xml = body.get("Code").is_some() && body.get("__type").is_none();
        is_xml && !["body/Code", "body/Message"].contains(&at)
    }
}

/// Whether a text of ours is a validation report.
fn is_report(text: &str) -> bool {
    text.starts_with("Interchange ") && text.trim_end().ends_with(" errors detected")
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

/// The names of the items of a list; null for an item without one.
fn names(items: &[Value]) -> Value {
    let names = items.iter();
    let names = names.map(|item| item.get("name").cloned().unwrap_or_default());
    names.collect()
}

/// Whether the items of a list have the names of another one, in another known order.
fn are_reordered(one: &[Value], other: &[Value], sorted_by: Option<&str>) -> bool {
    let of_list = |items: &[Value]| -> BTreeSet<String> {
        let names = items.iter().filter_map(|item| item.get("name")?.as_str());
        names.map(str::to_owned).collect()
    };
    let are_same = of_list(one) == of_list(other) && of_list(one).len() == one.len();
    are_same && one.len() == other.len() && order(&names(one), &names(other), sorted_by).is_some()
}
