//! The accept loop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use b2bi_local_panics::{Kind, caught};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::socket;
use crate::app::App;

/// How many connections the system keeps until they are accepted; it may allow fewer. A client whose connection is
/// not kept tries again after a second.
const BACKLOG: u32 = 4096;
/// How many refused connections get a reply at a time; the others are closed.
const MAX_REJECTIONS: usize = 64;
/// The longest time that requests in flight get.
const LONGEST_DRAIN: Duration = Duration::from_hours(24);
/// How long to wait when the machine has no more descriptors or memory for a connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Listens on an address.
///
/// # Errors
///
/// The address cannot be bound.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A server that was stopped leaves connections that would keep the address in use for a minute.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections until `stop` completes; then finishes the requests in flight and flushes the
/// sinks, for at most the configured time.
pub(super) async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let (stopping, running) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    let permits = Arc::new(Semaphore::new(app.config.limits.connections));
    let rejections = Arc::new(Semaphore::new(MAX_REJECTIONS));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => match Arc::clone(&permits).try_acquire_owned() {
                    Ok(permit) => with_permit(&app, stream, running.clone(), permit),
                    Err(_) => reject(&app, stream, &rejections),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop((listener, running));
    stopping.send_replace(true);
    app.event_log.stop();
    app.journal.stop();
    let now = Instant::now();
    let end = now
        .checked_add(app.config.drain)
        .unwrap_or_else(|| now + LONGEST_DRAIN);
    // Each connection keeps a receiver until it ends.
    if timeout_at(end, stopping.closed()).await.is_err() {
        tracing::warn!("requests in flight were cut off");
    }
    if timeout_at(end, app.event_log.sinks.flush()).await.is_err() {
        tracing::warn!("events or log records were not delivered before the stop");
    }
}

/// Serves a connection that has a permit.
fn with_permit(
    app: &Arc<App>,
    stream: TcpStream,
    running: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        app.metrics.connections.fetch_add(1, Relaxed);
        // After a panic the socket is closed by its drop.
        let served = caught(Box::pin(socket::serve(Arc::clone(&app), stream, running))).await;
        if let Err(panic) = served {
            app.panics.report(Kind::Task, "connection", &panic);
        }
        app.metrics.connections.fetch_sub(1, Relaxed);
        drop(permit);
    });
}

fn reject(app: &App, stream: TcpStream, rejections: &Arc<Semaphore>) {
    app.metrics.turned_away.fetch_add(1, Relaxed);
    if let Ok(permit) = Arc::clone(rejections).try_acquire_owned() {
        tokio::spawn(async move {
            socket::reject(stream).await;
            drop(permit);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::listen;

    #[tokio::test]
    async fn many_clients_can_connect_at_once() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = listen(address.parse().unwrap()) else {
                assert!(address.starts_with('['), "a machine may have no IPv6");
                continue;
            };
            let address = listener.local_addr().unwrap();
            let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(500));
            let connected: Result<Vec<_>, _> = (0..300).map(connect).collect();
            assert_eq!(connected.unwrap().len(), 300);
        }
    }
}
