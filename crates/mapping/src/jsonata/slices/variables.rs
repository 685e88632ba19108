//! The variables of a template that have the same value for each transaction.

use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use jsonata_core::value::with_stack;

use super::DOCUMENT;
use super::mentions::{Mentions, assignment, is_slot, uses_context};
use crate::jsonata::builtins::is_builtin;
use crate::jsonata::children::for_each_child;
use crate::jsonata::names::Names;

/// What is known of variables at a place of a template. Each name is one variable.
pub(super) struct Variables<'n> {
    names: &'n Names,
    /// What the whole template mentions.
    mentions: &'n Mentions,
    known: BTreeSet<String>,
    /// Assignments that can be evaluated anywhere.
    assignments: Vec<Assignment>,
    /// Variables with their values, which are evaluated once with the document as the context.
    pub of_document: Vec<(String, AstNode)>,
}

struct Assignment {
    name: String,
    tree: AstNode,
    used: BTreeSet<String>,
}

/// What is known outside of a block.
pub(super) struct Outside {
    known: BTreeSet<String>,
    assignments: usize,
}

impl<'n> Variables<'n> {
    pub(super) fn new(names: &'n Names, mentions: &'n Mentions) -> Self {
        Self {
            names,
            mentions,
            known: BTreeSet::new(),
            assignments: Vec::new(),
            of_document: Vec::new(),
        }
    }

    pub(super) fn enter(&self) -> Outside {
        Outside {
            known: self.known.clone(),
            assignments: self.assignments.len(),
        }
    }

    /// What a block assigns ends with it.
    pub(super) fn leave(&mut self, outside: Outside) {
        self.known = outside.known;
        self.assignments.truncate(outside.assignments);
    }

    pub(super) fn is_builtin(&self, name: &str) -> bool {
        is_builtin(name) && !self.names.is_bound(name)
    }

    pub(super) fn is_assigned_once(&self, name: &str) -> bool {
        self.mentions.assigned.get(name) == Some(&1) && !self.mentions.bound.contains_key(name)
    }

    /// Notes what a statement assigns. `is_at_root`: whether its context is the document.
    pub(super) fn note(&mut self, statement: &AstNode, is_at_root: bool) {
        let Some((name, value)) = assignment(statement) else {
            return;
        };
        let mut value = value.clone();
        name_document(&mut value);
        let mentions = Mentions::of(&value);
        let is_function = matches!(value, AstNode::Lambda { .. });
        let sees_parts = mentions.members.iter().any(|name| is_slot(name));
        if sees_parts
            || !self.is_assigned_once(name)
            || !self.is_closed(&mentions, Some(name).filter(|_| is_function))
        {
            return;
        }
        let used: BTreeSet<_> = mentions.used.into_keys().collect();
        let asks = uses_context(&value);
        if asks && (is_function || !is_at_root) {
            return;
        }
        self.known.insert(name.clone());
        if is_function || !(asks || self.is_of_document(&used)) {
            let tree = AstNode::Binary {
                op: jsonata_core::ast::BinaryOp::ColonEqual,
                lhs: Box::new(AstNode::variable(name)),
                rhs: Box::new(value),
            };
            self.assignments.push(Assignment {
                name: name.clone(),
                tree,
                used,
            });
        } else {
            let value = self.with_assignments(value, &used).0;
            self.of_document.push((name.clone(), value));
        }
    }

    /// Whether all that is mentioned is in the part itself, known or a builtin.
    pub(super) fn is_closed(&self, mentions: &Mentions, itself: Option<&String>) -> bool {
        let is_known = |name: &String| {
            name == DOCUMENT
                || self.known.contains(name)
                || Some(name) == itself
                || self.is_builtin(name)
        };
        // A variable that is assigned here and elsewhere could have either value.
        let all = self.mentions;
        let mut assigned = mentions.assigned.keys().chain(mentions.bound.keys());
        let is_own = assigned.all(|name| {
            mentions.assigned.get(name) == all.assigned.get(name)
                || mentions.bindings(name) == all.bindings(name)
        });
        !mentions.is_unclear && is_own && mentions.free().all(is_known)
    }

    /// A tree that uses these names with the assignments that it needs, and whether it uses the document.
    pub(super) fn with_assignments(
        &self,
        tree: AstNode,
        used: &BTreeSet<String>,
    ) -> (AstNode, bool) {
        let (mut used, mut statements) = (used.clone(), vec![tree]);
        for assignment in self.assignments.iter().rev() {
            if used.contains(&assignment.name) {
                used.extend(assignment.used.iter().cloned());
                statements.push(assignment.tree.clone());
            }
        }
        statements.reverse();
        (AstNode::Block(statements), self.is_of_document(&used))
    }

    fn is_of_document(&self, used: &BTreeSet<String>) -> bool {
        let mut variables = self.of_document.iter();
        used.contains(DOCUMENT) || variables.any(|(name, _)| used.contains(name))
    }
}

/// Replaces `$$` by a variable.
pub(super) fn name_document(node: &mut AstNode) {
    if matches!(node, AstNode::ParentVariable(name) if name.is_empty()) {
        *node = AstNode::variable(DOCUMENT);
        return;
    }
    with_stack(|| for_each_child(node, &mut |child| name_document(child)));
}
