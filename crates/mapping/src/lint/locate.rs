//! Finds the positions of names in a template, because the tree has none.

use std::collections::BTreeMap;

use jsonata_core::ast::AstNode;
use jsonata_core::value::with_stack;

use crate::jsonata::children::for_each_child;
use crate::jsonata::tokens::{Kind, Token, tokens};

/// The position of each name.
pub(super) type Places = Vec<Option<usize>>;

/// What separates the number of a name from the name.
const SEPARATOR: char = '\u{0}';

/// Adds a number before each name of the tree, and returns the position of the name with each
/// number.
pub(super) fn number_names(tree: &mut AstNode, template: &str) -> Places {
    let mut names = Vec::new();
    number(tree, &mut names);
    let written = written(template);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut places = Vec::with_capacity(names.len());
    let total = |name: &str| names.iter().filter(|other| *other == name).count();
    for name in &names {
        let count = counts.entry(name).or_default();
        let starts = written.get(name.as_str());
        // If the counts of a name differ, the numbers are useless.
        let start = starts.and_then(|starts| {
            let nth = if starts.len() == total(name) {
                *count
            } else {
                0
            };
            starts.get(nth)
        });
        places.push(start.copied());
        *count += 1;
    }
    places
}

/// The number and the text of such a name.
pub(super) fn numbered(name: &str) -> (Option<usize>, &str) {
    match name.split_once(SEPARATOR) {
        Some((number, name)) => (number.parse().ok(), name),
        None => (None, name),
    }
}

fn number(node: &mut AstNode, names: &mut Vec<String>) {
    if let AstNode::Name(name) = node {
        let numbered = format!("{}{SEPARATOR}{name}", names.len());
        names.push(std::mem::replace(name, numbered));
    }
    with_stack(|| for_each_child(node, &mut |item| number(item, names)));
}

/// The positions of each name: as a name, or as a text in a path.
fn written(template: &str) -> BTreeMap<String, Vec<usize>> {
    let all = tokens(template);
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, token) in all.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        let in_path = before.is_some_and(|token| token.is("."))
            || all.get(at + 1).is_some_and(|token| token.is("."));
        let name = match token.kind {
            Kind::Name => token.name(),
            Kind::Text if in_path => text_of(token),
            _ => continue,
        };
        found.entry(name.to_owned()).or_default().push(token.start);
    }
    found
}

fn text_of<'t>(token: &Token<'t>) -> &'t str {
    token
        .text
        .get(1..token.text.len().saturating_sub(1))
        .unwrap_or_default()
}
