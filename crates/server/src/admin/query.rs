//! The query of a list: patterns for fields, where to continue, and how long to wait.

use super::call::AdminError;
use std::time::Duration;

use b2bi_local_faults::Glob;

use crate::query::Params;

/// The maximum number of entries in a reply if the query does not set it.
const LIMIT: usize = 1000;
/// The field of those lists that can be waited for.
pub(super) const WAIT: &str = "wait";
/// The longest that a request may wait, in seconds.
const LONGEST_WAIT: u64 = 60;

/// The parameters of a list request.
#[derive(Debug)]
pub(super) struct Query {
    patterns: Vec<(String, Glob)>,
    pub(super) since: u64,
    pub(super) limit: usize,
    /// How long to wait for something that fits.
    pub(super) wait: Duration,
}

impl Query {
    /// Takes the parameters of a list: `since`, `limit`, `wait`, and patterns for all others.
    ///
    /// # Errors
    ///
    /// A number is not valid.
    pub(super) fn read(params: &Params) -> Result<Self, AdminError> {
        let mut read = Self {
            patterns: Vec::new(),
            since: 0,
            limit: LIMIT,
            wait: Duration::ZERO,
        };
        for (key, value) in params.iter() {
            match key {
                "since" => read.since = whole(key, value)?,
                "limit" => read.limit = limit(value)?,
                WAIT => read.wait = wait(value)?,
                _ => read.patterns.push((key.to_owned(), Glob::new(value))),
            }
        }
        Ok(read)
    }

    /// Whether each field in the query matches its pattern; a field without a value matches none.
    pub(super) fn accepts<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        let fits =
            |(field, glob): &(String, Glob)| value(field).is_some_and(|text| glob.is_match(text));
        self.patterns.iter().all(fits)
    }
}

/// Reads the number of entries that a reply may have.
///
/// # Errors
///
/// It is not a whole number.
pub(super) fn limit(value: &str) -> Result<usize, AdminError> {
    let limit = whole("limit", value)?;
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}

fn whole(key: &str, value: &str) -> Result<u64, AdminError> {
    let number = value.parse();
    number.map_err(|_| {
        let message = format!("`{key}` must be a whole number from 0 up, not `{value}`");
        AdminError::bad_request(message)
    })
}

fn wait(seconds: &str) -> Result<Duration, AdminError> {
    let seconds = seconds.parse().ok().filter(|wait| *wait <= LONGEST_WAIT);
    let wrong = || {
        let message = format!("`{WAIT}` must be a whole number of seconds, {LONGEST_WAIT} at most");
        AdminError::bad_request(message)
    };
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::{AdminError, Params, Query};

    fn read(query: &str) -> Result<Query, AdminError> {
        let known = ["name", "other", "since", "limit", "wait"];
        Query::read(&Params::parse(Some(query), &known).unwrap())
    }

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
            let value = |field: &str| (field == "name").then_some("abc");
            assert_eq!(read(query).unwrap().accepts(value), expected, "{query}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        for (query, expected) in [
            ("", Some((0, 1000, 0))),
            ("since=3&limit=0&wait=60", Some((3, 0, 60))),
            ("wait=61", None),
            ("wait=-1", None),
            ("since=x", None),
            ("limit=1.5", None),
        ] {
            let read = read(query).ok();
            let numbers = read.map(|query| (query.since, query.limit, query.wait.as_secs()));
            assert_eq!(numbers, expected, "{query}");
        }
    }
}
