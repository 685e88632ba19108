//! Events: each change of a status.

use serde::{Deserialize, Serialize};

use crate::status::Status;

/// A change of the status of a stack or of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackEvent {
    /// Its unique id.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// The name of the resource; for the stack's own events, that of the stack.
    pub logical_id: String,
    /// The identifier of the resource; the stack's ARN for its own events.
    pub physical_id: Option<String>,
    /// The type of the resource.
    pub resource_type: String,
    /// The status.
    pub status: Status,
    /// The reason.
    pub reason: Option<String>,
    /// The properties of the resource, as JSON.
    pub properties: Option<String>,
    /// The token of the request that began the operation.
    pub client_token: Option<String>,
    /// The operation.
    pub operation_id: String,
}
