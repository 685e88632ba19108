//! A resource as its template declares it.

use serde::{Deserialize, Serialize};

use crate::error::{Position, TemplateError};
use crate::node::{Member, Node};

/// The maximum number of characters in a resource's name.
///
/// Source: quotas of CloudFormation, names in templates.
const LONGEST_NAME: usize = 255;

/// A resource of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDeclaration {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::B2BI::Profile`.
    pub type_name: String,
    /// Its properties as written.
    pub properties: Option<Node>,
    /// The condition for its existence.
    pub condition: Option<String>,
    /// The resources that are created before it, and deleted after it.
    pub depends_on: Vec<String>,
    /// `Metadata` as written.
    pub metadata: Option<Node>,
    pub(crate) deletion_policy: Option<Node>,
    pub(crate) update_replace_policy: Option<Node>,
    pub(crate) declared: Node,
}

impl ResourceDeclaration {
    /// Where it is declared.
    #[must_use]
    pub fn position(&self) -> Position {
        self.declared.position
    }

    /// Whether the template says what happens to the resource when its stack removes it.
    #[must_use]
    pub fn has_deletion_policy(&self) -> bool {
        self.deletion_policy.is_some()
    }
}

/// What happens to a resource that is removed from its stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// It is deleted.
    #[default]
    Delete,
    /// It is kept.
    Retain,
    /// It is kept, unless its stack was being created.
    RetainExceptOnCreate,
    /// It is deleted after a copy was made.
    Snapshot,
}

impl Policy {
    /// The policy as templates write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Delete" => Self::Delete,
            "Retain" => Self::Retain,
            "RetainExceptOnCreate" => Self::RetainExceptOnCreate,
            "Snapshot" => Self::Snapshot,
            _ => return None,
        })
    }
}

const MEMBERS: &[&str] = &[
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
];

pub(crate) fn declaration(member: &Member) -> Result<ResourceDeclaration, TemplateError> {
    let Member {
        name,
        position,
        value,
    } = member;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        let message = format!("Resource name {name} is non alphanumeric.");
        return Err(TemplateError::format(*position, message));
    }
    if name.len() > LONGEST_NAME {
        let message = format!("Resource name {name} has more than {LONGEST_NAME} characters.");
        return Err(TemplateError::format(*position, message));
    }
    let Some(members) = value.as_object() else {
        let message = format!("[/Resources/{name}] resource definition is malformed");
        return Err(TemplateError::format(*position, message));
    };
    if let Some(unknown) = members
        .iter()
        .find(|member| !MEMBERS.contains(&member.name.as_str()))
    {
        let message = format!("Invalid template resource property '{}'", unknown.name);
        return Err(TemplateError::at(unknown.position, message));
    }
    let Some(type_name) = value.get("Type").and_then(Node::as_text) else {
        let message =
            format!("[/Resources/{name}] Every Resources object must contain a Type member.");
        return Err(TemplateError::format(*position, message));
    };
    if let Some(properties) = value
        .get("Properties")
        .filter(|node| node.as_object().is_none())
    {
        let message = format!("[/Resources/{name}/Properties] Properties must be an object.");
        return Err(TemplateError::format(properties.position, message));
    }
    Ok(ResourceDeclaration {
        logical_id: name.clone(),
        type_name: type_name.to_owned(),
        properties: value.get("Properties").cloned(),
        condition: condition(name, value)?,
        depends_on: depends_on(name, value)?,
        metadata: value.get("Metadata").cloned(),
        deletion_policy: value.get("DeletionPolicy").cloned(),
        update_replace_policy: value.get("UpdateReplacePolicy").cloned(),
        declared: value.clone(),
    })
}

fn condition(name: &str, value: &Node) -> Result<Option<String>, TemplateError> {
    let Some(node) = value.get("Condition") else {
        return Ok(None);
    };
    let Some(text) = node.as_text() else {
        let message =
            format!("[/Resources/{name}/Condition] every Condition member must be a string.");
        return Err(TemplateError::format(node.position, message));
    };
    Ok(Some(text.to_owned()))
}

fn depends_on(name: &str, value: &Node) -> Result<Vec<String>, TemplateError> {
    let Some(node) = value.get("DependsOn") else {
        return Ok(Vec::new());
    };
    let names = match (node.as_text(), node.as_list()) {
        (Some(name), _) => Some(vec![name.to_owned()]),
        (None, Some(items)) => items
            .iter()
            .map(|item| item.as_text().map(str::to_owned))
            .collect(),
        (None, None) => None,
    };
    names.ok_or_else(|| {
        let message = format!(
            "[/Resources/{name}/DependsOn] every DependsOn value must be a string or a list of strings."
        );
        TemplateError::format(node.position, message)
    })
}
