//! Starter templates: templates that write a service-defined document with fixed values, which
//! people replace by expressions over their own input.
//!
//! A starter template is made from a sample of the wanted X12, with the sample's values, or from
//! the outline of a transaction set, with a placeholder for each element and comments about the
//! allowed values.

mod fold;
mod jsonata;
mod notes;
mod xslt;

use b2bi_local_x12::{Outline, OutlineElement, OutlineSegment};

/// The language of a starter template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StarterLanguage {
    /// An object, written as Jackson does.
    Jsonata,
    /// A stylesheet with one template.
    Xslt,
}

/// How much an outline's template tells; each level leaves out something more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Every element, with its type and the first of its codes.
    All,
    /// Every element, with its type.
    NoCodes,
    /// The elements that have a value.
    NoAbsentElements,
    /// The same without a word about them.
    NoNotes,
}

/// The template that writes what a sample says, its values in place.
///
/// The sample must be readable: what of it is not is not in the template.
#[must_use]
pub fn starter_of_sample(sample: &[u8], language: StarterLanguage) -> String {
    let text = match language {
        StarterLanguage::Jsonata => jsonata::template(sample, None),
        StarterLanguage::Xslt => xslt::template(sample, None),
    };
    text.unwrap_or_default()
}

/// The template that writes an outline, every part of it with a comment.
///
/// A template longer than `most` characters leaves out, as far as it takes: the lists of codes, the
/// elements that have no value, all comments.
#[must_use]
pub fn starter_of_outline(outline: &Outline, language: StarterLanguage, most: usize) -> String {
    guided(outline.to_x12().as_bytes(), outline, language, most)
}

/// The template that writes a sample of a set, with one of each kind of loop and segment, and the comments
/// that the template of the outline has. It is shortened as that is.
#[must_use]
pub fn starter_of_folded_sample(
    sample: &[u8],
    outline: &Outline,
    language: StarterLanguage,
    most: usize,
) -> String {
    let folded = fold::folded(sample, outline);
    folded.map_or_else(String::new, |(x12, outline)| {
        guided(&x12, &outline, language, most)
    })
}

/// The template that writes X12, with comments of its outline as far as its length allows.
fn guided(x12: &[u8], outline: &Outline, language: StarterLanguage, most: usize) -> String {
    let mut text = String::new();
    for detail in [
        Detail::All,
        Detail::NoCodes,
        Detail::NoAbsentElements,
        Detail::NoNotes,
    ] {
        let guide = Some(Guidance { outline, detail });
        let made = match language {
            StarterLanguage::Jsonata => jsonata::template(x12, guide),
            StarterLanguage::Xslt => xslt::template(x12, guide),
        };
        text = made.unwrap_or_default();
        if text.chars().count() <= most {
            break;
        }
    }
    text
}

/// What is said of the parts of a template.
#[derive(Clone, Copy)]
struct Guidance<'o> {
    outline: &'o Outline,
    detail: Detail,
}

impl<'o> Guidance<'o> {
    fn segment(self, number: usize) -> Option<&'o OutlineSegment> {
        self.outline.segments.get(number)
    }

    /// Whether an element is written at all, as a comment if it has no value.
    fn shows(self, element: &OutlineElement) -> bool {
        element.present || self.detail < Detail::NoAbsentElements
    }

    /// What the template begins with.
    fn heading(self) -> String {
        let Outline {
            set, group_version, ..
        } = self.outline;
        format!(
            "Starter template for the transaction set {set} of {group_version}. Put expressions over \
             your input for the values; leave out what is optional and not needed. \
             Elements in comments are optional."
        )
    }
}

/// Appends a line of so many levels.
fn push_line(out: &mut String, level: usize, text: &str) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
    out.push_str(text);
}
