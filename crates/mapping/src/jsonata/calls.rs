//! Puts functions of ours in the place of the library's where these differ from JavaScript.
//!
//! That happens in the tree: a name that cannot be written in a template takes the place of the
//! function's own, so a function that is handed on as a value stays the library's.

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::value::with_stack;

use super::children::for_each_child;
use super::names::Names;
use super::{dates, regex, texts};

/// Functions of the language that become ours, with the number of their arguments.
const OURS: [(&str, usize, &str); 7] = [
    ("encodeUrl", 1, texts::ENCODE_URL),
    ("encodeUrlComponent", 1, texts::ENCODE_URL_COMPONENT),
    ("decodeUrl", 1, texts::DECODE_URL),
    ("decodeUrlComponent", 1, texts::DECODE_URL_COMPONENT),
    ("base64encode", 1, texts::BASE64_ENCODE),
    ("base64decode", 1, texts::BASE64_DECODE),
    ("toMillis", 2, dates::TO_MILLIS),
];

/// Changes the calls of a tree.
pub(super) fn change(node: &mut AstNode, names: &Names) {
    unpipe(node, names);
    with_stack(|| for_each_child(node, &mut |child| change(child, names)));
    rename(node, names);
    regex::change(node, names);
}

/// `text ~> $match(/a/)` is the call with the text in front.
fn unpipe(node: &mut AstNode, names: &Names) {
    let AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs,
        rhs,
    } = node
    else {
        return;
    };
    by_name(lhs, rhs);
    let AstNode::Function { name, args, .. } = &mut **rhs else {
        return;
    };
    let is_ours = |(it, count, _): &(&str, usize, _)| it == name && args.len() + 1 == *count;
    let by_pattern = args.first().is_some_and(|it| names.is_expression(it));
    if OURS.iter().any(is_ours) || by_pattern {
        args.insert(0, std::mem::replace(lhs, AstNode::Null));
        *node = std::mem::replace(rhs, AstNode::Null);
    }
}

/// `text ~> $encodeUrl` is a call as well, unless the left side may be a function.
fn by_name(left: &AstNode, right: &mut AstNode) {
    let AstNode::Variable(name) = right else {
        return;
    };
    let is_value = matches!(
        left,
        AstNode::Path { .. } | AstNode::Name(_) | AstNode::String(_)
    );
    if is_value && OURS.iter().any(|(it, count, _)| it == name && *count == 1) {
        *right = AstNode::Function {
            name: std::mem::take(name),
            args: Vec::new(),
            is_builtin: true,
        };
    }
}

fn rename(node: &mut AstNode, names: &Names) {
    let AstNode::Function { name, args, .. } = node else {
        return;
    };
    let ours = OURS.iter().find(|(it, ..)| it == name);
    let Some((_, count, inner)) = ours.filter(|_| !names.is_bound(name)) else {
        return;
    };
    // Without an argument it is about the context.
    if *count == 1 && args.is_empty() {
        args.push(AstNode::variable(""));
    }
    if args.len() == *count {
        (*inner).clone_into(name);
    }
}
