//! Queries of the server's own routes: `account=111122223333&detailType=Transformation*`.

use std::collections::BTreeMap;
use std::time::Duration;

use b2bi_local_faults::Glob;
use percent_encoding::percent_decode_str;

/// The most entries of a reply where the query does not say.
const LIMIT: usize = 1000;
/// The field of those lists that can be waited for.
pub(super) const WAIT: &str = "wait";
/// The longest that a request may wait, in seconds.
const LONGEST_WAIT: u64 = 60;

/// What a list is asked for: patterns of fields, and where to go on.
#[derive(Debug)]
pub(super) struct Query {
    patterns: Vec<(&'static str, Glob)>,
    pub(super) since: u64,
    pub(super) limit: usize,
    /// How long to wait for something that fits.
    pub(super) wait: Duration,
}

impl Query {
    /// Reads a query that may have these fields, besides `since` and `limit`.
    ///
    /// # Errors
    ///
    /// There is no such field, or its value makes no sense.
    pub(super) fn read(query: Option<&str>, fields: &[&'static str]) -> Result<Self, String> {
        let mut read = Self {
            patterns: Vec::new(),
            since: 0,
            limit: LIMIT,
            wait: Duration::ZERO,
        };
        let pairs = query.unwrap_or_default().split('&');
        for pair in pairs.filter(|it| !it.is_empty()) {
            let (key, value) = decoded(pair)?;
            let number = |_| format!("{key} must be a whole number from 0 up");
            match key {
                "since" => read.since = value.parse().map_err(number)?,
                "limit" => read.limit = value.parse().map_err(number)?,
                WAIT if fields.contains(&WAIT) => read.wait = wait(&value)?,
                _ => {
                    let field = fields.iter().find(|it| **it == key);
                    let field = field.ok_or_else(|| unknown(key, fields))?;
                    read.patterns.push((field, Glob::new(value)));
                }
            }
        }
        Ok(read)
    }

    /// Whether each field that the query names fits its pattern; a field without a value fits none.
    pub(super) fn accepts<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        let fits = |(field, glob): &(&'static str, Glob)| {
            value(field).is_some_and(|text| glob.is_match(text))
        };
        self.patterns.iter().all(fits)
    }
}

/// The values of a query that may have these keys, each once.
///
/// # Errors
///
/// There is no such key, or it is there twice.
pub(super) fn values(
    query: Option<&str>,
    keys: &[&'static str],
) -> Result<BTreeMap<&'static str, String>, String> {
    let mut values = BTreeMap::new();
    let pairs = query.unwrap_or_default().split('&');
    for pair in pairs.filter(|it| !it.is_empty()) {
        let (key, value) = decoded(pair)?;
        let known = keys.iter().find(|it| **it == key);
        let known =
            known.ok_or_else(|| format!("There is no `{key}` here, only {}", keys.join(", ")))?;
        if values.insert(*known, value).is_some() {
            return Err(format!("`{key}` is there twice"));
        }
    }
    Ok(values)
}

fn decoded(pair: &str) -> Result<(&str, String), String> {
    let (key, value) = pair
        .split_once('=')
        .ok_or_else(|| format!("`{pair}` is not of the form key=value"))?;
    let value = value.replace('+', " ");
    let value = percent_decode_str(&value).decode_utf8_lossy();
    Ok((key, value.into_owned()))
}

fn wait(seconds: &str) -> Result<Duration, String> {
    let seconds = seconds.parse().ok().filter(|it| *it <= LONGEST_WAIT);
    let wrong = || format!("{WAIT} must be a whole number of seconds, {LONGEST_WAIT} at most");
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

fn unknown(key: &str, fields: &[&str]) -> String {
    let fields = fields.join(", ");
    format!("There is no field `{key}`; there are {fields}, since and limit")
}

#[cfg(test)]
mod tests {
    use super::{Query, WAIT};

    #[test]
    fn fields_are_patterns() {
        for (query, expected) in [
            ("", true),
            ("name=a*", true),
            ("name=a%62c", true),
            ("name=a+c", false),
            ("name=b", false),
            ("other=*", false),
        ] {
            let query = Query::read(Some(query), &["name", "other"]).unwrap();
            let value = |field: &str| (field == "name").then_some("abc");
            assert_eq!(query.accepts(value), expected, "{query:?}");
        }
        for query in ["nmae=a", "since=x", "limit=-1", "name"] {
            assert!(Query::read(Some(query), &["name"]).is_err(), "{query}");
        }
    }

    #[test]
    fn only_some_lists_can_be_waited_for_and_not_for_ever() {
        for (query, fields, expected) in [
            ("", vec![WAIT], Some(0)),
            ("wait=60", vec![WAIT], Some(60)),
            ("wait=61", vec![WAIT], None),
            ("wait=-1", vec![WAIT], None),
            ("wait=soon", vec![WAIT], None),
            ("wait=1", vec!["name"], None),
        ] {
            let read = Query::read(Some(query), &fields);
            let seconds = read.ok().map(|it| it.wait.as_secs());
            assert_eq!(seconds, expected, "{query} {fields:?}");
        }
    }
}
