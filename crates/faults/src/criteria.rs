//! The conditions that select requests.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::facts::{Answered, Facts};
use crate::glob::Patterns;
use crate::pointer;
use crate::read::{RuleReadError, Table, entries};
use crate::reply::is_name_character;
use crate::span::Ranges;

/// Conditions on a request; an absent one matches every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Criteria {
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Patterns>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Patterns>,
    /// The operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Patterns>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Patterns>,
    /// The access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_key: Option<Patterns>,
    /// The application id of the SDK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<Patterns>,
    /// The user agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Patterns>,
    /// The id of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<Patterns>,
    /// Headers by name: each must be present and match.
    #[serde(rename = "header", skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Patterns>,
    /// Members of the body by JSON pointer: each must be present, not be a list or object, and
    /// match.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, Patterns>,
    /// The attempt as the SDK counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Ranges>,
    /// The result of the handler: `success`, `error`, a code or a status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Patterns>,
}

impl Criteria {
    /// Whether all of it is true of the request.
    #[must_use]
    pub fn accept(&self, facts: &Facts<'_>) -> bool {
        self.mismatch(facts).is_none()
    }

    /// Whether its conditions on the service, region, operation and account match the request: the
    /// facts that are known before its body is read.
    pub(crate) fn accept_call(&self, facts: &Facts<'_>) -> bool {
        let texts = [
            (&self.operation, facts.operation),
            (&self.service, facts.service),
            (&self.account, facts.account),
            (&self.region, facts.region),
        ];
        texts.iter().all(|(patterns, subject)| {
            patterns
                .as_ref()
                .is_none_or(|patterns| patterns.accepts(Some(subject)))
        })
    }

    /// The first key whose condition does not match the request.
    #[must_use]
    pub(crate) fn mismatch(&self, facts: &Facts<'_>) -> Option<&'static str> {
        let texts = [
            ("operation", &self.operation, Some(facts.operation)),
            ("service", &self.service, Some(facts.service)),
            ("region", &self.region, Some(facts.region)),
            ("account", &self.account, Some(facts.account)),
            ("accessKey", &self.access_key, facts.access_key),
            ("appId", &self.app_id, facts.app_id),
            ("userAgent", &self.user_agent, facts.user_agent),
        ];
        let is_amiss = |(_, patterns, subject): &&(_, &Option<Patterns>, Option<&str>)| {
            patterns
                .as_ref()
                .is_some_and(|patterns| !patterns.accepts(*subject))
        };
        let attempt = self.attempt.as_ref();
        let mut headers = self.headers.iter();
        let mut body = self.body.iter();
        if let Some((key, ..)) = texts.iter().find(is_amiss) {
            Some(key)
        } else if self
            .resource
            .as_ref()
            .is_some_and(|resource| !any(resource, facts.resources))
        {
            Some("resource")
        } else if attempt.is_some_and(|attempt| !attempt.accepts(facts.attempt)) {
            Some("attempt")
        } else if headers.any(|(name, value)| !value.accepts((facts.header)(name))) {
            Some("header")
        } else if body.any(|(path, value)| !value.accepts(member(facts.body, path).as_deref())) {
            Some("body")
        } else if self
            .result
            .as_ref()
            .is_some_and(|result| !is_result(result, facts.result))
        {
            Some("result")
        } else {
            None
        }
    }

    /// Whether it asks for something that only a request has, and a job has not.
    pub(crate) fn is_about_requests(&self) -> bool {
        let of_the_caller = [
            &self.access_key,
            &self.app_id,
            &self.user_agent,
            &self.result,
        ];
        of_the_caller
            .iter()
            .any(|of_the_caller| of_the_caller.is_some())
            || !self.headers.is_empty()
            || self.attempt.is_some()
    }

    /// Whether it is true of every request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn read(table: Table<'_>) -> Result<Self, RuleReadError> {
        let patterns = |key| table.read(key, Patterns::read);
        Ok(Self {
            service: patterns("service")?,
            region: patterns("region")?,
            operation: patterns("operation")?,
            account: patterns("account")?,
            access_key: patterns("accessKey")?,
            app_id: patterns("appId")?,
            user_agent: patterns("userAgent")?,
            resource: patterns("resource")?,
            headers: table.read("header", headers)?.unwrap_or_default(),
            body: table.read("body", members)?.unwrap_or_default(),
            attempt: table.read("attempt", Ranges::read)?,
            result: patterns("result")?,
        })
    }
}

fn any(patterns: &Patterns, texts: &[&str]) -> bool {
    texts.iter().any(|text| patterns.accepts(Some(text)))
}

fn is_result(patterns: &Patterns, result: Option<Answered<'_>>) -> bool {
    result.is_some_and(|result| {
        let status = result.status.to_string();
        let word = result.code.map_or("success", |_| "error");
        any(patterns, &[word, &status]) || patterns.accepts(result.code)
    })
}

/// A member of the body as text.
fn member<'a>(body: Option<&'a Value>, path: &str) -> Option<Cow<'a, str>> {
    match body?.pointer(path)? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Owned(flag.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn members(value: &Value) -> Result<BTreeMap<String, Patterns>, RuleReadError> {
    let member = |(path, value): (&String, &Value)| {
        let patterns = pointer::check(path).and_then(|()| Patterns::read(value));
        Ok((
            path.clone(),
            patterns.map_err(|problem| problem.under(path))?,
        ))
    };
    entries(value)?.iter().map(member).collect()
}

fn headers(value: &Value) -> Result<BTreeMap<String, Patterns>, RuleReadError> {
    let header = |(name, value): (&String, &Value)| {
        let patterns = header_name(name).and_then(|()| Patterns::read(value));
        Ok((
            name.clone(),
            patterns.map_err(|problem| problem.under(name))?,
        ))
    };
    entries(value)?.iter().map(header).collect()
}

/// Refuses what no header can be called.
pub(crate) fn header_name(name: &str) -> Result<(), RuleReadError> {
    if !name.is_empty() && name.chars().all(is_name_character) {
        return Ok(());
    }
    Err(RuleReadError::new(
        "a header's name is of letters, digits and `!#$%&'*+-.^_|~`",
    ))
}
