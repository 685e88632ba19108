//! The Security Token Service: the caller's identity, and temporary credentials.
//!
//! Source: the service model of STS, `2011-06-15`.

mod assume_role;
mod assume_role_with_web_identity;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
mod roles;
mod sessions;

use std::sync::Arc;

use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_registry::Environment;
use b2bi_local_sigv4::Secret;
use bytes::Bytes;

use self::sessions::Sessions;
use super::form::Form;

static DESCRIPTOR: Descriptor = Descriptor {
    signing_name: "sts",
    protocol: Protocol::Query {
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    },
    operations: &[
        "AssumeRole",
        "AssumeRoleWithWebIdentity",
        "GetAccessKeyInfo",
        "GetCallerIdentity",
        "GetSessionToken",
    ],
};

/// The codes of the errors that the operations declare.
pub(crate) const ERRORS: &[&str] = &[
    "ExpiredTokenException",
    "InvalidIdentityToken",
    "MalformedPolicyDocument",
    "RegionDisabledException",
];

/// The Security Token Service.
pub(crate) struct Sts {
    sessions: Sessions,
    default_account: Arc<str>,
}

/// The members of a reply.
type Members = Vec<(&'static str, QueryValue)>;

impl Sts {
    /// The service, which stores its sessions among the documents. Secrets are derived from that of
    /// the server, so that signatures with them can be checked.
    pub(crate) fn new(environment: &Environment, secret: Secret, default_account: &str) -> Self {
        Self {
            sessions: Sessions::new(environment, secret),
            default_account: default_account.into(),
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    AssumeRole(assume_role::Input),
    AssumeRoleWithWebIdentity(assume_role_with_web_identity::Input),
    GetAccessKeyInfo(get_access_key_info::Input),
    GetCallerIdentity,
    GetSessionToken(get_session_token::Input),
}

impl Service for Sts {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        let mut form = Form::parse(body);
        let form = &mut form;
        match operation.name {
            "AssumeRole" => assume_role::Input::read(form).map(Input::AssumeRole),
            "AssumeRoleWithWebIdentity" => assume_role_with_web_identity::Input::read(form)
                .map(Input::AssumeRoleWithWebIdentity),
            "GetAccessKeyInfo" => {
                get_access_key_info::Input::read(form).map(Input::GetAccessKeyInfo)
            }
            "GetSessionToken" => get_session_token::Input::read(form).map(Input::GetSessionToken),
            "GetCallerIdentity" => Ok(Input::GetCallerIdentity),
            other => Err(ServiceError::invalid_action(DESCRIPTOR.signing_name, other)),
        }
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        let members = match input {
            Input::AssumeRole(input) => assume_role::run(self, &input).await,
            Input::AssumeRoleWithWebIdentity(input) => {
                assume_role_with_web_identity::run(self, &input).await
            }
            Input::GetAccessKeyInfo(input) => Ok(get_access_key_info::run(self, &input)),
            Input::GetCallerIdentity => Ok(get_caller_identity::run(self, &caller)),
            Input::GetSessionToken(input) => get_session_token::run(self, &caller, &input).await,
        }?;
        Ok(Reply::Members(members))
    }
}
