//! Explanations that look values up: tables of codes, flags, defaults and pairs.

use std::collections::{BTreeMap, BTreeSet};

use super::convert::Conversion;
use super::leaves::{is_by_place, push, seed};
use super::names::words;
use super::paths::is_code_name;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search, Target};
use super::standard;
use super::template::{Expression, Path};
use super::tree::{NodeId, SchemaId};

/// The maximum number of entries in a table.
const ENTRIES: usize = 40;
/// The maximum length of a code.
const CODE: usize = 24;
/// The maximum number of leaves that are tried as a code.
const LEAVES: usize = 60;

/// Whether each text contains its code, so that it is composed rather than looked up.
fn is_composed(entries: &[(String, Scalar)]) -> bool {
    entries.iter().all(|(code, entry)| {
        let (code, text) = (code.to_lowercase(), entry.text().to_lowercase());
        code.len() > 2 && text != code && text.contains(&code)
    })
}

/// Whether a member may come from a code of the standard by its name: for example, the element for
/// the sex of a member is the key of a table with that name.
fn is_called_like(code: &str, target: &Target) -> bool {
    let called = standard::words(code);
    let lower = target.name.to_lowercase();
    called.is_empty() || called.iter().any(|word| lower.contains(word))
}

impl Search<'_> {
    /// Tables that translate a code of the record.
    pub(super) fn tables(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let present = cases.iter().filter(|case| case.wanted.is_some());
        let Some(case) = present.clone().next() else {
            return;
        };
        let varied = present.clone().any(|present| present.wanted != case.wanted);
        if !varied || cases.len() < 2 {
            return;
        }
        let record = case.context.innermost();
        let leaves = (record..self.tree.node(record).end)
            .filter(|&item| self.tree.node(item).value.is_some())
            .take(LEAVES);
        for leaf in leaves {
            for (way, path) in self.paths(&case.context, leaf).into_iter().take(2) {
                // A value found by position is not the key of another record's table.
                if is_by_place(&Expression::Path(path.clone())) {
                    continue;
                }
                if let Some((cost, table)) = self.table(cases, path, target) {
                    push(found, way + cost, table);
                }
            }
        }
    }

    /// A flag with the name of a value: it is set if that value exists in the record or in one to
    /// which the record refers.
    pub(super) fn named_flags(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        let is_flag = |case: &Case<'_, Scalar>| matches!(case.wanted, Some(Scalar::Bool(_)));
        let is_set = |case: &&Case<'_, Scalar>| case.wanted == Some(&Scalar::Bool(true));
        let (Some(case), true) = (cases.iter().find(is_set), cases.iter().all(is_flag)) else {
            return;
        };
        let whole = self.tree.node(0).end;
        let key = format!("={}", target.name);
        for &leaf in self.index.within(&key, 0, whole).iter().take(LEAVES) {
            for (way, path) in self.paths(&case.context, leaf) {
                let of = Expression::Path(path);
                let flag = Expression::Is(Box::new(of.clone()), target.name.clone());
                if !is_by_place(&of) && self.fits(&flag, cases) {
                    push(found, way + 1.0, flag);
                }
            }
        }
    }

    fn table(
        &self,
        cases: &LeafCases<'_>,
        path: Path,
        target: &Target,
    ) -> Option<(f64, Expression)> {
        let of = Expression::Path(path.clone());
        let mut order: Vec<String> = Vec::new();
        let mut meanings: BTreeMap<String, Scalar> = BTreeMap::new();
        for case in cases {
            let code = self.tree.evaluate(&of, &case.context);
            let (Some(code), Some(wanted)) = (&code, case.wanted) else {
                if code.is_some() || case.wanted.is_some() {
                    return None;
                }
                continue;
            };
            let code = code.text();
            if code.is_empty() || code.len() > CODE {
                return None;
            }
            match meanings.get(&code) {
                Some(known) if known == wanted => {}
                Some(_) => return None,
                None => {
                    order.push(code.clone());
                    meanings.insert(code, wanted.clone());
                }
            }
        }
        let entries: Vec<(String, Scalar)> = order
            .into_iter()
            .filter_map(|code| meanings.get(&code).cloned().map(|found| (code, found)))
            .collect();
        let likely = self.likelihood(&entries, cases.len(), &path, target)?;
        let yes: Vec<&String> = entries
            .iter()
            .filter(|(_, entry)| *entry == Scalar::Bool(true))
            .map(|(code, _)| code)
            .collect();
        let flag = entries
            .iter()
            .all(|(_, entry)| matches!(entry, Scalar::Bool(_)));
        Some(match yes.as_slice() {
            [code] if flag => (likely, Expression::Is(Box::new(of), (*code).clone())),
            _ => (likely, Expression::Table(Box::new(of), entries)),
        })
    }

    /// The cost of a table: less if its codes repeat, look like codes, and abbreviate words.
    fn likelihood(
        &self,
        entries: &[(String, Scalar)],
        cases: usize,
        path: &Path,
        target: &Target,
    ) -> Option<f64> {
        let last = path.steps.last()?;
        let label = &self.tree.schema(last.schema).label;
        let named =
            is_code_name(&label.field) || label.field.to_lowercase() == target.name.to_lowercase();
        let short = entries.iter().all(|(code, entry)| {
            is_short_for(code, &entry.text()) || is_short_for(&entry.text(), code)
        });
        let repeated = entries.len() < cases;
        let identifiers = entries
            .iter()
            .any(|(code, entry)| is_identifier(code) || is_identifier(&entry.text()));
        let is_key = !repeated && self.is_key(last.schema);
        if is_key || (!named && identifiers) || self.forms.is_measure(self.tree, last.schema) {
            return None;
        }
        let numeric = entries.iter().all(|(code, _)| code.parse::<f64>().is_ok());
        let values: BTreeSet<String> = entries.iter().map(|(_, entry)| entry.text()).collect();
        let one_to_one = values.len() == entries.len();
        let numbers = entries
            .iter()
            .all(|(_, entry)| matches!(entry, Scalar::Number(_)));
        let is_informative = repeated || short || (named && !numbers);
        if !(2..=ENTRIES).contains(&entries.len()) || !is_informative || is_composed(entries) {
            return None;
        }
        let weigh = |is: bool, cost: f64| if is { 0.0 } else { cost };
        // In a standard document, an element that is not a code is rarely the key of a table.
        let is_code = self.forms.is_code(self.tree, last.schema);
        let coded = self.forms.is_empty() || is_code;
        let fits = is_called_like(&label.code().unwrap_or_default(), target);
        Some(
            2.0 + weigh(repeated, 1.0)
                + weigh(fits, 0.6)
                + weigh(coded, 0.9)
                + weigh(named, 0.3)
                + weigh(short, 0.5)
                + weigh(!numeric || is_code, 1.0)
                + weigh(one_to_one, 0.8),
        )
    }

    /// Whether the values of a kind identify their records: each is different and has a digit, and
    /// the name says so.
    fn is_key(&self, schema: SchemaId) -> bool {
        let kind = self.tree.schema(schema);
        let named = words(&kind.label.field)
            .last()
            .is_some_and(|word| ["id", "no", "nr", "number", "ref"].contains(&word.as_str()));
        let values = kind.instances.iter();
        let values = values.filter_map(|&node| self.tree.node(node).value.as_ref());
        let texts: Vec<String> = values.map(Scalar::text).collect();
        let different: BTreeSet<&String> = texts.iter().collect();
        let has_digit = |text: &String| text.contains(|c: char| c.is_ascii_digit());
        named && different.len() == texts.len() && texts.iter().all(has_digit)
    }

    /// The possible defaults, the most likely first: empty values, values that do not occur in the
    /// input, and the most frequent wanted values.
    fn likely_defaults<'c>(&self, cases: &LeafCases<'c>) -> Vec<&'c Scalar> {
        let mut values: Vec<&Scalar> = Vec::new();
        for value in cases.iter().filter_map(|case| case.wanted) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.len() < 2 || values.len() > 200 {
            return Vec::new();
        }
        let whole = self.tree.node(0).end;
        values.sort_by_key(|value| {
            let is_empty = matches!(value, Scalar::Null) || value.text().is_empty();
            let places = self.index.within(&format!("={}", value.text()), 0, whole);
            let wanted = cases.iter().filter(|case| case.wanted == Some(*value));
            (!is_empty, !places.is_empty(), usize::MAX - wanted.count())
        });
        values
    }

    /// A value of the input, with a default if it is missing.
    pub(super) fn defaults(
        &self,
        cases: &LeafCases<'_>,
        target: &Target,
        found: &mut Vec<Candidate>,
    ) {
        for default in self.likely_defaults(cases).into_iter().take(2) {
            let without: Vec<Case<'_, Scalar>> = cases
                .iter()
                .map(|case| Case {
                    context: case.context.clone(),
                    wanted: case.wanted.filter(|wanted| *wanted != default),
                })
                .collect();
            if seed(&without).is_none() || without.iter().all(|without| without.wanted.is_some()) {
                continue;
            }
            for candidate in self.candidates(&without, target) {
                let nested = matches!(candidate.expression, Expression::Otherwise(..));
                if !candidate.unexplained && !nested {
                    let of = Box::new(candidate.expression);
                    let default = default.clone();
                    push(
                        found,
                        candidate.cost + 0.8,
                        Expression::Otherwise(of, default),
                    );
                }
            }
        }
    }

    /// The value after a qualifier, in any of a segment's pairs.
    pub(super) fn pairs(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        leaf: NodeId,
        conversion: Conversion,
        found: &mut Vec<Candidate>,
    ) {
        let segment = self.tree.node(leaf).parent;
        let schema = self.tree.node(segment).schema;
        let Some(name) = self.tree.schema(schema).label.code() else {
            return;
        };
        let Some(first) = standard::first_pair(&name) else {
            return;
        };
        let place = |place: usize| {
            self.tree
                .child_by_code(schema, &format!("{name}{place:02}"))
        };
        let places: Vec<_> = (first..first + 20)
            .step_by(2)
            .filter_map(|item| Some((place(item)?, place(item + 1)?)))
            .collect();
        let own = self.tree.node(leaf).schema;
        let Some((code, _)) = places.iter().find(|(_, value)| *value == own) else {
            return;
        };
        let Some(qualifier) = self.tree.below(segment, &[*code]).into_iter().next() else {
            return;
        };
        for (way, path) in self.paths(&seed.context, segment) {
            let pair = Expression::Pair(path, places.clone(), qualifier.clone());
            let expression = conversion.wrap(pair);
            if self.fits(&expression, cases) {
                push(found, way + 0.6, expression);
            }
        }
    }
}

/// Whether a code consists of letters of a word in their order: `BX` from `box`.
pub(super) fn is_short_for(code: &str, word: &str) -> bool {
    if code.chars().count() >= word.chars().count() {
        return false;
    }
    let mut letters = word.chars().map(|c| c.to_ascii_lowercase());
    let mut code = code.chars().map(|c| c.to_ascii_lowercase());
    code.all(|wanted| letters.any(|letter| letter == wanted))
}

/// Whether a text identifies one thing, rather than being a code that many share.
fn is_identifier(text: &str) -> bool {
    text.len() > 4 && text.bytes().any(|byte| byte.is_ascii_digit())
}
