//! Keeps strings from growing until the memory is gone: the library has no limit for them.
//!
//! A few places of a template can make a long string out of short ones: `&`, `$join`, `$pad`,
//! `$replace` and `$string`. In the tree such a place gets a call of a function of ours, which
//! returns what it is given unless that is too much. Their names cannot be written in a template.
//!
//! A check costs time, because the library compiles only what it knows. So `&` and `$string` have
//! one only where their result comes round again, or what they are given was computed: inside a
//! function, in what a variable is set to, and in the steps of a path that others follow.

mod checks;
mod children;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep};
use jsonata_core::value::with_stack;

pub(super) use checks::register;
use children::{for_each_child, for_each_part};

/// How many operands of `&` may stand in a row between two checks.
const OPERANDS: usize = 16;

/// The tree with a check at every place where strings grow.
pub(super) fn guarded(mut tree: AstNode) -> AstNode {
    guard(&mut tree, false);
    tree
}

/// Puts checks into a node; `fed` says whether what it makes, or is given, can come round again.
fn guard(node: &mut AstNode, fed: bool) {
    with_stack(|| match node {
        AstNode::Binary {
            op: BinaryOp::Concatenate,
            ..
        } => {
            concatenation(node, fed, 1);
            if fed {
                wrap(node, checks::SIZE);
            }
        }
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            rhs,
            ..
        } => guard(rhs, true),
        AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            rhs,
        } => pipe(lhs, rhs, fed),
        AstNode::Function { name, args, .. } => {
            for argument in args.iter_mut() {
                guard(argument, fed);
            }
            arguments(name, args, fed);
        }
        AstNode::Path { steps } => path(steps, fed),
        AstNode::Lambda { .. }
        | AstNode::Transform { .. }
        | AstNode::ObjectTransform { .. }
        | AstNode::Sort { .. } => for_each_child(node, |it| guard(it, true)),
        _ => for_each_child(node, |it| guard(it, fed)),
    });
}

/// Only the last step's result leaves the path; it is given what the others select or compute.
fn path(steps: &mut [PathStep], fed: bool) {
    let Some((last, others)) = steps.split_last_mut() else {
        return;
    };
    let computed = others.iter().any(|step| !selects(&step.node));
    for step in others {
        for_each_part(step, |it| guard(it, true));
    }
    for_each_part(last, |it| guard(it, fed || computed));
}

/// Whether a node only selects from what it is given.
fn selects(node: &AstNode) -> bool {
    match node {
        AstNode::Name(_) | AstNode::Wildcard | AstNode::Descendant | AstNode::Parent(_) => true,
        AstNode::Variable(name) => name.is_empty() || name == "$",
        AstNode::Path { steps } => steps.iter().all(|step| selects(&step.node)),
        _ => false,
    }
}

/// Walks down the left side of a chain of `&`, with a check after every so many operands.
fn concatenation(node: &mut AstNode, fed: bool, operands: usize) {
    let AstNode::Binary {
        op: BinaryOp::Concatenate,
        lhs,
        rhs,
    } = node
    else {
        return guard(node, fed);
    };
    guard(rhs, fed);
    if operands < OPERANDS {
        with_stack(|| concatenation(lhs, fed, operands + 1));
    } else {
        guard(lhs, fed);
    }
}

/// `~>`: the first argument of a function at the right stands at the left.
fn pipe(left: &mut AstNode, right: &mut AstNode, fed: bool) {
    guard(left, true);
    let AstNode::Function { name, args, .. } = right else {
        return guard(right, fed);
    };
    if checks::grows(name) {
        wrap(left, checks::SIZE);
    }
    for argument in args.iter_mut() {
        guard(argument, fed);
    }
    if name == "pad" {
        arguments(name, args, fed);
    }
}

fn arguments(name: &str, args: &mut [AstNode], fed: bool) {
    if args.contains(&AstNode::Placeholder) {
        return;
    }
    match (name, args) {
        ("string", [value, ..]) if fed || !selects(value) => wrap(value, checks::SIZE),
        ("pad", args) => args.iter_mut().for_each(|it| wrap(it, checks::WIDTH)),
        ("join", [items, separator]) => wrap_with(items, checks::JOINED, &[separator]),
        ("join", [items]) => wrap(items, checks::SIZE),
        ("replace", [text, pattern, replacement, ..]) => {
            wrap_with(text, checks::REPLACED, &[pattern, replacement]);
        }
        _ => {}
    }
}

fn wrap(node: &mut AstNode, check: &str) {
    wrap_with(node, check, &[]);
}

/// Puts a call in the node's place, with the node and copies of others as its arguments.
fn wrap_with(node: &mut AstNode, check: &str, others: &[&mut AstNode]) {
    let mut args = vec![std::mem::replace(node, AstNode::Null)];
    args.extend(others.iter().map(|other| (**other).clone()));
    *node = AstNode::Function {
        name: check.to_owned(),
        args,
        is_builtin: true,
    };
}
