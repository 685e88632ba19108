//! Finds the parts of a template that can be evaluated for one transaction after the other.
//!
//! Such a part is a path through the transactions of a document to values below them. It must be
//! evaluated exactly once, and see nothing of the document except its transaction. The rest of the
//! template gets the results of the parts as variables.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::mentions::{Mentions, assignment, uses_context};
use super::{DOCUMENT, slot};
use crate::jsonata::builtins::is_builtin;
use crate::jsonata::children::for_each_child;
use crate::jsonata::names::Names;
use crate::jsonata::projection::{Keep, Projection};

/// The paths to the transactions in a document, and in a document with one interchange.
const PREFIXES: [&[&str]; 2] = [
    &["interchanges", "functional_groups", "transactions"],
    &["functional_groups", "transactions"],
];

/// A part that is evaluated with a transaction as the context.
pub(super) struct Part {
    pub tree: AstNode,
    /// Whether `[]` keeps a single item as a list.
    pub keeps_list: bool,
    /// Whether a list that it returns is from the document, so that its items are spread.
    pub spreads: bool,
    /// The level of indentation of its items, if they only go into the output.
    pub output_level: Option<usize>,
}

/// A template in parts.
pub(super) struct Plan {
    pub prefix: &'static [&'static str],
    pub parts: Vec<Part>,
    pub rest: AstNode,
    /// What the rest sees of a document, and what the parts see of it through `$$`.
    pub projection: Projection,
    /// Whether a part uses `$$`.
    pub uses_document: bool,
}

impl Plan {
    /// The parts of a template; `None` if it sees more of a document than one transaction at a
    /// time.
    pub(super) fn of(tree: &AstNode, names: &Names) -> Option<Self> {
        let mentions = Mentions::of(tree);
        if mentions.is_changing {
            return None;
        }
        let is_named = |prefix: &&&[&str]| {
            let mut names = prefix.iter();
            names.all(|name| mentions.members.contains(*name))
        };
        PREFIXES
            .iter()
            .filter(is_named)
            .find_map(|prefix| Finder::new(prefix, names, &mentions).plan(tree.clone()))
    }
}

struct Finder<'n> {
    prefix: &'static [&'static str],
    names: &'n Names,
    /// The names that the whole template uses.
    mentions: &'n Mentions,
    /// The variable for all transactions.
    alias: Option<String>,
    /// Assignments that do not depend on the document.
    assignments: Vec<AstNode>,
    constant: BTreeSet<String>,
    parts: Vec<Part>,
    /// The parts that use `$$`, unchanged from the template.
    using_document: Vec<AstNode>,
    /// Whether the variable for all transactions is used in another way.
    is_impossible: bool,
}

