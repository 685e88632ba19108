//! Finds the codes that distinguish some records of a kind from the others, for counts and sums.

use std::collections::{BTreeMap, BTreeSet};

use super::filters::DEPTH;
use super::names::words;
use super::paths::is_code_name;
use super::scalar::Scalar;
use super::search::{Search, Target};
use super::standard::{code_words, known_code_words};
use super::template::Select;
use super::tree::{NodeId, SchemaId};

/// The maximum number of codes at one place.
const CODES: usize = 8;
/// The maximum length of a code.
const LENGTH: usize = 24;
/// Words in names that do not identify a code.
const GENERIC: [&str; 8] = [
    "count", "total", "sum", "number", "amount", "average", "lines", "items",
];
/// The extra cost of a code that is not the standard qualifier of its segment.
const OTHER: f64 = 0.3;
/// The extra cost of a code that is not in the segment that opens a loop.
const FOREIGN: f64 = 0.15;
/// How much cheaper a code is if a word of the name begins like it.
const NAMED: f64 = 0.8;

impl Search<'_> {
    /// Selections of some records of a kind, by a code that these records have and the others do
    /// not, with their cost.
    pub(super) fn codes_of(
        &self,
        record: NodeId,
        schema: SchemaId,
        target: &Target,
    ) -> Vec<(f64, Select)> {
        let nodes = self.tree.within(record, schema);
        let known = self.qualifier_of(schema);
        let mut selects = Vec::new();
        if nodes.len() < 2 {
            return selects;
        }
        for field in self.fields(schema) {
            let is_known = known.as_ref() == Some(&field);
            let foreign = if self.is_own(schema, &field) {
                0.0
            } else {
                FOREIGN
            };
            let cost = if is_known { 0.0 } else { OTHER + foreign };
            for code in self.codes_at(nodes, &field, is_known) {
                let named = if self.is_named(target, &field, &code) {
                    NAMED
                } else {
                    0.0
                };
                selects.push((cost - named, Select::Equals(field.clone(), code)));
            }
        }
        selects
    }

    /// Selections of the records of a kind that contain a segment with a code far below them, if the
    /// name is a common word for it. For example, the delivered ones of several shipments.
    pub(super) fn inner_codes_of(
        &self,
        record: NodeId,
        schema: SchemaId,
        target: &Target,
    ) -> Vec<(f64, Select)> {
        if !Self::is_of_code(target) {
            return Vec::new();
        }
        let deep = self.tree.schema(schema).depth + DEPTH;
        let places = self.below(record).filter(|&(place, kind)| {
            kind.depth > deep && kind.children.is_empty() && self.tree.is_below(place, schema)
        });
        let mut selects = Vec::new();
        for (place, _) in places {
            let field = self.tree.chain(schema, place);
            let nodes = self.tree.within(record, place).iter();
            let codes = nodes.filter_map(|&node| self.tree.node(node).value.as_ref());
            let codes: BTreeSet<String> = codes.map(Scalar::text).collect();
            let named = codes
                .into_iter()
                .filter(|code| self.is_named(target, &field, code));
            for code in named.collect::<Vec<_>>() {
                selects.push((
                    OTHER + FOREIGN - NAMED,
                    Select::Contains(field.clone(), code),
                ));
            }
        }
        selects
    }

    /// The codes at a place below records. Returns `None` if the values there are not codes, or are
    /// the same everywhere.
    fn codes_at(&self, nodes: &[NodeId], field: &[SchemaId], is_known: bool) -> Vec<String> {
        let Some(&last) = field.last() else {
            return Vec::new();
        };
        let mut codes: BTreeMap<String, usize> = BTreeMap::new();
        self.tree.look(nodes.len());
        for &node in nodes {
            for code in self.tree.below(node, field) {
                *codes.entry(code).or_default() += 1;
            }
        }
        let holders: usize = codes.values().sum();
        let label = &self.tree.schema(last).label.field;
        let repeats = codes.len() < holders;
        let is_code = is_known
            || self.forms.is_code(self.tree, last)
            || (self.forms.is_empty() && repeats)
            || (self.forms.is_empty() && is_code_name(label) && codes.len() > 1);
        let is_apart = codes.len() > 1 || holders < nodes.len();
        let short = codes
            .keys()
            .all(|code| !code.is_empty() && code.len() <= LENGTH);
        if !is_code || !is_apart || !short || codes.len() > CODES {
            return Vec::new();
        }
        // A code that every record has distinguishes none of them.
        let is_everywhere = |code: &String| {
            let mut held = nodes.iter().map(|&node| self.tree.below(node, field));
            held.all(|held| held.contains(code))
        };
        codes
            .into_keys()
            .filter(|code| !is_everywhere(code))
            .collect()
    }

    /// Whether a name is a common word for the records with some code.
    pub(super) fn is_of_code(target: &Target) -> bool {
        let known = known_code_words().collect::<Vec<_>>();
        let words = words(&target.name);
        words
            .iter()
            .any(|word| known.iter().any(|start| word.starts_with(start)))
    }

    /// Whether an element belongs to the segment that opens a loop, or to the record itself.
    fn is_own(&self, schema: SchemaId, field: &[SchemaId]) -> bool {
        let code = |schema: SchemaId| self.tree.schema(schema).label.code();
        let Some(segment) = code(schema) else {
            return true;
        };
        let element = field.last().and_then(|&last| code(last));
        element.is_some_and(|element| element.starts_with(&segment))
    }

    /// Whether a name has a word that begins like a code, such as `eaches` and `EA`, or a word that
    /// is common for records with the code.
    fn is_named(&self, target: &Target, field: &[SchemaId], code: &str) -> bool {
        let words = words(&target.name);
        let begins = |start: &str| words.iter().any(|word| word.starts_with(start));
        let small = code.to_lowercase();
        let is_own = |word: &String| word.starts_with(&small) && !GENERIC.contains(&word.as_str());
        if small.len() > 1 && words.iter().any(is_own) {
            return true;
        }
        let element = field
            .last()
            .and_then(|&last| self.tree.schema(last).label.code());
        element.is_some_and(|element| code_words(&element, code).iter().any(|word| begins(word)))
    }
}
