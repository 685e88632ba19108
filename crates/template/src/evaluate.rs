//! Evaluates the values of a template.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::{Position, TemplateError};
use crate::functions::{self, Kind};
use crate::node::{Content, Member, Node, is_function_name, scalar_text};
use crate::template::Template;

/// What functions may produce in one evaluation, in bytes: repeated references to long parameters grow a
/// template without bound.
///
/// Source: Assumption A-341.
const BUDGET: usize = 16_000_000;

/// The target of a reference.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The value.
    Value(Value),
    /// It exists, but its value is not known yet: the reference remains in the result.
    Later,
    /// There is nothing of this name.
    Missing,
}

/// The values outside of a template to which it refers.
pub trait References {
    /// What `Ref` of a resource gives.
    fn resource(&self, logical_id: &str) -> Found;

    /// What `Fn::GetAtt` of a resource gives.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Found;

    /// What `Fn::ImportValue` gives.
    fn export(&self, name: &str) -> Found;
}

/// References with unknown values: they remain in the result.
#[derive(Clone, Copy, Debug)]
pub struct Unresolved;

impl References for Unresolved {
    fn resource(&self, _logical_id: &str) -> Found {
        Found::Later
    }

    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Found {
        Found::Later
    }

    fn export(&self, _name: &str) -> Found {
        Found::Later
    }
}

