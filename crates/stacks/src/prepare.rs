//! A template with the parameters of a stack, checked before anything is created.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{Parameters, Registry, Tags};
use b2bi_local_template::{
    Bound, ParameterDeclaration, Pseudo, Template, TemplateError, parameters, ssm_names,
};

use crate::error::{StackError, StackErrorCode};
use crate::stack::{Definition, StackParameter};

/// The definition of a stack in a request.
#[derive(Clone, Debug, Default)]
pub struct DefinitionRequest {
    /// The template; `None` to use that of the stack.
    pub template: Option<String>,
    /// The parameters.
    pub parameters: Vec<ParameterRequest>,
    /// The tags; `None` keeps those of the stack.
    pub tags: Option<Tags>,
    /// The capabilities that are acknowledged.
    pub capabilities: Vec<String>,
    /// Topics that would receive events; `None` keeps those of the stack.
    pub notification_arns: Option<Vec<String>>,
    /// The role to use; `None` keeps that of the stack.
    pub role_arn: Option<String>,
    /// The resource types that the template may use; `None` for all.
    pub resource_types: Option<Vec<String>>,
    /// How long the alarms of rollback triggers would be monitored, in minutes; `None` keeps it.
    pub monitoring_minutes: Option<u32>,
    /// The time after which a creation fails, in minutes.
    pub timeout_minutes: Option<u32>,
}

/// A parameter as a caller gives it.
#[derive(Clone, Debug, Default)]
pub struct ParameterRequest {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: Option<String>,
    /// Whether to keep the stack's current value.
    pub use_previous_value: bool,
}

/// A definition whose template is parsed and bound to its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) definition: Definition,
    /// The template, with transforms applied.
    pub(crate) template: Template,
    pub(crate) bound: Bound,
}

/// The owner of the definition.
pub(crate) struct Owner<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) partition: &'a str,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
}

/// What definitions are checked against.
pub(crate) struct Preparer<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) parameters: &'a Parameters,
}

impl Preparer<'_> {
    /// Checks what a caller asks for, with the texts that its template includes.
    pub(crate) fn requested(
        &self,
        owner: &Owner<'_>,
        request: DefinitionRequest,
        included: BTreeMap<String, String>,
        previous: Option<&Definition>,
    ) -> Result<Prepared, StackError> {
        let text = request
            .template
            .or_else(|| previous.map(|found| found.template.clone()));
        let text = text.ok_or_else(|| {
            StackError::validation("Either Template URL or Template Body must be specified.")
        })?;
        let template = Template::parse(&text)?;
        let given = given(&template, &request.parameters, previous)?;
        let unnamed = pseudo(owner, &Definition::default());
        let template = template.included(&given, &unnamed, &included)?;
        let previous = previous.cloned().unwrap_or_default();
        let definition = Definition {
            template: text,
            included,
            description: template.description.clone(),
            parameters: Vec::new(),
            tags: request.tags.unwrap_or(previous.tags),
            capabilities: request.capabilities,
            notification_arns: request
                .notification_arns
                .unwrap_or(previous.notification_arns),
            role_arn: request.role_arn.or(previous.role_arn),
            monitoring_minutes: request.monitoring_minutes.or(previous.monitoring_minutes),
            timeout_minutes: request.timeout_minutes.or(previous.timeout_minutes),
        };
        let prepared = self.bound(owner, template, definition, &given)?;
        if let Some(allowed) = &request.resource_types {
            check_allowed(prepared.bound.template(), allowed)?;
        }
        Ok(prepared)
    }

    /// Reads a definition that was accepted before.
    pub(crate) fn stored(
        owner: &Owner<'_>,
        definition: &Definition,
    ) -> Result<Prepared, StackError> {
        let template = Template::parse(&definition.template)?;
        let known = definition.parameters.iter();
        let given = known.map(|parameter| (parameter.key.clone(), parameter.value.clone()));
        let given: BTreeMap<String, String> = given.collect();
        let pseudo = pseudo(owner, definition);
        let template = template.included(&given, &pseudo, &definition.included)?;
        let resolved = definition
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter.value.clone(), parameter.resolved.clone()?)));
        let values = parameters(&template.parameters, &given, &resolved.collect())?;
        let bound = Bound::new(&template, values, pseudo)?;
        let definition = definition.clone();
        Ok(Prepared {
            definition,
            template,
            bound,
        })
    }

    fn bound(
        &self,
        owner: &Owner<'_>,
        template: Template,
        mut definition: Definition,
        given: &BTreeMap<String, String>,
    ) -> Result<Prepared, StackError> {
        self.check_types(&template)?;
        let ssm = self.ssm(owner.scope, &template.parameters, given);
        let values = parameters(&template.parameters, given, &ssm)?;
        definition.parameters = stored_parameters(&template.parameters, given, &ssm);
        let bound = Bound::new(&template, values, pseudo(owner, &definition))?;
        self.check_types(bound.template())?;
        Ok(Prepared {
            definition,
            template,
            bound,
        })
    }

    fn ssm(
        &self,
        scope: &Scope,
        declarations: &[ParameterDeclaration],
        given: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let names = ssm_names(declarations, given).into_iter();
        let found = names.filter_map(|name| {
            let value = self.parameters.get(scope, &name)?.value;
            Some((name, value))
        });
        found.collect()
    }

    /// Refuses types that are not here and are not recorded.
    pub(crate) fn check_types(&self, template: &Template) -> Result<(), StackError> {
        let unknown = template
            .resources
            .iter()
            .filter(|resource| self.registry.get(&resource.type_name).is_err());
        let unknown: Vec<_> = unknown.collect();
        let Some(first) = unknown.first() else {
            return Ok(());
        };
        let mut names: Vec<&str> = unknown
            .iter()
            .map(|resource| resource.type_name.as_str())
            .collect();
        names.dedup();
        let message = format!(
            "Template format error: Unrecognized resource types: [{}]. --unknown-resources selects what \
             happens with resources of other types",
            names.join(", ")
        );
        let position = first.properties.as_ref().map(|node| node.position);
        Err(TemplateError { message, position }.into())
    }
}

