//! Explanations that split and combine texts.

use super::leaves::push;
use super::parts::Way;
use super::scalar::{Scalar, number_of};
use super::search::{Candidate, Case, LeafCases, Search};
use super::template::{Expression, Select, Step};
use super::tree::NodeId;
use super::words::{bounds, tokens};

/// The maximum length of a text that is split.
const LENGTH: usize = 200;
/// The maximum number of words and separators in a text that is composed.
const WORDS: usize = 64;
/// The maximum number of words and separators in one value of the input.
const SPAN: usize = 14;
/// The maximum number of texts in one list whose parts are searched.
const SEEDS: usize = 2;
/// The cost of a constant word that other texts of the list do not have.
const CHANCE: f64 = 3.0;
/// The extra cost of a constant number in a single text.
const NUMBER: f64 = 0.8;
/// The maximum number of leaves that are searched for a part.
const LEAVES: usize = 4_000;
/// The maximum number of combinations that are tried for a text.
const WAYS: usize = 200;

/// The extra cost of a text for each record that is found by position.
const STRANGER: f64 = 0.3;

/// The possible separators in a joined list; longer ones come before those that they contain.
pub(super) const SEPARATORS: [&str; 24] = [
    ", ", "; ", " | ", " / ", " > ", " >> ", " -> ", " => ", " + ", " & ", " and ", " to ", ": ",
    " - ", ",", ";", "|", "/", ">", "+", "&", "-", " ", "\n",
];

/// A part of a wanted text: its end, its cost, and the ways to produce it.
struct Chunk {
    end: usize,
    cost: f64,
    ways: Vec<Way>,
}

