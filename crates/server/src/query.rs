//! Query strings of the admin routes: `account=111122223333&detailType=Transformation*`.

use b2bi_local_faults::nearest;
use percent_encoding::percent_decode_str;

/// The parameters of a query, in order. Each key is known, occurs once and has a value.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query with these allowed keys. A key such as `header:NAME` allows all keys that
    /// begin with `header:`.
    ///
    /// # Errors
    ///
    /// A key is unknown or repeated, has no value, or is not UTF-8.
    pub(crate) fn parse(query: Option<&str>, known: &[&'static str]) -> Result<Self, ParamError> {
        let mut params = Self::default();
        let pairs = query.unwrap_or_default().split('&');
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (decoded(key)?, decoded(value)?);
            if !known.iter().any(|name| is_named(&key, name)) {
                let known = known.to_vec();
                return Err(ParamError::Unknown { key, known });
            }
            if value.is_empty() {
                return Err(ParamError::Empty(key));
            }
            if params.get(&key).is_some() {
                return Err(ParamError::Repeated(key));
            }
            params.0.push((key, value));
        }
        Ok(params)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// Keys and values in the order in which they were written.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// Why a query cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParamError {
    /// The route has no such key.
    #[error("{}", unknown("query key", .key, .known))]
    Unknown {
        key: String,
        known: Vec<&'static str>,
    },
    /// The key has no value.
    #[error("the query key `{0}` has no value: write {0}=VALUE or leave it out")]
    Empty(String),
    /// The key occurs more than once.
    #[error("the query key `{0}` is there twice")]
    Repeated(String),
    /// The text is not UTF-8 once it is decoded.
    #[error("`{0}` in the query is not UTF-8")]
    NotText(String),
}

/// The maximum number of known names that are listed after the nearest.
const MOST_LISTED: usize = 20;

/// Reports that a name is unknown, with the nearest known one, and the others if they are few.
pub(crate) fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        None => format!("unknown {kind} `{name}`: there are none here"),
        Some(hint) if known.len() > MOST_LISTED => {
            format!("unknown {kind} `{name}`; the nearest is `{hint}`")
        }
        Some(hint) => format!(
            "unknown {kind} `{name}`; the nearest is `{hint}` (known: {})",
            known.join(", ")
        ),
    }
}

fn is_named(key: &str, name: &str) -> bool {
    match name.strip_suffix(":NAME") {
        None => key == name,
        Some(prefix) => key
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| !rest.is_empty()),
    }
}

fn decoded(text: &str) -> Result<String, ParamError> {
    let plain = text.replace('+', " ");
    match percent_decode_str(&plain).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(ParamError::NotText(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    fn check(query: &str, expected: Result<&[(&str, &str)], &str>) {
        let read = Params::parse(Some(query), &["id", "name", "header:NAME"]);
        match (read, expected) {
            (Ok(params), Ok(pairs)) => assert_eq!(params.iter().collect::<Vec<_>>(), pairs),
            (Err(error), Err(message)) => {
                assert!(error.to_string().contains(message), "{query}: {error}");
            }
            (read, expected) => panic!("{query}: {read:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn known_keys_have_one_value_each() {
        check("", Ok(&[]));
        check("&&", Ok(&[]));
        check("id=r2", Ok(&[("id", "r2")]));
        check(
            "%69d=a%2Cb+c&name=%C3%A9",
            Ok(&[("id", "a,b c"), ("name", "é")]),
        );
        check(
            "header:x-a=1&header:x-b=2",
            Ok(&[("header:x-a", "1"), ("header:x-b", "2")]),
        );
        check("id=a=b", Ok(&[("id", "a=b")]));
    }

    #[test]
    fn anything_else_is_refused_with_the_key() {
        check(
            "rule=r2",
            Err("unknown query key `rule`; the nearest is `name` (known: id, name"),
        );
        check("nmae=1", Err("the nearest is `name`"));
        check("x=1&id=r2", Err("unknown query key `x`"));
        check("ID=r2", Err("unknown query key `ID`; the nearest is `id`"));
        check("id", Err("`id` has no value"));
        check("id=", Err("`id` has no value"));
        check("id=a&id=b", Err("`id` is there twice"));
        check("id=a&%69d=a", Err("`id` is there twice"));
        check("id=%FF", Err("not UTF-8"));
        check("header:=1", Err("unknown query key `header:`"));
        check("=1", Err("unknown query key ``"));
        let none = Params::parse(Some("a=1"), &[]).unwrap_err().to_string();
        assert_eq!(none, "unknown query key `a`: there are none here");
    }
}
