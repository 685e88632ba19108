//! Cloud Control: resources of every type by the same operations.
//!
//! Source: the service model of Cloud Control, `2021-09-30`.

mod cancel_resource_request;
mod create_resource;
mod delete_resource;
mod errors;
mod fields;
mod get_resource;
mod get_resource_request_status;
mod list_resource_requests;
mod list_resources;
mod request;
mod requests;
mod run;
mod update_resource;

use std::sync::Arc;

use b2bi_local_b2bi::JobDuration;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_registry::{Environment, HandlerContext, Registry, ResourceType};
use bytes::Bytes;
use serde_json::{Value, json};

pub(crate) use self::errors::ERRORS;
use self::errors::{error, validation};
use self::fields::Fields;
use self::requests::Requests;
use super::{page as pages, scope_of};

/// The service's name in a credential scope.
pub(crate) const SIGNING_NAME: &str = "cloudcontrolapi";

static DESCRIPTOR: Descriptor = Descriptor {
    signing_name: SIGNING_NAME,
    protocol: Protocol::Json {
        target_prefix: "CloudApiService",
    },
    operations: &[
        "CancelResourceRequest",
        "CreateResource",
        "DeleteResource",
        "GetResource",
        "GetResourceRequestStatus",
        "ListResourceRequests",
        "ListResources",
        "UpdateResource",
    ],
};

/// The Cloud Control API; clones share everything.
#[derive(Clone)]
pub(crate) struct CloudControl {
    registry: Arc<Registry>,
    requests: Arc<Requests>,
}

impl CloudControl {
    /// The API over these types, which stores its requests among the documents.
    pub(crate) fn new(
        registry: &Arc<Registry>,
        environment: &Environment,
        duration: JobDuration,
    ) -> Self {
        Self {
            registry: Arc::clone(registry),
            requests: Arc::new(Requests::new(environment, duration)),
        }
    }

    fn resource_type(&self, name: &str) -> Result<Arc<dyn ResourceType>, ServiceError> {
        let found = self.registry.here(name);
        found.map_err(|_| {
            let message = format!("The type {name} cannot be found.");
            error("TypeNotFoundException", message)
        })
    }
}

/// A request: its members, which its operation reads.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    CancelResourceRequest(cancel_resource_request::Input),
    CreateResource(create_resource::Input),
    DeleteResource(delete_resource::Input),
    GetResource(get_resource::Input),
    GetResourceRequestStatus(get_resource_request_status::Input),
    ListResourceRequests(list_resource_requests::Input),
    ListResources(list_resources::Input),
    UpdateResource(update_resource::Input),
}

impl Service for CloudControl {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        let mut fields = Fields::parse(body)?;
        let fields = &mut fields;
        match operation.name {
            "CancelResourceRequest" => {
                cancel_resource_request::Input::read(fields).map(Input::CancelResourceRequest)
            }
            "CreateResource" => create_resource::Input::read(fields).map(Input::CreateResource),
            "DeleteResource" => delete_resource::Input::read(fields).map(Input::DeleteResource),
            "GetResource" => get_resource::Input::read(fields).map(Input::GetResource),
            "GetResourceRequestStatus" => get_resource_request_status::Input::read(fields)
                .map(Input::GetResourceRequestStatus),
            "ListResourceRequests" => {
                list_resource_requests::Input::read(fields).map(Input::ListResourceRequests)
            }
            "ListResources" => list_resources::Input::read(fields).map(Input::ListResources),
            "UpdateResource" => update_resource::Input::read(fields).map(Input::UpdateResource),
            other => Err(ServiceError::unknown_operation(SIGNING_NAME, other)),
        }
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        let context = HandlerContext::new(scope_of(&caller), "aws");
        let reply = match input {
            Input::CancelResourceRequest(input) => {
                cancel_resource_request::run(self, &context, input).await
            }
            Input::CreateResource(input) => {
                Box::pin(create_resource::run(self, context, input)).await
            }
            Input::DeleteResource(input) => {
                Box::pin(delete_resource::run(self, context, input)).await
            }
            Input::GetResource(input) => get_resource::run(self, &context, input).await,
            Input::GetResourceRequestStatus(input) => {
                get_resource_request_status::run(self, &context, input).await
            }
            Input::ListResourceRequests(input) => {
                list_resource_requests::run(self, &context, &input)
            }
            Input::ListResources(input) => list_resources::run(self, &context, input).await,
            Input::UpdateResource(input) => {
                Box::pin(update_resource::run(self, context, input)).await
            }
        }?;
        Ok(Reply::Json(reply.to_string().into()))
    }
}

/// A page of a list, and the token of the next one.
fn page<T>(
    all: Vec<T>,
    token: Option<&str>,
    limit: usize,
) -> Result<(Vec<T>, Option<String>), ServiceError> {
    pages::page(all, token, limit).ok_or_else(|| validation(pages::UNKNOWN_TOKEN))
}

/// Adds the token of the next page to a reply, if there is one.
fn with_next(mut reply: Value, next: Option<String>) -> Value {
    if let (Some(members), Some(next)) = (reply.as_object_mut(), next) {
        members.insert("NextToken".to_owned(), json!(next));
    }
    reply
}
