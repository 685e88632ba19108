//! What differs between two recordings, and what each difference would change.

use serde::Serialize;
use serde_json::{Value, json};

use crate::document::{Form, form, same_document};
use crate::loop_names::renamed;
use crate::recording::{Answer, Recording};

/// A job that took this much longer took longer by itself, and not by the network.
const SLOWER_MS: u64 = 3_000;

/// What a difference changes where the recorded answer is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// `--facts` has the reply's status, type and members replace ours.
    Error,
    /// `--facts` sets the layout of documents.
    Layout,
    /// `--facts` sets names of loops.
    LoopNames,
    /// `--facts` sets the order of lists.
    ListOrder,
    /// `--facts` sets the size of pages.
    PageSize,
    /// `--facts` sets how long jobs take.
    JobDuration,
    /// `--facts` sets the length of ids.
    IdShape,
    /// It would need a change of the program.
    Code,
}

impl Change {
    /// What it is in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Error => "--facts replaces the error",
            Self::Layout => "--facts sets the layout",
            Self::LoopNames => "--facts sets loop names",
            Self::ListOrder => "--facts sets the order of lists",
            Self::PageSize => "--facts sets the page size",
            Self::JobDuration => "--facts sets the duration of jobs",
            Self::IdShape => "--facts sets the length of ids",
            Self::Code => "would need a change",
        }
    }
}

/// A difference between two answers to the same request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The question.
    pub question: String,
    /// The step of the question.
    pub step: String,
    /// The assumptions that it is about.
    pub assumptions: Vec<String>,
    /// The request.
    pub call: String,
    /// What differs: `status`, `headers/NAME`, `body/POINTER`, `ids/NAME`, `page size`, `duration`.
    pub at: String,
    /// What the recording has.
    pub recorded: Value,
    /// What the emulator has.
    pub emulator: Value,
    /// What it changes.
    pub change: Change,
}

/// Two recordings side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// How many answers were compared.
    pub compared: usize,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Answers that only one of the two has, and why.
    pub not_compared: Vec<String>,
}

/// Compares a recording with what the emulator answers to the same questions.
#[must_use]
pub fn compare(recorded: &Recording, emulator: &Recording) -> Comparison {
    let mut comparison = Comparison::default();
    for theirs in &recorded.answers {
        let name = format!("{}/{}", theirs.question, theirs.step);
        match emulator.answer(&theirs.question, &theirs.step) {
            None => comparison
                .not_compared
                .push(format!("{name}: the emulator was not asked")),
            Some(ours) if ours.request != theirs.request => comparison.not_compared.push(format!(
                "{name}: the question has changed since; record it again"
            )),
            Some(ours) => {
                comparison.compared = comparison.compared.saturating_add(1);
                comparison.differences.extend(differences(theirs, ours));
            }
        }
    }
    let skipped = recorded.skipped.iter();
    comparison.not_compared.extend(
        skipped.map(|skipped| format!("{}: not recorded: {}", skipped.question, skipped.reason)),
    );
    comparison
}

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
    if theirs.waited_ms > ours.waited_ms.saturating_add(SLOWER_MS) {
        let is_job = theirs.request.call == "GetTransformerJob";
        let change = if is_job {
            Change::JobDuration
        } else {
            Change::Code
        };
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
            (Value::Array(their), Value::Array(our)) if are_reversed(their, our) => {
                let change = Change::ListOrder;
                self.add(at, names(their), names(our), change);
            }
            (Value::Array(their), Value::Array(our)) if their.len() == our.len() => {
                for (place, (their, our)) in their.iter().zip(our).enumerate() {
                    self.values(&format!("{at}/{place}"), their, our, change);
                }
            }
            (Value::String(their), Value::String(our)) if same_document(their, our) => {
                let change = match (self.theirs.request.call.as_str(), form(their)) {
                    ("TestParsing", Form::Compact) | ("TestMapping", Form::Pretty) => {
                        Change::Layout
                    }
                    _ => Change::Code,
                };
                self.add(at, theirs.clone(), ours.clone(), change);
            }
            (Value::String(their), Value::String(our))
                if self.theirs.request.call == "TestParsing" && renamed(their, our).is_some() =>
            {
                self.add(at, theirs.clone(), ours.clone(), Change::LoopNames);
            }
            // Of errors in XML `--facts` replaces what they all have.
            _ if self.is_other_member(at) => {
                self.add(at, theirs.clone(), ours.clone(), Change::Code);
            }
            _ => self.add(at, theirs.clone(), ours.clone(), change),
        }
    }

    /// Whether a place is a member of an error in XML besides code and message.
    fn is_other_member(&self, at: &str) -> bool {
        let body = &self.theirs.body;
        let is_xml = body.get("Code").is_some() && body.get("__type").is_none();
        is_xml && !["body/Code", "body/Message"].contains(&at)
    }
}

/// The names of the items of a list; null where an item has none.
fn names(items: &[Value]) -> Value {
    let names = items.iter();
    let names = names.map(|item| item.get("name").cloned().unwrap_or_default());
    names.collect()
}

/// Whether the items of a list have the names of another one in reverse.
fn are_reversed(one: &[Value], other: &[Value]) -> bool {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    let names: Option<Vec<String>> = one.iter().map(name).collect();
    let others: Option<Vec<String>> = other.iter().rev().map(name).collect();
    one.len() > 1 && names.is_some() && names == others
}
