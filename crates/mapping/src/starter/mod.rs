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
    /// An object in Jackson's layout.
    Jsonata,
    /// A stylesheet with one template.
    Xslt,
}

/// How much detail the template of an outline has; each level omits more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    /// Every element, with its type and the first of its codes.
    All,
    /// Every element, with its type.
    NoCodes,
    /// The elements that have a value.
    NoAbsentElements,
    /// The same without comments on them.
    NoNotes,
}

/// The template that writes the contents of a sample, with its values.
///
/// The sample must be readable: unreadable parts are not in the template.
#[must_use]
pub fn starter_of_sample(sample: &[u8], language: StarterLanguage) -> String {
    let text = match language {
        StarterLanguage::Jsonata => jsonata::template(sample, None),
        StarterLanguage::Xslt => xslt::template(sample, None),
    };
    text.unwrap_or_default()
}

/// The template that writes an outline, with a comment on every part.
///
/// A template longer than `most` characters omits, as far as necessary: the lists of codes, the
/// elements without a value, all comments.
#[must_use]
pub fn starter_of_outline(outline: &Outline, language: StarterLanguage, most: usize) -> String {
    guided(outline.to_x12().as_bytes(), outline, language, most)
}

/// The template that writes a sample of a set, with one loop and segment of each kind, and the
/// comments of the outline's template. It is shortened in the same way.
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

/// The template that writes X12, with as many comments from its outline as its length allows.
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

/// The detail of the comments in a template.
#[derive(Clone, Copy)]
struct Guidance<'o> {
    outline: &'o Outline,
    detail: Detail,
}

impl<'o> Guidance<'o> {
    fn segment(self, number: usize) -> Option<&'o OutlineSegment> {
        self.outline.segments.get(number)
    }

    /// Whether an element is written at all; without a value it is written as a comment.
    fn shows(self, element: &OutlineElement) -> bool {
        element.present || self.detail < Detail::NoAbsentElements
    }

    /// The beginning of the template.
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

/// Appends a line at a level of indentation.
fn push_line(out: &mut String, level: usize, text: &str) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
    out.push_str(text);
}
