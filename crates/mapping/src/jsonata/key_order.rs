//! Puts the members of objects into JavaScript's order: members whose names are array indexes come first, in
//! ascending order, and the others keep their order.
//!
//! Source: ECMA-262, `OrdinaryOwnPropertyKeys`; Assumption A-452.
//!
//! The library keeps the order in which members are added. So objects are ordered where they are made: an input
//! when it is read, and an object of a template in the tree if all its names are literals. An object whose names
//! are computed is ordered by a function that no template can call.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JMap, JValue, with_stack};

use super::children::{for_each_child, for_each_part};
use super::names::Names;

/// Orders the members of an object.
const MEMBERS: &str = "ordered members";
/// Orders the members of all objects in a value.
const DEEP: &str = "ordered members, deep";
/// Orders a list of names.
const NAMES: &str = "ordered names";
/// The largest array index.
const LARGEST: u32 = u32::MAX - 1;

/// The sort key of a name: array indexes come before all other names.
pub(super) fn rank(name: &str) -> u32 {
    index(name).unwrap_or(u32::MAX)
}

/// Whether a name is an array index.
pub(super) fn is_index(name: &str) -> bool {
    // Nearly all names start with a letter.
    name.as_bytes().first().is_some_and(u8::is_ascii_digit) && index(name).is_some()
}

fn index(name: &str) -> Option<u32> {
    let is_canonical = name == "0" || !name.starts_with(['0', '+']);
    let number = name.parse().ok().filter(|_| is_canonical)?;
    (number <= LARGEST).then_some(number)
}

/// Registers the functions.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn(MEMBERS, |given: &[JValue]| Ok(first(given, members)))?;
    evaluator.register_fn(DEEP, |given: &[JValue]| Ok(first(given, deep)))?;
    evaluator.register_fn(NAMES, |given: &[JValue]| Ok(first(given, names)))
}

/// A value with all its objects in order.
pub(super) fn ordered(value: JValue) -> JValue {
    deep(&value).unwrap_or(value)
}

/// A list of names in order.
pub(super) fn ordered_names(value: JValue) -> JValue {
    names(&value).unwrap_or(value)
}

/// The first argument, changed if its order changes.
fn first(given: &[JValue], change: fn(&JValue) -> Option<JValue>) -> JValue {
    let value = given.first().unwrap_or(&JValue::Undefined);
    change(value).unwrap_or_else(|| value.clone())
}

fn members(value: &JValue) -> Option<JValue> {
    let JValue::Object(object) = value else {
        return None;
    };
    if !object.keys().any(|name| is_index(name)) {
        return None;
    }
    let mut object = JMap::clone(object);
    object.sort_by_cached_key(|name, _| rank(name));
    Some(JValue::Object(object.into()))
}

fn deep(value: &JValue) -> Option<JValue> {
    has_index(value).then(|| rebuilt(value))
}

fn has_index(value: &JValue) -> bool {
    match value {
        JValue::Array(items) => items.iter().any(holds_index),
        JValue::Object(object) => object
            .iter()
            .any(|(name, member)| is_index(name) || holds_index(member)),
        _ => false,
    }
}

/// The same, for a value within another.
fn holds_index(value: &JValue) -> bool {
    matches!(value, JValue::Array(_) | JValue::Object(_)) && with_stack(|| has_index(value))
}

fn rebuilt(value: &JValue) -> JValue {
    with_stack(|| match value {
        JValue::Array(items) => {
            JValue::Array(items.with_items(items.iter().map(rebuilt).collect()))
        }
        JValue::Object(object) => {
            let members = object.iter();
            let mut object: JMap = members
                .map(|(name, value)| (name.clone(), rebuilt(value)))
                .collect();
            object.sort_by_cached_key(|name, _| rank(name));
            JValue::Object(object.into())
        }
        other => other.clone(),
    })
}

fn names(value: &JValue) -> Option<JValue> {
    let rank_of = |name: &JValue| name.as_str().map_or(u32::MAX, rank);
    let list = value.as_array()?;
    if !list.iter().any(|name| rank_of(name) < u32::MAX) {
        return None;
    }
    let JValue::Array(array) = value else {
        return None;
    };
    let mut sorted = list.clone();
    sorted.sort_by_key(rank_of);
    Some(JValue::Array(array.with_items(sorted)))
}

