//! Paths through the transactions of a document.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::variables::Variables;

/// Which transactions of a list a path goes through.
#[derive(Clone, Default)]
pub(super) struct Selection {
    /// A filter whose value is true or false.
    filter: Option<Stage>,
    /// The place of the only one.
    pub nth: Option<usize>,
}

impl Selection {
    /// The selection by the filters of a step; none where they need several transactions.
    pub(super) fn of(stages: &[Stage], variables: &Variables<'_>) -> Option<Self> {
        match stages {
            [] => Some(Self::default()),
            [Stage::Filter(filter)] => match &**filter {
                AstNode::Number(number) => Some(Self {
                    nth: Some(place(*number)?),
                    ..Self::default()
                }),
                filter => is_condition(filter, variables).then(|| Self {
                    filter: stages.first().cloned(),
                    ..Self::default()
                }),
            },
            _ => None,
        }
    }

    /// The selection by this one and then by the filters of a step.
    pub(super) fn then(&self, stages: &[Stage], variables: &Variables<'_>) -> Option<Self> {
        if stages.is_empty() {
            return Some(self.clone());
        }
        let is_all = self.filter.is_none() && self.nth.is_none();
        // The place would be that among all transactions.
        Self::of(stages, variables).filter(|selection| is_all && selection.nth.is_none())
    }

    /// The path from one transaction on.
    pub(super) fn path(&self, rest: &[PathStep]) -> AstNode {
        let mut transaction = PathStep::new(AstNode::variable(""));
        transaction.stages.extend(self.filter.clone());
        let steps = std::iter::once(transaction).chain(rest.iter().cloned());
        AstNode::Path {
            steps: steps.collect(),
        }
    }
}

/// The place that a filter names, if it counts from the first.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked"
)]
fn place(number: f64) -> Option<usize> {
    (0.0..1e9).contains(&number).then_some(number as usize)
}

/// Whether the value of an expression is true, false or nothing.
fn is_condition(node: &AstNode, variables: &Variables<'_>) -> bool {
    match node {
        AstNode::Binary { op, .. } => matches!(
            op,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::LessThan
                | BinaryOp::LessThanOrEqual
                | BinaryOp::GreaterThan
                | BinaryOp::GreaterThanOrEqual
                | BinaryOp::And
                | BinaryOp::Or
        ),
        AstNode::Function { name, args, .. } => {
            matches!(name.as_str(), "boolean" | "contains" | "exists" | "not")
                && !args.contains(&AstNode::Placeholder)
                && variables.is_builtin(name)
        }
        _ => false,
    }
}

/// Whether a step has only its expression and filters.
pub(super) fn is_plain(step: &PathStep) -> bool {
    step.focus.is_none()
        && step.index_var.is_none()
        && step.ancestor_label.is_none()
        && !step.is_tuple
        && !step.inner_tuple
        && !(step.stages.iter()).any(|stage| matches!(stage, Stage::Index(_)))
}

/// Whether a step treats each value independently of the others.
pub(super) fn selects(node: &AstNode) -> bool {
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

/// Whether the value of an expression is an object.
pub(super) fn is_object(node: &AstNode) -> bool {
    match node {
        AstNode::Object(_) => true,
        AstNode::Block(items) => items.last().is_some_and(is_object),
        _ => false,
    }
}