impl Search<'_> {
    /// Parts of texts, composed texts, and joined lists.
    pub(super) fn texts(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        found: &mut Vec<Candidate>,
    ) {
        let Some(Scalar::Text(text)) = seed.wanted else {
            return;
        };
        if text.len() > LENGTH {
            return;
        }
        self.joins(cases, seed, text, found);
        self.parts(cases, seed, text, found);
        if found.is_empty() {
            self.initials(cases, seed, found);
        }
        for seed in seeds(cases, seed) {
            if found.is_empty()
                && let Some(Scalar::Text(text)) = seed.wanted
            {
                self.concatenations(cases, seed, text, found);
            }
        }
        self.joined_texts(cases, text, found);
        self.computed_parts(cases, seed, text, found);
    }

    /// The values of one place, joined by a separator.
    fn joins(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        text: &str,
        found: &mut Vec<Candidate>,
    ) {
        let from = seed.context.stack.len().saturating_sub(1);
        let record = seed.context.innermost();
        for separator in SEPARATORS {
            let Some((first, _)) = text.split_once(separator) else {
                continue;
            };
            let key = format!("={first}");
            let end = self.tree.node(record).end;
            for &leaf in self.index.within(&key, record, end).iter().take(8) {
                let path = self.all(from, record, self.tree.node(leaf).schema);
                let distinct = super::compute::with(&path, Select::Unique(Vec::new()));
                for (cost, path) in [(1.8, path), (2.0, distinct)] {
                    let join = Expression::Join(path, separator.to_owned());
                    if self.fits(&join, cases) {
                        push(found, cost, join);
                    }
                }
            }
        }
    }

    /// A part of a longer text of the input.
    fn parts(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        text: &str,
        found: &mut Vec<Candidate>,
    ) {
        if text.chars().count() < 2 {
            return;
        }
        let several = cases
            .iter()
            .any(|case| case.wanted.is_some() && case.wanted != seed.wanted);
        for leaf in self.holders(seed, text) {
            let Some(source) = &self.tree.node(leaf).value else {
                continue;
            };
            let mut cuts = cuts(&source.text(), text);
            // A single short text may occur in another by chance.
            cuts.retain(|(cost, _)| several || *cost < 0.9 || text.len() > 3);
            for (way, path) in self.paths(&seed.context, leaf) {
                for (cost, cut) in &cuts {
                    let expression = cut(Expression::Path(path.clone()));
                    if self.fits(&expression, cases) {
                        push(found, way + cost, expression);
                    }
                }
            }
        }
    }

    /// The leaves that contain a text within a longer one, those of the innermost context first.
    pub(super) fn holders(&self, seed: &Case<'_, Scalar>, text: &str) -> Vec<NodeId> {
        let mut holders = Vec::new();
        for &record in seed.context.stack.iter().rev() {
            let end = self.tree.node(record).end.min(record + LEAVES);
            self.tree.look((end - record) / 4);
            for leaf in record..end {
                let longer = matches!(&self.tree.node(leaf).value,
                    Some(Scalar::Text(part)) if part.len() > text.len() && part.contains(text));
                if longer && holders.len() < 24 && !holders.contains(&leaf) {
                    holders.push(leaf);
                }
            }
        }
        holders
    }

    /// A text composed of values of the input and constant words.
    fn concatenations(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        text: &str,
        found: &mut Vec<Candidate>,
    ) {
        let composed = Composed::new(text, cases);
        let Some(chunks) = self.chunks(seed, &composed) else {
            return;
        };
        for (cost, way) in combined(chunks) {
            if self.is_exhausted() || found.len() > 6 {
                return;
            }
            let concat = Expression::Concat(merged(way));
            if self.fits(&concat, cases) {
                let apart = STRANGER * super::evaluate::as_number(records_of(&concat));
                push(found, 1.6 + 0.5 * cost + apart, concat);
            }
        }
    }

    /// The cheapest division of a text into values of the input and the rest; `None` if it contains
    /// no values.
    pub(super) fn chunks(
        &self,
        seed: &Case<'_, Scalar>,
        composed: &Composed<'_>,
    ) -> Option<Vec<Vec<Way>>> {
        let bounds = &composed.bounds;
        if bounds.len() > WORDS {
            return None;
        }
        let mut best: Vec<Option<(f64, usize, Vec<Way>)>> = vec![None; bounds.len()];
        *best.first_mut()? = Some((0.0, 0, Vec::new()));
        for start in 0..bounds.len() {
            let Some(so_far) = best
                .get(start)
                .and_then(Option::as_ref)
                .map(|found| found.0)
            else {
                continue;
            };
            for chunk in self.chunks_from(seed, composed, start) {
                let cost = so_far + chunk.cost;
                let slot = best.get_mut(chunk.end)?;
                if slot.as_ref().is_none_or(|slot| cost < slot.0) {
                    *slot = Some((cost, start, chunk.ways));
                }
            }
        }
        let (mut chunks, mut moved) = (Vec::new(), 0);
        let mut at = bounds.len() - 1;
        while at > 0 {
            let (_, before, ways) = best.get(at)?.clone()?;
            if !ways
                .iter()
                .all(|(_, way)| matches!(way, Expression::Constant(_)))
            {
                moved += bounds.get(at)? - bounds.get(before)?;
            }
            chunks.push(ways);
            at = before;
        }
        chunks.reverse();
        // One digit of a single text is the same as some value by chance.
        let least = if composed.others.len() < 2 { 2 } else { 1 };
        (moved >= least).then_some(chunks)
    }

    fn chunks_from(
        &self,
        seed: &Case<'_, Scalar>,
        composed: &Composed<'_>,
        start: usize,
    ) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let bounds = &composed.bounds;
        let Some(&from) = bounds.get(start) else {
            return chunks;
        };
        let ends = bounds.iter().enumerate().skip(start + 1).take(SPAN);
        for (end, &to) in ends {
            let Some(part) = composed.text.get(from..to) else {
                continue;
            };
            let is_single = end == start + 1;
            let (cost, ways) = self.sources(seed, part, is_single, composed.others.len() > 1);
            if !ways.is_empty() {
                chunks.push(Chunk { end, cost, ways });
            }
            let behind = composed.text.get(to..).unwrap_or_default();
            let counted = if is_single {
                self.counted(seed, part, behind)
            } else {
                Vec::new()
            };
            if !counted.is_empty() {
                let ways = counted.into_iter().map(|count| (1.0, count)).collect();
                chunks.push(Chunk {
                    end,
                    cost: 0.5,
                    ways,
                });
            }
            if is_single {
                chunks.push(Chunk {
                    end,
                    cost: composed.constant_cost(part),
                    ways: vec![(1.0, Expression::Constant(Scalar::Text(part.to_owned())))],
                });
            }
        }
        chunks
    }
}

/// A text that is divided, and the other texts of its list.
pub(super) struct Composed<'a> {
    text: &'a str,
    bounds: Vec<usize>,
    others: Vec<String>,
}

impl<'a> Composed<'a> {
    pub(super) fn new(text: &'a str, cases: &LeafCases<'_>) -> Self {
        let wanted = cases.iter().filter_map(|case| case.wanted);
        Self {
            text,
            bounds: bounds(text),
            others: wanted.map(Scalar::text).collect(),
        }
    }

    /// Whether all texts of the list have a part as often as this one.
    pub(super) fn is_everywhere(&self, part: &str) -> bool {
        let count = |text: &str| tokens(text).filter(|token| *token == part).count();
        let own = count(self.text);
        self.others.iter().all(|other| count(other) >= own)
    }

    /// The cost of a constant part: more for letters, and more if other texts lack it.
    fn constant_cost(&self, part: &str) -> f64 {
        let letters = part.chars().filter(|c| c.is_alphanumeric()).count();
        let letters = f64::from(u32::try_from(letters).unwrap_or(u32::MAX));
        let everywhere = self.is_everywhere(part);
        // Adjacent spaces pad a column.
        let column = part.len() > 1 && part.trim().is_empty();
        let chance = if column || !everywhere { CHANCE } else { 0.0 };
        // In a single text, a number is more likely to be a value.
        let is_number = number_of(part).is_some();
        let number = if is_number && self.others.len() < 2 {
            NUMBER
        } else {
            0.0
        };
        0.1 + 0.7 * letters + chance + number
    }
}

