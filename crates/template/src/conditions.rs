//! The values of the conditions of a template.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, Pseudo, Unresolved};
use crate::node::{Content, Node};
use crate::order::order;
use crate::template::Template;

/// The names of the conditions, each after those that it uses.
pub(crate) fn ordered(template: &Template) -> Result<Vec<String>, TemplateError> {
    let names: Vec<String> = template
        .conditions
        .iter()
        .map(|member| member.name.clone())
        .collect();
    let mut by_name = BTreeMap::new();
    for member in &template.conditions {
        let mut used = BTreeSet::new();
        collect(&member.value, &mut used);
        by_name.insert(member.name.clone(), used);
    }
    order(&names, &by_name).map_err(|circle| {
        let message = format!(
            "Circular dependency between conditions: [{}]",
            circle.join(", ")
        );
        let mut members = template.conditions.iter();
        let first = members.find(|member| circle.first() == Some(&member.name));
        let position = first.map_or(template.root.position, |member| member.position);
        TemplateError::format(position, message)
    })
}

/// The conditions that a condition names.
pub(crate) fn collect(node: &Node, used: &mut BTreeSet<String>) {
    match &node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter().for_each(|item| collect(item, used)),
        Content::Object(members) => {
            for member in members {
                let named = match member.name.as_str() {
                    "Condition" => member.value.as_text(),
                    "Fn::If" => member
                        .value
                        .as_list()
                        .and_then(|items| items.first()?.as_text()),
                    _ => None,
                };
                used.extend(named.map(str::to_owned));
                collect(&member.value, used);
            }
        }
    }
}

/// The values of the conditions.
pub(crate) fn evaluate(
    template: &Template,
    parameters: &BTreeMap<String, Value>,
    pseudo: &Pseudo,
) -> Result<BTreeMap<String, bool>, TemplateError> {
    let mut known = BTreeMap::new();
    for name in ordered(template)? {
        let Some(member) = template
            .conditions
            .iter()
            .find(|member| member.name == name)
        else {
            continue;
        };
        let evaluator = Evaluator::new(template, parameters, &known, pseudo, &Unresolved);
        let holds = evaluator.holds(&member.value)?;
        known.insert(name, holds);
    }
    Ok(known)
}
