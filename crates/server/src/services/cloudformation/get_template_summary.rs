//! `GetTemplateSummary`.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_template::{ParameterDeclaration, Template};

use super::super::form::Form;
use super::definition::TemplateLocation;
use super::errors::{validation, wire};
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: Option<String>,
    location: TemplateLocation,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        if form.has("StackSetName") {
            return Err(validation("StackSetName is not supported here"));
        }
        Ok(Self {
            stack: names::optional_stack(form),
            location: TemplateLocation::read(form)?,
        })
    }
}

/// The declarations in a template.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let text = match &input.stack {
        Some(name) if input.location.is_empty() => {
            let stack = service.stacks.live(scope, name).map_err(wire)?;
            stack.definition.template
        }
        _ => {
            let text = input.location.text(service, scope).await?;
            text.unwrap_or_default()
        }
    };
    let template = Template::parse(&text).map_err(|error| wire(error.into()))?;
    Ok(summary(service, &template).members())
}

fn summary(service: &CloudFormation, template: &Template) -> Record {
    let mut by_type: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for resource in &template.resources {
        let ids = by_type.entry(resource.type_name.as_str()).or_default();
        ids.push(resource.logical_id.clone());
    }
    let identifiers = by_type.iter().map(|(name, ids)| {
        let properties = service.stacks.registry().here(name).map(|found| {
            let paths = found.schema().primary_identifier().iter();
            paths.map(ToString::to_string).collect::<Vec<_>>()
        });
        Record::default()
            .text("ResourceType", *name)
            .texts("LogicalResourceIds", ids)
            .texts("ResourceIdentifiers", &properties.unwrap_or_default())
            .value()
    });
    let types = by_type.keys().map(|name| (*name).into());
    let metadata = template.metadata.as_ref().map(ToString::to_string);
    capabilities(Record::default(), template)
        .list("Parameters", template.parameters.iter().map(parameter))
        .optional("Description", template.description.as_deref())
        .list("ResourceTypes", types)
        .text("Version", "2010-09-09")
        .optional("Metadata", metadata)
        .texts("DeclaredTransforms", &template.transforms)
        .list("ResourceIdentifierSummaries", identifiers)
}

/// The capabilities that a template needs, and why.
pub(super) fn capabilities(record: Record, template: &Template) -> Record {
    let (needed, types) = template.capabilities();
    let reason = (!types.is_empty()).then(|| {
        format!(
            "The following resource(s) require capabilities: [{}]",
            types.join(", ")
        )
    });
    record
        .list("Capabilities", needed.into_iter().map(Into::into))
        .optional("CapabilitiesReason", reason)
}

fn parameter(declared: &ParameterDeclaration) -> QueryValue {
    let constraints = Record::default().texts("AllowedValues", &declared.allowed_values);
    Record::default()
        .text("ParameterKey", declared.name.as_str())
        .optional("DefaultValue", declared.default.as_deref())
        .text("ParameterType", declared.type_name.as_str())
        .flag("NoEcho", declared.no_echo)
        .optional("Description", declared.description.as_deref())
        .structure("ParameterConstraints", constraints)
        .value()
}
