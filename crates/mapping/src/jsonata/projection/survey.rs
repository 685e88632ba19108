//! Goes through a template and finds the parts of the input that it sees.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use jsonata_core::value::with_stack;

use super::Keep;
use super::origins::{Found, Origins};
use crate::jsonata::names::Names;

/// Finds the parts of its input that a template sees.
pub(super) struct Survey<'n> {
    pub names: &'n Names,
    pub found: Found,
}

impl<'n> Survey<'n> {
    pub(super) fn new(names: &'n Names) -> Self {
        Self {
            names,
            found: Found::default(),
        }
    }

    /// The user of these values can see everything in them.
    pub(super) fn see(&mut self, values: &Origins) {
        self.found.sees_all |= values.anywhere;
        for name in &values.names {
            self.keep(name, Keep::Whole);
        }
    }

    pub(super) fn keep(&mut self, name: &str, keep: Keep) {
        match self.found.kept.get_mut(name) {
            Some(kept) => *kept = keep.max(*kept),
            None => drop(self.found.kept.insert(name.to_owned(), keep)),
        }
    }

    pub(super) fn bind(&mut self, name: &str, values: Origins) {
        match self.found.variables.get_mut(name) {
            Some(known) => known.add(values),
            None => drop(self.found.variables.insert(name.to_owned(), values)),
        }
    }

    /// Binds a variable that can be any value.
    fn bind_any(&mut self, name: &str, values: Origins) {
        self.bind(name, values);
        self.found.unclear.insert(name.to_owned());
        self.found.contextual.insert(name.to_owned());
    }

    fn name(&mut self, name: &str) -> Origins {
        self.keep(name, Keep::Through);
        Origins {
            names: BTreeSet::from([name.to_owned()]),
            anywhere: false,
        }
    }

    /// The origins of the values of an expression, evaluated with values of these origins as the context.
    pub(super) fn value(&mut self, node: &AstNode, context: &Origins) -> Origins {
        with_stack(|| self.value_deep(node, context))
    }

