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

use jsonata_core::ast::{AstNode, BinaryOp, PathStep};
use jsonata_core::value::with_stack;

use super::children::{for_each_child, for_each_part};
pub(super) use checks::{register, too_long};

/// How many operands of `&` may stand in a row between two checks.
const OPERANDS: usize = 16;
/// Variables for the arguments of `$join` and `$replace`; no template can name them.
const ITEMS: [&str; 2] = ["guard items", "guard separator"];
const REPLACEMENT: [&str; 4] = ["guard text", "guard pattern", "guard by", "guard limit"];

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
            ..
        } => pipe(node, fed),
        AstNode::Function { args, .. } => {
            for argument in args.iter_mut() {
                guard(argument, fed);
            }
            call(node, fed);
        }
        AstNode::Path { steps } => path(steps, fed),
        AstNode::Lambda { .. }
        | AstNode::Transform { .. }
        | AstNode::ObjectTransform { .. }
        | AstNode::Sort { .. } => for_each_child(node, &mut |it| guard(it, true)),
        _ => for_each_child(node, &mut |it| guard(it, fed)),
    });
}

/// Only the last step's result leaves the path; it is given what the others select or compute.
fn path(steps: &mut [PathStep], fed: bool) {
    let Some((last, others)) = steps.split_last_mut() else {
        return;
    };
    let computed = others.iter().any(|step| !selects(&step.node));
    for step in others {
        for_each_part(step, &mut |it| guard(it, true));
    }
    for_each_part(last, &mut |it| guard(it, fed || computed));
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
fn pipe(node: &mut AstNode, fed: bool) {
    let AstNode::Binary { lhs, rhs, .. } = node else {
        return;
    };
    guard(lhs, true);
    match &mut **rhs {
        AstNode::Function { name, args, .. } if checks::grows(name) => {
            args.insert(0, std::mem::replace(lhs, AstNode::Null));
            for argument in args.iter_mut().skip(1) {
                guard(argument, fed);
            }
            *node = std::mem::replace(rhs, AstNode::Null);
            call(node, fed);
        }
        _ => guard(rhs, fed),
    }
}

/// Puts a check into a call of a function whose result can be longer than what it is given.
fn call(node: &mut AstNode, fed: bool) {
    let AstNode::Function { name, args, .. } = node else {
        return;
    };
    if args.contains(&AstNode::Placeholder) {
        return;
    }
    match (name.as_str(), args.as_mut_slice()) {
        ("string", [value, ..]) if fed || !selects(value) => wrap(value, checks::SIZE),
        ("pad", args) => args.iter_mut().for_each(|it| wrap(it, checks::WIDTH)),
        ("join", [items]) => wrap(items, checks::SIZE),
        ("join", [_, _]) => wrap_with_others(node, checks::JOINED, &ITEMS),
        ("replace", [_, _, _]) => wrap_with_others(node, checks::REPLACED, &REPLACEMENT[..3]),
        ("replace", [_, _, _, _]) => wrap_with_others(node, checks::REPLACED, &REPLACEMENT),
        _ => {}
    }
}

/// Wraps a call's first argument in a check that is given the others as well.
///
/// Each is evaluated once, into a variable, unless it costs nothing to evaluate it again.
fn wrap_with_others(node: &mut AstNode, check: &str, names: &[&str]) {
    let AstNode::Function { args, .. } = node else {
        return;
    };
    let mut assigned = Vec::new();
    if !args.iter().skip(1).all(is_simple) {
        for (argument, name) in args.iter_mut().zip(names) {
            let value = std::mem::replace(argument, AstNode::variable(*name));
            assigned.push(AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs: Box::new(AstNode::variable(*name)),
                rhs: Box::new(value),
            });
        }
    }
    let others: Vec<AstNode> = args.iter().skip(1).cloned().collect();
    if let Some(first) = args.first_mut() {
        wrap(first, check);
        if let AstNode::Function { args, .. } = first {
            args.extend(others);
        }
    }
    if !assigned.is_empty() {
        assigned.push(std::mem::replace(node, AstNode::Null));
        *node = AstNode::Block(assigned);
    }
}

fn is_simple(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::String(_)
            | AstNode::Number(_)
            | AstNode::Name(_)
            | AstNode::Variable(_)
            | AstNode::Regex { .. }
    )
}

fn wrap(node: &mut AstNode, check: &str) {
    let args = vec![std::mem::replace(node, AstNode::Null)];
    *node = AstNode::Function {
        name: check.to_owned(),
        args,
        is_builtin: true,
    };
}
