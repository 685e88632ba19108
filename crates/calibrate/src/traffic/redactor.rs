//! Replaces what identifies an account, a person or a time by placeholders.

use std::collections::{BTreeMap, HashMap};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use regex::Captures;
use serde_json::Value;

use super::placeholder::{Bindings, EPOCH, escaped, kind, shifted};
use crate::sanitise::{ACCOUNT, FORMS, WORDS, looks_random};

/// Members whose whole value is replaced, whatever its form, and the kind of placeholder for each.
const WHOLE: &[(&str, &str)] = &[("nextToken", "token"), ("phone", "phone")];
/// Members that hold the id of a resource, whatever its form.
const ID_MEMBERS: &[&str] = &[
    "capabilityId",
    "partnershipId",
    "profileId",
    "tradingPartnerId",
    "transformerId",
    "transformerJobId",
];
/// The kind of placeholder for ids of an undocumented form.
const RESOURCE: &str = "resource";
/// Numbers of placeholders that no recording has.
const NEW: usize = 1_000_000;

/// Groups of [`FORMS`] and the kind of placeholder for each.
const KINDS: &[(&str, &str)] = &[
    ("mail", "mail"),
    ("host", "host"),
    ("ip", "host"),
    ("key", "key"),
    ("time", "time"),
    ("uuid", "uuid"),
    ("id", "id"),
    ("digits", "digits"),
];

/// Placeholders given so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Redactor {
    /// Placeholder of each value.
    names: HashMap<String, String>,
    /// Form of each placeholder.
    forms: BTreeMap<String, String>,
    counts: HashMap<&'static str, usize>,
    /// What numbers of placeholders begin after.
    before: usize,
    /// The first recorded time, in seconds; others are relative to it.
    first: Option<i64>,
    accounts: Vec<String>,
    /// Ids of an undocumented form, the longest first.
    ids: Vec<String>,
}

impl Redactor {
    /// One that knows the values of placeholders already.
    pub(super) fn with(bindings: &Bindings, accounts: Vec<String>) -> Self {
        let names = bindings.iter();
        let ids = names.clone().filter(|(name, _)| kind(name) == RESOURCE);
        let mut ids: Vec<String> = ids.map(|(_, id)| id.clone()).collect();
        longest_first(&mut ids);
        Self {
            ids,
            names: names
                .map(|(name, value)| (value.clone(), name.clone()))
                .collect(),
            accounts,
            before: NEW,
            ..Self::default()
        }
    }

    /// The form of each placeholder.
    pub(super) fn forms(&self) -> &BTreeMap<String, String> {
        &self.forms
    }

    /// Accounts of ARNs that were seen.
    pub(super) fn into_accounts(self) -> Vec<String> {
        self.accounts
    }

