//! Changes calls in the tree where the library's builtins differ from jsonata-js.
//!
//! A change never alters what a template means. It affects only calls of builtins, so a name that
//! the template itself binds is left alone, and a call with `?` remains a partial application.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::children::for_each_child;
use super::guard;
use super::key_order;
use super::missing;
use super::names::Names;
use super::overrides;
use super::partial;
use super::regex;
use super::sequences::{FILLED, KEPT};

/// Builtins that return a sequence, which `[]` keeps as a list even with one item.
const SEQUENCES: [&str; 6] = ["filter", "map", "each", "keys", "match", "spread"];

/// Changes the calls of a tree, and the order of the members that it makes.
pub(super) fn change(tree: &mut AstNode, names: &Names) {
    missing::change(tree, names);
    change_calls(tree, names);
    key_order::change(tree, names);
}

fn change_calls(node: &mut AstNode, names: &Names) {
    into_call(node, names);
    with_stack(|| for_each_child(node, &mut |child| change_calls(child, names)));
    partial::change(node, names);
    rename(node, names);
    keep_lists(node, names);
    if let Some((name, args)) = call(node, names) {
        match name {
            "exists" => see_the_context(args),
            "sort" => compare_as_written(args),
            "reduce" => nothing_of_nothing(args),
            _ => {}
        }
    }
    regex::change(node, names);
}

/// The name and the arguments of a call of a builtin.
pub(super) fn call<'n>(
    node: &'n mut AstNode,
    names: &Names,
) -> Option<(&'n str, &'n mut Vec<AstNode>)> {
    match node {
        AstNode::Function {
            name,
            args,
            is_builtin: true,
        } if !names.is_bound(name) => Some((name, args)),
        _ => None,
    }
}

/// `text ~> $match(/a/)` is the call with the text as its first argument.
///
/// This does not apply with `?` among the arguments: then the right side is a function, and two
/// functions are composed.
fn into_call(node: &mut AstNode, names: &Names) {
    let AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs,
        rhs,
    } = node
    else {
        return;
    };
    if keeps_list(lhs, rhs) {
        *node = std::mem::replace(rhs, AstNode::Null);
        return;
    }
    let Some((name, args)) = call(rhs, names) else {
        return;
    };
    let by_pattern = args.first().is_some_and(|first| names.is_expression(first));
    let is_ours = overrides::of(name).is_some() || guard::grows(name) || by_pattern;
    if is_ours && !args.contains(&AstNode::Placeholder) {
        args.insert(0, std::mem::replace(lhs, AstNode::Null));
        *node = std::mem::replace(rhs, AstNode::Null);
    }
}

/// For a call at the right of `~>`, jsonata-js ignores filters, so `list ~> $sort()[0]` is the
/// list. A `[]` makes the whole result a list, also if the left side has become the call's first
/// argument.
fn keeps_list(left: &mut AstNode, right: &mut AstNode) -> bool {
    let AstNode::Path { steps } = right else {
        return false;
    };
    let [PathStep { node, stages, .. }] = steps.as_mut_slice() else {
        return false;
    };
    let AstNode::Function { args, .. } = node else {
        return false;
    };
    let is_partial = args.contains(&AstNode::Placeholder);
    stages.retain(|stage| !matches!(stage, Stage::Filter(_)));
    if stages.is_empty() {
        *right = std::mem::replace(node, AstNode::Null);
        return false;
    }
    if !is_partial {
        args.insert(0, std::mem::replace(left, AstNode::Null));
    }
    !is_partial
}

