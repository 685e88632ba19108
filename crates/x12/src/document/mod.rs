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

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Lines, indented by two blanks a level.
    Pretty,
    /// One line without blanks.
    Compact,
    /// Another form, which costs a second pass over the text.
    Form(JsonForm),
}

/// A document made from a whole input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The text; it breaks off where a fatal problem ended the reading.
    pub text: String,
    /// The problems of the envelope and what the input contains.
    pub reading: ReadReport,
}

/// Makes JSON of a whole input.
#[must_use]
pub fn to_json(input: &[u8], layout: Layout) -> Document {
    let writer = JsonWriter::new(layout, input.len().saturating_mul(8));
    let (writer, reading) = read(input, writer);
    Document {
        text: text(writer.finish()),
        reading,
    }
}

/// Makes XML of a whole input.
#[must_use]
pub fn to_xml(input: &[u8]) -> Document {
    let writer = XmlWriter::new(input.len().saturating_mul(6));
    let (writer, reading) = read(input, writer);
    Document {
        text: text(writer.finish()),
        reading,
    }
}

/// Writers make UTF-8 only; the second way is never taken.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
