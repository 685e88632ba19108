//! The parameters of a request of the Query protocol, checked against the model's constraints.

use std::collections::BTreeMap;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::parameters;
use http::StatusCode;

/// The parameters of a request, and the constraints that they break.
pub(in crate::services) struct Form {
    parameters: BTreeMap<String, String>,
    broken: Vec<String>,
}

/// Which characters a text may have.
pub(in crate::services) type Allowed = fn(char) -> bool;

impl Form {
    pub(in crate::services) fn parse(body: &[u8]) -> Self {
        Self {
            parameters: parameters(body),
            broken: Vec::new(),
        }
    }

    /// A required text, with a length between two bounds.
    pub(in crate::services) fn required(
        &mut self,
        name: &str,
        bounds: (usize, usize),
        allowed: Allowed,
    ) -> String {
        let found = self.optional(name, bounds, allowed);
        found.unwrap_or_else(|| {
            self.missing(name);
            String::new()
        })
    }

    /// An optional text.
    pub(in crate::services) fn optional(
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

    /// An optional text with a pattern.
    pub(in crate::services) fn pattern(
        &mut self,
        name: &str,
        fits: fn(&str) -> bool,
        pattern: &str,
    ) -> Option<String> {
        let found = self.parameters.remove(name)?;
        if !fits(&found) {
            let bound = format!("Member must satisfy regular expression pattern: {pattern}");
            self.broken(name, &found, &bound);
        }
        Some(found)
    }

    /// An optional text that is one of several.
    pub(in crate::services) fn choice(
        &mut self,
        name: &str,
        choices: &[&'static str],
    ) -> Option<&'static str> {
        let found = self.parameters.remove(name)?;
        let chosen = choices.iter().find(|choice| **choice == found).copied();
        if chosen.is_none() {
            let choices = choices.join(", ");
            let bound = format!("Member must satisfy enum value set: [{choices}]");
            self.broken(name, &found, &bound);
        }
        chosen
    }

    /// An optional whole number between two bounds.
    pub(in crate::services) fn number(&mut self, name: &str, bounds: (u32, u32)) -> Option<u32> {
        let found = self.parameters.remove(name)?;
        let number = found.parse().ok();
        let number = number.filter(|number| (bounds.0..=bounds.1).contains(number));
        if number.is_none() {
            let (least, most) = bounds;
            let bound = format!("Member must be a whole number from {least} to {most}");
            self.broken(name, &found, &bound);
        }
        number
    }

    /// An optional boolean.
    pub(in crate::services) fn boolean(&mut self, name: &str) -> Option<bool> {
        let found = self.parameters.remove(name)?;
        match found.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.broken(name, &found, "Member must be true or false");
                None
            }
        }
    }

    /// A list of texts; `None` if it is missing.
    pub(in crate::services) fn list(&mut self, name: &str) -> Option<Vec<String>> {
        let is_empty = self.parameters.remove(name).is_some();
        let items = self.items(name).into_iter();
        let texts: Vec<String> = items
            .filter_map(|(_, mut members)| members.remove(""))
            .collect();
        (is_empty || !texts.is_empty()).then_some(texts)
    }

    /// A list of structures, each of which has texts by name; `None` if it is missing.
    pub(in crate::services) fn structures(
        &mut self,
        name: &str,
    ) -> Option<Vec<BTreeMap<String, String>>> {
        let is_empty = self.parameters.remove(name).is_some();
        let items: Vec<_> = self.items(name).into_values().collect();
        (is_empty || !items.is_empty()).then_some(items)
    }

    /// The members of the items of a list: `Name.member.1` or `Name.member.1.Key`.
    fn items(&mut self, name: &str) -> BTreeMap<u32, BTreeMap<String, String>> {
        let prefix = format!("{name}.member.");
        let mut items: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
        self.parameters.retain(|key, value| {
            let Some(rest) = key.strip_prefix(&prefix) else {
                return true;
            };
            let (place, member) = rest.split_once('.').unwrap_or((rest, ""));
            let Ok(place) = place.parse() else {
                return true;
            };
            let item = items.entry(place).or_default();
            item.insert(member.to_owned(), std::mem::take(value));
            false
        });
        items
    }

    /// Whether there is a parameter with this name, or one of its members.
    pub(in crate::services) fn has(&self, name: &str) -> bool {
        let members = format!("{name}.");
        let mut names = self.parameters.range(name.to_owned()..);
        names
            .next()
            .is_some_and(|(found, _)| found == name || found.starts_with(&members))
    }

    /// Records that a required member is missing.
    pub(in crate::services) fn missing(&mut self, name: &str) {
        let member = member(name);
        self.broken.push(format!(
            "Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ));
    }

    /// How long credentials are valid, in seconds.
    pub(in crate::services) fn duration(&mut self, default: i64, most: i64) -> i64 {
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

    /// Ends the reading: one error names all broken constraints.
    pub(in crate::services) fn end(&mut self) -> Result<(), ServiceError> {
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
pub(in crate::services) fn invalid(message: impl Into<String>) -> ServiceError {
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
    fn lists_are_read_by_their_places() {
        let body =
            b"Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1&Ids.member.10=x&\
                     Ids.member.9=y&Empty=&Odd.member.x=1&On=true&Off=maybe&Kind=C&Count=9";
        let mut form = Form::parse(body);
        assert!(form.has("Tags") && form.has("Ids") && !form.has("Tag"));
        let tags = form.structures("Tags").unwrap();
        let keys: Vec<_> = tags
            .iter()
            .map(|tag| tag.get("Key").unwrap().as_str())
            .collect();
        assert_eq!(keys, ["a", "b"]);
        assert_eq!(form.list("Ids").unwrap(), ["y", "x"]);
        assert_eq!(form.list("Empty"), Some(Vec::new()));
        assert_eq!((form.list("None"), form.structures("Odd")), (None, None));
        assert_eq!(form.boolean("On"), Some(true));
        assert!(form.end().is_ok());
        assert_eq!(form.boolean("Off"), None);
        assert_eq!(form.choice("Kind", &["A", "B"]), None);
        assert_eq!(form.number("Count", (1, 5)), None);
        let error = form.end().unwrap_err();
        assert!(
            error.message().starts_with("3 validation errors"),
            "{error:?}"
        );
    }

    #[test]
    fn violated_constraints_are_reported_together() {
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
