//! A template with the parameters of a stack.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::check;
use crate::conditions;
use crate::error::{Position, TemplateError};
use crate::evaluate::{Evaluator, Pseudo, References, Unresolved};
use crate::for_each;
use crate::node::{Node, is_function_name};
use crate::order::order;
use crate::resource::{Policy, ResourceDeclaration};
use crate::rules;
use crate::template::{OutputDeclaration, Template};

/// A template with parameters: loops are expanded, and conditions are evaluated.
#[derive(Clone, Debug)]
pub struct Bound {
    template: Template,
    parameters: BTreeMap<String, Value>,
    conditions: BTreeMap<String, bool>,
    pseudo: Pseudo,
    resources: BTreeMap<String, BoundResource>,
    order: Vec<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundResource {
    /// Its type.
    pub type_name: String,
    /// Its properties, with references to resources unchanged.
    pub properties: Map<String, Value>,
    /// `Metadata`, as written.
    pub metadata: Option<Value>,
    /// What happens to it when it is removed from its stack.
    pub deletion_policy: Policy,
    /// What happens to it when another replaces it.
    pub update_replace_policy: Policy,
    /// The resources that are created before it.
    pub dependencies: BTreeSet<String>,
}

impl Bound {
    /// Binds parameters, whose values come from [`parameters`](crate::parameters()).
    ///
    /// # Errors
    ///
    /// A function cannot be evaluated, or resources depend on one another.
    pub fn new(
        template: &Template,
        parameters: BTreeMap<String, Value>,
        pseudo: Pseudo,
    ) -> Result<Self, TemplateError> {
        let template = expanded(template, &parameters, &pseudo)?;
        let conditions = conditions::evaluate(&template, &parameters, &pseudo)?;
        let evaluator = Evaluator::new(&template, &parameters, &conditions, &pseudo, &Unresolved);
        rules::check(&template.rules, &evaluator)?;
        let holds = |condition: &String| conditions.get(condition).copied().unwrap_or(false);
        let mut resources = BTreeMap::new();
        let mut names = Vec::new();
        for declared in &template.resources {
            if declared.condition.as_ref().is_none_or(holds) {
                names.push(declared.logical_id.clone());
                resources.insert(declared.logical_id.clone(), resource(declared, &evaluator)?);
            }
        }
        let order = ordered(&template, &names, &resources)?;
        Ok(Self {
            template,
            parameters,
            conditions,
            pseudo,
            resources,
            order,
        })
    }

    /// The resources that exist, by name.
    #[must_use]
    pub fn resources(&self) -> &BTreeMap<String, BoundResource> {
        &self.resources
    }

    /// The names of the resources in order of creation.
    #[must_use]
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// The template, with loops expanded.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The values of parameters, as `Ref` gives them.
    #[must_use]
    pub fn parameters(&self) -> &BTreeMap<String, Value> {
        &self.parameters
    }

    /// Where a resource is declared.
    #[must_use]
    pub fn position(&self, logical_id: &str) -> Option<Position> {
        self.template
            .resource(logical_id)
            .map(|resource| resource.declared.position)
    }

    /// The properties of a resource, with references resolved.
    ///
    /// # Errors
    ///
    /// A function cannot be evaluated, or an attribute does not exist.
    pub fn properties(
        &self,
        logical_id: &str,
        references: &dyn References,
    ) -> Result<Map<String, Value>, TemplateError> {
        let declared = self.template.resource(logical_id);
        let properties = declared.and_then(|resource| resource.properties.as_ref());
        object(properties, &self.evaluator(references))
    }

    /// The attributes of a resource that others and the outputs ask for.
    #[must_use]
    pub fn attributes(&self, logical_id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let properties = self.resources.values();
        let properties = properties.flat_map(|resource| resource.properties.values());
        properties.for_each(|value| attributes(value, logical_id, &mut found));
        let evaluator = self.evaluator(&Unresolved);
        for output in self.outputs() {
            // An output that cannot be evaluated is an error when it is set.
            if let Ok(Some(value)) = evaluator.value(&output.value) {
                attributes(&value, logical_id, &mut found);
            }
        }
        found
    }

    /// The outputs that exist.
    pub fn outputs(&self) -> impl Iterator<Item = &OutputDeclaration> {
        let holds = |condition: &String| self.conditions.get(condition).copied().unwrap_or(false);
        self.template
            .outputs
            .iter()
            .filter(move |output| output.condition.as_ref().is_none_or(holds))
    }