/// Replaces the names of overridden builtins, in calls and elsewhere, by the names of our
/// functions.
fn rename(node: &mut AstNode, names: &Names) {
    if let AstNode::Variable(name) = node {
        let renamed = overrides::of(name).filter(|_| !names.is_bound(name));
        if let Some(renamed) = renamed.and_then(|renamed| renamed.renamed) {
            renamed.clone_into(name);
        }
        return;
    }
    let Some((name, args)) = call(node, names) else {
        return;
    };
    let Some(replaced) = overrides::of(name) else {
        return;
    };
    let misses_some = args.len() < replaced.arguments && replaced.is_first.is_some();
    let is_unusual = misses_some || args.len() > replaced.arguments;
    if is_unusual && !args.contains(&AstNode::Placeholder) {
        args.insert(0, AstNode::variable(""));
        set_name(node, replaced.with_context);
    } else if let Some(renamed) = replaced.renamed {
        set_name(node, renamed);
    }
}

fn set_name(node: &mut AstNode, new: &str) {
    if let AstNode::Function { name, .. } = node {
        new.clone_into(name);
    }
}

/// `$filter(…)[]` is a list even with one item, but the library has already unwrapped it.
fn keep_lists(node: &mut AstNode, names: &Names) {
    if let AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs,
        rhs,
    } = node
        && starts_with_kept(lhs)
        && function_name(rhs, names).is_some_and(|name| SEQUENCES.contains(&name))
    {
        return keep(node);
    }
    let AstNode::Path { steps } = node else {
        return;
    };
    let Some(PathStep { node, stages, .. }) = steps.first_mut() else {
        return;
    };
    if stages.first() != Some(&Stage::KeepArray) {
        return;
    }
    if call(node, names).is_some_and(|(name, _)| SEQUENCES.contains(&name)) {
        keep(node);
    }
}

fn keep(node: &mut AstNode) {
    let args = vec![std::mem::replace(node, AstNode::Null)];
    *node = AstNode::Function {
        name: KEPT.to_owned(),
        args,
        is_builtin: true,
    };
}

/// Whether a path begins with a step that has `[]`, which jsonata-js then applies to the whole `~>`.
fn starts_with_kept(node: &AstNode) -> bool {
    match node {
        AstNode::Path { steps } => steps
            .first()
            .is_some_and(|step| step.stages.contains(&Stage::KeepArray)),
        AstNode::Binary {
            op: BinaryOp::ChainPipe,
            lhs,
            ..
        } => with_stack(|| starts_with_kept(lhs)),
        AstNode::Function { name, .. } => name == KEPT,
        _ => false,
    }
}

/// The name of the builtin that a node calls or names.
fn function_name<'n>(node: &'n AstNode, names: &Names) -> Option<&'n str> {
    match node {
        AstNode::Function {
            name,
            is_builtin: true,
            ..
        }
        | AstNode::Variable(name) => Some(name.as_str()).filter(|name| !names.is_bound(name)),
        _ => None,
    }
}

/// The library treats a variable in `$exists` as the name of a function, including the context
/// variable.
fn see_the_context(args: &mut [AstNode]) {
    let is_context = |ast_node: &AstNode| matches!(ast_node, AstNode::Variable(name) | AstNode::ParentVariable(name) if name.is_empty());
    if let [only] = args
        && is_context(only)
    {
        let inner = std::mem::replace(only, AstNode::Null);
        *only = AstNode::Block(vec![inner]);
    }
}

/// The library turns an empty list without a first value into null.
fn nothing_of_nothing(args: &mut [AstNode]) {
    if let [items, _] = args
        && *items != AstNode::Placeholder
    {
        let inner = std::mem::replace(items, AstNode::Null);
        *items = AstNode::Function {
            name: FILLED.to_owned(),
            args: vec![inner],
            is_builtin: true,
        };
    }
}

/// In the simplest comparisons the library treats `>=` as `>`, and sorts items without the member
/// to one end. jsonata-js evaluates the comparison, which is not true.
fn compare_as_written(args: &mut [AstNode]) {
    let Some(AstNode::Lambda { body, .. }) = args.get_mut(1) else {
        return;
    };
    if matches!(**body, AstNode::Binary { .. }) {
        let inner = std::mem::replace(&mut **body, AstNode::Null);
        **body = AstNode::Block(vec![inner]);
    }
}
