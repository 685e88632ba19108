//! Filter patterns: terms of text, and comparisons of JSON fields.
//!
//! `Failed "File Deliver" -timeout` requires all plain terms and no term with a minus; of terms with a
//! question mark one is enough. `{ $.state = "File*" && $.status != "Complete" }` compares texts;
//! `*` matches anything, and `&&` binds more tightly than `||`. Numbers, regular expressions and
//! parentheses are refused.
//!
//! Source: the user guide of `CloudWatch` Logs, filter pattern syntax.

use b2bi_local_faults::Glob;
use serde_json::Value;

/// The conditions on a log event.
#[derive(Debug)]
pub(super) enum Pattern {
    Terms(Vec<Term>),
    /// One of these, if all of its comparisons match.
    Fields(Vec<Vec<Comparison>>),
}

#[derive(Debug)]
pub(super) struct Term {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Wanted,
    Unwanted,
    OneOf,
}

#[derive(Debug)]
pub(super) struct Comparison {
    path: Vec<String>,
    equal: bool,
    value: Glob,
}

/// A filter pattern in a form that is not understood here.
#[derive(Debug, thiserror::Error)]
#[error(
    "Invalid filter pattern: {0}. Terms such as `Failed -timeout` and comparisons such as \
     `{{ $.status = \"Failed\" }}` are understood here"
)]
pub(super) struct PatternError(String);

impl Pattern {
    /// Reads a pattern; an empty one fits everything.
    ///
    /// # Errors
    ///
    /// It is not one of the forms that are understood.
    pub(super) fn read(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        match text.strip_prefix('{') {
            None => terms(text).map(Self::Terms),
            Some(rest) => {
                let rest = rest.strip_suffix('}').ok_or_else(|| refused(text))?;
                let alternatives = rest.split("||").map(|all| {
                    let comparisons = all.split("&&").map(comparison);
                    comparisons.collect::<Option<Vec<_>>>()
                });
                let alternatives: Option<Vec<_>> = alternatives.collect();
                alternatives.map(Self::Fields).ok_or_else(|| refused(text))
            }
        }
    }

    /// Whether an event fits.
    pub(super) fn fits(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => fit_terms(terms, message),
            Self::Fields(alternatives) => {
                let message: Value = serde_json::from_str(message).unwrap_or_default();
                alternatives
                    .iter()
                    .any(|all| all.iter().all(|item| item.holds(&message)))
            }
        }
    }
}

impl Comparison {
    fn holds(&self, message: &Value) -> bool {
        let found = self
            .path
            .iter()
            .try_fold(message, |value, key| value.get(key));
        match found {
            None => false,
            Some(Value::String(text)) => self.value.is_match(text) == self.equal,
            Some(other) => self.value.is_match(&other.to_string()) == self.equal,
        }
    }
}

fn fit_terms(terms: &[Term], text: &str) -> bool {
    let of = |kind| terms.iter().filter(move |term| term.kind == kind);
    let contained = |term: &Term| text.contains(&term.text);
    of(Kind::Wanted).all(contained)
        && !of(Kind::Unwanted).any(contained)
        && (of(Kind::OneOf).next().is_none() || of(Kind::OneOf).any(contained))
}

fn terms(text: &str) -> Result<Vec<Term>, PatternError> {
    let (mut terms, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let (kind, after) = match rest.chars().next() {
            Some('-') => (Kind::Unwanted, rest.get(1..).unwrap_or_default()),
            Some('?') => (Kind::OneOf, rest.get(1..).unwrap_or_default()),
            _ => (Kind::Wanted, rest),
        };
        let (word, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| refused(text))?,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        // A record is searched as the JSON that it is.
        let json = Value::from(word).to_string();
        terms.push(Term {
            kind,
            text: json.trim_matches('"').to_owned(),
        });
        rest = after.trim_start();
    }
    Ok(terms)
}

/// `$.status = "Failed"`
fn comparison(text: &str) -> Option<Comparison> {
    let (path, equal, value) = if let Some((path, value)) = text.split_once("!=") {
        (path, false, value)
    } else {
        let (path, value) = text.split_once('=')?;
        (path, true, value)
    };
    let path = path.trim().strip_prefix("$.")?;
    let named =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    let value = value.trim();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        None => value,
    };
    let plain = !value.is_empty() && !value.contains(['"', '%', '(', ')']);
    (plain && path.iter().all(|path| named(path))).then(|| Comparison {
        path,
        equal,
        value: Glob::new(value),
    })
}

fn refused(text: &str) -> PatternError {
    PatternError(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use serde_json::json;

    #[test]
    fn patterns_choose_events() {
        let message = json!({
            "state": "File Deliver",
            "status": "Failed",
            "eventNotes": "Access denied: \"out\"",
            "size": 12,
            "at": {"key": "in/a"}
        });
        for (pattern, expected) in [
            ("", true),
            ("Failed", true),
            ("Failed Access", true),
            ("Failed Complete", false),
            ("failed", false),
            ("\"Access denied\"", true),
            ("\"Access refused\"", false),
            ("-Complete", true),
            ("Failed -denied", false),
            ("?Complete ?Failed", true),
            ("?Complete ?Progress", false),
            ("{ $.status = \"Failed\" }", true),
            ("{ $.status = Failed }", true),
            ("{ $.status != \"Failed\" }", false),
            ("{ $.state = \"File*\" && $.status = \"Failed\" }", true),
            ("{ $.state = \"File*\" && $.status = \"Complete\" }", false),
            ("{ $.status = \"Complete\" || $.at.key = \"in/*\" }", true),
            ("{ $.size = 12 }", true),
            ("{ $.missing != \"x\" }", false),
        ] {
            let read = Pattern::read(pattern).unwrap();
            assert_eq!(read.fits(&message.to_string()), expected, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in [
            "{ $.a = 1",
            "{ $.a }",
            "{ a = 1 }",
            "{ ($.a = 1) }",
            "{ $.a = %x% }",
            "\"open",
            "{ $.a = }",
        ] {
            assert!(Pattern::read(pattern).is_err(), "{pattern}");
        }
    }
}
