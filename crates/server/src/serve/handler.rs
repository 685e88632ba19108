//! Runs the handler of a decoded request.

use b2bi_local_dispatcher::{Caller, DecodedRequest, Reply, ServiceError};
use b2bi_local_faults::When;

use super::recorder::RequestRecorder;

/// Calls the handler once, or twice: the second reply counts.
pub(super) async fn run<'a>(
    decoded: Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError>,
    caller: Caller,
    when: When,
    recorder: &mut RequestRecorder<'_>,
) -> Result<Reply, ServiceError> {
    let pending = decoded?;
    if when == When::Twice {
        recorder.set_executed();
        let first = pending.again().call(caller.clone()).await;
        tracing::info!(
            succeeded = first.is_ok(),
            "the operation is executed a second time"
        );
    }
    recorder.set_executed();
    pending.call(caller).await
}
