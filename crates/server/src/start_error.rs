//! Why the server does not start, or a part of it cannot be reset.

use b2bi_local_b2bi::RowError;
use b2bi_local_faults::{AddRulesError, UnknownTermError};
use b2bi_local_objects::DiskError;
use b2bi_local_persistence::{OpenError, WriteError};
use b2bi_local_registry::{DocumentsError, SchemaError};

use crate::admin::SnapshotError;
use crate::init::InitError;
use crate::objects::ObjectsSetupError;
use crate::serve::upstream::UpstreamError;
use crate::sinks::SinkSetupError;
use crate::upstream_stacks::UpstreamStacksError;

/// A part of the server cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum StartError {
    Open(#[from] OpenError),
    Write(#[from] WriteError),
    Resources(#[from] RowError),
    Documents(#[from] DocumentsError),
    Snapshots(#[from] SnapshotError),
    Objects(#[from] ObjectsSetupError),
    Sinks(#[from] SinkSetupError),
    Upstream(#[from] UpstreamError),
    UpstreamStacks(#[from] UpstreamStacksError),
    Schema(#[from] SchemaError),
    Faults(#[from] ArmError),
}

/// The configured fault rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArmError {
    /// A rule can never act.
    #[error("{place}: {source}")]
    Vocabulary {
        /// Where the rule is configured.
        place: String,
        source: UnknownTermError,
    },
    #[error(transparent)]
    Rules(#[from] AddRulesError),
}

/// A part of the server cannot be reset.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) enum ResetError {
    Faults(#[from] ArmError),
    Write(#[from] WriteError),
    Objects(#[from] DiskError),
    Init(#[from] InitError),
}
