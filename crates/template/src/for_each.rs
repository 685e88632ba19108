//! `Fn::ForEach` of `AWS::LanguageExtensions`: members that are repeated for each item of a list.

use std::collections::HashSet;

use serde_json::Value;

use crate::error::{Position, TemplateError};
use crate::evaluate::Evaluator;
use crate::node::{Content, Member, Node, scalar_text};

const PREFIX: &str = "Fn::ForEach::";

/// The sections in which loops are allowed.
const SECTIONS: &[&str] = &["Conditions", "Resources", "Outputs"];

/// The maximum number of values that loops may produce.
///
/// Source: Assumption A-341.
const MOST_NODES: usize = 100_000;

/// Whether a member is a loop.
pub(crate) fn is_loop(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Whether there is a loop in a template.
pub(crate) fn has_loops(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(_) => false,
        Content::List(items) => items.iter().any(has_loops),
        Content::Object(members) => members
            .iter()
            .any(|member| is_loop(&member.name) || has_loops(&member.value)),
    }
}

/// The template without loops.
pub(crate) fn expand(root: &Node, evaluator: &Evaluator<'_>) -> Result<Node, TemplateError> {
    let mut expansion = Expansion {
        evaluator,
        bindings: Vec::new(),
        made: 0,
    };
    let mut root = root.clone();
    if let Content::Object(members) = &mut root.content {
        for member in members
            .iter_mut()
            .filter(|member| SECTIONS.contains(&member.name.as_str()))
        {
            member.value = expansion.node(&member.value)?;
        }
    }
    Ok(root)
}

struct Expansion<'a> {
    evaluator: &'a Evaluator<'a>,
    /// The identifiers of the loops around, with their present items.
    bindings: Vec<(String, String)>,
    made: usize,
}

impl Expansion<'_> {
    fn node(&mut self, node: &Node) -> Result<Node, TemplateError> {
        self.made = self.made.saturating_add(1);
        if self.made > MOST_NODES {
            let message = "Fn::ForEach produces too large a template.";
            return Err(TemplateError::function(node.position, message));
        }
        if let Some(bound) = self.bound(node) {
            return Ok(bound);
        }
        let content = match &node.content {
            Content::Scalar(Value::String(text)) => Content::Scalar(self.replaced(text).into()),
            Content::Scalar(value) => Content::Scalar(value.clone()),
            Content::List(items) => Content::List(
                items
                    .iter()
                    .map(|item| self.node(item))
                    .collect::<Result<_, _>>()?,
            ),
            Content::Object(members) => Content::Object(self.members(members)?),
        };
        Ok(Node {
            position: node.position,
            content,
        })
    }

    /// What `Ref` of an identifier gives.
    fn bound(&self, node: &Node) -> Option<Node> {
        let ("Ref", argument) = node.call()? else {
            return None;
        };
        let name = argument.as_text()?;
        let (_, item) = self
            .bindings
            .iter()
            .rev()
            .find(|(identifier, _)| identifier == name)?;
        Some(Node::text(node.position, item.as_str()))
    }

    fn replaced(&self, text: &str) -> String {
        self.bindings
            .iter()
            .fold(text.to_owned(), |text, (identifier, item)| {
                let alphanumeric: String =
                    item.chars().filter(char::is_ascii_alphanumeric).collect();
                let text = text.replace(&format!("${{{identifier}}}"), item);
                text.replace(&format!("&{{{identifier}}}"), &alphanumeric)
            })
    }

    fn members(&mut self, members: &[Member]) -> Result<Vec<Member>, TemplateError> {
        let mut names = HashSet::with_capacity(members.len());
        let mut expanded: Vec<Member> = Vec::with_capacity(members.len());
        for member in members {
            let made = if is_loop(&member.name) {
                self.repeated(member)?
            } else {
                let value = self.node(&member.value)?;
                let name = self.replaced(&member.name);
                vec![Member {
                    name,
                    position: member.position,
                    value,
                }]
            };
            for member in made {
                if !names.insert(member.name.clone()) {
                    let message = format!("Fn::ForEach makes {} more than once", member.name);
                    return Err(TemplateError::function(member.position, message));
                }
                expanded.push(member);
            }
        }
        Ok(expanded)
    }

    fn repeated(&mut self, member: &Member) -> Result<Vec<Member>, TemplateError> {
        let malformed = || {
            let message = format!(
                "{} requires three parameters: an identifier, a list, and an object to repeat",
                member.name
            );
            TemplateError::function(member.position, message)
        };
        let Some([identifier, items, body]) = member.value.as_list() else {
            return Err(malformed());
        };
        let identifier = identifier.as_text().ok_or_else(malformed)?;
        let body = body.as_object().ok_or_else(malformed)?;
        let mut made = Vec::new();
        for item in self.items(items, member.position)? {
            self.bindings.push((identifier.to_owned(), item));
            let repeated = self.members(body);
            self.bindings.pop();
            made.extend(repeated?);
        }
        Ok(made)
    }

    fn items(&mut self, items: &Node, position: Position) -> Result<Vec<String>, TemplateError> {
        let items = self.node(items)?;
        let value = self.evaluator.value(&items)?.unwrap_or_default();
        let items = value
            .as_array()
            .map(|items| items.iter().map(scalar_text).collect());
        items.flatten().ok_or_else(|| {
            let message = "the list of Fn::ForEach must have texts only, which may come from parameters or mappings";
            TemplateError::function(position, message)
        })
    }
}
