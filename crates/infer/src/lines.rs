//! The lines of an output, for the comparison of two outputs.

use crate::xml::XmlError;
use std::collections::HashMap;

use super::scalar::Scalar;
use super::wanted::{Element, Wanted};
use super::xml;

/// A mapping language whose templates can be inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// From JSON to JSON.
    Jsonata,
    /// From XML to XML.
    Xslt,
}

impl Language {
    /// The data format of its inputs and outputs.
    #[must_use]
    pub const fn data(self) -> &'static str {
        match self {
            Self::Jsonata => "JSON",
            Self::Xslt => "XML",
        }
    }
}

/// An output that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) enum OutputError {
    Json(#[from] serde_json::Error),
    Xml(#[from] XmlError),
}

/// The lines of an output in the common layout.
///
/// # Errors
///
/// The output cannot be read.
pub(super) fn of(text: &str, language: Language) -> Result<Vec<String>, OutputError> {
    match language {
        Language::Jsonata => {
            let value: serde_json::Value = serde_json::from_str(text)?;
            let pretty = serde_json::to_string_pretty(&value)?;
            let line = |text: &str| text.strip_suffix(',').unwrap_or(text).to_owned();
            Ok(pretty.lines().map(line).collect())
        }
        Language::Xslt => {
            let mut lines = Vec::new();
            if let Wanted::Element(element) = xml::output(text)? {
                element_lines(&element, 0, &mut lines);
            }
            Ok(lines)
        }
    }
}

fn element_lines(element: &Element, depth: usize, lines: &mut Vec<String>) {
    let text = |wanted: &Wanted| match wanted {
        Wanted::Leaf(Scalar::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let attribute = |(name, value): &(String, Wanted)| format!(" {name}={:?}", text(value));
    let attributes: String = element.attributes.iter().map(attribute).collect();
    let content = element.text.as_deref().map(text).unwrap_or_default();
    let indent = "  ".repeat(depth);
    lines.push(format!("{indent}<{}{attributes}>{content}", element.name));
    for child in &element.children {
        if let Wanted::Element(child) = child {
            element_lines(child, depth + 1, lines);
        }
    }
}

/// The share of lines that another output also has.
pub(super) fn shared(wanted: &[String], made: &[String]) -> f64 {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for line in made {
        *left.entry(line).or_default() += 1;
    }
    let matching = wanted.iter().filter(|line| {
        let count = left.get_mut(line.as_str()).filter(|entry| **entry > 0);
        count.map(|count| *count -= 1).is_some()
    });
    let matching = super::evaluate::as_number(matching.count());
    if wanted.is_empty() {
        return 0.0;
    }
    matching / super::evaluate::as_number(wanted.len())
}
