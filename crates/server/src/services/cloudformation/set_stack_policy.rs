//! `SetStackPolicy`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::{validation, wire};
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    policy: String,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        if form.has("StackPolicyURL") {
            return Err(validation("StackPolicyURL is not supported here"));
        }
        Ok(Self {
            stack: names::stack(form),
            policy: form.required("StackPolicyBody", (1, 16_384), |_| true),
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
    let stored = service.stacks.set_policy(scope, &input.stack, input.policy);
    stored.await.map_err(wire)?;
    Ok(Members::new())
}