    /// The value of an output, and the name under which it is exported.
    ///
    /// # Errors
    ///
    /// A function cannot be evaluated, or gives no text.
    pub fn output(
        &self,
        output: &OutputDeclaration,
        references: &dyn References,
    ) -> Result<(String, Option<String>), TemplateError> {
        let evaluator = self.evaluator(references);
        let text = |node: &Node| {
            evaluator.scalar(node)?.ok_or_else(|| {
                let message = format!("The Value field of output {} must be a string", output.name);
                TemplateError::format(node.position, message)
            })
        };
        let export = output.export.as_ref().map(text).transpose()?;
        Ok((text(&output.value)?, export))
    }

    fn evaluator<'a>(&'a self, references: &'a dyn References) -> Evaluator<'a> {
        Evaluator::new(
            &self.template,
            &self.parameters,
            &self.conditions,
            &self.pseudo,
            references,
        )
    }
}

fn expanded(
    template: &Template,
    parameters: &BTreeMap<String, Value>,
    pseudo: &Pseudo,
) -> Result<Template, TemplateError> {
    if !template.has_loops {
        return Ok(template.clone());
    }
    let conditions = BTreeMap::new();
    let evaluator = Evaluator::new(template, parameters, &conditions, pseudo, &Unresolved);
    let expanded = Template::of(for_each::expand(&template.root, &evaluator)?)?;
    check::check(&expanded)?;
    Ok(expanded)
}

fn object(
    node: Option<&Node>,
    evaluator: &Evaluator<'_>,
) -> Result<Map<String, Value>, TemplateError> {
    let Some(node) = node else {
        return Ok(Map::new());
    };
    match evaluator.value(node)? {
        Some(Value::Object(members)) => Ok(members),
        None => Ok(Map::new()),
        Some(_) => Err(TemplateError::format(
            node.position,
            "Properties must be an object.",
        )),
    }
}

fn resource(
    declared: &ResourceDeclaration,
    evaluator: &Evaluator<'_>,
) -> Result<BoundResource, TemplateError> {
    let properties = object(declared.properties.as_ref(), evaluator)?;
    let mut dependencies: BTreeSet<String> = declared.depends_on.iter().cloned().collect();
    properties
        .values()
        .for_each(|value| references(value, &mut dependencies));
    let policy = |name, node| policy(declared, name, node, evaluator);
    Ok(BoundResource {
        type_name: declared.type_name.clone(),
        properties,
        metadata: declared.metadata.as_ref().map(Node::to_value),
        deletion_policy: policy("DeletionPolicy", declared.deletion_policy.as_ref())?,
        update_replace_policy: policy(
            "UpdateReplacePolicy",
            declared.update_replace_policy.as_ref(),
        )?,
        dependencies,
    })
}

fn policy(
    declared: &ResourceDeclaration,
    name: &str,
    node: Option<&Node>,
    evaluator: &Evaluator<'_>,
) -> Result<Policy, TemplateError> {
    let Some(node) = node else {
        return Ok(Policy::default());
    };
    let text = evaluator.scalar(node)?.unwrap_or_default();
    Policy::named(&text).ok_or_else(|| {
        let message = format!(
            "Unrecognized {name} {text} for resource {}",
            declared.logical_id
        );
        TemplateError::function(node.position, message)
    })
}

/// The resources that a value refers to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                let named = match name.as_str() {
                    _ if members.len() > 1 || !is_function_name(name) => None,
                    "Ref" => value.as_str(),
                    "Fn::GetAtt" => value.get(0).and_then(Value::as_str),
                    _ => None,
                };
                found.extend(named.map(str::to_owned));
                references(value, found);
            }
        }
        _ => {}
    }
}

/// The attributes of a resource that a value asks for.
fn attributes(value: &Value, logical_id: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| attributes(item, logical_id, found)),
        Value::Object(members) => {
            let call = members.get("Fn::GetAtt").filter(|_| members.len() == 1);
            let call = call.and_then(Value::as_array).map(Vec::as_slice);
            if let Some([Value::String(resource), Value::String(attribute)]) = call
                && resource == logical_id
            {
                found.insert(attribute.clone());
            }
            members
                .values()
                .for_each(|value| attributes(value, logical_id, found));
        }
        _ => {}
    }
}

fn ordered(
    template: &Template,
    names: &[String],
    resources: &BTreeMap<String, BoundResource>,
) -> Result<Vec<String>, TemplateError> {
    let dependencies = resources
        .iter()
        .map(|(name, resource)| (name.clone(), resource.dependencies.clone()))
        .collect();
    order(names, &dependencies).map_err(|circle| {
        let declared = circle.first().and_then(|name| template.resource(name));
        let position = declared.map_or(template.root.position, |resource| {
            resource.declared.position
        });
        check::circular(&circle, position)
    })
}
