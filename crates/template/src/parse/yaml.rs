//! Reads YAML with the short tags of functions, such as `!Sub`.

use std::collections::HashSet;

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag, options};

use super::{DEEPEST, duplicate, scalar, too_deep};
use crate::error::{Position, TemplateError};
use crate::node::{Content, Member, Node};

pub(super) fn parse(text: &str) -> Result<Node, TemplateError> {
    let options =
        options! { emit_comments: false, emit_unresolved_aliases: true, disallow_directives: true };
    let mut reader = Reader {
        events: Parser::new_from_str_with_options(text, options),
    };
    let root = loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) => {}
            Event::StreamEnd | Event::DocumentEnd => {
                break Node::scalar(position(span.start), serde_json::Value::Null);
            }
            event => break reader.node(event, span, 0)?,
        }
    };
    reader.end()?;
    Ok(root)
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), TemplateError> {
        match self.events.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(malformed(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Checks that there is no second document.
    fn end(&mut self) -> Result<(), TemplateError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentEnd => {}
                _ => {
                    let message = "YAML not well-formed: there is more than one document.";
                    return Err(TemplateError::format(position(span.start), message));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, TemplateError> {
        let at = position(span.start);
        if depth > DEEPEST {
            return Err(too_deep(at));
        }
        let inner = depth.saturating_add(1);
        match event {
            Event::Scalar(text, style, _, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let value = if is_plain {
                    scalar::plain(&text)
                } else {
                    text.into_owned().into()
                };
                tagged(tag.as_deref(), Node::scalar(at, value))
            }
            Event::SequenceStart(_, _, tag) => {
                let items = self.items(inner)?;
                tagged(tag.as_deref(), Node::list(at, items))
            }
            Event::MappingStart(_, _, tag) => {
                let members = self.members(inner)?;
                tagged(tag.as_deref(), Node::object(at, members))
            }
            Event::Alias(..) | Event::UnresolvedAlias(..) => Err(TemplateError::function(
                at,
                "YAML aliases are not allowed in CloudFormation templates",
            )),
            _ => Err(TemplateError::format(at, "YAML not well-formed.")),
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, TemplateError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth)?),
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<Vec<Member>, TemplateError> {
        let mut names = HashSet::new();
        let mut members = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let at = position(span.start);
            let name = match event {
                Event::MappingEnd => return Ok(members),
                Event::Scalar(text, ..) => text.into_owned(),
                event => {
                    self.node(event, span, depth)?;
                    let message = "YAML not well-formed: a key must be text.";
                    return Err(TemplateError::format(at, message));
                }
            };
            if !names.insert(name.clone()) {
                return Err(duplicate(at, &name));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth)?;
            members.push(Member {
                name,
                position: at,
                value,
            });
        }
    }
}

/// A value whose tag becomes a function.
fn tagged(tag: Option<&Tag>, node: Node) -> Result<Node, TemplateError> {
    let Some(tag) = tag else { return Ok(node) };
    let position = node.position;
    let suffix = tag.suffix();
    if tag.is_yaml_core_schema() {
        return Ok(node);
    }
    let (name, value) = match suffix {
        "Ref" | "Condition" => (suffix.to_owned(), node),
        "GetAtt" => ("Fn::GetAtt".to_owned(), attribute(node)),
        _ if crate::functions::is_known(&format!("Fn::{suffix}")) => {
            (format!("Fn::{suffix}"), node)
        }
        _ => {
            let message =
                format!("YAML not well-formed: the tag !{suffix} is not a function of templates.");
            return Err(TemplateError::format(position, message));
        }
    };
    let member = Member {
        name,
        position,
        value,
    };
    Ok(Node::object(position, vec![member]))
}

/// `!GetAtt resource.attribute` as a list of two.
fn attribute(node: Node) -> Node {
    let parts = match &node.content {
        Content::Scalar(serde_json::Value::String(text)) => text.split_once('.'),
        _ => None,
    };
    match parts {
        Some((resource, attribute)) => {
            let parts = [resource, attribute].map(|part| Node::text(node.position, part));
            Node::list(node.position, parts.into())
        }
        None => node,
    }
}

fn position(marker: Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col().saturating_add(1),
    }
}

fn malformed(error: &ScanError) -> TemplateError {
    let message = format!("YAML not well-formed: {}", error.info());
    TemplateError::format(position(*error.marker()), message)
}
