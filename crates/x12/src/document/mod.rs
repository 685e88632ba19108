//! The document of an input, as JSON or XML.

mod compact;
mod form;
mod json;
mod names;
mod pretty;
mod spare;
mod xml;

pub use form::{Indent, JsonForm};
pub use json::JsonWriter;
pub use xml::XmlWriter;

use crate::{ReadReport, read};

/// The layout of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Lines, indented by two spaces per level.
    Pretty,
    /// One line without spaces.
    Compact,
    /// Another form, which requires a second pass over the text.
    Form(JsonForm),
}

/// A document from a whole input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The text; it ends early if a fatal problem ended the reading.
    pub text: String,
    /// The problems of the envelope and the contents of the input.
    pub reading: ReadReport,
}

/// Converts a whole input to JSON.
#[must_use]
pub fn to_json(input: &[u8], layout: Layout) -> Document {
    let writer = JsonWriter::new(layout, input.len().saturating_mul(8));
    let (writer, reading) = read(input, writer);
    Document {
        text: text(writer.finish()),
        reading,
    }
}

/// Converts a whole input to XML.
#[must_use]
pub fn to_xml(input: &[u8]) -> Document {
    let writer = XmlWriter::new(input.len().saturating_mul(6));
    let (writer, reading) = read(input, writer);
    Document {
        text: text(writer.finish()),
        reading,
    }
}

/// Writers produce only UTF-8; the second branch is never taken.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
