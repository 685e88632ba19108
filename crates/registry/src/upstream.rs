//! CloudFormation of the emulator behind the server.

use std::collections::BTreeMap;

use async_trait::async_trait;
use b2bi_local_b2bi::Scope;
use serde_json::Value;

use crate::context::Tags;
use crate::error::HandlerError;

/// A stack in the upstream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamStack {
    /// The physical id of its only resource; `None` if the upstream has dropped the resource.
    pub physical_id: Option<String>,
    /// The values of its outputs by their descriptions.
    pub outputs: BTreeMap<String, String>,
    /// Its template.
    pub template: Value,
}

/// CloudFormation of another emulator. Each call returns when the operation has ended.
///
/// A call fails with `NetworkFailure` if the upstream was not reached, so nothing has changed.
#[async_trait]
pub trait UpstreamStacks: Send + Sync {
    /// The address of the upstream.
    fn address(&self) -> &str;

    /// Creates a stack.
    ///
    /// # Errors
    ///
    /// The reply of the upstream; a failed stack may remain. `NetworkFailure` only if there is no
    /// stack.
    async fn create(
        &self,
        scope: &Scope,
        name: &str,
        template: &Value,
        tags: &Tags,
    ) -> Result<(), HandlerError>;

    /// Updates a stack. A stack that needs no update counts as updated.
    ///
    /// # Errors
    ///
    /// The reply of the upstream.
    async fn update(
        &self,
        scope: &Scope,
        name: &str,
        template: &Value,
        tags: &Tags,
    ) -> Result<(), HandlerError>;

    /// Describes a stack.
    ///
    /// # Errors
    ///
    /// `NotFound`, or what the upstream answers.
    async fn describe(&self, scope: &Scope, name: &str) -> Result<UpstreamStack, HandlerError>;

    /// Deletes a stack. A stack that does not exist counts as deleted.
    ///
    /// # Errors
    ///
    /// The reply of the upstream.
    async fn delete(&self, scope: &Scope, name: &str) -> Result<(), HandlerError>;
}
