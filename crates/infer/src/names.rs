//! Compares names of the input with names of the output.

use super::search::{Search, Target};
use super::standard;
use super::template::Expression;

/// How much cheaper an explanation is if both names are the same.
const SAME: f64 = 0.6;
/// How much cheaper an explanation is if the name is common for the element.
const USUAL: f64 = 0.4;

impl Search<'_> {
    /// How much the names in a value's source support an explanation.
    pub(super) fn kinship(&self, expression: &Expression, target: &Target) -> f64 {
        let mut paths = Vec::new();
        expression.paths(&mut paths);
        let steps = paths.iter().filter_map(|path| path.steps.last());
        steps
            .map(|step| {
                let label = &self.tree.schema(step.schema).label;
                match (label.code(), &target.element) {
                    (Some(code), None) => usual(&target.name, &code),
                    (None, Some(code)) => usual(&label.field, code),
                    (None, None) => alike(&label.field, &target.name),
                    (Some(code), Some(other)) if code == *other => SAME,
                    _ => 0.0,
                }
            })
            .fold(0.0, f64::max)
    }
}

/// Whether a name is common for an element.
fn usual(name: &str, code: &str) -> f64 {
    let name = plain(name);
    let fits = |word: &&str| name.ends_with(*word) || name.starts_with(*word);
    if standard::words(code).iter().any(fits) {
        USUAL
    } else {
        0.0
    }
}

fn alike(one: &str, other: &str) -> f64 {
    let (one, other) = (plain(one), plain(other));
    if one == other {
        SAME
    } else if one.len() > 2 && other.len() > 2 && (one.ends_with(&other) || other.ends_with(&one)) {
        SAME / 2.0
    } else {
        0.0
    }
}

/// The words of a name in lower case: `lineCount` and `line_count` have `line` and `count`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        let begins = !letter.is_alphanumeric() || (letter.is_uppercase() && small);
        if begins && words.last().is_some_and(|last| !last.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A name in lower case and without punctuation.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