/// Orders the objects that a tree makes.
pub(super) fn change(node: &mut AstNode, names: &Names) {
    with_stack(|| match node {
        AstNode::Path { steps } => path(steps, names),
        // The whole node is ordered, not the function at its right.
        AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            rhs,
        } if function_of(rhs, names).is_some() => {
            change(lhs, names);
            for_each_child(rhs, &mut |child| change(child, names));
        }
        _ => for_each_child(node, &mut |child| change(child, names)),
    });
    order(node, names);
}

fn path(steps: &mut [PathStep], names: &Names) {
    for (nth, step) in steps.iter_mut().enumerate() {
        if nth == 0 && is_evaluated_once(&step.node) {
            for_each_child(&mut step.node, &mut |child| change(child, names));
            continue;
        }
        for_each_part(step, &mut |part| change(part, names));
    }
}

/// Whether the library evaluates a first step once, and not for each item of the input: a function would be
/// evaluated for each.
fn is_evaluated_once(node: &AstNode) -> bool {
    matches!(node, AstNode::ObjectTransform { input, .. } if starts_with_list(input))
}

fn starts_with_list(node: &AstNode) -> bool {
    with_stack(|| match node {
        AstNode::Array(_) => true,
        AstNode::Block(items) => items.iter().any(starts_with_list),
        AstNode::Sort { input, .. } => starts_with_list(input),
        AstNode::Path { steps } => steps
            .first()
            .is_some_and(|step| starts_with_list(&step.node)),
        _ => false,
    })
}

fn order(node: &mut AstNode, names: &Names) {
    let function = match node {
        AstNode::Object(pairs) | AstNode::ObjectTransform { pattern: pairs, .. } => {
            if literals(pairs) {
                pairs.sort_by_key(|(name, _)| literal(name).map_or(u32::MAX, rank));
                return;
            }
            Some(MEMBERS)
        }
        AstNode::Binary {
            op: BinaryOp::ChainPipe,
            rhs,
            ..
        } => function_of(rhs, names),
        AstNode::Transform { update, .. } if adds_indexes(update) => return compose(node, DEEP),
        AstNode::Function { .. } => function_of(node, names),
        AstNode::Variable(name) if name != "eval" => {
            if let Some(function) = function_of(node, names) {
                compose(node, function);
            }
            return;
        }
        _ => None,
    };
    let Some(function) = function else {
        return;
    };
    let args = vec![std::mem::replace(node, AstNode::Null)];
    *node = AstNode::Function {
        name: function.to_owned(),
        args,
        is_builtin: true,
    };
}

/// The function for the result of a builtin, which a node calls or names.
fn function_of(node: &AstNode, names: &Names) -> Option<&'static str> {
    let name = match node {
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } if !args.contains(&AstNode::Placeholder) => name,
        AstNode::Variable(name) => name,
        _ => return None,
    };
    let function = match name.as_str() {
        "merge" => MEMBERS,
        "keys" => NAMES,
        "eval" => DEEP,
        _ => return None,
    };
    (!names.is_bound(name)).then_some(function)
}

fn literal(name: &AstNode) -> Option<&str> {
    match name {
        AstNode::String(name) => Some(name),
        _ => None,
    }
}

fn literals(pairs: &[(AstNode, AstNode)]) -> bool {
    pairs.iter().all(|(name, _)| literal(name).is_some())
}

/// Whether the update of a transform can add members whose names are array indexes.
fn adds_indexes(update: &AstNode) -> bool {
    match update {
        AstNode::Object(pairs) => pairs
            .iter()
            .any(|(name, _)| literal(name).is_none_or(is_index)),
        _ => true,
    }
}

/// Orders the result of a function.
fn compose(function: &mut AstNode, order: &str) {
    let lhs = std::mem::replace(function, AstNode::Null);
    *function = AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs: Box::new(lhs),
        rhs: Box::new(AstNode::variable(order)),
    };
}
