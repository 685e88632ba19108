//! Results as JSON text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jsonata_core::value::{JValue, with_stack};

use super::errors;
use crate::problem::MappingError;

/// The texts of list items without indentation of their own, each with the comma before it, by the
/// name of the builtin that represents them.
pub(super) type Fragments = BTreeMap<String, String>;

/// The value as JSON with two spaces per level, if it is not longer than `limit` bytes.
///
/// Numbers are written as in JavaScript; functions are empty strings.
pub(super) fn pretty(
    value: &JValue,
    limit: usize,
    fragments: Fragments,
) -> Result<String, MappingError> {
    let mut output = Output {
        text: String::new(),
        limit,
        fragments,
    };
    output.value(value, 0)?;
    Ok(output.text)
}

/// Adds another item of a list to a fragment.
pub(super) fn item(
    value: &JValue,
    limit: usize,
    fragment: &mut String,
) -> Result<(), MappingError> {
    let mut output = Output {
        text: std::mem::take(fragment),
        limit,
        fragments: Fragments::default(),
    };
    output.text.push(',');
    output.line(0)?;
    output.value(value, 0)?;
    *fragment = output.text;
    Ok(())
}

struct Output {
    text: String,
    limit: usize,
    fragments: Fragments,
}

impl Output {
    fn value(&mut self, value: &JValue, level: usize) -> Result<(), MappingError> {
        match value {
            JValue::Null | JValue::Undefined => self.text.push_str("null"),
            JValue::Bool(flag) => self.text.push_str(if *flag { "true" } else { "false" }),
            JValue::Number(number) => self.number(*number),
            JValue::String(text) => self.string(text),
            JValue::Array(items) => {
                let items = items.iter().map(|item| (None, item));
                with_stack(|| self.members(items, ['[', ']'], level))?;
            }
            JValue::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| (Some(key.as_str()), value));
                with_stack(|| self.members(members, ['{', '}'], level))?;
            }
            JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
                self.text.push_str("\"\"");
            }
        }
        self.check()
    }

    fn members<'v>(
        &mut self,
        members: impl Iterator<Item = (Option<&'v str>, &'v JValue)>,
        [open, close]: [char; 2],
        level: usize,
    ) -> Result<(), MappingError> {
        self.text.push(open);
        let mut empty = true;
        for (key, value) in members {
            if let JValue::Builtin { name } = value
                && self.fragment(name, level + 1)?
            {
                continue;
            }
            if !std::mem::take(&mut empty) {
                self.text.push(',');
            }
            self.line(level + 1)?;
            if let Some(key) = key {
                self.string(key);
                self.text.push_str(": ");
            }
            self.value(value, level + 1)?;
        }
        if !empty {
            self.line(level)?;
        }
        self.text.push(close);
        Ok(())
    }

    /// Writes the fragment of this name, if there is one, with its lines at a level.
    fn fragment(&mut self, name: &str, level: usize) -> Result<bool, MappingError> {
        // It is written once more where the list is in the output twice.
        let Some((name, fragment)) = self.fragments.remove_entry(name) else {
            return Ok(false);
        };
        for line in fragment.split_inclusive('\n') {
            self.text.push_str(line);
            if line.ends_with('\n') {
                self.text.extend(std::iter::repeat_n("  ", level));
            }
            self.check()?;
        }
        self.fragments.insert(name, fragment);
        Ok(true)
    }

    fn line(&mut self, level: usize) -> Result<(), MappingError> {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", level));
        self.check()
    }

    /// The shortest digits that read back as the number, without an exponent from 1e-6 up to 1e21.
    fn number(&mut self, number: f64) {
        let plain = (1e-6..1e21).contains(&number.abs());
        let written = if !number.is_finite() {
            self.text.write_str("null")
        } else if number == 0.0 {
            self.text.write_str("0")
        } else if plain {
            write!(self.text, "{number}")
        } else {
            let digits = format!("{number:e}");
            let signed = number.abs() >= 1.0;
            self.text.write_str(&if signed {
                digits.replace('e', "e+")
            } else {
                digits
            })
        };
        debug_assert!(written.is_ok(), "a string takes whatever is written to it");
    }

    fn string(&mut self, text: &str) {
        // A string always has a JSON form.
        self.text
            .push_str(&serde_json::to_string(text).unwrap_or_default());
    }

    fn check(&self) -> Result<(), MappingError> {
        if self.text.len() <= self.limit {
            return Ok(());
        }
        Err(errors::too_long("output", self.limit))
    }
}
