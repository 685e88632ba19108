//! The parameters of a request, checked against the model's constraints.

use std::collections::BTreeMap;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::parameters;
use http::StatusCode;

/// The parameters of a request, and the constraints that they break.
pub(super) struct Form {
    parameters: BTreeMap<String, String>,
    broken: Vec<String>,
}

/// Which characters a text may have.
pub(super) type Allowed = fn(char) -> bool;

impl Form {
    pub(super) fn parse(body: &[u8]) -> Self {
        Self {
            parameters: parameters(body),
            broken: Vec::new(),
        }
    }

    /// A text that has to be there, of a length between two bounds.
    pub(super) fn required(
        &mut self,
        name: &str,
        bounds: (usize, usize),
        allowed: Allowed,
    ) -> String {
        let found = self.optional(name, bounds, allowed);
        found.unwrap_or_else(|| {
            let member = member(name);
            self.broken.push(format!(
                "Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ));
            String::new()
        })
    }

    /// A text that may be there.
    pub(super) fn optional(
        &mut self,
        name: &str,
        (least, most): (usize, usize),
        allowed: Allowed,
    ) -> Option<String> {
        let found = self.parameters.remove(name)?;
        let length = found.chars().count();
        if length < least {
            let bound = format!("Member must have length greater than or equal to {least}");
            self.broken(name, &found, &bound);
        } else if length > most {
            let bound = format!("Member must have length less than or equal to {most}");
            self.broken(name, &found, &bound);
        } else if !found.chars().all(allowed) {
            self.broken(
                name,
                &found,
                "Member must satisfy the regular expression pattern of its type",
            );
        }
        Some(found)
    }

    /// How long credentials are to be good, in seconds.
    pub(super) fn duration(&mut self, default: i64, most: i64) -> i64 {
        let Some(found) = self.parameters.remove("DurationSeconds") else {
            return default;
        };
        match found.parse::<i64>() {
            Ok(seconds) if (900..=most).contains(&seconds) => return seconds,
            Ok(seconds) if seconds < 900 => {
                let bound = "Member must have value greater than or equal to 900";
                self.broken("DurationSeconds", &found, bound);
            }
            Ok(_) => {
                let bound = format!("Member must have value less than or equal to {most}");
                self.broken("DurationSeconds", &found, &bound);
            }
            Err(_) => self.broken("DurationSeconds", &found, "Member must be a whole number"),
        }
        default
    }

    /// Ends the reading: all broken constraints stand in one error.
    pub(super) fn end(&mut self) -> Result<(), ServiceError> {
        let broken = std::mem::take(&mut self.broken);
        let count = broken.len();
        let plural = if count == 1 { "error" } else { "errors" };
        match count {
            0 => Ok(()),
            _ => Err(invalid(format!(
                "{count} validation {plural} detected: {}",
                broken.join("; ")
            ))),
        }
    }

    fn broken(&mut self, name: &str, found: &str, bound: &str) {
        let shown: String = found.chars().take(256).collect();
        let member = member(name);
        self.broken.push(format!(
            "Value '{shown}' at '{member}' failed to satisfy constraint: {bound}"
        ));
    }
}

/// A request breaks a constraint.
pub(super) fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::front(StatusCode::BAD_REQUEST, "ValidationError", message)
}

/// A member as messages write it: with a small letter.
fn member(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn broken_constraints_are_told_together() {
        for (body, expected) in [
            ("Name=abc&DurationSeconds=900", ""),
            ("Name=a", "1 validation error detected: Value 'a' at 'name'"),
            ("Name=abcdef", "less than or equal to 5"),
            ("Name=a-b", "regular expression"),
            (
                "",
                "Value null at 'name' failed to satisfy constraint: Member must not be null",
            ),
            (
                "Name=abc&DurationSeconds=899",
                "greater than or equal to 900",
            ),
            (
                "Name=abc&DurationSeconds=3601",
                "less than or equal to 3600",
            ),
            ("DurationSeconds=x", "2 validation errors detected"),
        ] {
            let mut form = Form::parse(body.as_bytes());
            form.required("Name", (2, 5), |letter| letter.is_ascii_lowercase());
            form.duration(3600, 3600);
            let found = form.end().map_err(|error| error.message().to_owned());
            let found = found.err().unwrap_or_default();
            assert!(
                found.contains(expected) && found.is_empty() == expected.is_empty(),
                "{body}: {found}"
            );
        }
    }
}
