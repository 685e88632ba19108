//! Transforms: `AWS::Include` inserts templates from S3; macros are not here.
//!
//! Source: the user guide of CloudFormation, `AWS::Include transform`, 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::{Position, TemplateError};
use crate::evaluate::{Evaluator, Pseudo, Unresolved};
use crate::node::{Content, Member, Node};
use crate::parse;
use crate::template::{EXTENSIONS, SERVERLESS, Template};

/// The function that applies a transform at its place.
pub(crate) const FUNCTION: &str = "Fn::Transform";
/// The transform that inserts an object of S3.
pub(crate) const INCLUDE: &str = "AWS::Include";
/// The section that names the transforms of the whole template.
const SECTION: &str = "Transform";

/// The maximum number of values that inclusions may insert.
///
/// Source: Assumption A-341.
const MOST_NODES: usize = 100_000;

/// Whether a template has a transform that must be applied.
pub(crate) fn has_transforms(root: &Node) -> bool {
    let of_all = root.get(SECTION).is_some_and(|named| {
        let single = std::slice::from_ref(named);
        let mut named = named.as_list().unwrap_or(single).iter();
        named.any(|item| !is_built_in(item))
    });
    of_all || has_calls(root)
}

/// Whether a transform of the whole template changes nothing.
fn is_built_in(item: &Node) -> bool {
    matches!(item.as_text(), Some(name) if name == EXTENSIONS || name == SERVERLESS)
}

fn has_calls(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(_) => false,
        Content::List(items) => items.iter().any(has_calls),
        Content::Object(members) => members
            .iter()
            .any(|member| member.name == FUNCTION || has_calls(&member.value)),
    }
}

impl Template {
    /// Whether `AWS::Include` or a macro must be applied.
    #[must_use]
    pub fn has_transforms(&self) -> bool {
        self.has_transforms
    }

    /// The addresses in S3 of what `AWS::Include` inserts.
    ///
    /// # Errors
    ///
    /// An address cannot be evaluated or is not an S3 address, or there is a macro.
    pub fn includes(
        &self,
        given: &BTreeMap<String, String>,
        pseudo: &Pseudo,
    ) -> Result<Vec<String>, TemplateError> {
        let mut found = BTreeSet::new();
        self.carried_out(given, pseudo, |location, position| {
            found.insert(location.to_owned());
            Ok(Node::object(position, Vec::new()))
        })?;
        Ok(found.into_iter().collect())
    }

    /// The template with its transforms applied: the texts by the addresses of
    /// [`includes`](Self::includes) are inserted.
    ///
    /// # Errors
    ///
    /// A text is missing, or is neither JSON nor YAML, or the whole is not a template.
    pub fn included(
        &self,
        given: &BTreeMap<String, String>,
        pseudo: &Pseudo,
        texts: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        if !self.has_transforms {
            return Ok(self.clone());
        }
        let root = self.carried_out(given, pseudo, |location, position| {
            let text = texts.get(location);
            let text = text.ok_or_else(|| failed(position, "The specified key does not exist."))?;
            parse::parse(text).map_err(|error| {
                let reason = "The specified S3 object's content should be valid Yaml/JSON";
                failed(position, format!("{reason}: {location}: {error}"))
            })
        })?;
        let mut template = Self::checked(root)?;
        template.transforms.clone_from(&self.transforms);
        Ok(template)
    }

    fn carried_out(
        &self,
        given: &BTreeMap<String, String>,
        pseudo: &Pseudo,
        read: impl FnMut(&str, Position) -> Result<Node, TemplateError>,
    ) -> Result<Node, TemplateError> {
        let defaults = self.parameters.iter().filter_map(|declared| {
            let value = given.get(&declared.name).or(declared.default.as_ref())?;
            Some((declared.name.clone(), Value::from(value.as_str())))
        });
        let parameters = defaults.collect();
        let conditions = BTreeMap::new();
        let evaluator = Evaluator::new(self, &parameters, &conditions, pseudo, &Unresolved);
        let mut inclusion = Inclusion {
            evaluator,
            account: &pseudo.account,
            read,
            inserted: 0,
        };
        let root = inclusion.node(&self.root)?;
        inclusion.of_all(root)
    }
}

struct Inclusion<'a, F> {
    evaluator: Evaluator<'a>,
    account: &'a str,
    read: F,
    inserted: usize,
}

