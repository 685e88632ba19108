//! The names that rules may use: services, operations, errors, regions and accounts.
//!
//! A rule that names something that does not exist can never act. Rules are checked against a
//! [`Vocabulary`] first, so that a misspelt name is an error and not a test without a fault.

use std::fmt;

use crate::effect::Effect;
use crate::glob::{Glob, Patterns};
use crate::grammar::Chain;
use crate::read::nearest;
use crate::reply::ErrorReply;
use crate::rule::Rule;

/// The terms of a service.
#[derive(Clone, Debug, Default)]
pub struct ServiceTerms {
    /// The name, such as `b2bi`.
    pub name: &'static str,
    /// The operations.
    pub operations: Vec<&'static str>,
    /// The codes of its errors, except for [`Vocabulary::common_errors`].
    pub errors: Vec<&'static str>,
    /// Whether requests have JSON bodies, which rules can look into.
    pub json_bodies: bool,
    /// The operations that a stale read applies to.
    pub stale_reads: Vec<&'static str>,
    /// The operations that start jobs; empty for a service without jobs.
    pub job_operations: Vec<&'static str>,
}

/// The names that rules may use.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The services that rules act on.
    pub services: Vec<ServiceTerms>,
    /// The codes of errors that every service may answer with.
    pub common_errors: Vec<&'static str>,
    /// Regions in use whose names do not have the form of AWS's.
    pub regions: Vec<String>,
}

/// A rule that can never act, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTermError {
    /// The rule's id, or its position from 1.
    rule: String,
    /// The rule's index in its list, from 0; `None` if it is not in a list.
    index: Option<usize>,
    /// The key of the rule, such as `operation`.
    key: &'static str,
    message: String,
}

impl UnknownTermError {
    /// The position of the rule in its list, from 0.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        self.index
    }
}

impl fmt::Display for UnknownTermError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule, key, message, ..
        } = self;
        if rule.is_empty() {
            write!(out, "{key}: {message}")
        } else {
            write!(out, "rule {rule}, {key}: {message}")
        }
    }
}

impl std::error::Error for UnknownTermError {}

/// An unknown term of a rule: its key, and the problem.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct TermError {
    key: &'static str,
    message: String,
}

impl TermError {
    fn new(key: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { key, message }
    }
}

impl Vocabulary {
    /// Checks that each of the rules can act on something.
    ///
    /// # Errors
    ///
    /// The first rule that cannot, with the name at fault and the nearest one that exists.
    pub fn check(&self, rules: &[Rule]) -> Result<(), UnknownTermError> {
        for (index, rule) in rules.iter().enumerate() {
            self.check_rule(rule)
                .map_err(|TermError { key, message }| {
                    let position = index.saturating_add(1);
                    let id = rule.id().map(|id| format!("{position} ({id})"));
                    UnknownTermError {
                        rule: id.unwrap_or_else(|| position.to_string()),
                        index: Some(index),
                        key,
                        message,
                    }
                })?;
        }
        Ok(())
    }

    /// Checks the error codes of a chain in a request for a service.
    ///
    /// # Errors
    ///
    /// The first code that the service does not know.
    pub fn check_chain(&self, chain: &Chain, service: &str) -> Result<(), UnknownTermError> {
        let services: Vec<&ServiceTerms> = self
            .services
            .iter()
            .filter(|terms| terms.name == service)
            .collect();
        let checked = chain
            .errors()
            .try_for_each(|errors| self.code(errors, &services));
        checked.map_err(|TermError { key, message }| UnknownTermError {
            rule: String::new(),
            index: None,
            key,
            message,
        })
    }

