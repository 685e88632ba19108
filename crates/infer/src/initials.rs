//! Texts that consist of the beginnings of values, without separators: initials, and keys such as
//! `NOLIR`.

use super::leaves::push;
use super::parts::Way;
use super::scalar::Scalar;
use super::search::{Candidate, Case, LeafCases, Search};
use super::template::Expression;
use super::texts::combined;

/// The maximum number of letters in such a text.
const LETTERS: usize = 8;
/// The maximum number of letters that are each the beginning of a value.
const INITIALS: usize = 4;
/// The cost of a text of beginnings in addition to its parts.
const COST: f64 = 1.8;

impl Search<'_> {
    /// Texts that consist of the first letters of several values, or of the beginnings of two; at
    /// least two cases must show it.
    pub(super) fn initials(
        &self,
        cases: &LeafCases<'_>,
        seed: &Case<'_, Scalar>,
        found: &mut Vec<Candidate>,
    ) {
        let Some(Scalar::Text(text)) = seed.wanted else {
            return;
        };
        let differs = |case: &Case<'_, Scalar>| case.wanted.is_some() && case.wanted != seed.wanted;
        let is_word = text.chars().all(char::is_alphanumeric);
        let length = text.chars().count();
        if !is_word || !(2..=LETTERS).contains(&length) || !cases.iter().any(differs) {
            return;
        }
        for pieces in divisions(text) {
            let ways: Vec<Vec<Way>> = pieces
                .iter()
                .map(|piece| self.beginnings(seed, piece))
                .collect();
            if ways.iter().any(Vec::is_empty) {
                continue;
            }
            for (cost, way) in combined(ways) {
                let concat = Expression::Concat(way);
                if self.fits(&concat, cases) {
                    push(found, COST + 0.5 * cost, concat);
                }
            }
            if !found.is_empty() || self.is_exhausted() {
                return;
            }
        }
    }

    /// The values of the innermost record that begin with a text, cut to its length, in capitals if
    /// necessary.
    fn beginnings(&self, seed: &Case<'_, Scalar>, piece: &str) -> Vec<Way> {
        let record = seed.context.innermost();
        let length = piece.chars().count();
        let is_upper = piece.chars().all(|c| !c.is_lowercase());
        let mut ways = Vec::new();
        for leaf in record..self.tree.node(record).end {
            let Some(Scalar::Text(value)) = &self.tree.node(leaf).value else {
                continue;
            };
            let as_it_is = value.starts_with(piece);
            let in_capitals = is_upper && value.to_uppercase().starts_with(piece);
            if !as_it_is && !in_capitals || self.is_envelope(leaf) {
                continue;
            }
            for (way, path) in self.paths(&seed.context, leaf) {
                let cut = Expression::Slice(Box::new(Expression::Path(path)), 0, Some(length));
                if as_it_is {
                    ways.push((way, cut.clone()));
                }
                if is_upper {
                    ways.push((way + 0.3, Expression::Upper(Box::new(cut))));
                }
            }
        }
        super::parts::cheapest(ways)
    }
}

/// The ways to divide a text: into letters, and into two pieces.
fn divisions(text: &str) -> Vec<Vec<&str>> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut divisions = Vec::new();
    if starts.len() <= INITIALS {
        let ends = starts.iter().copied().skip(1).chain([text.len()]);
        let letters = starts.iter().zip(ends);
        divisions.push(letters.filter_map(|(&at, end)| text.get(at..end)).collect());
    }
    let in_two = starts.iter().skip(1).map(|&at| {
        let (one, other) = text.split_at(at);
        vec![one, other]
    });
    divisions.extend(in_two);
    divisions
}