impl<F: FnMut(&str, Position) -> Result<Node, TemplateError>> Inclusion<'_, F> {
    fn node(&mut self, node: &Node) -> Result<Node, TemplateError> {
        let content = match &node.content {
            Content::Scalar(value) => Content::Scalar(value.clone()),
            Content::List(items) => {
                let items = items.iter().map(|item| self.node(item));
                Content::List(items.collect::<Result<_, _>>()?)
            }
            Content::Object(members) => Content::Object(self.members(members)?),
        };
        Ok(Node {
            position: node.position,
            content,
        })
    }

    fn members(&mut self, members: &[Member]) -> Result<Vec<Member>, TemplateError> {
        let mut expanded = Vec::with_capacity(members.len());
        for member in members {
            if member.name == FUNCTION {
                expanded.extend(self.called(&member.value, member.position)?);
            } else {
                expanded.push(Member {
                    value: self.node(&member.value)?,
                    ..member.clone()
                });
            }
        }
        unique(expanded)
    }

    /// Applies the transforms of the whole template.
    fn of_all(&mut self, root: Node) -> Result<Node, TemplateError> {
        let Some(named) = root.get(SECTION).cloned() else {
            return Ok(root);
        };
        let single = std::slice::from_ref(&named);
        let items = named.as_list().unwrap_or(single);
        let mut members = root.as_object().unwrap_or_default().to_vec();
        members.retain(|member| member.name != SECTION);
        for item in items.iter().filter(|item| !is_built_in(item)) {
            members.extend(self.called(item, item.position)?);
        }
        let kept: Vec<Node> = items
            .iter()
            .filter(|item| is_built_in(item))
            .cloned()
            .collect();
        if !kept.is_empty() {
            members.push(Member {
                name: SECTION.to_owned(),
                position: named.position,
                value: Node::list(named.position, kept),
            });
        }
        Ok(Node::object(root.position, unique(members)?))
    }

    /// The text that a transform inserts.
    fn called(&mut self, call: &Node, position: Position) -> Result<Vec<Member>, TemplateError> {
        let name = name(call).ok_or_else(|| {
            let message = "a Transform must be a name, or an object with a Name and Parameters.";
            TemplateError::format(position, message)
        })?;
        if name != INCLUDE {
            let message = format!(
                "No transform named {}::{name} found. Macros run in AWS only: put what it makes into the template",
                self.account
            );
            return Err(TemplateError::at(position, message));
        }
        let location = call
            .get("Parameters")
            .and_then(|given| given.get("Location"));
        let location =
            location.ok_or_else(|| failed(position, "The location parameter is required."))?;
        let location = self.evaluator.scalar(location)?.unwrap_or_default();
        if !location.starts_with("s3://") {
            let reason = "The location parameter is not a valid S3 uri.";
            return Err(failed(position, reason));
        }
        let read = (self.read)(&location, position)?;
        let mut inserted = placed(&read, position);
        self.inserted = self.inserted.saturating_add(size(&inserted));
        if self.inserted > MOST_NODES {
            return Err(failed(position, "it inserts too much into the template."));
        }
        if has_calls(&inserted) {
            let reason = "What is included cannot use transforms itself.";
            return Err(failed(position, reason));
        }
        match &mut inserted.content {
            Content::Object(members) => Ok(std::mem::take(members)),
            _ => Ok(Vec::new()),
        }
    }
}

/// The name of a transform, as a text or as the member of an object.
pub(crate) fn name(call: &Node) -> Option<&str> {
    call.as_text()
        .or_else(|| call.get("Name").and_then(Node::as_text))
}

/// The names of the transforms in a template, those of functions last.
pub(crate) fn names(root: &Node) -> Result<Vec<String>, TemplateError> {
    let mut found = Vec::new();
    if let Some(section) = root.get(SECTION) {
        let single = std::slice::from_ref(section);
        for item in section.as_list().unwrap_or(single) {
            let name = name(item).ok_or_else(|| {
                let message = "a Transform must be a string.";
                TemplateError::format(item.position, message)
            })?;
            found.push(name.to_owned());
        }
    }
    called_names(root, &mut found);
    Ok(found)
}

fn called_names(node: &Node, found: &mut Vec<String>) {
    match &node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter().for_each(|item| called_names(item, found)),
        Content::Object(members) => {
            for member in members {
                let called = name(&member.value).filter(|_| member.name == FUNCTION);
                let called = called.map(str::to_owned);
                found.extend(called.filter(|name| !found.contains(name)));
                called_names(&member.value, found);
            }
        }
    }
}

/// Source: Assumption A-361.
fn failed(position: Position, reason: impl std::fmt::Display) -> TemplateError {
    TemplateError::at(
        position,
        format!("Transform {INCLUDE} failed with: {reason}"),
    )
}

/// A node whose parts all have the same position: that of the call in the template.
fn placed(node: &Node, position: Position) -> Node {
    let content = match &node.content {
        Content::Scalar(value) => Content::Scalar(value.clone()),
        Content::List(items) => {
            Content::List(items.iter().map(|item| placed(item, position)).collect())
        }
        Content::Object(members) => {
            let members = members.iter().map(|member| Member {
                name: member.name.clone(),
                position,
                value: placed(&member.value, position),
            });
            Content::Object(members.collect())
        }
    };
    Node { position, content }
}

fn size(node: &Node) -> usize {
    match &node.content {
        Content::Scalar(_) => 1,
        Content::List(items) => items.iter().map(size).fold(1, usize::saturating_add),
        Content::Object(members) => members
            .iter()
            .map(|member| size(&member.value))
            .fold(1, usize::saturating_add),
    }
}

/// The members, if no name occurs twice. A section may occur in both the template and its includes.
fn unique(members: Vec<Member>) -> Result<Vec<Member>, TemplateError> {
    let mut names = BTreeSet::new();
    let mut members_of_all = members.iter();
    match members_of_all.find(|member| !names.insert(member.name.as_str())) {
        None => Ok(members),
        Some(twice) => {
            let reason = format!("{} is in the template already.", twice.name);
            Err(failed(twice.position, reason))
        }
    }
}
