//! Gives each variable of a template a name of its own.
//!
//! After that, equal names mean one variable. Names stay as they are where a look at the template does not show
//! which variable they mean: those that a step of a path binds, that are assigned in the midst of an expression,
//! or that a block assigns although an enclosing one has them too.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::{AstNode, Stage};
use jsonata_core::value::with_stack;

use super::mentions::assignment;
use crate::jsonata::children::for_each_child;

/// Renames the variables of a template.
pub(super) fn rename(tree: &mut AstNode) {
    let mut survey = Survey::default();
    survey.visit(tree, false);
    let mut renaming = Renaming {
        unclear: survey.unclear,
        own: BTreeMap::new(),
        count: 0,
    };
    renaming.visit(tree);
}

/// The names that the statements of a block assign.
fn assigned(items: &[AstNode]) -> BTreeSet<String> {
    let names = items
        .iter()
        .filter_map(|item| assignment(item).map(|(name, _)| name.clone()));
    names.collect()
}

/// Finds the names that stay as they are.
#[derive(Default)]
struct Survey {
    unclear: BTreeSet<String>,
    /// How many enclosing scopes have a name.
    scopes: BTreeMap<String, usize>,
}

impl Survey {
    fn visit(&mut self, node: &mut AstNode, is_statement: bool) {
        with_stack(|| self.visit_deep(node, is_statement));
    }

    fn visit_deep(&mut self, node: &mut AstNode, is_statement: bool) {
        if let Some((name, _)) = assignment(node).filter(|_| !is_statement) {
            self.unclear.insert(name.clone());
        }
        match node {
            AstNode::Block(items) => {
                let own = assigned(items);
                let shadowing = own.iter().filter(|name| self.scopes.contains_key(*name));
                self.unclear.extend(shadowing.cloned());
                self.within(&own, |survey| {
                    for item in items.iter_mut() {
                        survey.visit(item, true);
                    }
                });
            }
            AstNode::Lambda { params, body, .. } => {
                let params = params.iter().cloned().collect();
                self.within(&params, |survey| survey.visit(body, false));
            }
            AstNode::Path { steps } => {
                for step in steps.iter() {
                    let names = step.focus.iter().chain(&step.index_var);
                    let indexes = step.stages.iter().filter_map(|stage| match stage {
                        Stage::Index(name) => Some(name),
                        _ => None,
                    });
                    self.unclear.extend(names.chain(indexes).cloned());
                }
                for_each_child(node, &mut |child| self.visit(child, false));
            }
            _ => for_each_child(node, &mut |child| self.visit(child, false)),
        }
    }

    fn within(&mut self, names: &BTreeSet<String>, visit: impl FnOnce(&mut Self)) {
        for name in names {
            *self.scopes.entry(name.clone()).or_default() += 1;
        }
        visit(self);
        for name in names {
            let count = self.scopes.remove(name).unwrap_or_default();
            if count > 1 {
                self.scopes.insert(name.clone(), count - 1);
            }
        }
    }
}

struct Renaming {
    unclear: BTreeSet<String>,
    /// The names that a name has in the enclosing scopes, the innermost last.
    own: BTreeMap<String, Vec<String>>,
    count: usize,
}

impl Renaming {
    fn visit(&mut self, node: &mut AstNode) {
        with_stack(|| self.visit_deep(node));
    }

    fn visit_deep(&mut self, node: &mut AstNode) {
        match node {
            AstNode::Block(items) => self.within(&assigned(items), |renaming| {
                for item in items.iter_mut() {
                    renaming.visit(item);
                }
            }),
            AstNode::Lambda { params, body, .. } => {
                let names = params.iter().cloned().collect();
                self.within(&names, |renaming| {
                    for param in params.iter_mut() {
                        renaming.rename(param);
                    }
                    renaming.visit(body);
                });
            }
            AstNode::Variable(name) => self.rename(name),
            AstNode::Function { name, args, .. } => {
                self.rename(name);
                for arg in args.iter_mut() {
                    self.visit(arg);
                }
            }
            _ => for_each_child(node, &mut |child| self.visit(child)),
        }
    }

    fn within(&mut self, names: &BTreeSet<String>, visit: impl FnOnce(&mut Self)) {
        let names: Vec<_> = names.difference(&self.unclear).cloned().collect();
        for name in &names {
            self.count += 1;
            // A name with a blank cannot be written in a template.
            let own = format!("{name} {}", self.count);
            self.own.entry(name.clone()).or_default().push(own);
        }
        visit(self);
        for name in &names {
            self.own.get_mut(name).and_then(Vec::pop);
        }
    }

    fn rename(&self, name: &mut String) {
        if let Some(own) = self.own.get(name).and_then(|own| own.last()) {
            own.clone_into(name);
        }
    }
}
