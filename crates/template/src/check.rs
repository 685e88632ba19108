//! Checks of a template that need no parameters: the names that it uses, and circular references.

use std::collections::{BTreeMap, BTreeSet};

use crate::conditions;
use crate::error::{Position, TemplateError};
use crate::evaluate::PSEUDO;
use crate::functions::{self, Part, get_att_target, sub_parts};
use crate::node::{Content, Node, is_function_name};
use crate::order::order;
use crate::template::Template;

pub(crate) fn check(template: &Template) -> Result<(), TemplateError> {
    check_conditions(template)?;
    let mut walk = NameCollector::new(template);
    for resource in &template.resources {
        resource
            .properties
            .iter()
            .try_for_each(|node| walk.node(node))?;
        walk.condition(resource.condition.as_deref(), resource.declared.position)?;
        for name in &resource.depends_on {
            walk.resource(name, resource.declared.position);
        }
    }
    walk.finish("Resources")?;
    let mut walk = NameCollector::new(template);
    for output in &template.outputs {
        walk.node(&output.value)?;
        output.export.iter().try_for_each(|node| walk.node(node))?;
        walk.condition(output.condition.as_deref(), output.value.position)?;
    }
    walk.finish("Outputs")?;
    circles(template)
}

fn check_conditions(template: &Template) -> Result<(), TemplateError> {
    for member in &template.conditions {
        let mut used = BTreeSet::new();
        conditions::collect(&member.value, &mut used);
        let is_there = |name: &String| template.conditions.iter().any(|other| other.name == *name);
        if let Some(name) = used.iter().find(|name| !is_there(name)) {
            let message = format!(
                "Unresolved condition dependency {name} in the Conditions block of the template"
            );
            return Err(TemplateError::format(member.position, message));
        }
        check_references(template, &member.value)?;
    }
    conditions::ordered(template).map(drop)
}

/// Conditions may use parameters only.
fn check_references(template: &Template, node: &Node) -> Result<(), TemplateError> {
    let error = |name: &str| {
        let message = format!(
            "Unresolved dependencies [{name}]. Cannot reference resources in the Conditions block of the template"
        );
        TemplateError::format(node.position, message)
    };
    match node.call() {
        Some(("Ref", argument)) => {
            let name = argument.as_text().unwrap_or_default();
            let is_known = template.parameter(name).is_some() || PSEUDO.contains(&name);
            return if is_known { Ok(()) } else { Err(error(name)) };
        }
        Some(("Fn::GetAtt", argument)) => return Err(error(&get_att_target(argument)?.0)),
        Some((name, _)) => functions::named(name, node.position).map(drop)?,
        None => {}
    }
    match &node.content {
        Content::Scalar(_) => Ok(()),
        Content::List(items) => items
            .iter()
            .try_for_each(|item| check_references(template, item)),
        Content::Object(members) => members
            .iter()
            .try_for_each(|member| check_references(template, &member.value)),
    }
}

/// Circular references that do not depend on the parameters.
fn circles(template: &Template) -> Result<(), TemplateError> {
    let names: Vec<String> = template
        .resources
        .iter()
        .filter(|resource| resource.condition.is_none())
        .map(|resource| resource.logical_id.clone())
        .collect();
    let mut dependencies = BTreeMap::new();
    for resource in &template.resources {
        let mut used: BTreeSet<String> = resource.depends_on.iter().cloned().collect();
        if let Some(properties) = &resource.properties {
            unconditional(properties, &mut used)?;
        }
        dependencies.insert(resource.logical_id.clone(), used);
    }
    order(&names, &dependencies).map(drop).map_err(|circle| {
        let position = circle.first().and_then(|name| template.resource(name));
        let position = position.map_or(template.root.position, |resource| {
            resource.declared.position
        });
        circular(&circle, position)
    })
}

/// The error that resources depend on one another.
pub(crate) fn circular(circle: &[String], position: Position) -> TemplateError {
    let message = format!(
        "Circular dependency between resources: [{}]",
        circle.join(", ")
    );
    TemplateError::at(position, message)
}

