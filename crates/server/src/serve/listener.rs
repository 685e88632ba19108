//! The accept loop.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use super::request;
use crate::app::App;

/// How long a client may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long to wait when the machine has no more descriptors or memory for a connection.
const RELIEF: Duration = Duration::from_millis(50);

/// Accepts connections until `stop` is there; then lets the requests in flight end, for as long as
/// is configured.
pub(super) async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => start(&app, stream, &connections),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(RELIEF).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(app.config.drain, connections.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("requests in flight were cut off");
    }
}

fn start(app: &Arc<App>, stream: TcpStream, connections: &GracefulShutdown) {
    // Replies are written whole; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let app = Arc::clone(app);
    let service = service_fn(move |request| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(request::answer(&app, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