    /// A text with placeholders.
    pub(super) fn text(&mut self, text: &str) -> String {
        // An empty text is better than an unchecked one.
        let (Some(forms), Some(words)) = (FORMS.as_ref(), WORDS.as_ref()) else {
            return String::new();
        };
        let text = self.without_ids(escaped(text));
        let replaced = forms.replace_all(&text, |found: &Captures<'_>| {
            let start = found.get(0).map_or(0, |whole| whole.start());
            self.form(found, text.get(..start).unwrap_or_default())
        });
        let replaced = words.replace_all(&replaced, |found: &Captures<'_>| {
            self.word(found.get(0).map_or("", |whole| whole.as_str()))
        });
        self.hex_words(&replaced)
    }

    /// A text with placeholders for the ids that only their member tells.
    fn without_ids(&mut self, mut text: String) -> String {
        for id in self.ids.clone() {
            if text.contains(&id) {
                let placeholder = self.placeholder(RESOURCE, &id, shape(RESOURCE, &id));
                text = text.replace(&id, &placeholder);
            }
        }
        text
    }

    /// Learns the ids of a reply whose form nothing else recognises, so that ARNs and messages lose them too.
    pub(super) fn learn_ids(&mut self, reply: &Value) {
        match reply {
            Value::Array(items) => items.iter().for_each(|item| self.learn_ids(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(id) if ID_MEMBERS.contains(&name.as_str()) => {
                            self.learn_id(id);
                        }
                        other => self.learn_ids(other),
                    }
                }
            }
            _ => {}
        }
    }

    fn learn_id(&mut self, id: &str) {
        // Shorter ones, and words without a digit, could be part of any text.
        const SHORTEST: usize = 6;
        let is_drawn = id.len() >= SHORTEST && id.bytes().any(|byte| byte.is_ascii_digit());
        let is_known = self.names.contains_key(id) || self.ids.iter().any(|known| known == id);
        let is_documented = FORMS
            .as_ref()
            .is_some_and(|forms| forms.find(id).is_some_and(|found| found.len() == id.len()));
        if is_drawn && !is_known && !is_documented {
            self.ids.push(id.to_owned());
            longest_first(&mut self.ids);
        }
    }

    fn form(&mut self, found: &Captures<'_>, before: &str) -> String {
        let text = found.get(0).map_or("", |whole| whole.as_str());
        let group = KINDS.iter().find(|(group, _)| found.name(group).is_some());
        if let Some(name) = self.names.get(text) {
            return format!("${{{name}}}");
        }
        match group.map(|(_, kind)| *kind) {
            None => text.to_owned(),
            Some("mail") if text.ends_with("@example.com") => text.to_owned(),
            Some("digits") if self.is_account(text, before) => ACCOUNT.to_owned(),
            Some("time") => self.time(text),
            Some(kind) => self.placeholder(kind, text, shape(kind, text)),
        }
    }

    /// Whether digits are an account: those in an ARN, here or earlier.
    fn is_account(&mut self, digits: &str, before: &str) -> bool {
        const LENGTH: usize = 12;
        if digits.len() != LENGTH {
            return false;
        }
        let arn = before.rfind("arn:aws").and_then(|at| before.get(at..));
        let in_arn = arn.is_some_and(|arn| {
            arn.ends_with(':')
                && arn.matches(':').count() == 4
                && !arn.contains(char::is_whitespace)
        });
        let is_known = self.accounts.iter().any(|known| known == digits);
        if in_arn && !is_known {
            self.accounts.push(digits.to_owned());
        }
        in_arn || is_known || digits == ACCOUNT
    }

    /// Times keep their distance from each other, and lose the day.
    fn time(&mut self, text: &str) -> String {
        let read = DateTime::from_str(text, Format::DateTime).ok();
        let Some(read) = read.filter(|_| text.ends_with('Z')) else {
            return self.placeholder("stamp", text, shape("stamp", text));
        };
        let first = *self.first.get_or_insert(read.secs());
        let form = shifted(text, EPOCH.saturating_sub(first));
        self.placeholder("time", text, form)
    }

    fn word(&mut self, word: &str) -> String {
        if looks_random(word) {
            self.placeholder("word", word, shape("word", word))
        } else {
            word.to_owned()
        }
    }

    /// Words of eight or more hexadecimal digits, as tests generate for names.
    fn hex_words(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
            let (before, after) = rest.split_at(start);
            let end = after.find(|c: char| !c.is_ascii_alphanumeric());
            let (word, after) = after.split_at(end.unwrap_or(after.len()));
            out.push_str(before);
            if is_hex(word) {
                out.push_str(&self.placeholder("hex", word, shape("hex", word)));
            } else {
                out.push_str(word);
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn placeholder(&mut self, kind: &'static str, value: &str, form: String) -> String {
        let name = match self.names.get(value) {
            Some(name) => name.clone(),
            None => self.named(kind, value, form),
        };
        format!("${{{name}}}")
    }

    fn named(&mut self, kind: &'static str, value: &str, form: String) -> String {
        let count = self.counts.entry(kind).or_insert(self.before);
        *count = count.saturating_add(1);
        let name = format!("{kind}{count}");
        self.names.insert(value.to_owned(), name.clone());
        self.forms.insert(name.clone(), form);
        name
    }

    /// The same for each text of a value, names of members included.
    pub(super) fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let redacted = members.iter().map(|(name, value)| {
                    let whole = WHOLE.iter().find(|(member, _)| member == name);
                    let value = match (value, whole) {
                        (Value::String(text), Some((_, kind))) => {
                            Value::String(self.placeholder(kind, text, shape(kind, text)))
                        }
                        (value, _) => self.value(value),
                    };
                    (self.text(name), value)
                });
                Value::Object(redacted.collect())
            }
            other => number(other),
        }
    }
}

/// An id that holds another one is replaced first.
fn longest_first(ids: &mut [String]) {
    ids.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
}

/// A number without what may be an account.
pub(super) fn number(value: &Value) -> Value {
    const LONGEST: usize = 11;
    let text = value.to_string();
    let is_long = text.split(|c: char| !c.is_ascii_digit());
    let is_long = is_long.into_iter().any(|digits| digits.len() > LONGEST);
    if value.is_number() && is_long {
        Value::from(0)
    } else {
        value.clone()
    }
}

/// The insignificant characters of a value, and `x` for the others.
fn shape(of: &str, text: &str) -> String {
    let crossed = |text: &str| -> String {
        let crossed = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c });
        crossed.collect()
    };
    match (of, text.split_once('-')) {
        ("id", Some((prefix, rest))) => format!("{prefix}-{}", crossed(rest)),
        ("key", _) => {
            let (prefix, rest) = text.split_at_checked(4).unwrap_or((text, ""));
            format!("{prefix}{}", crossed(rest))
        }
        ("mail", _) => "someone@example.com".to_owned(),
        ("host", _) => "host".to_owned(),
        _ => crossed(text),
    }
}

fn is_hex(word: &str) -> bool {
    const SHORTEST: usize = 8;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    word.len() >= SHORTEST
        && word.bytes().all(is_hex)
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
}
