//! Renames variables of a template that have the name of a builtin.
//!
//! After that, a builtin's name always means the builtin. So the code that changes calls of
//! builtins leaves the template's own functions alone and misses no call of a builtin, whatever
//! else is in the template. A name is valid from its binding to the end of its scope.

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::value::with_stack;

use super::children::for_each_child;
use super::overrides;

/// Builtins whose calls are changed, in addition to the overridden ones.
const CHANGED: [&str; 12] = [
    "contains", "each", "exists", "filter", "keys", "map", "match", "reduce", "replace", "sort",
    "split", "spread",
];

/// Renames what can safely be renamed: not if `$eval` may use a name, and not names that are bound
/// within an expression. `Names` finds the remaining ones.
pub(super) fn rename_own(tree: &mut AstNode) {
    let mut survey = Survey::default();
    survey.visit(tree, true);
    if survey.binds && !survey.is_unclear {
        Scopes::default().visit(tree);
    }
}

fn is_changed(name: &str) -> bool {
    name == "string" || CHANGED.contains(&name) || overrides::of(name).is_some()
}

fn bound_name(node: &AstNode) -> Option<&String> {
    match node {
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs,
            ..
        } => match &**lhs {
            AstNode::Variable(name) if is_changed(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

#[derive(Default)]
struct Survey {
    binds: bool,
    is_unclear: bool,
}

impl Survey {
    /// `is_statement`: whether the node is always evaluated, in sequence.
    fn visit(&mut self, node: &mut AstNode, is_statement: bool) {
        if bound_name(node).is_some() {
            self.binds = true;
            self.is_unclear |= !is_statement;
        }
        match node {
            AstNode::Lambda { params, .. } => {
                self.binds |= params.iter().any(|param| is_changed(param));
            }
            AstNode::Function { name, .. } | AstNode::Variable(name) => {
                self.is_unclear |= name == "eval";
            }
            AstNode::Path { steps } => {
                let names = steps
                    .iter()
                    .flat_map(|step| step.focus.iter().chain(&step.index_var));
                self.is_unclear |= names.into_iter().any(|name| is_changed(name));
            }
            _ => {}
        }
        let in_block = matches!(node, AstNode::Block(_));
        with_stack(|| for_each_child(node, &mut |item| self.visit(item, in_block)));
    }
}

#[derive(Default)]
struct Scopes(Vec<Vec<String>>);

impl Scopes {
    fn visit(&mut self, node: &mut AstNode) {
        with_stack(|| self.visit_deep(node));
    }

    fn visit_deep(&mut self, node: &mut AstNode) {
        let bound = bound_name(node).cloned();
        match node {
            AstNode::Block(_) => {
                self.0.push(Vec::new());
                for_each_child(node, &mut |item| self.visit(item));
                self.0.pop();
            }
            AstNode::Lambda { params, body, .. } => {
                self.0.push(params.clone());
                params.iter_mut().for_each(rename);
                self.visit(body);
                self.0.pop();
            }
            AstNode::Binary { lhs, rhs, .. } if bound.is_some() => {
                // A function may call itself; any other value is computed before its name is bound.
                let is_function = matches!(**rhs, AstNode::Lambda { .. });
                if is_function {
                    self.bind(bound.clone());
                }
                self.visit(rhs);
                if !is_function {
                    self.bind(bound);
                }
                self.visit(lhs);
            }
            AstNode::Variable(name) if self.is_bound(name) => rename(name),
            AstNode::Function { name, args, .. } => {
                if self.is_bound(name) {
                    rename(name);
                }
                for argument in args {
                    self.visit(argument);
                }
            }
            _ => for_each_child(node, &mut |item| self.visit(item)),
        }
    }

    fn bind(&mut self, name: Option<String>) {
        if self.0.is_empty() {
            self.0.push(Vec::new());
        }
        if let Some(innermost) = self.0.last_mut() {
            innermost.extend(name);
        }
    }

    fn is_bound(&self, name: &String) -> bool {
        self.0.iter().any(|item| item.contains(name))
    }
}

fn rename(name: &mut String) {
    if is_changed(name) {
        *name = format!("own {name}");
    }
}
