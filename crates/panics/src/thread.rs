//! Long computations on threads of their own.

use std::panic::resume_unwind;

use tokio::task::{JoinError, spawn_blocking};

use crate::catch;

/// Does work that takes long on one of the runtime's threads for such work.
///
/// A panic there continues in the waiting task, so that it is caught and logged where the request
/// or job is known.
///
/// # Errors
///
/// The runtime ended before the work began.
pub async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    match spawn_blocking(|| catch(work)).await? {
        Ok(done) => Ok(done),
        Err(panic) => resume_unwind(Box::new(panic)),
    }
}