    fn value_deep(&mut self, node: &AstNode, context: &Origins) -> Origins {
        match node {
            AstNode::Name(name) => self.name(name),
            AstNode::Variable(name) => self.variable(name, context),
            AstNode::ParentVariable(_) | AstNode::Parent(_) => Origins::anywhere(),
            AstNode::Path { steps } => self.path(steps, context),
            AstNode::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, context),
            AstNode::Function { name, args, .. } => self.call(name, args, args.len(), context),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => self.any_of(items, context),
            AstNode::ObjectTransform { input, pattern } => {
                let input = self.value(input, context);
                self.see_members(pattern, &input);
                Origins::default()
            }
            AstNode::Block(items) => {
                let values = items.iter().map(|item| self.value(item, context));
                values.last().unwrap_or_default()
            }
            AstNode::Conditional {
                condition,
                then_branch,
                else_branch,
            } => {
                // An object of which nothing is kept is still true.
                self.value(condition, context);
                let branches = [Some(then_branch), else_branch.as_ref()];
                self.any_of(branches.into_iter().flatten().map(AsRef::as_ref), context)
            }
            AstNode::FunctionApplication(inner) => self.value(inner, context),
            AstNode::Sort { input, terms } => {
                let input = self.value(input, context);
                self.see_each(terms.iter().map(|(term, _)| term), &input);
                input
            }
            AstNode::Wildcard | AstNode::Descendant => {
                self.see(context);
                Origins::default()
            }
            other => self.seen(other, context),
        }
    }

    /// An expression whose parts are seen entirely, and whose value is new.
    fn seen(&mut self, node: &AstNode, context: &Origins) -> Origins {
        match node {
            AstNode::Object(members) => self.see_members(members, context),
            AstNode::Unary { operand, .. } => self.see_each([&**operand], context),
            AstNode::Call { procedure, args } => {
                self.see_each(std::iter::once(&**procedure).chain(args), context);
                if !matches!(**procedure, AstNode::Lambda { .. }) {
                    self.see(context);
                }
            }
            AstNode::Lambda {
                params,
                signature,
                body,
                ..
            } => self.lambda(params, signature.as_deref(), body),
            AstNode::Transform {
                location,
                update,
                delete,
            } => {
                let parts = [Some(location), Some(update), delete.as_ref()];
                // The context is the value to which it is applied, which is seen entirely.
                let parts = parts.into_iter().flatten().map(AsRef::as_ref);
                self.see_each(parts, &Origins::default());
            }
            _ => {}
        }
        Origins::default()
    }

    pub(super) fn see_each<'a>(
        &mut self,
        nodes: impl IntoIterator<Item = &'a AstNode>,
        context: &Origins,
    ) {
        let values = self.any_of(nodes, context);
        self.see(&values);
    }

    fn see_members(&mut self, members: &[(AstNode, AstNode)], context: &Origins) {
        self.see_each(
            members.iter().flat_map(|(key, value)| [key, value]),
            context,
        );
    }

    pub(super) fn any_of<'a>(
        &mut self,
        nodes: impl IntoIterator<Item = &'a AstNode>,
        context: &Origins,
    ) -> Origins {
        let mut all = Origins::default();
        for node in nodes {
            all.add(self.value(node, context));
        }
        all
    }

    fn variable(&mut self, name: &str, context: &Origins) -> Origins {
        self.found.sees_all |= name == "eval";
        match name {
            "" => context.clone(),
            _ if name.starts_with('$') => Origins::anywhere(),
            _ => self.found.variables.get(name).cloned().unwrap_or_default(),
        }
    }

    fn path(&mut self, steps: &[PathStep], context: &Origins) -> Origins {
        let mut values = context.clone();
        for step in steps {
            let mut selected = self.value(&step.node, &values);
            // A quoted name can be a text in the tree.
            if let AstNode::String(name) = &step.node {
                selected.add(self.name(name));
            }
            for stage in &step.stages {
                if let Stage::Filter(condition) = stage {
                    self.value(condition, &selected);
                }
            }
            if let Some(name) = &step.focus {
                // The next step continues from the values before this one.
                self.bind_any(name, selected.clone());
                selected.add(values);
            }
            values = selected;
        }
        values
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        left: &AstNode,
        right: &AstNode,
        context: &Origins,
    ) -> Origins {
        match op {
            BinaryOp::ColonEqual => self.assignment(left, right, context),
            BinaryOp::And | BinaryOp::Or => {
                self.any_of([left, right], context);
                Origins::default()
            }
            BinaryOp::Coalesce | BinaryOp::Default => self.any_of([left, right], context),
            BinaryOp::ChainPipe => {
                self.see_each([left], context);
                let result = match right {
                    AstNode::Function { name, args, .. } => {
                        self.call(name, args, args.len() + 1, context)
                    }
                    other => self.value(other, context),
                };
                self.see(&result);
                Origins::default()
            }
            BinaryOp::FocusBind | BinaryOp::IndexBind => Origins::anywhere(),
            _ => {
                self.see_each([left, right], context);
                Origins::default()
            }
        }
    }

    fn assignment(&mut self, left: &AstNode, right: &AstNode, context: &Origins) -> Origins {
        let values = self.value(right, context);
        match (left, right) {
            (AstNode::Variable(name), AstNode::Lambda { params, .. }) => {
                let known = self.found.functions.insert(name.clone(), params.clone());
                if known.is_some_and(|known| known != *params) {
                    self.found.unclear.insert(name.clone());
                }
                self.bind(name, values.clone());
            }
            // A partial application does not use the context.
            (AstNode::Variable(name), AstNode::Function { args, .. })
                if args.contains(&AstNode::Placeholder) =>
            {
                self.bind(name, values.clone());
                self.found.unclear.insert(name.clone());
            }
            (AstNode::Variable(name), _) => self.bind_any(name, values.clone()),
            (other, _) => self.see_each([other], context),
        }
        values
    }

    /// A function, whose result is seen: its caller may do anything with it.
    fn lambda(&mut self, params: &[String], signature: Option<&str>, body: &AstNode) {
        let result = self.lambda_result(params, signature, body);
        self.see(&result);
    }

    pub(super) fn lambda_result(
        &mut self,
        params: &[String],
        signature: Option<&str>,
        body: &AstNode,
    ) -> Origins {
        self.found.unclear.extend(params.iter().cloned());
        self.found.contextual.extend(params.iter().cloned());
        // A signature with `-` uses the context as an argument.
        self.found.sees_all |= signature.is_some_and(|text| text.contains('-'));
        self.value(body, &Origins::anywhere())
    }
}