    fn check_rule(&self, rule: &Rule) -> Result<(), TermError> {
        let criteria = rule.criteria();
        let services = self.services_of(criteria.service.as_ref())?;
        self.operations(rule, &services)?;
        each(criteria.region.as_ref(), |region| self.region(region))?;
        each(criteria.account.as_ref(), account)?;
        for (key, patterns) in [
            ("accessKey", &criteria.access_key),
            ("appId", &criteria.app_id),
            ("userAgent", &criteria.user_agent),
            ("resource", &criteria.resource),
        ] {
            each(patterns.as_ref(), |pattern| not_empty(key, pattern))?;
        }
        if !criteria.body.is_empty() && !services.iter().any(|terms| terms.json_bodies) {
            let names = named(&services);
            let message =
                format!("requests of {names} have no JSON body that a rule can look into");
            return Err(TermError::new("body", message));
        }
        let answering = answering(rule, &services);
        each(criteria.result.as_ref(), |result| {
            self.result(result, &answering)
        })?;
        let errors = rule.errors();
        errors
            .into_iter()
            .try_for_each(|error| self.code(error, &services))
    }

    /// The services that a rule is about.
    fn services_of(&self, patterns: Option<&Patterns>) -> Result<Vec<&ServiceTerms>, TermError> {
        let names: Vec<&str> = self.services.iter().map(|terms| terms.name).collect();
        each(patterns, |pattern| {
            known("service", "service", pattern, &names).map_err(|error| {
                let note = "rules do not act on requests that are passed on to another server";
                TermError::new("service", format!("{error}; {note}"))
            })
        })?;
        let is_about = |terms: &&ServiceTerms| {
            patterns.is_none_or(|patterns| patterns.accepts(Some(terms.name)))
        };
        Ok(self.services.iter().filter(is_about).collect())
    }

    fn operations(&self, rule: &Rule, services: &[&ServiceTerms]) -> Result<(), TermError> {
        let (of, select): (_, fn(&ServiceTerms) -> &Vec<&'static str>) = match rule.effect() {
            Some(Effect::Job(_)) => ("operation that starts jobs", |item| &item.job_operations),
            Some(Effect::Stale(_)) => ("operation that reads", |item| &item.stale_reads),
            _ => ("operation", |item| &item.operations),
        };
        let names = services.iter().flat_map(|terms| select(terms)).copied();
        let names: Vec<&str> = names.collect();
        if names.is_empty() {
            let message = format!("{} has no {of}", named(services));
            return Err(TermError::new("service", message));
        }
        each(rule.criteria().operation.as_ref(), |pattern| {
            known("operation", of, pattern, &names).map_err(|error| {
                let message = error.message + &self.elsewhere(pattern, services);
                TermError::new("operation", message)
            })
        })
    }

    /// The other service that has an operation of this name.
    fn elsewhere(&self, pattern: &Glob, services: &[&ServiceTerms]) -> String {
        let has = |terms: &&ServiceTerms| {
            let mut operations = terms.operations.iter();
            !services.iter().any(|service| service.name == terms.name)
                && operations.any(|operation| pattern.is_match(operation))
        };
        let found = self.services.iter().find(has);
        found.map_or_else(String::new, |terms| {
            format!("; the service `{}` has it", terms.name)
        })
    }

    fn region(&self, pattern: &Glob) -> Result<(), TermError> {
        let text = pattern.as_str();
        if has_wildcard(text) || is_region(text) || self.regions.iter().any(|region| region == text)
        {
            return Ok(());
        }
        Err(TermError::new(
            "region",
            format!(
                "`{text}` has not the form of a region such as `us-east-1`; for a region of another \
                 form, write it with a wildcard, such as `local*`"
            ),
        ))
    }

    fn code(&self, error: &ErrorReply, services: &[&ServiceTerms]) -> Result<(), TermError> {
        let code = error.code.as_str();
        if error.status_code.is_some() {
            return Ok(());
        }
        let all: Vec<&ServiceTerms> = self.services.iter().collect();
        if self.codes(&all).contains(&code) {
            return Ok(());
        }
        let names = self.codes(services);
        let hint = nearest(code, &names).unwrap_or_default();
        Err(TermError::new(
            "error.code",
            format!(
                "unknown error code `{code}` of {}, the nearest valid one is `{hint}`; for a code \
                 of your own, give its status too (`statusCode`, or `error({code},400)`)",
                named(services)
            ),
        ))
    }

