//! Limits the length of strings: the library has no limit, and they could use up the memory.
//!
//! A few places of a template can make a long string from short ones: `&`, `$join`, `$pad`,
//! `$replace` and `$string`. `$join` and `$pad` are our own functions (`strings`). Each of the
//! other places gets a call of one of our functions in the tree, which returns its argument unless
//! that is too long. Their names cannot be written in a template. A check never changes what a
//! template means: an argument is evaluated in its place and once, and a name that the template
//! binds is left alone.
//!
//! A check costs time, because the library compiles only what it knows. So `&` and `$string` are
//! checked only if their result is used again or their arguments are computed: inside a function,
//! in the value of a variable, and in the steps of a path that are followed by others.

mod checks;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep};
use jsonata_core::value::with_stack;

use super::calls;
use super::children::{for_each_child, for_each_part};
use super::names::Names;
pub(super) use checks::{grows, register, too_long};

/// The number of operands of `&` between two checks.
const OPERANDS: usize = 16;

/// The tree with a check at every place where strings can grow.
pub(super) fn guarded(mut tree: AstNode, names: &Names) -> AstNode {
    Guard { names }.guard(&mut tree, false);
    tree
}

struct Guard<'n> {
    names: &'n Names,
}

impl Guard<'_> {
    /// Adds checks to a node; `fed` says whether its result or its input can be used again.
    fn guard(&self, node: &mut AstNode, fed: bool) {
        with_stack(|| match node {
            AstNode::Binary {
                op: BinaryOp::Concatenate,
                ..
            } => {
                self.concatenation(node, fed, 1);
                if fed {
                    wrap(node, checks::SIZE);
                }
            }
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                rhs,
                ..
            } => self.guard(rhs, true),
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                lhs,
                rhs,
            } => {
                self.guard(lhs, true);
                self.guard(rhs, fed);
            }
            AstNode::Function { args, .. } => {
                for argument in args.iter_mut() {
                    self.guard(argument, fed);
                }
                self.call(node, fed);
            }
            AstNode::Path { steps } => self.path(steps, fed),
            AstNode::Lambda { .. }
            | AstNode::Transform { .. }
            | AstNode::ObjectTransform { .. }
            | AstNode::Sort { .. } => for_each_child(node, &mut |item| self.guard(item, true)),
            _ => for_each_child(node, &mut |item| self.guard(item, fed)),
        });
    }

    /// Only the last step's result leaves the path; its input is what the other steps select or
    /// compute.
    fn path(&self, steps: &mut [PathStep], fed: bool) {
        let Some((last, others)) = steps.split_last_mut() else {
            return;
        };
        let computed = others.iter().any(|step| !selects(&step.node));
        for step in others {
            for_each_part(step, &mut |item| self.guard(item, true));
        }
        for_each_part(last, &mut |item| self.guard(item, fed || computed));
    }

    /// Descends the left side of a chain of `&`, and adds a check after every few operands.
    fn concatenation(&self, node: &mut AstNode, fed: bool, operands: usize) {
        let AstNode::Binary {
            op: BinaryOp::Concatenate,
            lhs,
            rhs,
        } = node
        else {
            return self.guard(node, fed);
        };
        self.guard(rhs, fed);
        if operands < OPERANDS {
            with_stack(|| self.concatenation(lhs, fed, operands + 1));
        } else {
            self.guard(lhs, fed);
        }
    }

    /// Adds a check to a call of a function whose result can be longer than its arguments.
    fn call(&self, node: &mut AstNode, fed: bool) {
        let Some((name, args)) = calls::call(node, self.names) else {
            return;
        };
        match (name, args.as_mut_slice()) {
            ("string", [value, ..]) if is_given(value) && (fed || !selects(value)) => {
                wrap(value, checks::SIZE);
            }
            ("replace", args @ [_, _, _, ..]) if args.iter().all(is_given) => replacement(args),
            ("replace", args) if args.len() > 2 => *node = applied_partially(node),
            _ => {}
        }
    }
}

fn is_given(argument: &AstNode) -> bool {
    *argument != AstNode::Placeholder
}

/// The text and the pattern are stored when they are evaluated. The check of the replacement, which
/// is evaluated after them, knows all three.
fn replacement(args: &mut [AstNode]) {
    for (argument, check) in args
        .iter_mut()
        .zip([checks::NOTE, checks::NOTE, checks::REPLACED])
    {
        wrap(argument, check);
    }
}

/// `$replace(?, "-", "")` as a function that makes the call with its checks, if it does not matter
/// when the given arguments are evaluated.
fn applied_partially(node: &mut AstNode) -> AstNode {
    let mut call = std::mem::replace(node, AstNode::Null);
    let AstNode::Function { args, .. } = &mut call else {
        return call;
    };
    if !args.iter().all(is_literal) {
        return call;
    }
    let mut params = Vec::new();
    for argument in args.iter_mut().filter(|arg| !is_given(arg)) {
        let name = format!("guard argument {}", params.len());
        *argument = AstNode::variable(&*name);
        params.push(name);
    }
    replacement(args);
    AstNode::Lambda {
        params,
        body: Box::new(call),
        signature: None,
        thunk: false,
    }
}

fn is_literal(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::String(_) | AstNode::Number(_) | AstNode::Placeholder
    )
}

/// Whether a node only selects from its input.
fn selects(node: &AstNode) -> bool {
    match node {
        AstNode::Name(_) | AstNode::Wildcard | AstNode::Descendant | AstNode::Parent(_) => true,
        AstNode::Variable(name) => name.is_empty() || name == "$",
        AstNode::Path { steps } => steps.iter().all(|step| selects(&step.node)),
        _ => false,
    }
}

fn wrap(node: &mut AstNode, check: &str) {
    let args = vec![std::mem::replace(node, AstNode::Null)];
    *node = AstNode::Function {
        name: check.to_owned(),
        args,
        is_builtin: true,
    };
}
