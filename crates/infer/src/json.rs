//! Reads JSON into the input tree.

use serde_json::Value;

use super::scalar::Scalar;
use super::tree::{Label, NodeId, Tree, class_of};

/// The tree of a JSON value.
pub(super) fn input(value: &Value) -> Tree {
    let mut tree = Tree::new();
    match value {
        Value::Array(_) => put(&mut tree, Tree::ROOT, "", value),
        _ => fill(&mut tree, Tree::ROOT, value),
    }
    tree.close(Tree::ROOT);
    tree
}

/// Adds a member; each item of an array becomes a member of its own.
fn put(tree: &mut Tree, parent: NodeId, key: &str, value: &Value) {
    match value {
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Array(_) => put(tree, parent, key, item),
                    _ => add(tree, parent, key, item, true),
                }
            }
        }
        _ => add(tree, parent, key, value, false),
    }
}

fn add(tree: &mut Tree, parent: NodeId, key: &str, value: &Value, listed: bool) {
    let class = match value {
        Value::Object(members) if listed => class_of(members.keys()),
        _ => None,
    };
    let label = Label {
        field: key.to_owned(),
        class,
    };
    let node = tree.open(parent, label, listed);
    fill(tree, node, value);
    tree.close(node);
}

fn fill(tree: &mut Tree, node: NodeId, value: &Value) {
    if let Value::Object(members) = value {
        for (key, value) in members {
            put(tree, node, key, value);
        }
    } else if let Some(scalar) = Scalar::of_json(value) {
        tree.set(node, scalar);
    }
}
