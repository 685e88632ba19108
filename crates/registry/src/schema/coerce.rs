//! Converts values to the types of their schema, where templates may write other types.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::check::definition;
use super::rule::{Kind, Rule};
use crate::resource_type::Properties;

/// How deep references and values may be nested.
const MAX_DEPTH: usize = 64;

pub(super) fn properties(
    rule: &Rule,
    definitions: &BTreeMap<String, Rule>,
    model: &mut Properties,
) {
    members(rule, definitions, model, 0);
}

fn members(
    rule: &Rule,
    definitions: &BTreeMap<String, Rule>,
    model: &mut Properties,
    depth: usize,
) {
    for (name, member) in model.iter_mut() {
        if let Some(rule) = rule.properties.get(name) {
            value(rule, definitions, member, depth);
        }
    }
}

fn value(rule: &Rule, definitions: &BTreeMap<String, Rule>, found: &mut Value, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(rule) = definition(rule, definitions) {
        return value(rule, definitions, found, depth + 1);
    }
    let alternatives = [&rule.one_of, &rule.any_of, &rule.all_of];
    for part in alternatives.into_iter().flatten() {
        value(part, definitions, found, depth + 1);
    }
    match found {
        Value::Object(model) => members(rule, definitions, model, depth + 1),
        Value::Array(items) => {
            if let Some(each) = rule.items.as_deref() {
                for item in items {
                    value(each, definitions, item, depth + 1);
                }
            }
        }
        _ => scalar(rule, found),
    }
}

fn scalar(rule: &Rule, found: &mut Value) {
    let Some(kinds) = &rule.kind else { return };
    let coerced = match &*found {
        Value::String(text) if kinds.has(Kind::String) => Some(Value::String(text.clone())),
        Value::String(text) => from_text(text, |kind| kinds.has(kind)),
        Value::Bool(_) if kinds.has(Kind::Boolean) => None,
        Value::Number(_) if kinds.has(Kind::Number) || kinds.has(Kind::Integer) => None,
        Value::Bool(_) | Value::Number(_) if kinds.has(Kind::String) => {
            Some(Value::String(found.to_string()))
        }
        _ => None,
    };
    if let Some(coerced) = coerced {
        *found = coerced;
    }
}

fn from_text(text: &str, wants: impl Fn(Kind) -> bool) -> Option<Value> {
    match text {
        "true" | "false" if wants(Kind::Boolean) => Some(Value::Bool(text == "true")),
        _ if wants(Kind::Integer) || wants(Kind::Number) => number(text, wants(Kind::Number)),
        _ => None,
    }
}

fn number(text: &str, may_have_fraction: bool) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let fraction = may_have_fraction.then(|| text.parse::<f64>().ok())??;
    Number::from_f64(fraction).map(Value::Number)
}
