//! Variables that are set to transactions.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::mentions::Mentions;
use super::target::Selection;

/// A variable that is set to transactions. Each path from it on is a variable of its own.
pub(super) struct Alias {
    pub name: String,
    /// The path to the groups of the transactions.
    pub groups: Vec<PathStep>,
    pub selection: Selection,
    pub parts: Vec<String>,
}

impl Alias {
    /// Replaces the alias by its parts; it is the statement of this place in a block.
    pub(super) fn replace(self, nth: usize, statements: &mut Vec<AstNode>) {
        let mut others = statements
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != nth);
        // Otherwise the rest of the template still sees the transactions.
        if !others.any(|(_, item)| Mentions::of(item).used.contains_key(&self.name)) {
            statements.splice(nth..=nth, self.assignments());
        }
    }

    /// The assignments that replace its own.
    fn assignments(self) -> Vec<AstNode> {
        let assignment = |part: String| AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs: Box::new(AstNode::variable(&*part)),
            rhs: Box::new(path(&self.groups, AstNode::Name(part), &[])),
        };
        self.parts.into_iter().map(assignment).collect()
    }
}

/// The path over groups to a part, whose last steps were these.
pub(super) fn path(groups: &[PathStep], part: AstNode, rest: &[PathStep]) -> AstNode {
    let mut last = PathStep::new(part);
    if keeps_list(rest) {
        last.stages.push(Stage::KeepArray);
    }
    let steps = groups.iter().cloned().chain([last]);
    AstNode::Path {
        steps: steps.collect(),
    }
}

/// Whether `[]` keeps one item a list.
pub(super) fn keeps_list(steps: &[PathStep]) -> bool {
    (steps.iter()).any(|step| step.stages.contains(&Stage::KeepArray))
}
