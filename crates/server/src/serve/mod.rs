//! From a socket to replies: accept, read, dispatch, answer, and stop without losing anything.

mod body;
mod faults;
mod listener;
mod reply;
mod request;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::config::Config;

/// A server that listens and is ready to answer.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Puts the parts together, then binds the address: who can connect gets answers.
    ///
    /// # Errors
    ///
    /// The address cannot be bound, or two fault rules have the same id.
    pub async fn bind(config: Config) -> io::Result<Self> {
        let listen = config.listen;
        let app = App::new(config).map_err(io::Error::other)?;
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok(Self {
            app: Arc::new(app),
            listener,
            address,
        })
    }

    /// The address that clients reach, with the real port where 0 was configured.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until SIGTERM or SIGINT, then ends the requests in flight.
    pub async fn until_signal(self) {
        self.until(stop_signal()).await;
    }

    /// Serves until `stop` is there, then ends the requests in flight.
    pub async fn until(self, stop: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "serving");
        listener::serve(self.app, self.listener, stop).await;
        tracing::info!("stopped");
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Server on {}", self.address)
    }
}

async fn stop_signal() {
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            // Without a handler the signal ends the process, which is the next best thing.
            Err(error) => {
                tracing::warn!(%error, "a signal cannot be handled");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::interrupt()) => {}
    }
}
