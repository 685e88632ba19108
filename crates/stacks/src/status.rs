//! The states of stacks and resources.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines the statuses with their texts.
macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The status of a stack or of a resource.
        ///
        /// Source: `StackStatus` and `ResourceStatus` in the service model of CloudFormation, `2010-05-15`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Status {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Status {
            /// All statuses.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The status as AWS writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

statuses! {
    /// A change set exists, and nothing else yet.
    ReviewInProgress = "REVIEW_IN_PROGRESS",
    /// It is being created.
    CreateInProgress = "CREATE_IN_PROGRESS",
    /// It was not created.
    CreateFailed = "CREATE_FAILED",
    /// It was created.
    CreateComplete = "CREATE_COMPLETE",
    /// The created resources are being deleted.
    RollbackInProgress = "ROLLBACK_IN_PROGRESS",
    /// The created resources could not be deleted.
    RollbackFailed = "ROLLBACK_FAILED",
    /// The created resources have been deleted.
    RollbackComplete = "ROLLBACK_COMPLETE",
    /// It is being deleted.
    DeleteInProgress = "DELETE_IN_PROGRESS",
    /// It was not deleted.
    DeleteFailed = "DELETE_FAILED",
    /// It was deleted.
    DeleteComplete = "DELETE_COMPLETE",
    /// The resource is kept although its stack no longer has it.
    DeleteSkipped = "DELETE_SKIPPED",
    /// It is being updated.
    UpdateInProgress = "UPDATE_IN_PROGRESS",
    /// It is updated, and resources that are no longer needed are being deleted.
    UpdateCompleteCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    /// It was updated.
    UpdateComplete = "UPDATE_COMPLETE",
    /// It was not updated.
    UpdateFailed = "UPDATE_FAILED",
    /// The former state is being restored.
    UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
    /// The former state could not be restored.
    UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
    /// The former state is restored, and resources that the update has created are being deleted.
    UpdateRollbackCompleteCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    /// The former state is restored.
    UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
    /// Resources that exist are being taken into the stack.
    ImportInProgress = "IMPORT_IN_PROGRESS",
    /// Resources that exist have been taken into the stack.
    ImportComplete = "IMPORT_COMPLETE",
    /// The resource was not taken into the stack.
    ImportFailed = "IMPORT_FAILED",
    /// Imported resources are being removed from the stack.
    ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
    /// Imported resources could not be removed from the stack.
    ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
    /// Imported resources were removed from the stack.
    ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
}

impl Status {
    /// Whether an operation is at work.
    #[must_use]
    pub(crate) fn is_in_progress(self) -> bool {
        self.as_str().ends_with("_IN_PROGRESS")
    }

    /// Whether a stack in this status can be updated.
    #[must_use]
    pub(crate) fn can_be_updated(self) -> bool {
        matches!(
            self,
            Self::CreateComplete
                | Self::UpdateComplete
                | Self::UpdateRollbackComplete
                | Self::CreateFailed
                | Self::UpdateFailed
                | Self::ImportComplete
                | Self::ImportRollbackComplete
        )
    }

    /// An operation that a stop of the server has interrupted.
    ///
    /// Source: Assumption A-346.
    #[must_use]
    pub(crate) fn interrupted(self) -> Self {
        match self {
            Self::CreateInProgress => Self::CreateFailed,
            Self::RollbackInProgress => Self::RollbackFailed,
            Self::DeleteInProgress => Self::DeleteFailed,
            Self::UpdateInProgress
            | Self::UpdateRollbackInProgress
            | Self::UpdateRollbackCompleteCleanupInProgress => Self::UpdateRollbackFailed,
            Self::UpdateCompleteCleanupInProgress => Self::UpdateComplete,
            // Nothing of an import is stored before its end.
            Self::ImportInProgress | Self::ImportRollbackInProgress => Self::ImportRollbackComplete,
            other => other,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
