//! The filter of journal entries.

use crate::query::ParamError;
use std::borrow::Cow;
use std::num::ParseIntError;

use b2bi_local_faults::Glob;
use serde_json::Value;

use super::Entry;
use crate::query::{Params, unknown};

type Text<'a> = Option<Cow<'a, str>>;
type Field = (&'static str, fn(&Entry) -> Text<'_>);

/// The fields by which entries are found, as text; `rule` and `executed` have rules of their own.
const FIELDS: [Field; 13] = [
    ("kind", |item| Some(item.kind.as_str().into())),
    ("account", |item| Some((&*item.caller.account).into())),
    ("region", |item| Some((&*item.caller.region).into())),
    ("service", |item| Some(item.service.into())),
    ("operation", |item| Some(item.operation.into())),
    ("appId", |item| item.app_id.as_deref().map(Cow::from)),
    ("invocation", |item| {
        item.invocation_id.as_deref().map(Cow::from)
    }),
    ("attempt", |item| {
        item.attempt.map(|attempt| attempt.to_string().into())
    }),
    ("status", |item| {
        let status = item.status.map(|status| status.to_string().into());
        Some(status.unwrap_or(Cow::Borrowed("none")))
    }),
    ("error", |item| item.error.as_deref().map(Cow::from)),
    ("job", |item| {
        item.job.as_ref().map(|job| job.id.as_str().into())
    }),
    ("stage", |item| {
        item.job.as_ref().map(|job| job.stage.into())
    }),
    ("outcome", |item| {
        item.job.as_ref().map(|job| job.outcome.into())
    }),
];
/// The other conditions; `fired` is another word for `rule`.
const OTHERS: [&str; 4] = ["rule", "fired", "executed", "since"];

/// The conditions on an entry; patterns may contain `*` and `?`.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    fields: Vec<(Field, Glob)>,
    rule: Option<Glob>,
    executed: Option<Executed>,
    since: u64,
}

/// How many times the operation was executed.
#[derive(Debug)]
enum Executed {
    Never,
    AtLeastOnce,
    Times(u8),
}

impl Filter {
    /// The keys of a query: the conditions, and how a list of entries is cut and grouped.
    pub(crate) const QUERY: &[&str] = &[
        "kind",
        "account",
        "region",
        "service",
        "operation",
        "appId",
        "invocation",
        "attempt",
        "status",
        "error",
        "job",
        "stage",
        "outcome",
        "rule",
        "fired",
        "executed",
        "since",
        "limit",
        "group",
    ];

    /// Reads a query: `operation=List*&status=503`.
    ///
    /// # Errors
    ///
    /// There is no such field, or its value is invalid.
    pub(crate) fn from_query(query: &str) -> Result<Self, FilterError> {
        let conditions = Self::QUERY.split_last_chunk::<2>();
        let conditions = conditions.map_or(Self::QUERY, |(conditions, _)| conditions);
        Self::from_params(&Params::parse(Some(query), conditions)?)
    }

    /// Takes the conditions among the parameters of a list.
    ///
    /// # Errors
    ///
    /// A value is not valid.
    pub(crate) fn from_params(params: &Params) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let is_condition = |(key, _): &(&str, &str)| !["limit", "group"].contains(key);
        for (key, value) in params.iter().filter(is_condition) {
            filter.add(key, value)?;
        }
        Ok(filter)
    }

    /// Only entries after this number match.
    pub(crate) fn since_mut(&mut self) -> &mut u64 {
        &mut self.since
    }

    /// Adds a condition of a JSON object: a text, a number, true or false.
    ///
    /// # Errors
    ///
    /// There is no such field, or its value is invalid.
    pub(crate) fn add_value(&mut self, key: &str, value: &Value) -> Result<(), FilterError> {
        match value {
            Value::String(text) => self.add(key, text),
            Value::Number(_) | Value::Bool(_) => self.add(key, &value.to_string()),
            _ => Err(FilterError::Kind(key.to_owned())),
        }
    }

    /// Whether all of it is true of the entry.
    pub(crate) fn accepts(&self, entry: &Entry) -> bool {
        let fits = |((_, read), glob): &(Field, Glob)| {
            read(entry).is_some_and(|text| glob.is_match(&text))
        };
        entry.number > self.since
            && self.fields.iter().all(fits)
            && self.rule.as_ref().is_none_or(|glob| {
                let mut rules = entry.faults.iter();
                rules.any(|rule| glob.is_match(&rule.rule))
            })
            && self
                .executed
                .as_ref()
                .is_none_or(|executed| executed.is(entry.executed))
    }

    fn add(&mut self, key: &str, value: &str) -> Result<(), FilterError> {
        match key {
            "since" => {
                self.since = value.parse().map_err(FilterError::Since)?;
            }
            "rule" | "fired" => self.rule = Some(Glob::new(value)),
            "executed" => self.executed = Some(Executed::read(value)?),
            _ => {
                let field = FIELDS.iter().find(|(name, _)| *name == key);
                let field = field.ok_or_else(|| no_such(key))?;
                self.fields.push((*field, Glob::new(value)));
            }
        }
        Ok(())
    }
}

/// A condition that entries cannot be chosen by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilterError {
    #[error(transparent)]
    Query(#[from] ParamError),
    /// There is no such field; the error has its name, and the nearest one.
    #[error("{0}")]
    Unknown(String),
    #[error("{0} must be a text, a number, true or false")]
    Kind(String),
    #[error("since must be the number of an entry")]
    Since(#[source] ParseIntError),
    #[error("executed must be true, false or a number of times")]
    Executed(#[source] ParseIntError),
}

impl Executed {
    fn read(value: &str) -> Result<Self, FilterError> {
        match value {
            "true" => Ok(Self::AtLeastOnce),
            "false" => Ok(Self::Never),
            number => number
                .parse()
                .map(Self::Times)
                .map_err(FilterError::Executed),
        }
    }

    fn is(&self, executed: u8) -> bool {
        match self {
            Self::Never => executed == 0,
            Self::AtLeastOnce => executed > 0,
            Self::Times(times) => executed == *times,
        }
    }
}

fn no_such(key: &str) -> FilterError {
    let names = FIELDS.iter().map(|(name, _)| *name).chain(OTHERS);
    FilterError::Unknown(unknown("field", key, &names.collect::<Vec<_>>()))
}