/// The names that a value refers to outside `Fn::If`.
fn unconditional(node: &Node, used: &mut BTreeSet<String>) -> Result<(), TemplateError> {
    match node.call() {
        Some(("Fn::If", _)) => return Ok(()),
        Some(("Ref", argument)) => used.extend(argument.as_text().map(str::to_owned)),
        Some(("Fn::GetAtt", argument)) => {
            used.insert(get_att_target(argument)?.0);
        }
        Some(("Fn::Sub", argument)) => used.extend(sub_names(argument)?),
        _ => {}
    }
    match &node.content {
        Content::Scalar(_) => Ok(()),
        Content::List(items) => items.iter().try_for_each(|item| unconditional(item, used)),
        Content::Object(members) => members
            .iter()
            .try_for_each(|member| unconditional(&member.value, used)),
    }
}

/// The parameters and resources that the text of `Fn::Sub` names.
fn sub_names(argument: &Node) -> Result<Vec<String>, TemplateError> {
    let (text, own) = match argument.as_list() {
        Some([text, own]) => (text, Some(own)),
        _ => (argument, None),
    };
    let Some(content) = text.as_text() else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for part in sub_parts(content, text.position)? {
        if let Part::Variable(name) = part
            && own.is_none_or(|own| own.get(name).is_none())
        {
            names.push(
                name.split_once('.')
                    .map_or(name, |(resource, _)| resource)
                    .to_owned(),
            );
        }
    }
    Ok(names)
}

/// Goes through values and collects the missing names.
struct NameCollector<'a> {
    template: &'a Template,
    missing: Vec<(String, Position)>,
}

impl<'a> NameCollector<'a> {
    fn new(template: &'a Template) -> Self {
        let missing = Vec::new();
        Self { template, missing }
    }

    fn node(&mut self, node: &Node) -> Result<(), TemplateError> {
        if let Some((name, argument)) = node.call() {
            functions::named(name, node.position)?;
            self.call(name, argument)?;
        }
        match &node.content {
            Content::Scalar(_) => Ok(()),
            Content::List(items) => items.iter().try_for_each(|item| self.node(item)),
            Content::Object(members) => {
                if let [_, _, ..] = members.as_slice()
                    && let Some(member) =
                        members.iter().find(|member| is_function_name(&member.name))
                {
                    let message = format!("{} must be the only member of its object", member.name);
                    return Err(TemplateError::function(member.position, message));
                }
                members
                    .iter()
                    .try_for_each(|member| self.node(&member.value))
            }
        }
    }

    fn call(&mut self, name: &str, argument: &Node) -> Result<(), TemplateError> {
        let position = argument.position;
        match name {
            "Ref" => {
                if let Some(name) = argument.as_text() {
                    self.name(name, position);
                }
            }
            "Fn::GetAtt" => {
                let (resource, _) = get_att_target(argument)?;
                if self.template.resource(&resource).is_none() {
                    let message =
                        format!("instance of Fn::GetAtt references undefined resource {resource}");
                    return Err(TemplateError::function(position, message));
                }
            }
            "Fn::Sub" => {
                sub_names(argument)?
                    .iter()
                    .for_each(|name| self.name(name, position));
            }
            "Fn::If" => {
                let condition = argument
                    .as_list()
                    .and_then(|items| items.first()?.as_text());
                self.condition(condition, position)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn condition(&self, name: Option<&str>, position: Position) -> Result<(), TemplateError> {
        let is_there = |name: &str| {
            self.template
                .conditions
                .iter()
                .any(|member| member.name == name)
        };
        match name {
            Some(name) if !is_there(name) => {
                let message = format!(
                    "Unresolved condition dependency {name} in the Resources block of the template"
                );
                Err(TemplateError::format(position, message))
            }
            _ => Ok(()),
        }
    }

    fn name(&mut self, name: &str, position: Position) {
        if self.template.parameter(name).is_none() && !PSEUDO.contains(&name) {
            self.resource(name, position);
        }
    }

    fn resource(&mut self, name: &str, position: Position) {
        let is_known = self.template.resource(name).is_some();
        if !is_known && !self.missing.iter().any(|(missing, _)| missing == name) {
            self.missing.push((name.to_owned(), position));
        }
    }

    fn finish(self, section: &str) -> Result<(), TemplateError> {
        let Some((_, position)) = self.missing.first() else {
            return Ok(());
        };
        let names: Vec<_> = self.missing.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!(
            "Unresolved resource dependencies [{}] in the {section} block of the template",
            names.join(", ")
        );
        Err(TemplateError::format(*position, message))
    }
}
