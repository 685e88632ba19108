//! The parts of a node of the tree.

use jsonata_core::ast::{AstNode, PathStep, Stage};

/// Calls `visit` for each child of the node.
pub(crate) fn for_each_child(node: &mut AstNode, visit: &mut dyn FnMut(&mut AstNode)) {
    match node {
        AstNode::Path { steps } => steps.iter_mut().for_each(|step| for_each_part(step, visit)),
        AstNode::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        AstNode::Unary { operand, .. } => visit(operand),
        AstNode::Function { args, .. } => args.iter_mut().for_each(visit),
        AstNode::Call { procedure, args } => {
            visit(procedure);
            args.iter_mut().for_each(visit);
        }
        AstNode::Lambda { body, .. } => visit(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter_mut().for_each(visit);
        }
        AstNode::Object(pairs) => members(pairs, visit),
        AstNode::ObjectTransform { input, pattern } => {
            visit(input);
            members(pattern, visit);
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            visit(condition);
            visit(then_branch);
            else_branch.as_deref_mut().into_iter().for_each(visit);
        }
        AstNode::FunctionApplication(inner) => visit(inner),
        AstNode::Sort { input, terms } => {
            visit(input);
            for (term, _) in terms {
                visit(term);
            }
        }
        AstNode::Transform {
            location,
            update,
            delete,
        } => {
            visit(location);
            visit(update);
            delete.as_deref_mut().into_iter().for_each(visit);
        }
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
    }
}

fn members(pairs: &mut [(AstNode, AstNode)], visit: &mut dyn FnMut(&mut AstNode)) {
    for (key, value) in pairs {
        visit(key);
        visit(value);
    }
}

/// Calls `visit` for each child of a step.
pub(crate) fn for_each_part(step: &mut PathStep, visit: &mut dyn FnMut(&mut AstNode)) {
    visit(&mut step.node);
    for stage in &mut step.stages {
        match stage {
            Stage::Filter(condition) => visit(condition),
            Stage::Index(_) | Stage::KeepArray => {}
        }
    }
}
