//! Tells the service of the objects that are created in the embedded S3.

use b2bi_local_b2bi::{B2bi, ObjectCreated};
use b2bi_local_objects::{ObjectChange, ObjectEvent};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// Passes created objects on for as long as there are any.
///
/// Where accounts share their buckets, the capabilities of all accounts watch them.
pub(crate) async fn pass_on(service: &B2bi, mut events: Receiver<ObjectEvent>, shared: bool) {
    loop {
        match events.recv().await {
            Ok(event) if event.change == ObjectChange::Created => {
                service.object_created(&ObjectCreated {
                    account: (!shared).then_some(event.account.as_str()),
                    region: None,
                    bucket: &event.bucket,
                    key: &event.key,
                    size: event.size,
                    etag: &event.etag,
                });
            }
            Ok(_) => {}
            Err(RecvError::Lagged(count)) => {
                tracing::warn!(count, "objects were created faster than they were noticed");
                events = events.resubscribe();
                service.catch_up().await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}
