//! Templates from several examples of the same mapping.

use b2bi_local_mapping::{Cancel, MappingError};
use serde_json::{Value, json};

use crate::generate;
use crate::lines::Language;

/// An input and the expected output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The input, in the language's data format.
    pub input: String,
    /// The output, in the language's data format.
    pub output: String,
}

/// The templates with support from the examples, the one with the most evidence first. The examples
/// are tried as one document if they can be joined, and then one by one.
///
/// # Errors
///
/// An example cannot be read, or the search was cancelled.
pub fn candidates(
    examples: &[Example],
    language: Language,
    cancel: &Cancel,
) -> Result<Vec<String>, MappingError> {
    let together = (language == Language::Jsonata && examples.len() > 1)
        .then(|| joined(examples))
        .flatten();
    let mut templates: Vec<String> = Vec::new();
    for example in together.iter().chain(examples) {
        let template = generate(&example.input, &example.output, language, cancel)?;
        if !templates.contains(&template) {
            templates.push(template);
        }
    }
    Ok(templates)
}

/// Joins service-defined documents into one that has all interchanges; its output is the list of
/// the outputs. A template that runs for each transaction produces this list.
fn joined(examples: &[Example]) -> Option<Example> {
    let (mut interchanges, mut outputs) = (Vec::new(), Vec::new());
    for example in examples {
        let input: Value = serde_json::from_str(&example.input).ok()?;
        interchanges.extend(input.get("interchanges")?.as_array()?.iter().cloned());
        match serde_json::from_str(&example.output).ok()? {
            Value::Array(items) => outputs.extend(items),
            output if output.get("interchanges").is_none() => outputs.push(output),
            _ => return None,
        }
    }
    Some(Example {
        input: json!({ "interchanges": interchanges }).to_string(),
        output: Value::Array(outputs).to_string(),
    })
}
