//! `ValidateTemplate`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_template::Template;

use super::super::form::Form;
use super::CloudFormation;
use super::definition::TemplateLocation;
use super::errors::wire;
use super::get_template_summary::capabilities;
use super::record::{Members, Record};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    location: TemplateLocation,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let location = TemplateLocation::read(form)?;
        Ok(Self { location })
    }
}

/// Checks what does not depend on parameters.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let text = input.location.text(service, scope).await?;
    let template = Template::parse(&text.unwrap_or_default());
    let template = template.map_err(|error| wire(error.into()))?;
    service.stacks.check_types(&template).map_err(wire)?;
    let parameters = template.parameters.iter().map(|declared| {
        Record::default()
            .text("ParameterKey", declared.name.as_str())
            .optional("DefaultValue", declared.default.as_deref())
            .flag("NoEcho", declared.no_echo)
            .optional("Description", declared.description.as_deref())
            .value()
    });
    let reply = Record::default()
        .list("Parameters", parameters)
        .optional("Description", template.description.as_deref());
    let reply = capabilities(reply, &template);
    Ok(reply
        .texts("DeclaredTransforms", &template.transforms)
        .members())
}
