//! Rules: what the parameters of a stack must be together.
//!
//! Source: the user guide of CloudFormation, `Rules`, 2026-11.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::{Member, Node, scalar_text};

/// Checks the parameters against each rule whose condition is true.
pub(crate) fn check(rules: &[Member], evaluator: &Evaluator<'_>) -> Result<(), TemplateError> {
    rules
        .iter()
        .try_for_each(|rule| check_rule(rule, evaluator))
}

fn check_rule(rule: &Member, evaluator: &Evaluator<'_>) -> Result<(), TemplateError> {
    let malformed = |node: &Node| {
        let message = format!("Rule {} is malformed: it must have Assertions", rule.name);
        TemplateError::format(node.position, message)
    };
    let assertions = rule.value.get("Assertions").and_then(Node::as_list);
    let assertions = assertions.ok_or_else(|| malformed(&rule.value))?;
    if let Some(condition) = rule.value.get("RuleCondition")
        && !holds(condition, evaluator)?
    {
        return Ok(());
    }
    for assertion in assertions {
        let assert = assertion
            .get("Assert")
            .ok_or_else(|| malformed(assertion))?;
        if !holds(assert, evaluator)? {
            return Err(failed(&rule.name, assertion));
        }
    }
    Ok(())
}

/// Source: Assumption A-352.
fn failed(rule: &str, assertion: &Node) -> TemplateError {
    let description = assertion.get("AssertDescription").and_then(Node::as_text);
    let description = description.unwrap_or("an assertion does not hold");
    let message = format!("Template validation error: Rule '{rule}' failed: {description}");
    TemplateError::at(assertion.position, message)
}

/// Whether a function of rules gives true.
fn holds(node: &Node, evaluator: &Evaluator<'_>) -> Result<bool, TemplateError> {
    let Some((name, argument)) = node.call() else {
        let message = "a rule must use a function that gives true or false";
        return Err(TemplateError::format(node.position, message));
    };
    let list = argument.as_list().unwrap_or_default();
    match (name, list) {
        ("Fn::And", [_, _, ..]) => each(list, evaluator).map(|held| held.iter().all(|held| *held)),
        ("Fn::Or", [_, _, ..]) => each(list, evaluator).map(|held| held.iter().any(|held| *held)),
        ("Fn::Not", [inner]) => holds(inner, evaluator).map(|held| !held),
        ("Fn::Equals", [left, right]) => Ok(texts(left, evaluator)? == texts(right, evaluator)?),
        ("Fn::Contains", [all, wanted]) => {
            let (all, wanted) = (texts(all, evaluator)?, texts(wanted, evaluator)?);
            Ok(wanted.iter().all(|wanted| all.contains(wanted)))
        }
        ("Fn::EachMemberEquals", [all, wanted]) => {
            let (all, wanted) = (texts(all, evaluator)?, texts(wanted, evaluator)?);
            Ok(all.iter().all(|item| wanted.first() == Some(item)))
        }
        ("Fn::EachMemberIn", [all, allowed]) => {
            let (all, allowed) = (texts(all, evaluator)?, texts(allowed, evaluator)?);
            Ok(all.iter().all(|item| allowed.contains(item)))
        }
        _ => {
            let message = format!("{name} is not a function of rules, or has other arguments");
            Err(TemplateError::function(node.position, message))
        }
    }
}

fn each(list: &[Node], evaluator: &Evaluator<'_>) -> Result<Vec<bool>, TemplateError> {
    list.iter().map(|node| holds(node, evaluator)).collect()
}

/// The texts in a value: one, or those of a list.
fn texts(node: &Node, evaluator: &Evaluator<'_>) -> Result<Vec<String>, TemplateError> {
    if let Some((name, argument)) = node.call() {
        match name {
            "Fn::RefAll" => return values_of_type(argument, evaluator),
            "Fn::ValueOf" | "Fn::ValueOfAll" => {
                let message = format!(
                    "{name} is not supported: it needs attributes of EC2 resources, and EC2 is not available"
                );
                return Err(TemplateError::function(node.position, message));
            }
            _ => {}
        }
    }
    let value = evaluator.value(node)?;
    Ok(match value {
        Some(Value::Array(items)) => items.iter().filter_map(scalar_text).collect(),
        Some(value) => scalar_text(&value).into_iter().collect(),
        None => Vec::new(),
    })
}

/// The values of all parameters of a type.
fn values_of_type(node: &Node, evaluator: &Evaluator<'_>) -> Result<Vec<String>, TemplateError> {
    let type_name = node.as_text().ok_or_else(|| {
        let message = "Fn::RefAll requires the name of a type of parameters";
        TemplateError::function(node.position, message)
    })?;
    let declared = evaluator.template.parameters.iter();
    let declared = declared.filter(|parameter| parameter.type_name == type_name);
    let values = declared.filter_map(|parameter| evaluator.parameters.get(&parameter.name));
    let texts = values.flat_map(|value| match value {
        Value::Array(items) => items.iter().filter_map(scalar_text).collect(),
        value => scalar_text(value).into_iter().collect::<Vec<_>>(),
    });
    Ok(texts.collect())
}
