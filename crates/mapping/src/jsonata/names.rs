//! The names that a template binds.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, Stage};
use jsonata_core::value::with_stack;

use super::children::for_each_child;

/// The meanings of the names in a tree; a name counts wherever it is bound.
#[derive(Default)]
pub(super) struct Names {
    /// Variables that are set to a regular expression.
    expressions: BTreeSet<String>,
    /// Names that mean anything else.
    others: BTreeSet<String>,
    /// The regular expressions with their flags.
    pub found: Vec<(String, String)>,
    /// Whether a filter contains a range without its own brackets.
    pub bare_range: bool,
    /// Whether `in`, which compares objects by identity, can be evaluated.
    pub compares_identity: bool,
}

impl Names {
    pub(super) fn collect(&mut self, node: &mut AstNode) {
        self.compares_identity |= match node {
            AstNode::Binary { op, .. } => *op == BinaryOp::In,
            AstNode::Function { name, .. } | AstNode::Variable(name) => name == "eval",
            _ => false,
        };
        match node {
            AstNode::Regex { pattern, flags } => self.found.push((pattern.clone(), flags.clone())),
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs,
                rhs,
            } => {
                if let AstNode::Variable(name) = &**lhs {
                    let names = match **rhs {
                        AstNode::Regex { .. } => &mut self.expressions,
                        _ => &mut self.others,
                    };
                    names.insert(name.clone());
                }
            }
            AstNode::Lambda { params, .. } => self.others.extend(params.iter().cloned()),
            AstNode::Path { steps } => {
                for step in steps {
                    self.others.extend(step.focus.clone());
                    self.others.extend(step.index_var.clone());
                    self.collect_stages(&step.stages);
                }
            }
            _ => {}
        }
        with_stack(|| for_each_child(node, &mut |child| self.collect(child)));
    }

    fn collect_stages(&mut self, stages: &[Stage]) {
        for stage in stages {
            match stage {
                Stage::Index(name) => drop(self.others.insert(name.clone())),
                Stage::Filter(condition) => {
                    let op = match &**condition {
                        AstNode::Binary { op, .. } => Some(*op),
                        _ => None,
                    };
                    self.bare_range |= op == Some(BinaryOp::Range);
                }
                Stage::KeepArray => {}
            }
        }
    }

    /// Whether a node is a regular expression wherever it is evaluated.
    pub(super) fn is_expression(&self, node: &AstNode) -> bool {
        match node {
            AstNode::Regex { .. } => true,
            AstNode::Variable(name) => {
                self.expressions.contains(name) && !self.others.contains(name)
            }
            _ => false,
        }
    }

    /// Whether the template binds the name.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.expressions.contains(name) || self.others.contains(name)
    }
}