/// Refuses types that a caller does not allow.
///
/// Source: Assumption A-358.
fn check_allowed(template: &Template, allowed: &[String]) -> Result<(), StackError> {
    let is_allowed = |name: &str| allowed.iter().any(|pattern| allows(pattern, name));
    let mut resources = template.resources.iter();
    let Some(found) = resources.find(|resource| !is_allowed(&resource.type_name)) else {
        return Ok(());
    };
    let message = format!(
        "Resource type {} is not allowed by parameter ResourceTypes [{}]",
        found.type_name,
        allowed.join(", ")
    );
    let position = Some(found.position());
    Err(TemplateError { message, position }.into())
}

/// Whether an item of `ResourceTypes` names a type: by its name, or by its beginning and `*`.
fn allows(pattern: &str, type_name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => type_name.starts_with(beginning),
        None => pattern == type_name,
    }
}

/// Checks that the caller has acknowledged what a template needs.
pub(crate) fn check_capabilities(
    template: &Template,
    given: &[String],
    needs_expansion: bool,
) -> Result<(), StackError> {
    let (needed, _) = template.capabilities();
    let has = |name: &str| given.iter().any(|given| given == name);
    let is_missing = |name: &&&str| match **name {
        "CAPABILITY_AUTO_EXPAND" => needs_expansion && !has("CAPABILITY_AUTO_EXPAND"),
        "CAPABILITY_IAM" => !has("CAPABILITY_IAM") && !has("CAPABILITY_NAMED_IAM"),
        name => !has(name),
    };
    let missing: Vec<&str> = needed.iter().filter(is_missing).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Requires capabilities : [{}]", missing.join(", "));
    Err(StackError::new(
        StackErrorCode::InsufficientCapabilities,
        message,
    ))
}

pub(crate) fn pseudo(owner: &Owner<'_>, definition: &Definition) -> Pseudo {
    Pseudo {
        account: owner.scope.account.to_string(),
        region: owner.scope.region.to_string(),
        partition: owner.partition.to_owned(),
        stack_id: owner.id.to_owned(),
        stack_name: owner.name.to_owned(),
        notification_arns: definition.notification_arns.clone(),
    }
}

/// The values that a caller gives, or leaves as they are.
pub(crate) fn given(
    template: &Template,
    requested: &[ParameterRequest],
    previous: Option<&Definition>,
) -> Result<BTreeMap<String, String>, StackError> {
    let mut given = BTreeMap::new();
    for parameter in requested {
        let key = &parameter.key;
        let value = match (&parameter.value, parameter.use_previous_value) {
            (Some(_), true) => {
                let message = format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true and non empty value for a parameter"
                );
                return Err(StackError::validation(message));
            }
            (Some(value), false) => Some(value.clone()),
            (None, true) => {
                let known = previous.and_then(|found| {
                    let mut known = found.parameters.iter();
                    known.find(|known| known.key == *key)
                });
                let is_declared = template.parameter(key).is_some();
                match known {
                    Some(known) if is_declared => Some(known.value.clone()),
                    _ if !is_declared => Some(String::new()),
                    _ => {
                        let message = format!(
                            "Invalid input for parameter key {key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                        );
                        return Err(StackError::validation(message));
                    }
                }
            }
            (None, false) => {
                let message = format!(
                    "Invalid input for parameter key {key}. Need to specify either usePreviousValue as true or a value for the parameter"
                );
                return Err(StackError::validation(message));
            }
        };
        given.extend(value.map(|value| (key.clone(), value)));
    }
    Ok(given)
}

fn stored_parameters(
    declarations: &[ParameterDeclaration],
    given: &BTreeMap<String, String>,
    ssm: &BTreeMap<String, String>,
) -> Vec<StackParameter> {
    let stored = |declaration: &ParameterDeclaration| {
        let value = given
            .get(&declaration.name)
            .or(declaration.default.as_ref())
            .cloned()
            .unwrap_or_default();
        let is_ssm = !ssm_names(std::slice::from_ref(declaration), given).is_empty();
        StackParameter {
            key: declaration.name.clone(),
            resolved: is_ssm.then(|| ssm.get(&value).cloned()).flatten(),
            value,
            no_echo: declaration.no_echo,
        }
    };
    declarations.iter().map(stored).collect()
}
