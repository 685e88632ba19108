//! Functions that make an object of each transaction.

use jsonata_core::ast::{AstNode, BinaryOp, PathStep};

use super::mentions::{assignment, uses_context};
use super::target::is_object;
use super::variables::Variables;

/// The names of functions of one parameter that return an object.
#[derive(Default)]
pub(super) struct Makers(Vec<String>);

impl Makers {
    /// Notes `$order := function($t) { {...} }`.
    pub(super) fn note(&mut self, statement: &AstNode, variables: &Variables<'_>) {
        if let Some((name, function)) = assignment(statement)
            && maker(function).is_some()
            && variables.is_assigned_once(name)
        {
            self.0.push(name.clone());
        }
    }

    /// The steps of a path that gives what `$map` gives for the items of a path, if it makes objects of them:
    /// `orders.$order($)` for `$map(orders, $order)`.
    pub(super) fn mapped(
        &self,
        node: &AstNode,
        variables: &Variables<'_>,
    ) -> Option<Vec<PathStep>> {
        let AstNode::Function { name, args, .. } = node else {
            return None;
        };
        let [list, function] = args.as_slice() else {
            return None;
        };
        if name != "map" || !variables.is_builtin(name) {
            return None;
        }
        let mut steps = match list {
            AstNode::Path { steps } => steps.clone(),
            AstNode::Variable(_) => vec![PathStep::new(list.clone())],
            _ => return None,
        };
        steps.push(PathStep::new(self.call(function)?));
        Some(steps)
    }

    /// The call of a function with the context.
    fn call(&self, function: &AstNode) -> Option<AstNode> {
        if let AstNode::Variable(name) = function {
            return self.0.contains(name).then(|| AstNode::Function {
                name: name.clone(),
                args: vec![AstNode::variable("")],
                is_builtin: true,
            });
        }
        let (param, body) = maker(function).filter(|(_, body)| !uses_context(body))?;
        let assignment = AstNode::Binary {
            op: BinaryOp::ColonEqual,
            lhs: Box::new(AstNode::variable(param)),
            rhs: Box::new(AstNode::variable("")),
        };
        Some(AstNode::Block(vec![assignment, body.clone()]))
    }
}

/// The parameter and the body of a function of one parameter that returns an object.
fn maker(function: &AstNode) -> Option<(&String, &AstNode)> {
    match function {
        AstNode::Lambda {
            params,
            body,
            signature: None,
            ..
        } if is_object(body) => Some((params.first().filter(|_| params.len() == 1)?, body)),
        _ => None,
    }
}
