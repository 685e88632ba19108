//! The codes that a template compares with members, such as `[N1_01 = "ST"]`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::kind_of;
use crate::jsonata::tokens::{Kind, Token, tokens};

/// The maximum number of items that are made from one.
const MOST: usize = 12;
/// The levels of a hierarchy, from the outside in.
const LEVELS: &str = "SOTPI";

/// The codes that are compared with each member.
#[derive(Debug, Default)]
pub(super) struct Codes(BTreeMap<String, Vec<String>>);

impl Codes {
    pub(super) fn of(template: &str) -> Self {
        let all = tokens(template);
        let mut codes = Self::default();
        for (at, token) in all.iter().enumerate() {
            let after = all.get(at + 1..).unwrap_or_default();
            let before = all.get(..at).unwrap_or_default();
            if token.kind == Kind::Name {
                codes.add(token, right(after), &all);
                codes.add(token, left(before), &all);
                codes.add_listed(token, after);
            }
        }
        codes
    }

    /// Adds what a member is compared with: a text, or a variable that may have any of the codes.
    fn add(&mut self, member: &Token<'_>, other: Option<&Token<'_>>, all: &[Token<'_>]) {
        match other.map(|other| (other.kind, other)) {
            Some((Kind::Text, text)) => self.insert(member, text),
            // The numbers of levels are no codes.
            Some((Kind::Variable, _)) if !["HL_01", "HL_02"].contains(&member.name()) => {
                let values = all.iter().zip(all.iter().skip(1));
                let values = values.filter(|(text, next)| is_code(text) && !next.is(":"));
                values.for_each(|(text, _)| self.insert(member, text));
            }
            _ => {}
        }
    }

    /// Adds the texts of `N1_01 in ["ST", "BT"]`.
    fn add_listed(&mut self, member: &Token<'_>, after: &[Token<'_>]) {
        if let [word, bracket, listed @ ..] = after
            && word.text == "in"
            && bracket.is("[")
        {
            let listed = listed.iter().take_while(|token| !token.is("]"));
            let texts = listed.filter(|token| token.kind == Kind::Text);
            texts.for_each(|text| self.insert(member, text));
        }
    }

    fn insert(&mut self, member: &Token<'_>, text: &Token<'_>) {
        let codes = self.0.entry(member.name().to_owned()).or_default();
        let code = unquoted(text).to_owned();
        if !code.is_empty() && !codes.contains(&code) {
            codes.push(code);
        }
    }

    /// The values of the compared members of an item, or of the segment that opens a loop.
    pub(super) fn of_item(&self, item: &Value) -> Vec<String> {
        let members = opener(item).and_then(Value::as_object);
        let compared = members
            .into_iter()
            .flatten()
            .filter(|(name, _)| self.0.contains_key(*name));
        compared.map(|(_, value)| value.to_string()).collect()
    }

    /// The document, with an item for each code instead of an item with a compared member.
    pub(super) fn spread(&self, document: &mut Value) {
        match document {
            Value::Object(members) => {
                for (name, value) in members {
                    let once = usize::from(name.ends_with("_loop"));
                    self.spread_items(value, once);
                }
            }
            _ => self.spread_items(document, 0),
        }
    }

    /// The segment that opens a loop, the first item of its list, occurs once.
    fn spread_items(&self, value: &mut Value, once: usize) {
        let Value::Array(items) = value else {
            if value.is_object() {
                self.spread(value);
            }
            return;
        };
        for item in &mut *items {
            self.spread(item);
        }
        let rest = items.split_off(once.min(items.len()));
        items.extend(rest.iter().flat_map(|item| self.items(item)));
    }

    fn items(&self, item: &Value) -> Vec<Value> {
        let mut made = vec![item.clone()];
        for (member, codes) in &self.0 {
            let mut codes = codes.clone();
            codes.sort_by_key(|code| LEVELS.find(code.as_str()));
            let with = |item: &Value| -> Vec<Value> {
                let set = codes.iter().enumerate();
                let set = set.filter_map(|(at, code)| with_code(item, member, code, at));
                let all: Vec<Value> = set.take(MOST).collect();
                if all.is_empty() {
                    vec![item.clone()]
                } else {
                    all
                }
            };
            made = made.iter().flat_map(with).take(MOST).collect();
        }
        made
    }
}

/// The item with the code in its member; `None` if it does not have the member. Each level of a
/// hierarchy is within the level before it.
fn with_code(item: &Value, member: &str, code: &str, at: usize) -> Option<Value> {
    let mut item = item.clone();
    let segment = opener_mut(&mut item)?;
    segment.get(member)?;
    if member == "HL_03" {
        set(segment, "HL_01", (at + 1).to_string());
        set(segment, "HL_02", at.to_string());
    }
    set(segment, member, code.to_owned());
    Some(item)
}

fn set(segment: &mut Value, member: &str, text: String) {
    if let Some(members) = segment.as_object_mut() {
        members.insert(member.to_owned(), Value::from(text));
    }
}

/// The item itself, or the segment that opens a loop.
fn opener(item: &Value) -> Option<&Value> {
    let inner = item.get(kind_of(item)).and_then(Value::as_array);
    inner.map_or(Some(item), |inner| inner.first())
}

fn opener_mut(item: &mut Value) -> Option<&mut Value> {
    let kind = kind_of(item).to_owned();
    if item.get(&kind).is_some_and(Value::is_array) {
        return item.get_mut(&kind)?.as_array_mut()?.first_mut();
    }
    Some(item)
}

/// What follows `=`.
fn right<'a, 't>(after: &'a [Token<'t>]) -> Option<&'a Token<'t>> {
    let (sign, rest) = after.split_first()?;
    rest.first().filter(|_| sign.is("="))
}

/// What precedes `=`.
fn left<'a, 't>(before: &'a [Token<'t>]) -> Option<&'a Token<'t>> {
    let (sign, rest) = before.split_last()?;
    rest.last().filter(|_| sign.is("="))
}

fn is_code(token: &Token<'_>) -> bool {
    let code = unquoted(token);
    let fits = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    token.kind == Kind::Text && (1..=3).contains(&code.len()) && code.chars().all(fits)
}

fn unquoted<'t>(token: &Token<'t>) -> &'t str {
    token.text.trim_matches(['"', '\''])
}
