//! Reads the text of a template into [`Node`]s.

mod json;
mod scalar;
mod yaml;

use crate::error::{Position, TemplateError};
use crate::node::Node;

/// The maximum number of bytes of a template.
///
/// Source: quotas of CloudFormation, template body size in an object.
pub const MOST_BYTES: usize = 1_000_000;

/// How deeply lists and objects may be nested.
///
/// Source: Assumption A-341.
const DEEPEST: usize = 64;

const START: Position = Position { line: 1, column: 1 };

/// Reads JSON, if the text begins with a brace and is JSON, or YAML.
///
/// # Errors
///
/// The text is too long, is neither, nests too deeply, or uses aliases.
pub(crate) fn parse(text: &str) -> Result<Node, TemplateError> {
    if text.len() > MOST_BYTES {
        let message = format!("Template may not exceed {MOST_BYTES} bytes in size.");
        return Err(TemplateError::new(message));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root = if text.trim_start().starts_with('{') {
        match json::well_formed(text) {
            Ok(whole) => json::parse(text, whole)?,
            Err(error) => yaml::parse(text).map_err(|other| further(error, other))?,
        }
    } else {
        yaml::parse(text)?
    };
    match root.as_object() {
        Some(_) => Ok(root),
        None => Err(TemplateError::format(START, "unsupported structure.")),
    }
}

/// Of the two languages' errors, the later one: that language was meant.
fn further(json: TemplateError, yaml: TemplateError) -> TemplateError {
    if yaml.position > json.position {
        yaml
    } else {
        json
    }
}

fn too_deep(position: Position) -> TemplateError {
    let message = format!("the template nests more than {DEEPEST} lists and objects.");
    TemplateError::format(position, message)
}

fn duplicate(position: Position, name: &str) -> TemplateError {
    TemplateError::format(position, format!("duplicate key '{name}'."))
}
