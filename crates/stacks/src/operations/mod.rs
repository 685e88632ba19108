//! The operations on stacks.

mod cancel;
mod change_sets;
mod create;
mod delete;
mod drift;
mod execute_change_set;
mod import;
mod retry;
mod settings;
mod update;

pub use self::change_sets::{ChangeSetRequest, CreatedChangeSet, ImportRequest};
pub use self::create::CreateRequest;
pub(crate) use self::create::Parent;
pub use self::delete::DeleteRequest;
pub use self::drift::{DriftDetection, stack_drift_status};
pub use self::settings::check_policy;
pub(crate) use self::update::NO_UPDATES;
pub use self::update::UpdateRequest;

/// An operation that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The ARN of the stack.
    pub stack_id: String,
    /// The events of the operation.
    pub operation_id: String,
}
