//! Mapping by example: infers a template from an input and its expected output.
//!
//! The search uses no language model. The input becomes a tree of records and leaves (`tree`) in
//! the same form for both languages, and the output is compared with it. For each list of the
//! output, `records` finds the input records that contain the values of its items: all records of
//! a kind, or those that a condition selects, such as a code, a missing value or a shared key
//! (`filters`). Each scalar gets every explanation that fits in all of its contexts (`leaves`): a
//! path, with or without a conversion; a count, a sum, a position; parts of texts, and combined
//! texts; a table of codes; a default.
//!
//! Each explanation has a cost, after the principle of minimum description length: a path costs
//! 1, and more for each loop further out (0.25), each qualifier (0.1), each first (0.8), last
//! (1.2) or other index (2); a conversion costs 0.1 to 1, a sum 2.5, a table 2 or more. A
//! constant costs 3, so it is chosen if only far-fetched explanations are left. Codes that a
//! standard fixes (`BEG_01`) are constants unless they vary. Scalars that share a record make
//! each other cheaper (`choose`), and so do equal names on both sides (`names`).
//!
//! A number of visited nodes limits the search, not a clock, so the same inputs always give the
//! same template. Values without an explanation at that limit become constants.

mod added;
mod agreement;
mod choose;
mod codes;
mod comparisons;
mod compute;
mod computed_parts;
mod convert;
mod cuts;
mod dates;
mod deeper;
mod draft;
mod each;
mod evaluate;
mod examples;
mod explain;
mod filters;
mod forms;
mod hierarchy;
mod index;
mod initials;
mod joins;
mod json;
mod jsonata;
mod keyed;
mod leaves;
mod levels;
mod lines;
mod magnitudes;
mod names;
mod names_of;
mod nested;
mod notation;
mod notes;
mod number_forms;
mod numbered;
mod order;
mod outer;
mod parts;
mod paths;
mod ratios;
mod records;
mod scalar;
mod search;
mod signs;
mod sort_keys;
mod standard;
mod subsets;
mod sums;
mod tables;
mod template;
mod texts;
mod thresholds;
mod tree;
mod two_levels;
mod values;
mod walk;
mod wanted;
mod words;
mod xml;
mod xslt;

use b2bi_local_mapping::Cancel;
use b2bi_local_mapping::{Cause, MappingError};
use search::Search;
use std::fmt;
use template::Template;
use tree::Tree;
use wanted::Wanted;

pub use examples::{Example, candidates};
pub use explain::{Explanation, explain};
pub use lines::Language;
pub use values::{ValueComparison, ValueDifference};

/// Infers the template that converts an input to an expected output.
///
/// For JSONata both are JSON; for XSLT both are XML.
///
/// # Errors
///
/// One of the two cannot be read, with the reason and the position, or the search was cancelled.
pub fn generate(
    input: &str,
    output: &str,
    language: Language,
    cancel: &Cancel,
) -> Result<String, MappingError> {
    let (mut tree, wanted) = match language {
        Language::Jsonata => {
            let json = |text: &str, side| {
                serde_json::from_str(text)
                    .map_err(|error| unreadable(side, "JSON", &error.to_string()))
            };
            let (input, output) = (json(input, "input")?, json(output, "output")?);
            (json::input(&input), Wanted::of_json(&output))
        }
        Language::Xslt => {
            let input = xml::input(input).map_err(|error| unreadable("input", "XML", &error))?;
            let output =
                xml::output(output).map_err(|error| unreadable("output", "XML", &error))?;
            (input, output)
        }
    };
    let mut template = searched(&mut tree, &wanted, cancel);
    if language == Language::Jsonata
        && let Some((other, cut)) = better(&tree, &wanted, &template, cancel)
    {
        (tree, template) = (other, cut);
    }
    if cancel.is_cancelled() {
        return Err(cancelled());
    }
    Ok(match language {
        Language::Jsonata => jsonata::print(&tree, &template),
        Language::Xslt => xslt::print(&tree, &template),
    })
}

fn searched(tree: &mut Tree, wanted: &Wanted, cancel: &Cancel) -> Template {
    tree.add_numbered_places();
    choose::choose(Search::new(tree, cancel).draft(wanted))
}

/// A template with fewer guesses that reads parts of values, and its tree.
fn better(
    tree: &Tree,
    wanted: &Wanted,
    template: &Template,
    cancel: &Cancel,
) -> Option<(Tree, Template)> {
    let guesses = cuts::guesses(template);
    if guesses == 0 {
        return None;
    }
    let mut cut = cuts::with_cuts(tree, wanted)?;
    let other = searched(&mut cut, wanted, cancel);
    (cuts::guesses(&other) < guesses).then_some((cut, other))
}

/// The share of the wanted output's lines that another output also has, from 0 to 1.
///
/// Both are formatted the same way first, so their layout does not matter. A repeated line counts
/// as often as both have it.
///
/// # Errors
///
/// The wanted output cannot be read. If the other output cannot be read, the share is 0.
pub fn accuracy(wanted: &str, made: &str, language: Language) -> Result<f64, MappingError> {
    let kind = language.data();
    let wanted = lines::of(wanted, language).map_err(|error| unreadable("output", kind, &error))?;
    Ok(lines::shared(
        &wanted,
        &lines::of(made, language).unwrap_or_default(),
    ))
}

fn cancelled() -> MappingError {
    MappingError {
        cause: Cause::Cancelled,
        code: None,
        position: None,
        reason: "the search was cancelled".to_owned(),
    }
}

fn unreadable(side: &str, kind: &str, reason: &impl fmt::Display) -> MappingError {
    MappingError {
        cause: Cause::Input,
        code: None,
        position: None,
        reason: format!("the {side} is not {kind}: {reason}"),
    }
}

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
