//! A template as it was written: values with their positions.

use serde_json::{Map, Value};

use crate::error::Position;

/// A value of a template and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value begins.
    pub position: Position,
    /// The value.
    pub content: Content,
}

/// The value of a [`Node`].
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A text, a number, a boolean or nothing.
    Scalar(Value),
    /// A list.
    List(Vec<Node>),
    /// Members in the order in which they were written.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where the name is.
    pub position: Position,
    /// The value.
    pub value: Node,
}

impl Node {
    pub(crate) fn text(position: Position, text: impl Into<String>) -> Self {
        Self::scalar(position, Value::String(text.into()))
    }

    pub(crate) fn scalar(position: Position, value: Value) -> Self {
        let content = Content::Scalar(value);
        Self { position, content }
    }

    pub(crate) fn list(position: Position, items: Vec<Node>) -> Self {
        let content = Content::List(items);
        Self { position, content }
    }

    pub(crate) fn object(position: Position, members: Vec<Member>) -> Self {
        let content = Content::Object(members);
        Self { position, content }
    }

    /// The text; `None` if the value is not one.
    #[must_use]
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The list; `None` if the value is not one.
    #[must_use]
    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members; `None` if the value is not an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.content {
            Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        let members = self.as_object()?;
        let member = members.iter().find(|member| member.name == name)?;
        Some(&member.value)
    }

    /// The function that an object calls and its argument; `None` if the object is data.
    #[must_use]
    pub fn call(&self) -> Option<(&str, &Node)> {
        match self.as_object()? {
            [Member { name, value, .. }] if is_function_name(name) => Some((name, value)),
            _ => None,
        }
    }

    /// The value as it was written, with functions as objects.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => items.iter().map(Self::to_value).collect(),
            Content::Object(members) => {
                let members = members
                    .iter()
                    .map(|member| (member.name.clone(), member.value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// Whether a member with this name makes its object a function call.
pub(crate) fn is_function_name(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

/// A scalar as functions convert it to text; `None` for lists and objects.
pub(crate) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}
