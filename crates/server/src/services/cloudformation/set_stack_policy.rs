//! `SetStackPolicy`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::{validation, wire};
use super::policy::PolicyLocation;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    policy: PolicyLocation,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            policy: PolicyLocation::read(form)?,
        })
    }
}

/// Stores a stack policy. Nothing enforces it.
///
/// Source: Assumption A-351.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let policy = input.policy.text(service, scope).await?;
    let policy = policy
        .ok_or_else(|| validation("You must specify either StackPolicyBody or StackPolicyURL."))?;
    let stored = service.stacks.set_policy(scope, &input.stack, policy);
    stored.await.map_err(wire)?;
    Ok(Members::new())
}