impl<'n> Finder<'n> {
    fn new(prefix: &'static [&'static str], names: &'n Names, mentions: &'n Mentions) -> Self {
        Self {
            prefix,
            names,
            mentions,
            alias: None,
            assignments: Vec::new(),
            constant: BTreeSet::new(),
            parts: Vec::new(),
            using_document: Vec::new(),
            is_impossible: false,
        }
    }

    fn plan(mut self, mut rest: AstNode) -> Option<Plan> {
        self.visit(&mut rest, Some(0));
        if self.parts.is_empty() || self.is_impossible {
            return None;
        }
        let uses_document = !self.using_document.is_empty();
        let mut seeing = self.using_document;
        seeing.push(rest.clone());
        let projection = Projection::of(&AstNode::Array(seeing), self.names);
        let (last, others) = self.prefix.split_last()?;
        let sees_transactions = projection.root() == Keep::Whole
            || projection.member(last) != Keep::Nothing
            || others
                .iter()
                .any(|name| projection.member(name) == Keep::Whole);
        (!sees_transactions).then_some(Plan {
            prefix: self.prefix,
            parts: self.parts,
            rest,
            projection,
            uses_document,
        })
    }

    /// Visits code that is always evaluated once with the document as the context. `level`: the
    /// level of indentation of the value, if it only goes into the output.
    fn visit(&mut self, node: &mut AstNode, level: Option<usize>) {
        with_stack(|| {
            if !self.take(node, level.map(|level| level + 1)) {
                self.visit_parts(node, level);
            }
        });
    }

    fn visit_parts(&mut self, node: &mut AstNode, level: Option<usize>) {
        let deeper = level.map(|level| level + 1);
        match node {
            AstNode::Block(items) => self.block(items, level),
            AstNode::Object(members) => {
                for (key, value) in members {
                    self.visit(key, None);
                    self.visit(value, deeper);
                }
            }
            AstNode::Array(items) => items.iter_mut().for_each(|item| self.item(item, deeper)),
            AstNode::Binary { op, lhs, rhs } => {
                self.visit(lhs, None);
                let may_be_skipped = matches!(
                    op,
                    BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce | BinaryOp::Default
                );
                if !may_be_skipped && *op != BinaryOp::ChainPipe {
                    self.visit(rhs, None);
                }
            }
            AstNode::Function { name, args, .. } => {
                if name == "count" && !self.names.is_bound(name) {
                    for arg in args.iter_mut() {
                        self.take_number(arg);
                    }
                }
                for arg in args {
                    self.visit(arg, None);
                }
            }
            AstNode::Unary { operand, .. } => self.visit(operand, None),
            AstNode::Conditional { condition, .. } => self.visit(condition, None),
            AstNode::Sort { input, .. } | AstNode::ObjectTransform { input, .. } => {
                self.visit(input, None);
            }
            AstNode::Path { steps } => {
                if let Some(first) = steps.first_mut() {
                    self.visit(&mut first.node, None);
                }
            }
            _ => {}
        }
    }

    /// An item of a list, into which a part is spread.
    fn item(&mut self, node: &mut AstNode, level: Option<usize>) {
        if !self.take(node, level) {
            // A list within a list is spread too, so its contents are not separate items.
            self.visit_parts(node, level.filter(|_| matches!(node, AstNode::Object(_))));
        }
    }

    fn block(&mut self, items: &mut [AstNode], level: Option<usize>) {
        let outside = (
            self.alias.clone(),
            self.constant.clone(),
            self.assignments.len(),
        );
        let last = items.len().saturating_sub(1);
        for (nth, item) in items.iter_mut().enumerate() {
            if !self.take_alias(item) {
                self.visit(item, level.filter(|_| nth == last));
                self.note_assignment(item);
            }
        }
        let (alias, constant, assignments) = outside;
        if let Some(own) = self.alias.take().filter(|_| alias.is_none()) {
            let is_left = |item: &AstNode| Mentions::of(item).used.contains_key(&own);
            self.is_impossible |= items.iter().any(is_left);
        }
        // Assignments in a block end with the block.
        self.alias = alias;
        self.constant = constant;
        self.assignments.truncate(assignments);
    }

    /// `$all := interchanges.functional_groups.transactions`.
    fn take_alias(&mut self, node: &mut AstNode) -> bool {
        let Some((name, AstNode::Path { steps })) = assignment(node) else {
            return false;
        };
        let is_alias = self.alias.is_none()
            && self.is_assigned_once(name)
            && self.after_prefix(steps).is_some_and(<[_]>::is_empty);
        if is_alias {
            self.alias = Some(name.clone());
            *node = AstNode::Undefined;
        }
        is_alias
    }

    fn is_assigned_once(&self, name: &str) -> bool {
        self.mentions.assigned.get(name) == Some(&1) && !self.mentions.bound.contains_key(name)
    }

    fn note_assignment(&mut self, node: &AstNode) {
        let Some((name, value)) = assignment(node) else {
            return;
        };
        let mentions = Mentions::of(value);
        let calls_itself = matches!(value, AstNode::Lambda { .. });
        if self.is_assigned_once(name)
            && !uses_context(value)
            && self.is_closed(&mentions, Some(name).filter(|_| calls_itself))
        {
            self.constant.insert(name.clone());
            self.assignments.push(node.clone());
        }
    }

    /// Whether all names are bound in the part itself, constant or builtins.
    fn is_closed(&self, mentions: &Mentions, itself: Option<&String>) -> bool {
        let is_known = |name: &String| {
            name == DOCUMENT
                || self.constant.contains(name)
                || Some(name) == itself
                || (is_builtin(name) && !self.names.is_bound(name))
        };
        // A variable that is assigned here and elsewhere could have either value.
        let mut assigned = mentions.assigned.keys().chain(mentions.bound.keys());
        let is_own =
            assigned.all(|name| self.mentions.assigned.get(name) == mentions.assigned.get(name));
        !mentions.is_unclear && is_own && mentions.free().all(is_known)
    }

    /// The steps after the transactions.
    fn after_prefix<'s>(&self, steps: &'s [PathStep]) -> Option<&'s [PathStep]> {
        if let [first, rest @ ..] = steps
            && let AstNode::Variable(name) = &first.node
            && Some(name) == self.alias.as_ref()
            && is_plain(first)
            && first.stages.is_empty()
        {
            return Some(rest);
        }
        let (prefix, rest) = steps.split_at_checked(self.prefix.len())?;
        let is_prefix = prefix.iter().zip(self.prefix).all(|(step, name)| {
            matches!(&step.node, AstNode::Name(found) if found == name)
                && is_plain(step)
                && step.stages.is_empty()
        });
        is_prefix.then_some(rest)
    }

    /// Moves a part out of the template.
    fn take(&mut self, node: &mut AstNode, output_level: Option<usize>) -> bool {
        let AstNode::Path { steps } = &*node else {
            return false;
        };
        let Some(rest) = self.after_prefix(steps).filter(|rest| !rest.is_empty()) else {
            return false;
        };
        if !rest
            .iter()
            .all(|step| is_plain(step) && selects(&step.node))
        {
            return false;
        }
        let mut steps = vec![PathStep::new(AstNode::variable(""))];
        steps.extend(rest.iter().cloned());
        let keeps_list = rest
            .iter()
            .any(|step| step.stages.contains(&Stage::KeepArray));
        let as_written = AstNode::Path { steps };
        let mut path = as_written.clone();
        let uses_document = name_document(&mut path);
        if !self.is_closed(&Mentions::of(&path), None) {
            return false;
        }
        if uses_document {
            self.using_document.push(as_written);
        }
        let part = Part {
            keeps_list,
            spreads: rest
                .last()
                .is_some_and(|step| matches!(step.node, AstNode::Name(_))),
            output_level: output_level.filter(|_| !keeps_list),
            tree: path,
        };
        self.put(node, part);
        true
    }

    /// `$count` of all transactions: each contributes a 1.
    fn take_number(&mut self, node: &mut AstNode) {
        let is_all = match &*node {
            AstNode::Path { steps } => self.after_prefix(steps).is_some_and(<[_]>::is_empty),
            AstNode::Variable(name) => Some(name) == self.alias.as_ref(),
            _ => false,
        };
        if is_all {
            self.put(
                node,
                Part {
                    tree: AstNode::number(1.0),
                    keeps_list: false,
                    spreads: false,
                    output_level: None,
                },
            );
        }
    }

    fn put(&mut self, node: &mut AstNode, part: Part) {
        *node = AstNode::Variable(slot(self.parts.len()));
        let mut statements = self.assignments.clone();
        statements.push(part.tree);
        self.parts.push(Part {
            tree: AstNode::Block(statements),
            ..part
        });
    }
}

/// Replaces `$$` by a variable; returns whether there was one.
fn name_document(node: &mut AstNode) -> bool {
    if matches!(node, AstNode::ParentVariable(name) if name.is_empty()) {
        *node = AstNode::variable(DOCUMENT);
        return true;
    }
    let mut is_named = false;
    with_stack(|| for_each_child(node, &mut |child| is_named |= name_document(child)));
    is_named
}

/// Whether a step has only its expression and filters.
fn is_plain(step: &PathStep) -> bool {
    step.focus.is_none()
        && step.index_var.is_none()
        && step.ancestor_label.is_none()
        && !step.is_tuple
        && !step.inner_tuple
}

/// Whether a step treats each value independently of the others.
fn selects(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::Name(_)
            | AstNode::Object(_)
            | AstNode::Block(_)
            | AstNode::FunctionApplication(_)
            | AstNode::Function { .. }
            | AstNode::Binary { .. }
            | AstNode::Conditional { .. }
    )
}
