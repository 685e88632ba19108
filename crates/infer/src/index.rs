//! An index of the places where a value occurs in the input, in any format.

use std::collections::HashMap;

use super::convert::COMPACT;
use super::dates::DateFormat;
use super::evaluate::compact;
use super::scalar::{Scalar, number_text, round};
use super::tree::{NodeId, Tree, range};

/// The leaves of the input by value, once for each format in which a value may be searched.
#[derive(Debug, Default)]
pub(super) struct Index {
    nodes: HashMap<String, Vec<NodeId>>,
}

impl Index {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut index = Self::default();
        for (id, node) in tree.nodes() {
            let Some(value) = &node.value else { continue };
            if *value == Scalar::Null {
                continue;
            }
            for key in stored(value) {
                index.nodes.entry(key).or_default().push(id);
            }
        }
        index
    }

    /// The leaves between two nodes that have a key.
    pub(super) fn within(&self, key: &str, from: NodeId, to: NodeId) -> &[NodeId] {
        self.nodes
            .get(key)
            .map_or(&[], |nodes| range(nodes, from, to))
    }
}

/// The keys under which a value is stored.
fn stored(value: &Scalar) -> Vec<String> {
    let text = value.text();
    let mut keys = vec![exact(&text)];
    keys.extend(value.number().map(number));
    keys.extend(dates(&text));
    if let Some((date, time)) = super::convert::date_and_time(&text) {
        keys.extend(dates(date));
        keys.extend(dates(time));
    }
    keys.push(folded(&text));
    let compacted = compact(&text);
    if compacted.len() >= COMPACT && compacted.len() < text.len() {
        keys.push(format!("%{compacted}"));
    }
    keys
}

/// The keys for searching the source of a wanted value, the most certain first.
pub(super) fn sought(value: &Scalar) -> Vec<Vec<String>> {
    let text = value.text();
    let mut keys = vec![vec![exact(&text)]];
    if let Some(amount) = value.number() {
        keys.push(vec![number(amount)]);
    }
    keys.push(dates(&text));
    keys.push(vec![folded(&text)]);
    if text.len() >= COMPACT {
        keys.push(vec![format!("%{text}")]);
    }
    if let Some(amount) = value.number().filter(|number| *number != 0.0) {
        let scaled = [amount * 100.0, amount / 100.0, amount * 1000.0];
        keys.push(scaled.map(|scaled| number(round(scaled, 6))).to_vec());
    }
    keys.retain(|key| !key.is_empty());
    keys
}

fn exact(text: &str) -> String {
    format!("={text}")
}

fn number(number: f64) -> String {
    format!("#{}", number_text(number))
}

fn folded(text: &str) -> String {
    format!("~{}", text.trim().to_lowercase())
}

fn dates(text: &str) -> Vec<String> {
    let key = |(form, moment): (DateFormat, super::dates::Moment)| {
        format!(
            "{}{}",
            if form.is_time() { ':' } else { '@' },
            moment.key(form)
        )
    };
    let mut keys: Vec<String> = DateFormat::read(text).into_iter().map(key).collect();
    keys.dedup();
    keys
}
