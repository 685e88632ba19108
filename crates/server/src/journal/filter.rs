//! Which entries are asked for.

use std::borrow::Cow;

use b2bi_local_faults::Glob;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Entry;

type Text<'a> = Option<Cow<'a, str>>;
type Field = (&'static str, fn(&Entry) -> Text<'_>);

/// The fields by which entries are found, as text; `rule` and `executed` have rules of their own.
const FIELDS: [Field; 13] = [
    ("kind", |it| Some(it.kind.as_str().into())),
    ("account", |it| Some((&*it.caller.account).into())),
    ("region", |it| Some((&*it.caller.region).into())),
    ("service", |it| Some(it.service.into())),
    ("operation", |it| Some(it.operation.into())),
    ("appId", |it| it.app_id.as_deref().map(Cow::from)),
    ("invocation", |it| {
        it.invocation_id.as_deref().map(Cow::from)
    }),
    ("attempt", |it| it.attempt.map(|it| it.to_string().into())),
    ("status", |it| {
        let status = it.status.map(|it| it.to_string().into());
        Some(status.unwrap_or(Cow::Borrowed("none")))
    }),
    ("error", |it| it.error.as_deref().map(Cow::from)),
    ("job", |it| it.job.as_ref().map(|it| it.id.as_str().into())),
    ("stage", |it| it.job.as_ref().map(|it| it.stage.into())),
    ("outcome", |it| it.job.as_ref().map(|it| it.outcome.into())),
];
const OTHERS: &str = "rule, executed, since";

/// What must be true of an entry; patterns may hold `*` and `?`.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    fields: Vec<(Field, Glob)>,
    rule: Option<Glob>,
    executed: Option<Executed>,
    since: u64,
}

/// How often the operation was carried out.
#[derive(Debug)]
enum Executed {
    Never,
    AtLeastOnce,
    Times(u8),
}

impl Filter {
    /// Reads a query: `operation=List*&status=503`.
    ///
    /// # Errors
    ///
    /// There is no such field, or its value makes no sense.
    pub(crate) fn from_query(query: &str) -> Result<Self, String> {
        let mut filter = Self::default();
        for pair in query.split('&').filter(|it| !it.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| format!("`{pair}` is not of the form key=value"))?;
            let value = percent_decode_str(value).decode_utf8_lossy();
            filter.add(key, &value)?;
        }
        Ok(filter)
    }

    /// Adds a condition of a JSON object: a text, a number, true or false.
    ///
    /// # Errors
    ///
    /// There is no such field, or its value makes no sense.
    pub(crate) fn add_value(&mut self, key: &str, value: &Value) -> Result<(), String> {
        match value {
            Value::String(text) => self.add(key, text),
            Value::Number(_) | Value::Bool(_) => self.add(key, &value.to_string()),
            _ => Err(format!("{key} must be a text, a number, true or false")),
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
                rules.any(|it| glob.is_match(&it.rule))
            })
            && self
                .executed
                .as_ref()
                .is_none_or(|it| it.is(entry.executed))
    }

    fn add(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "since" => {
                let number = value.parse();
                self.since =
                    number.map_err(|_| "since must be the number of an entry".to_owned())?;
            }
            "rule" | "fired" => self.rule = Some(Glob::new(value)),
            "executed" => self.executed = Some(Executed::read(value)?),
            _ => {
                let field = FIELDS.iter().find(|(name, _)| *name == key);
                let field = field.ok_or_else(|| unknown(key))?;
                self.fields.push((*field, Glob::new(value)));
            }
        }
        Ok(())
    }
}

impl Executed {
    fn read(value: &str) -> Result<Self, String> {
        match value {
            "true" => Ok(Self::AtLeastOnce),
            "false" => Ok(Self::Never),
            number => number
                .parse()
                .map(Self::Times)
                .map_err(|_| "executed must be true, false or a number of times".to_owned()),
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

fn unknown(key: &str) -> String {
    let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    format!(
        "Entries have no `{key}`; they are found by {}, {OTHERS}",
        known.join(", ")
    )
}