/// The texts whose parts are searched: the longest, and the one with the most adjacent spaces,
/// which shows the width of a column.
fn seeds<'a, 'c>(
    cases: &'a LeafCases<'c>,
    longest: &'a Case<'c, Scalar>,
) -> Vec<&'a Case<'c, Scalar>> {
    let blanks = |case: &&Case<'_, Scalar>| {
        case.wanted
            .map_or(0, |wanted| wanted.text().matches("  ").count())
    };
    let padded = cases.iter().max_by_key(blanks);
    let mut seeds: Vec<_> = padded.filter(|case| blanks(case) > 0).into_iter().collect();
    seeds.push(longest);
    seeds.truncate(SEEDS);
    seeds
}

/// The number of different records, found by position, from which the parts of a text come.
fn records_of(concat: &Expression) -> usize {
    let mut paths = Vec::new();
    concat.paths(&mut paths);
    let mut records: Vec<(usize, &[Step])> = Vec::new();
    for path in paths {
        let by_place = |step: &Step| {
            let mut selects = step.select.iter();
            selects.any(|select| {
                matches!(
                    select,
                    Select::First | Select::Last | Select::At(_) | Select::Extreme(..)
                )
            })
        };
        let Some(end) = path.steps.iter().rposition(by_place) else {
            continue;
        };
        let record = (path.from, path.steps.get(..=end).unwrap_or_default());
        if !records.contains(&record) {
            records.push(record);
        }
    }
    records.len()
}

/// The ways to compose a text, one for each combination of its parts, with the cost.
pub(super) fn combined(chunks: Vec<Vec<Way>>) -> Vec<(f64, Vec<Expression>)> {
    let mut ways: Vec<(f64, Vec<Expression>)> = vec![(0.0, Vec::new())];
    for chunk in chunks {
        let mut longer = Vec::new();
        for (before, way) in &ways {
            for (cost, expression) in &chunk {
                let mut way = way.clone();
                way.push(expression.clone());
                longer.push((before + cost - 1.0, way));
            }
        }
        longer.sort_by(|one, other| one.0.total_cmp(&other.0));
        longer.truncate(WAYS);
        ways = longer;
    }
    ways
}

/// Merges adjacent constants.
pub(super) fn merged(parts: Vec<Expression>) -> Vec<Expression> {
    let mut merged: Vec<Expression> = Vec::new();
    let flat = parts.into_iter().flat_map(|part| match part {
        Expression::Concat(parts) => parts,
        part => vec![part],
    });
    for part in flat {
        if let (
            Some(Expression::Constant(Scalar::Text(before))),
            Expression::Constant(Scalar::Text(text)),
        ) = (merged.last_mut(), &part)
        {
            before.push_str(text);
        } else {
            merged.push(part);
        }
    }
    merged
}

/// A way to cut a part out of a text.
pub(super) type Cut = Box<dyn Fn(Expression) -> Expression>;

/// The ways to cut a part out of a text, each with its cost.
pub(super) fn cuts(source: &str, part: &str) -> Vec<(f64, Cut)> {
    let mut cuts: Vec<(f64, Cut)> = Vec::new();
    let Some(at) = source.find(part) else {
        return cuts;
    };
    let (head, tail) = (
        source.get(..at).unwrap_or_default(),
        source.get(at + part.len()..).unwrap_or_default(),
    );
    let mark = |c: &char| !c.is_alphanumeric();
    let after: String = tail.chars().take_while(mark).collect();
    let before: String = head.chars().rev().take_while(mark).collect();
    let before: String = before.chars().rev().collect();
    if head.is_empty() && !after.is_empty() {
        cuts.push((
            0.6,
            Box::new(move |of| Expression::Before(Box::new(of), after.clone())),
        ));
    }
    if tail.is_empty() && !before.is_empty() {
        let separator = before.clone();
        cuts.push((
            0.6,
            Box::new(move |of| Expression::After(Box::new(of), separator.clone())),
        ));
    }
    if !before.is_empty() {
        let index = head.matches(before.as_str()).count();
        cuts.push((
            0.9,
            Box::new(move |of| Expression::Piece(Box::new(of), before.clone(), index)),
        ));
    }
    let start = i32::try_from(head.chars().count()).unwrap_or(0);
    let length = part.chars().count();
    let whole = tail.is_empty();
    cuts.push((
        1.0,
        Box::new(move |of| Expression::Slice(Box::new(of), start, (!whole).then_some(length))),
    ));
    if whole {
        let from_end = i32::try_from(length).unwrap_or(0);
        cuts.push((
            1.2,
            Box::new(move |of| Expression::Slice(Box::new(of), -from_end, None)),
        ));
    }
    cuts
}
