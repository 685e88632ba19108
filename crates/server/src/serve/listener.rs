//! The accept loop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::socket;
use crate::app::App;

/// How long to wait when the machine has no more descriptors or memory for a connection.
const RELIEF: Duration = Duration::from_millis(50);

/// Accepts connections until `stop` is there; then lets the requests in flight end, for as long as
/// is configured.
pub(super) async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let (stopping, running) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(socket::serve(Arc::clone(&app), stream, running.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(RELIEF).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop((listener, running));
    stopping.send_replace(true);
    // Each connection holds a receiver until it is at its end.
    let drained = tokio::time::timeout(app.config.drain, stopping.closed()).await;
    if drained.is_err() {
        tracing::warn!("requests in flight were cut off");
    }
}
