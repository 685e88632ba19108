//! The names that a part of a template uses, apart from its context.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::value::with_stack;

use crate::jsonata::builtins::is_builtin;
use crate::jsonata::children::for_each_child;
use crate::jsonata::projection::least_arguments;

/// Functions whose result depends on when they are called.
const CHANGING: [&str; 3] = ["eval", "random", "shuffle"];

/// How the names of the results of parts begin.
const SLOT: &str = "\u{1}part ";

/// The variables of a part of a template.
#[derive(Default)]
pub(super) struct Mentions {
    /// Variables and functions that are used.
    pub used: BTreeMap<String, usize>,
    /// Variables that are assigned.
    pub assigned: BTreeMap<String, usize>,
    /// Parameters, and variables that a step of a path binds.
    pub bound: BTreeMap<String, usize>,
    /// Whether the result can depend on more than variables and the context.
    pub is_unclear: bool,
    /// The names of members.
    pub members: BTreeSet<String>,
    /// Whether the result can depend on when it is computed.
    pub is_changing: bool,
}

impl Mentions {
    pub(super) fn of(node: &AstNode) -> Self {
        let mut mentions = Self::default();
        mentions.visit(&mut node.clone());
        mentions
    }

    /// The names that get their value elsewhere, without those of builtins.
    pub(super) fn free(&self) -> impl Iterator<Item = &String> {
        self.used.keys().filter(|name| {
            let is_bound = self.assigned.contains_key(*name) || self.bound.contains_key(*name);
            !is_bound && !name.is_empty()
        })
    }

    /// How often a name is bound to a value.
    pub(super) fn bindings(&self, name: &str) -> usize {
        let counts = [&self.assigned, &self.bound].map(|names| names.get(name));
        counts.into_iter().flatten().sum()
    }

    fn visit(&mut self, node: &mut AstNode) {
        if let Some((name, _)) = assignment(node) {
            count(&mut self.assigned, name);
        }
        match node {
            AstNode::Variable(name) | AstNode::Function { name, .. } => {
                self.is_unclear |= name.starts_with('$');
                self.is_changing |= CHANGING.contains(&name.as_str());
                count(&mut self.used, name);
            }
            AstNode::Name(name) => drop(self.members.insert(name.clone())),
            AstNode::ParentVariable(_) | AstNode::Parent(_) => self.is_unclear = true,
            AstNode::Lambda { params, .. } => {
                for param in params {
                    count(&mut self.bound, param);
                }
            }
            AstNode::Path { steps } => {
                let names = steps
                    .iter()
                    .flat_map(|step| step.focus.iter().chain(&step.index_var));
                for name in names {
                    count(&mut self.bound, name);
                }
            }
            _ => {}
        }
        with_stack(|| for_each_child(node, &mut |child| self.visit(child)));
    }
}

/// The variable that a node sets, and its value.
pub(super) fn assignment(node: &AstNode) -> Option<(&String, &AstNode)> {
    match node {
        AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs,
            rhs,
        } => match &**lhs {
            AstNode::Variable(name) => Some((name, rhs)),
            _ => None,
        },
        _ => None,
    }
}

fn count(names: &mut BTreeMap<String, usize>, name: &str) {
    *names.entry(name.to_owned()).or_default() += 1;
}

/// The name of the results of a part; a template whose members have such a name is not taken apart.
pub(super) fn slot(part: usize) -> String {
    format!("{SLOT}{part}")
}

/// Whether a name is that of the results of a part.
pub(crate) fn is_slot(name: &str) -> bool {
    name.starts_with(SLOT)
}

/// Whether an expression can depend on the context in which it is evaluated.
pub(super) fn uses_context(node: &AstNode) -> bool {
    asks_context(&mut node.clone())
}

fn asks_context(node: &mut AstNode) -> bool {
    with_stack(|| match node {
        AstNode::Name(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_)
        | AstNode::ParentVariable(_) => true,
        AstNode::Variable(name) => name.is_empty(),
        // The other steps get their context from the first.
        AstNode::Path { steps } => {
            let first = steps.first_mut();
            first.is_none_or(|step| asks_context(&mut step.node))
        }
        AstNode::Function { name, args, .. } if is_builtin(name) => {
            args.len() < least_arguments(name) || args.iter_mut().any(asks_context)
        }
        other => {
            let mut asks = false;
            for_each_child(other, &mut |child| asks = asks || asks_context(child));
            asks
        }
    })
}
