//! Finds violations of the schema in a model, with CloudFormation's texts.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::Value;

use super::rule::{Kind, Rule};
use crate::resource_type::Properties;

/// How deep references and values may be nested.
const MAX_DEPTH: usize = 64;

/// One thing in which a model breaks its schema.
///
/// Source: the validator of CloudFormation's handler library, whose texts leave values out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, such as `#/Tags/0/Key`; `#` is the whole model.
    pub pointer: String,
    /// The violation.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.pointer, self.message)
    }
}

pub(super) fn violations(
    root: &Rule,
    definitions: &BTreeMap<String, Rule>,
    model: &Properties,
) -> Vec<Violation> {
    let mut checker = Checker {
        definitions,
        pointer: "#".to_owned(),
        depth: 0,
        found: Vec::new(),
    };
    checker.members(root, model);
    checker.found
}

struct Checker<'a> {
    definitions: &'a BTreeMap<String, Rule>,
    pointer: String,
    depth: usize,
    found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, message: impl Into<String>) {
        self.found.push(Violation {
            pointer: self.pointer.clone(),
            message: message.into(),
        });
    }

    fn value(&mut self, rule: &'a Rule, value: &Value) {
        if self.depth >= MAX_DEPTH {
            return self.report(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        match definition(rule, self.definitions) {
            Some(rule) => self.value(rule, value),
            None => self.own(rule, value),
        }
        self.depth -= 1;
    }

    fn own(&mut self, rule: &'a Rule, value: &Value) {
        if let Some(kinds) = &rule.kind
            && !kinds.0.iter().any(|kind| is_of(*kind, value))
        {
            let expected: Vec<&str> = kinds.0.iter().map(|kind| name_of(*kind)).collect();
            let (expected, found) = (expected.join(" or "), found(value));
            return self.report(format!("expected type: {expected}, found: {found}"));
        }
        self.allowed(rule, value);
        match value {
            Value::String(text) => self.text(rule, text),
            Value::Number(number) => self.number(rule, number.as_f64().unwrap_or_default()),
            Value::Array(items) => self.items(rule, items),
            Value::Object(members) => self.members(rule, members),
            Value::Null | Value::Bool(_) => {}
        }
        self.alternatives(rule, value);
    }

    fn allowed(&mut self, rule: &Rule, value: &Value) {
        let Some(allowed) = &rule.allowed else { return };
        if allowed.contains(value) {
            return;
        }
        if rule.kind.is_some() {
            self.report("#: only 1 subschema matches out of 2");
        }
        self.report(failed("enum"));
    }

    fn text(&mut self, rule: &Rule, text: &str) {
        let length = text.chars().count();
        if let Some(least) = rule.min_length.filter(|least| length < *least) {
            self.report(format!("expected minLength: {least}, actual: {length}"));
        }
        if let Some(most) = rule.max_length.filter(|most| length > *most) {
            self.report(format!("expected maxLength: {most}, actual: {length}"));
        }
        if rule
            .pattern
            .as_ref()
            .is_some_and(|pattern| !pattern.matches(text))
        {
            self.report(failed("pattern"));
        }
    }

    fn number(&mut self, rule: &Rule, number: f64) {
        if rule.minimum.is_some_and(|least| number < least) {
            self.report(failed("minimum"));
        }
        if rule.maximum.is_some_and(|most| number > most) {
            self.report(failed("maximum"));
        }
    }

    fn items(&mut self, rule: &'a Rule, items: &[Value]) {
        let count = items.len();
        if let Some(least) = rule.min_items.filter(|least| count < *least) {
            self.report(format!(
                "expected minimum item count: {least}, found: {count}"
            ));
        }
        if let Some(most) = rule.max_items.filter(|most| count > *most) {
            self.report(format!(
                "expected maximum item count: {most}, found: {count}"
            ));
        }
        if rule.unique_items && has_duplicates(items) {
            self.report("array items are not unique");
        }
        let Some(each) = &rule.items else { return };
        for (at, item) in items.iter().enumerate() {
            self.at(&at.to_string(), |checker| checker.value(each, item));
        }
    }

    fn members(&mut self, rule: &'a Rule, members: &Properties) {
        for name in rule
            .required
            .iter()
            .filter(|name| !members.contains_key(*name))
        {
            self.report(format!("required key [{name}] not found"));
        }
        for (name, value) in members {
            let by_pattern = || {
                let mut rules = rule.pattern_properties.iter();
                rules.find(|(pattern, _)| pattern.matches(name))
            };
            let member = rule.properties.get(name);
            match member.or_else(|| by_pattern().map(|(_, rule)| rule)) {
                Some(member) => self.at(name, |checker| checker.value(member, value)),
                None if rule.additional_properties.0 => {}
                None => self.report(format!("extraneous key [{name}] is not permitted")),
            }
        }
    }

    fn alternatives(&mut self, rule: &'a Rule, value: &Value) {
        for part in &rule.all_of {
            self.value(part, value);
        }
        let matching = |checker: &Self, rules: &'a [Rule]| {
            let fits = |rule: &&'a Rule| checker.tried(rule, value).is_empty();
            rules.iter().filter(fits).count()
        };
        let (one_of, any_of) = (&rule.one_of, &rule.any_of);
        if !any_of.is_empty() && matching(self, any_of) == 0 {
            let count = any_of.len();
            self.report(format!(
                "#: no subschema matched out of the total {count} subschemas"
            ));
            self.reasons(any_of, value);
        }
        let fitting = matching(self, one_of);
        if !one_of.is_empty() && fitting != 1 {
            let count = one_of.len();
            self.report(format!("#: {fitting} subschemas matched instead of one"));
            if fitting == 0 && count > 0 {
                self.reasons(one_of, value);
            }
        }
    }

    /// Reports why the closest alternative fails.
    fn reasons(&mut self, rules: &'a [Rule], value: &Value) {
        let tried = rules.iter().map(|rule| self.tried(rule, value));
        let closest = tried.min_by_key(Vec::len);
        self.found.extend(closest.unwrap_or_default());
    }

    fn tried(&self, rule: &'a Rule, value: &Value) -> Vec<Violation> {
        let mut checker = Checker {
            definitions: self.definitions,
            pointer: self.pointer.clone(),
            depth: self.depth,
            found: Vec::new(),
        };
        checker.value(rule, value);
        checker.found
    }

    fn at(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        let _ = write!(self.pointer, "/{name}");
        check(self);
        self.pointer.truncate(length);
    }
}

/// The definition that a rule refers to.
pub(super) fn definition<'a>(
    rule: &Rule,
    definitions: &'a BTreeMap<String, Rule>,
) -> Option<&'a Rule> {
    let reference = rule.reference.as_ref()?;
    definitions.get(reference.strip_prefix("#/definitions/")?)
}

fn failed(keyword: &str) -> String {
    format!("failed validation constraint for keyword [{keyword}]")
}

fn has_duplicates(items: &[Value]) -> bool {
    let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair.first() == pair.last())
}

fn is_of(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::String => value.is_string(),
        Kind::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object => value.is_object(),
        Kind::Array => value.is_array(),
        Kind::Null => value.is_null(),
    }
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "String",
        Kind::Integer => "Integer",
        Kind::Number => "Number",
        Kind::Boolean => "Boolean",
        Kind::Object => "JSONObject",
        Kind::Array => "JSONArray",
        Kind::Null => "Null",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Double",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}
