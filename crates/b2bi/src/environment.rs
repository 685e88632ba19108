//! What the service is handed instead of taking it from the machine.

use std::fmt;
use std::sync::Arc;

use b2bi_local_model::Timestamp;
use b2bi_local_objects::ObjectStore;

/// The time.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// A source of identifiers.
pub trait Ids: Send + Sync {
    /// 128 bits that no earlier call returned.
    fn bits(&self) -> u128;
}

/// Time, identifiers and object storage.
#[derive(Clone)]
pub struct Environment {
    /// The clock that everything reads.
    pub clock: Arc<dyn Clock>,
    /// Where identifiers come from.
    pub ids: Arc<dyn Ids>,
    /// Where files are read and written.
    pub objects: Arc<dyn ObjectStore>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Environment").finish_non_exhaustive()
    }
}
