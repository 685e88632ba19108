//! Reads JSON level by level. The values of a level remain text with a known position until they
//! are read.

use std::collections::HashSet;
use std::fmt;

use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

use super::{DEEPEST, duplicate, too_deep};
use crate::error::{Position, TemplateError};
use crate::node::{Member, Node};

/// The text, which is JSON.
pub(super) fn well_formed(text: &str) -> Result<&RawValue, TemplateError> {
    serde_json::from_str(text).map_err(|error| {
        let position = Position {
            line: error.line().max(1),
            column: error.column().max(1),
        };
        TemplateError::format(position, "JSON not well-formed.")
    })
}

/// The values of a text that is JSON.
pub(super) fn parse(text: &str, whole: &RawValue) -> Result<Node, TemplateError> {
    Source::new(text).node(whole, 0)
}

struct Source<'a> {
    text: &'a str,
    /// Where lines begin, in bytes.
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        let lines = std::iter::once(0).chain(after_breaks).collect();
        Self { text, lines }
    }

    /// The place of a part of the text.
    fn position(&self, part: &str) -> Position {
        let at = part
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line));
        let before = self.text.get(start.copied().unwrap_or_default()..at);
        let column = before.map_or(0, |before| before.chars().count());
        Position {
            line,
            column: column.saturating_add(1),
        }
    }

    fn node(&self, raw: &RawValue, depth: usize) -> Result<Node, TemplateError> {
        let text = raw.get();
        let position = self.position(text);
        if depth > DEEPEST {
            return Err(too_deep(position));
        }
        let inner = depth.saturating_add(1);
        if text.starts_with('{') {
            let mut deserializer = Deserializer::from_str(text);
            let members = serde::Deserializer::deserialize_map(&mut deserializer, Members)
                .map_err(|error| malformed(position, &error))?;
            self.members(members, position, inner)
        } else if text.starts_with('[') {
            let items: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|error| malformed(position, &error))?;
            let items = items.into_iter().map(|item| self.node(item, inner));
            Ok(Node::list(position, items.collect::<Result<_, _>>()?))
        } else {
            let value: Value =
                serde_json::from_str(text).map_err(|error| malformed(position, &error))?;
            Ok(Node::scalar(position, value))
        }
    }

    fn members(
        &self,
        members: Vec<(String, &RawValue)>,
        position: Position,
        depth: usize,
    ) -> Result<Node, TemplateError> {
        let mut names = HashSet::with_capacity(members.len());
        let mut read = Vec::with_capacity(members.len());
        for (name, raw) in members {
            let value = self.node(raw, depth)?;
            if !names.insert(name.clone()) {
                return Err(duplicate(value.position, &name));
            }
            read.push(Member {
                name,
                position: value.position,
                value,
            });
        }
        Ok(Node::object(position, read))
    }
}

fn malformed(position: Position, error: &serde_json::Error) -> TemplateError {
    let message = format!("JSON not well-formed: {error}");
    TemplateError::format(position, message)
}

struct Members;

impl<'de> serde::de::Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
