//! Replaces calls that use a regular expression by calls of functions of this crate.

use jsonata_core::ast::{AstNode, BinaryOp};

use super::super::names::Names;
use super::functions::{Function, IS_FUNCTION, IS_MATCH, REPLACED, WHOLE};

/// Variables of the inserted trees; they cannot be written in a template.
const TEXT: &str = "regex text";
const BY: &str = "regex by";
const PART: &str = "regex part";

/// The functions that take a regular expression, with the number of their arguments.
const CALLS: [(Function, usize, usize); 4] = [
    (Function::Contains, 2, 2),
    (Function::Match, 2, 3),
    (Function::Split, 2, 3),
    (Function::Replace, 3, 4),
];

/// Changes a call of one of the functions if its pattern is a regular expression.
pub(in super::super) fn change(node: &mut AstNode, names: &Names) {
    let AstNode::Function { name, args, .. } = node else {
        return;
    };
    let Some((function, least, most)) = CALLS.into_iter().find(|(item, ..)| item.name() == name)
    else {
        return;
    };
    // `$match(/a/)` applies to the context.
    let here = args.first().is_some_and(|first| names.is_expression(first));
    let count = args.len() + usize::from(here);
    let pattern = args.get(usize::from(!here));
    let ours = pattern.is_some_and(|pattern| names.is_expression(pattern))
        && (least..=most).contains(&count);
    if !ours || names.is_bound(name) {
        return;
    }
    if here {
        args.insert(0, AstNode::variable(""));
    }
    let replacement = args.get(2).filter(|_| function == Function::Replace);
    let is_partial = args.contains(&AstNode::Placeholder);
    if !replacement.is_some_and(may_be_function) {
        function.inner_name(here).clone_into(name);
    } else if names.is_bound("map") || (is_partial && !args.iter().all(is_constant)) {
        if here {
            args.remove(0);
        }
    } else if is_partial {
        *node = applied_partially(std::mem::take(args), here);
    } else {
        *node = replaced_by(std::mem::take(args), here);
    }
}

/// Whether it does not matter when an argument is evaluated.
fn is_constant(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::Placeholder
            | AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Regex { .. }
            | AstNode::Lambda { .. }
            | AstNode::Variable(_)
    )
}

/// `$replace(?, /a/, $f)` as a function that makes the call.
fn applied_partially(mut args: Vec<AstNode>, here: bool) -> AstNode {
    let mut params = Vec::new();
    for argument in args.iter_mut().filter(|arg| **arg == AstNode::Placeholder) {
        let name = format!("regex argument {}", params.len());
        *argument = variable(&name);
        params.push(name);
    }
    AstNode::Lambda {
        params,
        body: Box::new(replaced_by(args, here)),
        signature: None,
        thunk: false,
    }
}
/// Whether a replacement may be a function.
fn may_be_function(node: &AstNode) -> bool {
    match node {
        AstNode::Binary { op, .. } => *op != BinaryOp::Concatenate,
        AstNode::String(_) | AstNode::Name(_) => false,
        AstNode::Path { steps } => !steps
            .iter()
            .all(|step| matches!(step.node, AstNode::Name(_))),
        _ => true,
    }
}

/// `$replace` with a replacement that may be a function: the library calls it for each match,
/// because only the library can.
///
/// ```text
/// ( text := …; by := …;
///   function(by) ? whole($map(parts(text, pattern, limit), λ(part) { match(part) ? replaced(by(part)) : part }))
///                : replace(text, pattern, by, limit) )
/// ```
fn replaced_by(mut args: Vec<AstNode>, here: bool) -> AstNode {
    let [text, pattern, by] = [0; 3].map(|_| args.remove(0));
    let limit = args;
    let with = |mut first: Vec<AstNode>| {
        first.extend(limit.iter().cloned());
        first
    };
    let parts = Function::Parts.inner_name(here);
    let parts = call(parts, with(vec![variable(TEXT), pattern.clone()]));
    let replaced = call(REPLACED, vec![call(BY, vec![variable(PART)])]);
    let each = AstNode::Lambda {
        params: vec![PART.to_owned()],
        body: Box::new(choice(
            call(IS_MATCH, vec![variable(PART)]),
            replaced,
            variable(PART),
        )),
        signature: None,
        thunk: false,
    };
    let by_function = call(WHOLE, vec![call("map", vec![parts, each])]);
    let replace = Function::Replace.inner_name(here);
    let by_text = call(replace, with(vec![variable(TEXT), pattern, variable(BY)]));
    AstNode::Block(vec![
        assignment(TEXT, text),
        assignment(BY, by),
        choice(call(IS_FUNCTION, vec![variable(BY)]), by_function, by_text),
    ])
}

fn variable(name: &str) -> AstNode {
    AstNode::variable(name)
}

fn call(name: &str, args: Vec<AstNode>) -> AstNode {
    AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    }
}

fn choice(condition: AstNode, then: AstNode, other: AstNode) -> AstNode {
    AstNode::Conditional {
        condition: Box::new(condition),
        then_branch: Box::new(then),
        else_branch: Some(Box::new(other)),
    }
}

fn assignment(name: &str, value: AstNode) -> AstNode {
    AstNode::Binary {
        op: BinaryOp::ColonEqual,
        lhs: Box::new(variable(name)),
        rhs: Box::new(value),
    }
}
