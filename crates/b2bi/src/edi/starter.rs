//! Starter templates for a transaction set, or from a sample.

use b2bi_local_mapping::{
    StarterLanguage, starter_of_folded_sample, starter_of_outline, starter_of_sample,
};
use b2bi_local_x12::{Outline, Strictness, validate};

use crate::edi::{EdiError, Selection};

/// The maximum number of characters of a mapping template.
const MOST: usize = 350_000;

/// The part of a set that a template writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StarterChoice {
    /// Only required parts.
    pub required: bool,
    /// Only these segments, their loops, and required parts.
    pub segments: Vec<String>,
    /// Common codes, parties and levels.
    pub usual: bool,
}

/// The template that writes a part of what the set's tables list.
///
/// # Errors
///
/// The set lacks a requested segment.
pub fn chosen_starter_template(
    selection: Selection,
    language: StarterLanguage,
    choice: &StarterChoice,
) -> Result<String, EdiError> {
    let outline = Outline::new(selection.version(), selection.set(), selection.guide());
    let mut outline = outline.ok_or(EdiError::NoTable(selection))?;
    if choice.usual {
        outline.set_usual();
    }
    if !choice.segments.is_empty() {
        outline
            .keep_segments(&choice.segments)
            .map_err(|unknown| EdiError::NoSegment {
                segment: unknown.id,
                selection,
            })?;
    } else if choice.required {
        outline.keep_required();
    }
    Ok(starter_of_outline(&outline, language, MOST))
}

/// The template that writes the contents of a sample, or of the set's tables.
///
/// # Errors
///
/// The sample cannot be read, contains another set or version, or its template is too long for the
/// service.
pub fn starter_template(
    selection: Selection,
    language: StarterLanguage,
    sample: Option<&[u8]>,
) -> Result<String, EdiError> {
    let Some(sample) = sample else {
        let outline = Outline::new(selection.version(), selection.set(), selection.guide());
        // A selection names an existing set, so it always has an outline.
        return outline
            .map(|outline| starter_of_outline(&outline, language, MOST))
            .ok_or(EdiError::NoTable(selection));
    };
    check_sample(selection, sample)?;
    let template = starter_of_sample(sample, language);
    match template.chars().count() {
        length if length > MOST => Err(EdiError::LongTemplate {
            length,
            limit: MOST,
        }),
        _ => Ok(template),
    }
}

/// The template that writes a sample with one loop and segment of each kind, with notes from the
/// tables.
///
/// # Errors
///
/// The sample cannot be read, or contains another set or version.
pub fn folded_starter_template(
    selection: Selection,
    language: StarterLanguage,
    sample: &[u8],
) -> Result<String, EdiError> {
    let outline = Outline::new(selection.version(), selection.set(), selection.guide());
    let outline = outline.ok_or(EdiError::NoTable(selection))?;
    check_sample(selection, sample)?;
    Ok(starter_of_folded_sample(sample, &outline, language, MOST))
}

fn check_sample(selection: Selection, sample: &[u8]) -> Result<(), EdiError> {
    let (_, reading) = validate(sample, Strictness::Attested, None);
    match reading.fatal() {
        Some(problem) => Err(EdiError::Unreadable(Box::new(problem.clone()))),
        None => selection.check(&reading.contents),
    }
}
