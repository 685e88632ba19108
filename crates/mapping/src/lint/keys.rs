//! The members of a service-defined document that a template writes.

use super::document::{meant, segment};
use super::shape::Shape;
use super::{Finding, Severity};
use crate::jsonata::tokens::{Kind, Token, tokens};
use crate::problem::Position;

/// Whether a template writes a service-defined document.
pub(super) fn writes_document(template: &str) -> bool {
    let all = tokens(template);
    keys(&all).any(|key| text(key) == "interchanges")
}

/// Elements and loops that the template writes and that the set does not have.
pub(super) fn findings(template: &str, shape: &Shape) -> Vec<Finding> {
    let names: Vec<&str> = shape.all_names().into_iter().collect();
    let all = tokens(template);
    let unknown = keys(&all).filter(|key| {
        let name = text(key);
        (name.ends_with("_loop") || segment(name).is_some()) && !names.contains(&name)
    });
    unknown
        .map(|key| {
            let near = meant(text(key), &names);
            let advice = near.map_or_else(String::new, |near| format!(". Did you mean {near}?"));
            Finding {
                severity: Severity::Warning,
                position: Some(Position::after(template, key.start)),
                message: format!("the set has no {}{advice}", text(key)),
            }
        })
        .collect()
}

/// The texts before a colon.
fn keys<'a, 't>(all: &'a [Token<'t>]) -> impl Iterator<Item = &'a Token<'t>> {
    let pairs = all.iter().zip(all.iter().skip(1));
    pairs
        .filter(|(one, two)| one.kind == Kind::Text && two.is(":"))
        .map(|(one, _)| one)
}

fn text<'t>(token: &Token<'t>) -> &'t str {
    token.text.trim_matches(['"', '\''])
}
