//! A B2BI Local server inside a Rust test.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use b2bi_local_testkit::B2biLocal;
//!
//! let server = B2biLocal::start().await.unwrap();
//! let endpoint_url = server.endpoint_url(); // for the SDK's config
//! # assert!(endpoint_url.starts_with("http://127.0.0.1:"));
//! server.stop().await;
//! # });
//! ```

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use b2bi_local_server::{Config, Server, xslt_worker};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server on a free port of this machine, for as long as this value lives.
#[derive(Debug)]
pub struct B2biLocal {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl B2biLocal {
    /// Starts a server with default settings; it answers when this returns.
    ///
    /// Templates in XSLT are carried out by the program `b2bi-local`, which a test has to name: in
    /// the environment variable `B2BI_LOCAL_BIN`, or in [`Config::xslt`].
    ///
    /// # Errors
    ///
    /// No port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(|_| ()).await
    }

    /// Starts a server with settings of one's own.
    ///
    /// # Errors
    ///
    /// No port can be bound, or two fault rules have the same id.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> io::Result<Self> {
        let mut config = Config::defaults().map_err(io::Error::other)?;
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let program = std::env::var_os("B2BI_LOCAL_BIN").map(PathBuf::from);
        config.xslt.worker = program.map(xslt_worker);
        change(&mut config);
        let server = Server::bind(config).await?;
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.until(async {
            // A sender that is dropped stops the server as well.
            let _ = stopped.await;
        }));
        Ok(Self {
            address,
            stop: Some(stop),
            serving,
        })
    }

    /// What an SDK's configuration takes as endpoint URL.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends the requests in flight and stops. Dropping the value stops too, without waiting.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        let _ = (&mut self.serving).await;
    }
}
