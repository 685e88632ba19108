//! Faults of the calls that handlers of resource types make: rules for B2BI's operations apply to
//! them too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::Clock as _;
use b2bi_local_faults::{Engine, Facts, Outcome, Plan, When};
use b2bi_local_model::SIGNING_NAME;
use b2bi_local_registry::{
    HandlerContext, HandlerError, HandlerErrorCode, Interception, Interceptor,
};
use serde_json::Value;

use crate::clock::ServerClock;

/// The user agent of calls that `CloudFormation` makes; rules can match it.
const USER_AGENT: &str = "cloudformation.amazonaws.com";

/// Asks the fault engine about the calls of handlers.
pub(crate) struct HandlerFaults {
    pub(crate) faults: Arc<Engine>,
    pub(crate) clock: Arc<ServerClock>,
}

#[async_trait]
impl Interceptor for HandlerFaults {
    async fn before(
        &self,
        context: &HandlerContext,
        operation: &str,
        body: &Value,
    ) -> Interception {
        if !self.faults.is_armed() {
            return Interception::Continue;
        }
        let plan = self.plan(context, operation, body);
        let pause = plan.delay.before_ms.saturating_add(plan.delay.after_ms);
        if pause > 0 {
            self.clock.sleep(Duration::from_millis(pause)).await;
        }
        interception(&plan)
    }
}

impl HandlerFaults {
    fn plan(&self, context: &HandlerContext, operation: &str, body: &Value) -> Plan {
        let members = body.as_object().into_iter().flatten();
        let ids = members.filter(|(name, _)| name.ends_with("Id") || *name == "ResourceARN");
        let ids: Vec<&str> = ids.filter_map(|(_, id)| id.as_str()).collect();
        let facts = Facts {
            service: SIGNING_NAME,
            region: &context.scope.region,
            operation,
            account: &context.scope.account,
            user_agent: Some(USER_AGENT),
            resources: &ids,
            body: Some(body),
            ..Facts::default()
        };
        let now = u64::try_from(self.clock.inner_millis()).unwrap_or_default();
        self.faults.decide(&facts, now)
    }
}

/// The effect of a plan on a handler. Damaged replies and faults of jobs have no effect on one.
fn interception(plan: &Plan) -> Interception {
    let failure = match &plan.outcome {
        Some(Outcome::Error(error) | Outcome::Throttle { error, .. }) => {
            let message = error.message.clone();
            let message =
                message.unwrap_or_else(|| format!("{} (injected by a fault rule)", error.code));
            HandlerError::new(code_of(&error.code), message)
        }
        Some(Outcome::Http(reply)) => {
            let message = format!("The service answered {}", reply.status_code);
            HandlerError::new(HandlerErrorCode::GeneralServiceException, message)
        }
        Some(Outcome::Connection(_)) => {
            let message = "The connection to the service was lost";
            HandlerError::new(HandlerErrorCode::NetworkFailure, message)
        }
        Some(Outcome::Response(_) | Outcome::Stale(_) | Outcome::Job(_) | Outcome::Panic)
        | None => return Interception::Continue,
    };
    match plan.when {
        When::Before => Interception::Fail(failure),
        When::After | When::Twice => Interception::FailAfter(failure),
    }
}

/// The handler's code for an error of the service; a handler's code is not changed.
///
/// Source: the handlers that AWS publishes for the types of B2BI.
fn code_of(error: &str) -> HandlerErrorCode {
    let own = HandlerErrorCode::ALL
        .iter()
        .find(|code| code.as_str() == error);
    own.copied().unwrap_or(match error {
        "AccessDeniedException" | "AccessDenied" => HandlerErrorCode::AccessDenied,
        "ConflictException" => HandlerErrorCode::AlreadyExists,
        "InternalServerException" => HandlerErrorCode::ServiceInternalError,
        "ResourceNotFoundException" => HandlerErrorCode::NotFound,
        "ServiceQuotaExceededException" => HandlerErrorCode::ServiceLimitExceeded,
        "ThrottlingException" | "TooManyRequestsException" => HandlerErrorCode::Throttling,
        "ValidationException" => HandlerErrorCode::InvalidRequest,
        _ => HandlerErrorCode::GeneralServiceException,
    })
}

#[cfg(test)]
mod tests {
    use b2bi_local_faults::{ErrorReply, Outcome, Plan, When};
    use b2bi_local_registry::{HandlerErrorCode, Interception};

    use super::interception;

    fn code(error: &str, when: When) -> (Option<HandlerErrorCode>, bool) {
        let plan = Plan {
            outcome: Some(Outcome::Error(ErrorReply::new(error))),
            when,
            ..Plan::default()
        };
        match interception(&plan) {
            Interception::Continue => (None, false),
            Interception::Fail(error) => (Some(error.code), false),
            Interception::FailAfter(error) => (Some(error.code), true),
        }
    }

    #[test]
    fn errors_of_the_service_become_codes_of_the_handler() {
        for (error, expected) in [
            ("ThrottlingException", HandlerErrorCode::Throttling),
            ("ConflictException", HandlerErrorCode::AlreadyExists),
            ("NotStabilized", HandlerErrorCode::NotStabilized),
            ("SomethingElse", HandlerErrorCode::GeneralServiceException),
        ] {
            assert_eq!(
                code(error, When::Before),
                (Some(expected), false),
                "{error}"
            );
            assert_eq!(code(error, When::After), (Some(expected), true), "{error}");
        }
        assert_eq!(interception(&Plan::default()), Interception::Continue);
    }
}