    fn codes(&self, services: &[&ServiceTerms]) -> Vec<&'static str> {
        let own = services.iter().flat_map(|service| service.errors.iter());
        own.chain(&self.common_errors).copied().collect()
    }

    /// A result is `success`, `error`, a status or a code.
    fn result(&self, pattern: &Glob, services: &[&ServiceTerms]) -> Result<(), TermError> {
        let mut words = vec!["success", "error"];
        words.extend(self.codes(services));
        let is_status = (100..600).any(|status: u16| pattern.is_match(&status.to_string()));
        if is_status {
            return Ok(());
        }
        known("result", "result", pattern, &words)
    }
}

/// Checks each of some patterns.
fn each(
    patterns: Option<&Patterns>,
    check: impl Fn(&Glob) -> Result<(), TermError>,
) -> Result<(), TermError> {
    patterns.map_or(Ok(()), |patterns| {
        patterns.globs().iter().try_for_each(check)
    })
}

/// Refuses an empty pattern, which only an empty text fits.
fn not_empty(key: &'static str, pattern: &Glob) -> Result<(), TermError> {
    if pattern.as_str().is_empty() {
        let message = "an empty text fits no request; leave the key out, or write `*`";
        return Err(TermError::new(key, message));
    }
    Ok(())
}

/// The services that have an operation of the rule.
fn answering<'s>(rule: &Rule, services: &[&'s ServiceTerms]) -> Vec<&'s ServiceTerms> {
    let patterns = rule.criteria().operation.as_ref();
    let has = |terms: &&&ServiceTerms| {
        let accepts = |name: &&str| patterns.is_none_or(|patterns| patterns.accepts(Some(name)));
        terms.operations.iter().any(accepts)
    };
    services.iter().filter(has).copied().collect()
}

/// Refuses a pattern that matches none of the names.
fn known(key: &'static str, kind: &str, pattern: &Glob, names: &[&str]) -> Result<(), TermError> {
    if names.iter().any(|name| pattern.is_match(name)) {
        return Ok(());
    }
    let text = pattern.as_str();
    if has_wildcard(text) {
        let message = match nearest(&text.replace(['*', '?'], ""), names) {
            Some(hint) => format!("no {kind} fits `{text}`; one of them is `{hint}`"),
            None => format!("no {kind} fits `{text}`"),
        };
        return Err(TermError::new(key, message));
    }
    let hint = nearest(text, names).unwrap_or_default();
    let message = format!("unknown {kind} `{text}`, the nearest valid one is `{hint}`");
    Err(TermError::new(key, message))
}

fn named(services: &[&ServiceTerms]) -> String {
    let names: Vec<&str> = services.iter().map(|terms| terms.name).collect();
    match names.as_slice() {
        [one] => format!("the service `{one}`"),
        several => format!("the services `{}`", several.join("`, `")),
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// `us-east-1`, `us-gov-west-1`, `cn-north-1`.
fn is_region(text: &str) -> bool {
    let Some((places, number)) = text.rsplit_once('-') else {
        return false;
    };
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && places.split('-').count() >= 2
        && places.split('-').all(is_word)
}

/// An account has twelve digits, so a pattern of anything else matches none.
fn account(pattern: &Glob) -> Result<(), TermError> {
    const DIGITS: usize = 12;
    let text = pattern.as_str();
    let literal = text.chars().filter(|c| *c != '*');
    let count = literal.clone().count();
    let fits = if text.contains('*') {
        count <= DIGITS
    } else {
        count == DIGITS
    };
    if fits
        && literal
            .clone()
            .all(|literal| literal == '?' || literal.is_ascii_digit())
    {
        return Ok(());
    }
    Err(TermError::new(
        "account",
        format!("`{text}` fits no account: an account has {DIGITS} digits"),
    ))
}
