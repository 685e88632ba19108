//! Maps a document with none, one and two items in each of its lists, and compares the outputs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::codes::Codes;
use super::document::kind_of;
use super::{Finding, Severity};
use crate::engine::{Run, Template};
use crate::jsonata::tokens::{Kind, tokens};
use crate::problem::{MappingError, Position};

/// The maximum number of lists that are tried.
const MOST: usize = 200;
/// The maximum number of items with different codes that are tried in a list.
const MOST_CODES: usize = 12;

/// Members of the output that change from a value to a list, or disappear, depending on the number
/// of items in a list of the document.
///
/// # Errors
///
/// The document cannot be mapped unchanged.
pub fn cardinality(
    template: &str,
    compiled: &dyn Template,
    document: &Value,
    run: &Run,
) -> Result<Vec<Finding>, MappingError> {
    let mapped = |document: &Value| -> Result<Value, MappingError> {
        let text = compiled.evaluate(&document.to_string(), run)?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    };
    mapped(document)?;
    let mut findings: Vec<Finding> = Vec::new();
    let codes = Codes::of(template);
    for list in lists(document, &codes).into_iter().take(MOST) {
        // If the template fails on a document without items, that is a finding too.
        let outputs: Vec<Result<Value, MappingError>> = (0..3)
            .map(|count| mapped(&list.with(document, count, &codes)))
            .collect();
        let name = list.name();
        for (count, output) in (0..).zip(&outputs) {
            if let Err(error) = output {
                findings.push(failure(error, count, &name));
            }
        }
        let [none, one, two] = outputs.as_slice() else {
            continue;
        };
        if let (Ok(one), Ok(two)) = (one, two) {
            findings.extend(changes(template, one, two, &name));
        }
        if let (Ok(none), Ok(one)) = (none, one) {
            findings.extend(losses(template, none, one, &name));
        }
    }
    let mut seen = BTreeSet::new();
    findings.retain(|finding| seen.insert(finding.message.clone()));
    Ok(findings)
}

/// Items of one kind in the lists at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct List {
    /// Names of members and kinds of items, from the outside in.
    path: Vec<String>,
    kind: String,
    /// The codes of the item that is repeated, if the template compares them.
    codes: Vec<String>,
}

/// The loops of a service-defined document, and the lists of any other.
fn lists(document: &Value, codes: &Codes) -> Vec<List> {
    let mut found = Vec::new();
    collect(document, codes, &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, codes: &Codes, path: &mut Vec<String>, found: &mut Vec<List>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name.clone());
                collect(value, codes, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for item in items {
                let kind = kind_of(item);
                let list = List {
                    path: path.clone(),
                    kind: kind.to_owned(),
                    codes: codes.of_item(item),
                };
                // The set limits how often a segment occurs; loops repeat.
                let repeats = kind.is_empty() || kind.ends_with("_loop");
                let alike = |other: &&List| other.path == list.path && other.kind == list.kind;
                let count = found.iter().filter(alike).count();
                if repeats && count < MOST_CODES && !found.contains(&list) {
                    found.push(list);
                }
                collect(item, codes, path, found);
            }
        }
        _ => {}
    }
}

impl List {
    /// Its name in a message.
    fn name(&self) -> String {
        match (self.kind.as_str(), self.path.last()) {
            ("", Some(name)) => name.clone(),
            ("", None) => "the document".to_owned(),
            (kind, _) => kind.to_owned(),
        }
    }

    /// The document with this number of items in each list.
    fn with(&self, document: &Value, count: usize, codes: &Codes) -> Value {
        let mut changed = document.clone();
        self.set(&mut changed, &self.path, count, codes);
        changed
    }

    fn set(&self, value: &mut Value, path: &[String], count: usize, codes: &Codes) {
        match value {
            Value::Object(members) => {
                if let Some((name, rest)) = path.split_first()
                    && let Some(member) = members.get_mut(name)
                {
                    self.set(member, rest, count, codes);
                }
            }
            Value::Array(items) if path.is_empty() => {
                let is_it =
                    |item: &Value| kind_of(item) == self.kind && codes.of_item(item) == self.codes;
                let Some(first) = items.iter().position(is_it) else {
                    return;
                };
                let item = items.get(first).cloned().unwrap_or_default();
                items.retain(|item| kind_of(item) != self.kind);
                let at = first.min(items.len());
                items.splice(at..at, std::iter::repeat_n(item, count));
            }
            Value::Array(items) => {
                for item in items {
                    self.set(item, path, count, codes);
                }
            }
            _ => {}
        }
    }
}

fn failure(error: &MappingError, count: usize, name: &str) -> Finding {
    Finding {
        severity: Severity::Warning,
        position: error.position,
        message: format!(
            "with {count} of {name} the template fails: {}",
            error.reason
        ),
    }
}

/// Members that are a list with two items and not with one.
fn changes(template: &str, one: &Value, two: &Value, name: &str) -> Vec<Finding> {
    let (single, several) = (kinds(one), kinds(two));
    let changed = several
        .iter()
        .filter(|(path, is_list)| **is_list && single.get(*path) == Some(&false));
    changed
        .map(|(path, _)| Finding {
            severity: Severity::Warning,
            position: place(template, path),
            message: format!(
                "{} is a list with two of {name} and none with one; write [...] around the value",
                shown(path)
            ),
        })
        .collect()
}

/// Members that exist with one item and not with none.
fn losses(template: &str, none: &Value, one: &Value, name: &str) -> Vec<Finding> {
    let (without, with) = (kinds(none), kinds(one));
    let lost = with.keys().filter(|path| !without.contains_key(*path));
    // Members that disappear with an enclosing object are reported once, for the object.
    let outermost = lost.filter(|path| {
        let parent = path
            .split_last()
            .map(|(_, parent)| parent)
            .unwrap_or_default();
        without.contains_key(parent) || parent.is_empty()
    });
    outermost
        .filter(|path| path.last().is_some_and(|name| name != ITEM))
        .map(|path| Finding {
            severity: Severity::Note,
            position: place(template, path),
            message: format!("{} is left out without {name}", shown(path)),
        })
        .collect()
}

/// The item of a list in a path.
const ITEM: &str = "[]";

/// The path of each value, and whether it is a list anywhere.
fn kinds(value: &Value) -> BTreeMap<Vec<String>, bool> {
    let mut found = BTreeMap::new();
    note(value, &mut Vec::new(), &mut found);
    found
}

fn note(value: &Value, path: &mut Vec<String>, found: &mut BTreeMap<Vec<String>, bool>) {
    *found.entry(path.clone()).or_default() |= value.is_array();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push(name.clone());
                note(value, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for item in items {
                path.push(ITEM.to_owned());
                note(item, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn shown(path: &[String]) -> String {
    let names: Vec<&str> = path
        .iter()
        .filter(|name| *name != ITEM)
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        return "The output".to_owned();
    }
    format!("\"{}\"", names.join("."))
}

/// Where the template names the last member of a path.
fn place(template: &str, path: &[String]) -> Option<Position> {
    let name = path.iter().rev().find(|name| *name != ITEM)?;
    let all = tokens(template);
    let mut keys = all.iter().zip(all.iter().skip(1));
    let (key, _) = keys.find(|(one, two)| {
        one.kind == Kind::Text && two.is(":") && one.text.trim_matches(['"', '\'']) == name
    })?;
    Some(Position::after(template, key.start))
}
