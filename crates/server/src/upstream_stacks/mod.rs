//! The upstream's CloudFormation, which creates resources of unknown types.

mod client;
mod replies;

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{HandlerError, HandlerErrorCode, Tags, UpstreamStack, UpstreamStacks};
use http::Uri;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::client::{CallError, CloudFormationClient, Fields};
use self::replies::{
    Accepted, DescribeStackEvents, DescribeStackResources, DescribeStacks, GetTemplate, Stack,
};
use crate::calibration::CredentialsError;

/// The time between the first two polls of a stack; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long an operation of the upstream may take.
const LONGEST_OPERATION: Duration = Duration::from_mins(30);
/// Stacks of the upstream may do what its callers may do.
const CAPABILITIES: [&str; 3] = [
    "CAPABILITY_IAM",
    "CAPABILITY_NAMED_IAM",
    "CAPABILITY_AUTO_EXPAND",
];

/// The upstream's CloudFormation cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamStacksError {
    #[error("no resources can be made by TLS: {0}")]
    Credentials(#[from] CredentialsError),
    #[error("the certificates of the system cannot be read: {0}")]
    Certificates(#[from] io::Error),
}

/// CloudFormation of an emulator or of AWS.
pub(crate) struct UpstreamCloudFormation {
    client: CloudFormationClient,
    address: String,
}

impl UpstreamCloudFormation {
    /// Nothing is connected before the first call.
    ///
    /// # Errors
    ///
    /// The address uses TLS, and there are no credentials or no trusted certificates.
    pub(crate) fn new(address: &Uri) -> Result<Self, UpstreamStacksError> {
        Ok(Self {
            client: CloudFormationClient::new(address)?,
            address: address.to_string().trim_end_matches('/').to_owned(),
        })
    }

    async fn call<R: DeserializeOwned>(
        &self,
        scope: &Scope,
        action: &str,
        fields: &Fields,
    ) -> Result<R, HandlerError> {
        let called = self.client.call(scope, action, fields).await;
        called.map_err(|error| self.failed(action, &error))
    }

    fn failed(&self, action: &str, error: &CallError) -> HandlerError {
        error.of_handler(&self.address, action)
    }

    /// The stack with this name; `None` if it does not exist.
    async fn found(&self, scope: &Scope, name: &str) -> Result<Option<Stack>, HandlerError> {
        let action = "DescribeStacks";
        let called = self.client.call(scope, action, &named(name)).await;
        match called {
            Ok(DescribeStacks { result }) => Ok(result.stacks.member.into_iter().next()),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(self.failed(action, &error)),
        }
    }

    /// The stack of this name once no operation is at work on it.
    async fn ended(&self, scope: &Scope, name: &str) -> Result<Option<Stack>, HandlerError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.found(scope, name).await {
                Ok(Some(stack)) if stack.status.ends_with("_IN_PROGRESS") => {}
                // AWS throttles callers that ask for many stacks at a time.
                Err(error) if error.code == HandlerErrorCode::Throttling => {}
                found => return found,
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// Waits for the end of an operation, and expects a status.
    async fn wait(&self, scope: &Scope, name: &str, expected: &str) -> Result<(), HandlerError> {
        let ended = tokio::time::timeout(LONGEST_OPERATION, self.ended(scope, name)).await;
        let ended = ended.map_err(|_| {
            let message = format!(
                "The stack {name} of the upstream {} is not done",
                self.address
            );
            HandlerError::new(HandlerErrorCode::NotStabilized, message)
        })??;
        match ended {
            Some(stack) if stack.status == expected => Ok(()),
            None if expected == "DELETE_COMPLETE" => Ok(()),
            Some(stack) => {
                let reason = self.reason(scope, name, &stack).await;
                let message = format!(
                    "The stack {name} of the upstream {} is {}: {reason}",
                    self.address, stack.status
                );
                Err(HandlerError::new(
                    HandlerErrorCode::GeneralServiceException,
                    message,
                ))
            }
            None => {
                let message = format!("The upstream {} has lost the stack {name}", self.address);
                Err(HandlerError::new(HandlerErrorCode::NotFound, message))
            }
        }
    }

    /// Why an operation has failed, by the latest event of a failure.
    async fn reason(&self, scope: &Scope, name: &str, stack: &Stack) -> String {
        let events: Result<DescribeStackEvents, HandlerError> =
            self.call(scope, "DescribeStackEvents", &named(name)).await;
        let events = events.map_or_else(|_| Vec::new(), |read| read.result.stack_events.member);
        let failed = events
            .into_iter()
            .filter(|event| event.resource_status.ends_with("_FAILED"))
            .find_map(|event| event.resource_status_reason);
        failed
            .or_else(|| stack.reason.clone())
            .unwrap_or_else(|| "it gives no reason".to_owned())
    }
}

/// An upstream that is no longer reachable still has the stack.
fn after_acceptance(error: HandlerError, name: &str) -> HandlerError {
    if error.code != HandlerErrorCode::NetworkFailure {
        return error;
    }
    let message = format!("{}; the stack {name} is there", error.message);
    HandlerError::new(HandlerErrorCode::NotStabilized, message)
}

fn named(name: &str) -> Fields {
    vec![("StackName".to_owned(), name.to_owned())]
}

fn definition(name: &str, template: &Value, tags: &Tags) -> Fields {
    let mut fields = named(name);
    fields.push(("TemplateBody".to_owned(), template.to_string()));
    for (number, capability) in (1..).zip(CAPABILITIES) {
        fields.push((
            format!("Capabilities.member.{number}"),
            capability.to_owned(),
        ));
    }
    for (number, (key, value)) in (1..).zip(tags) {
        fields.push((format!("Tags.member.{number}.Key"), key.clone()));
        fields.push((format!("Tags.member.{number}.Value"), value.clone()));
    }
    fields
}

#[async_trait]
impl UpstreamStacks for UpstreamCloudFormation {
    fn address(&self) -> &str {
        &self.address
    }

    async fn create(
        &self,
        scope: &Scope,
        name: &str,
        template: &Value,
        tags: &Tags,
    ) -> Result<(), HandlerError> {
        let fields = definition(name, template, tags);
        let action = "CreateStack";
        let called = self.client.call(scope, action, &fields).await;
        match called {
            Ok(Accepted {}) => {
                let created = self.wait(scope, name, "CREATE_COMPLETE").await;
                created.map_err(|error| after_acceptance(error, name))
            }
            Err(error @ CallError::Broken(_)) => {
                let mut error = self.failed(action, &error);
                error.message = format!("{}; the stack {name} may be there", error.message);
                Err(error)
            }
            Err(error) => Err(self.failed(action, &error)),
        }
    }

    async fn update(
        &self,
        scope: &Scope,
        name: &str,
        template: &Value,
        tags: &Tags,
    ) -> Result<(), HandlerError> {
        let action = "UpdateStack";
        let fields = definition(name, template, tags);
        let called = self.client.call(scope, action, &fields).await;
        match called {
            Ok(Accepted {}) => self.wait(scope, name, "UPDATE_COMPLETE").await,
            Err(error) if error.is_no_update() => Ok(()),
            Err(error) => Err(self.failed(action, &error)),
        }
    }

    async fn describe(&self, scope: &Scope, name: &str) -> Result<UpstreamStack, HandlerError> {
        let stack = self.found(scope, name).await?;
        let stack = stack.filter(|stack| stack.status != "DELETE_COMPLETE");
        let stack = stack.ok_or_else(|| {
            let message = format!("The upstream {} has no stack {name}", self.address);
            HandlerError::new(HandlerErrorCode::NotFound, message)
        })?;
        let fields = named(name);
        let resources: DescribeStackResources =
            self.call(scope, "DescribeStackResources", &fields).await?;
        let resources = resources.result.stack_resources.member.into_iter();
        let mut ids = resources.filter_map(|resource| resource.physical_resource_id);
        let template: GetTemplate = self.call(scope, "GetTemplate", &fields).await?;
        let template = serde_json::from_str(&template.result.template_body).unwrap_or_default();
        let outputs = stack.outputs.member.into_iter();
        let outputs = outputs.map(|output| (output.description, output.output_value));
        Ok(UpstreamStack {
            physical_id: ids.find(|id| !id.is_empty()),
            outputs: outputs.collect(),
            template,
        })
    }

    async fn delete(&self, scope: &Scope, name: &str) -> Result<(), HandlerError> {
        let action = "DeleteStack";
        match self.client.call(scope, action, &named(name)).await {
            Ok(Accepted {}) => self.wait(scope, name, "DELETE_COMPLETE").await,
            Err(error) if error.is_missing() => Ok(()),
            Err(error) => Err(self.failed(action, &error)),
        }
    }
}
