//! Filters of a step that selects nothing from an item.
//!
//! jsonata-js evaluates the filter once, with nothing as its context. If it is true, the result has an item for the
//! missing value, which is written as null: `lines.tags[$not($ = "new")]` has one for each line without `tags`.
//! The library does not evaluate it.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, UnaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::children::for_each_child;
use super::names::Names;

/// Makes a list with one missing value of nothing; no template can call it.
const OR_MISSING: &str = "value or missing value";

/// Builtins that return nothing, or false, if their first argument is nothing.
const OF_FIRST: [&str; 23] = [
    "abs",
    "boolean",
    "ceil",
    "contains",
    "exists",
    "floor",
    "join",
    "length",
    "lowercase",
    "match",
    "max",
    "min",
    "number",
    "pad",
    "replace",
    "round",
    "split",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "trim",
    "uppercase",
];

/// Registers the function.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn(OR_MISSING, |given: &[JValue]| {
        Ok(match given.first() {
            None | Some(JValue::Undefined) => JValue::array(vec![JValue::Undefined]),
            Some(value) => value.clone(),
        })
    })
}

/// Changes the steps of a tree whose filters can be true for nothing.
pub(super) fn change(node: &mut AstNode, names: &Names) {
    with_stack(|| for_each_child(node, &mut |child| change(child, names)));
    let AstNode::Path { steps } = node else {
        return;
    };
    if steps.iter().any(binds) {
        return;
    }
    // A first step has one item, and its missing value is no result.
    for step in steps.iter_mut().skip(1) {
        if keeps_missing(&step.stages, names) {
            match &mut step.node {
                AstNode::FunctionApplication(inner) => wrap(inner),
                node => wrap(node),
            }
        }
    }
}

fn wrap(node: &mut AstNode) {
    let inner = match std::mem::replace(node, AstNode::Null) {
        // Only in a path is a name that of a member.
        name @ AstNode::Name(_) => AstNode::Path {
            steps: vec![PathStep::new(name)],
        },
        other => other,
    };
    *node = AstNode::Function {
        name: OR_MISSING.to_owned(),
        args: vec![inner],
        is_builtin: true,
    };
}

/// Whether the results of a step carry variables.
fn binds(step: &PathStep) -> bool {
    let is_index = |stage: &Stage| matches!(stage, Stage::Index(_));
    step.focus.is_some()
        || step.index_var.is_some()
        || step.is_tuple
        || step.stages.iter().any(is_index)
}

fn keeps_missing(stages: &[Stage], names: &Names) -> bool {
    let filters = stages.iter().filter_map(|stage| match stage {
        Stage::Filter(filter) => Some(&**filter),
        _ => None,
    });
    let mut count = 0;
    for filter in filters {
        if is_position(filter) || is_false(filter, names) {
            return false;
        }
        count += 1;
    }
    count > 0
}

/// A number as a filter selects no missing value.
fn is_position(filter: &AstNode) -> bool {
    match filter {
        AstNode::Number(_) => true,
        AstNode::Unary {
            op: UnaryOp::Negate,
            operand,
        } => matches!(**operand, AstNode::Number(_)),
        _ => false,
    }
}

/// Whether an expression is certainly not true if its context is nothing.
fn is_false(node: &AstNode, names: &Names) -> bool {
    use BinaryOp::{
        And, Equal, GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual, NotEqual, Or,
    };
    with_stack(|| match node {
        AstNode::Binary { op: And, lhs, rhs } => is_false(lhs, names) || is_false(rhs, names),
        AstNode::Binary { op: Or, lhs, rhs } => is_false(lhs, names) && is_false(rhs, names),
        AstNode::Binary {
            op:
                Equal | NotEqual | GreaterThan | GreaterThanOrEqual | In | LessThan | LessThanOrEqual,
            lhs,
            rhs,
        } => is_nothing(lhs, names) || is_nothing(rhs, names),
        AstNode::Block(items) => matches!(items.as_slice(), [only] if is_false(only, names)),
        AstNode::Boolean(flag) => !flag,
        other => is_nothing(other, names) || is_of_nothing(other, names),
    })
}

/// Whether an expression certainly selects nothing if its context is nothing.
fn is_nothing(node: &AstNode, names: &Names) -> bool {
    match node {
        AstNode::Name(_) | AstNode::Wildcard | AstNode::Descendant => true,
        AstNode::Variable(name) => name.is_empty(),
        AstNode::Path { steps } => steps
            .first()
            .is_some_and(|first| is_nothing(&first.node, names)),
        AstNode::Block(items) => matches!(items.as_slice(), [only] if is_nothing(only, names)),
        AstNode::Function { name, .. } => name != "exists" && is_of_nothing(node, names),
        _ => false,
    }
}

/// Whether a node is a builtin whose first argument is certainly nothing.
fn is_of_nothing(node: &AstNode, names: &Names) -> bool {
    let AstNode::Function {
        name,
        args,
        is_builtin: true,
    } = node
    else {
        return false;
    };
    OF_FIRST.contains(&name.as_str())
        && !names.is_bound(name)
        && with_stack(|| args.first().is_some_and(|first| is_nothing(first, names)))
}
