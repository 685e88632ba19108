//! The stack policy of a request: in the request, or at an address.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::check_policy;

use super::super::form::Form;
use super::CloudFormation;
use super::errors::{validation, wire};

/// The longest stack policy in a request, in bytes.
const LONGEST: usize = 16_384;

/// Where the stack policy of a request is.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyLocation {
    body: Option<String>,
    url: Option<String>,
}

impl PolicyLocation {
    /// Reads `StackPolicyBody` and `StackPolicyURL`.
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Self::named(form, ("StackPolicyBody", "StackPolicyURL"))
    }

    /// Reads the policy that applies only during an update.
    pub(super) fn during_update(form: &mut Form) -> Result<Self, ServiceError> {
        let names = ("StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL");
        Self::named(form, names)
    }

    fn named(form: &mut Form, (body, url): (&str, &str)) -> Result<Self, ServiceError> {
        let location = Self {
            body: form.optional(body, (1, LONGEST), |_| true),
            url: form.optional(url, (1, 5120), |_| true),
        };
        if location.body.is_some() && location.url.is_some() {
            let message = format!("You may only specify one of {body} and {url}.");
            return Err(validation(message));
        }
        if let Some(policy) = &location.body {
            check_policy(policy).map_err(wire)?;
        }
        Ok(location)
    }

    /// The text of the policy; `None` if the request has none.
    pub(super) async fn text(
        self,
        service: &CloudFormation,
        scope: &Scope,
    ) -> Result<Option<String>, ServiceError> {
        let Some(url) = self.url else {
            return Ok(self.body);
        };
        let policy = service.stacks.template_at(scope, &url).await;
        let policy = policy.map_err(wire)?;
        check_policy(&policy).map_err(wire)?;
        Ok(Some(policy))
    }
}