/// The values of the pseudo parameters that a stack has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pseudo {
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::Partition`, such as `aws`.
    pub partition: String,
    /// `AWS::StackId`.
    pub stack_id: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// `AWS::NotificationARNs`.
    pub notification_arns: Vec<String>,
}

/// The names of the pseudo parameters.
pub(crate) const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Pseudo {
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "AWS::AccountId" => json!(self.account),
            "AWS::NotificationARNs" => json!(self.notification_arns),
            "AWS::Partition" => json!(self.partition),
            "AWS::Region" => json!(self.region),
            "AWS::StackId" => json!(self.stack_id),
            "AWS::StackName" => json!(self.stack_name),
            "AWS::URLSuffix" if self.partition == "aws-cn" => json!("amazonaws.com.cn"),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            _ => return None,
        })
    }
}

/// Evaluates the values of one template with the parameters of one stack.
pub struct Evaluator<'a> {
    pub(crate) template: &'a Template,
    /// Values by the names of parameters: a text, or a list of texts.
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    pub(crate) conditions: &'a BTreeMap<String, bool>,
    pub(crate) pseudo: &'a Pseudo,
    pub(crate) references: &'a dyn References,
    spent: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(
        template: &'a Template,
        parameters: &'a BTreeMap<String, Value>,
        conditions: &'a BTreeMap<String, bool>,
        pseudo: &'a Pseudo,
        references: &'a dyn References,
    ) -> Self {
        Self {
            template,
            parameters,
            conditions,
            pseudo,
            references,
            spent: Cell::new(0),
        }
    }

    /// The value; `None` for `AWS::NoValue`.
    ///
    /// # Errors
    ///
    /// A function is used incorrectly, or refers to something missing.
    pub fn value(&self, node: &Node) -> Result<Option<Value>, TemplateError> {
        if let Some((name, argument)) = node.call() {
            return self.call(name, argument, node.position);
        }
        match &node.content {
            Content::Scalar(value) => Ok(Some(value.clone())),
            Content::List(items) => {
                let items = items.iter().filter_map(|item| self.value(item).transpose());
                Ok(Some(Value::Array(items.collect::<Result<_, _>>()?)))
            }
            Content::Object(members) => self.object(members).map(Some),
        }
    }

    fn object(&self, members: &[Member]) -> Result<Value, TemplateError> {
        let mut object = Map::with_capacity(members.len());
        for member in members {
            if is_function_name(&member.name) && members.len() > 1 {
                let message = format!("{} must be the only member of its object", member.name);
                return Err(TemplateError::function(member.position, message));
            }
            if let Some(value) = self.value(&member.value)? {
                object.insert(member.name.clone(), value);
            }
        }
        Ok(Value::Object(object))
    }

    fn call(
        &self,
        name: &str,
        argument: &Node,
        position: Position,
    ) -> Result<Option<Value>, TemplateError> {
        let (kind, function) = functions::named(name, position)?;
        match kind {
            Kind::Value => {}
            Kind::Extension => self.need_extensions(name, position)?,
            Kind::Condition => {
                let message = format!("{name} can be used in conditions only");
                return Err(TemplateError::function(position, message));
            }
        }
        let value = function(self, argument)?;
        self.spend_on(value.as_ref(), position)?;
        Ok(value)
    }

    /// Whether a part of a condition is true.
    pub(crate) fn holds(&self, node: &Node) -> Result<bool, TemplateError> {
        let malformed = || {
            let message = "every Condition member must be a function that gives true or false.";
            TemplateError::format(node.position, message)
        };
        let Some(
            [
                Member {
                    name,
                    value: argument,
                    ..
                },
            ],
        ) = node.as_object()
        else {
            return Err(malformed());
        };
        let (Kind::Condition, function) = functions::named(name, node.position)? else {
            return Err(malformed());
        };
        let value = function(self, argument)?;
        value
            .and_then(|value| value.as_bool())
            .ok_or_else(malformed)
    }

    /// The text of a value that is a scalar.
    pub(crate) fn scalar(&self, node: &Node) -> Result<Option<String>, TemplateError> {
        Ok(self.value(node)?.as_ref().and_then(scalar_text))
    }

    /// What `Ref` gives.
    pub(crate) fn reference(
        &self,
        name: &str,
        position: Position,
    ) -> Result<Option<Value>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.pseudo.get(name) {
            return Ok(Some(value));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        match self
            .existing(name)
            .map_or(Found::Missing, |name| self.references.resource(name))
        {
            Found::Value(value) => Ok(Some(value)),
            Found::Later => Ok(Some(json!({"Ref": name}))),
            Found::Missing => Err(unresolved(name, position)),
        }
    }

    /// What `Fn::GetAtt` gives.
    pub(crate) fn attribute(
        &self,
        resource: &str,
        name: &str,
        position: Position,
    ) -> Result<Value, TemplateError> {
        let Some(existing) = self.existing(resource) else {
            return Err(unresolved(resource, position));
        };
        match self.references.attribute(existing, name) {
            Found::Value(value) => Ok(value),
            Found::Later => Ok(json!({"Fn::GetAtt": [resource, name]})),
            Found::Missing => {
                let message = format!(
                    "resource {resource} does not support attribute type {name} in Fn::GetAtt"
                );
                Err(TemplateError::function(position, message))
            }
        }
    }

    /// The name of a resource that is in the template and whose condition is true.
    fn existing<'n>(&self, name: &'n str) -> Option<&'n str> {
        let resource = self.template.resource(name)?;
        let holds = |condition: &String| self.conditions.get(condition).copied().unwrap_or(false);
        resource
            .condition
            .as_ref()
            .is_none_or(holds)
            .then_some(name)
    }

    pub(crate) fn export(&self, name: &str) -> Found {
        self.references.export(name)
    }

    pub(crate) fn condition(&self, name: &str, position: Position) -> Result<bool, TemplateError> {
        self.conditions.get(name).copied().ok_or_else(|| {
            let message = format!("Unresolved condition dependency {name}");
            TemplateError::format(position, message)
        })
    }

    pub(crate) fn has_mapping(&self, map: &str) -> bool {
        self.template.mapping(map).is_some()
    }

    pub(crate) fn mapping(&self, map: &str, first: &str, second: &str) -> Option<&Node> {
        self.template.mapping(map)?.get(first)?.get(second)
    }

    pub(crate) fn region(&self) -> &str {
        &self.pseudo.region
    }

    pub(crate) fn need_extensions(
        &self,
        name: &str,
        position: Position,
    ) -> Result<(), TemplateError> {
        if self.template.has_language_extensions() {
            return Ok(());
        }
        let message = format!("{name} needs the transform AWS::LanguageExtensions");
        Err(TemplateError::format(position, message))
    }

    /// Counts what functions have produced.
    pub(crate) fn spend_on(
        &self,
        value: Option<&Value>,
        position: Position,
    ) -> Result<(), TemplateError> {
        let spent = self.spent.get().saturating_add(value.map_or(0, size));
        self.spent.set(spent);
        if spent <= BUDGET {
            return Ok(());
        }
        let message = "the functions of the template produce too much text.";
        Err(TemplateError::function(position, message))
    }
}

fn unresolved(name: &str, position: Position) -> TemplateError {
    let message =
        format!("Unresolved resource dependencies [{name}] in the Resources block of the template");
    TemplateError::format(position, message)
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len().saturating_add(8),
        Value::Array(items) => items.iter().map(size).fold(8, usize::saturating_add),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| name.len().saturating_add(size(value)))
            .fold(8, usize::saturating_add),
        _ => 8,
    }
}

/// Whether a value still contains an unresolved reference.
#[must_use]
pub(crate) fn is_symbolic(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_symbolic),
        Value::Object(members) => {
            let is_call = members.len() == 1 && members.keys().all(|name| is_function_name(name));
            is_call || members.values().any(is_symbolic)
        }
        _ => false,
    }
}
