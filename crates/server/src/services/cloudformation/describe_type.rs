//! `DescribeType`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{StackError, StackErrorCode};

use super::super::form::Form;
use super::CloudFormation;
use super::errors::{validation, wire};
use super::record::{Members, Record};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let kind = form.choice("Type", &["RESOURCE", "MODULE", "HOOK"]);
        let name = form.optional("TypeName", (1, 204), |_| true);
        let arn = form.optional("Arn", (1, 1024), |_| true);
        if !matches!(kind, None | Some("RESOURCE")) {
            return Err(validation("Only types of the kind RESOURCE are here"));
        }
        let of_arn = |arn: String| {
            let name = arn.rsplit('/').next()?;
            Some(name.replace('-', "::"))
        };
        let name = name.or_else(|| arn.and_then(of_arn));
        let missing = || validation("Specify TypeName with Type, or Arn");
        Ok(Self {
            name: name.ok_or_else(missing)?,
        })
    }
}

/// A resource type that is here, with its schema.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let found = service.stacks.registry().here(&input.name);
    let found = found.map_err(|_| {
        let message = format!("The type '{}' cannot be found.", input.name);
        wire(StackError::new(StackErrorCode::TypeNotFound, message))
    })?;
    let schema = found.schema().document();
    let description = schema.get("description").and_then(|text| text.as_str());
    let arn = format!(
        "arn:aws:cloudformation:{}::type/resource/{}",
        scope.region,
        input.name.replace("::", "-")
    );
    let reply = Record::default()
        .text("Arn", arn)
        .text("Type", "RESOURCE")
        .text("TypeName", input.name)
        .optional("Description", description)
        .text("Schema", schema.to_string())
        .text("ProvisioningType", "FULLY_MUTABLE")
        .text("DeprecatedStatus", "LIVE")
        .text("Visibility", "PUBLIC");
    Ok(reply.members())
}
