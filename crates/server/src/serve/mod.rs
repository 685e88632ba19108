//! From a socket to replies: accept, read, dispatch, answer, and stop gracefully.

mod body;
mod call;
mod client_presence;
mod connection_state;
mod crash;
mod destination;
mod early_errors;
mod facts;
mod faults;
mod handler;
mod injected;
mod listener;
mod recorder;
mod redact;
mod reply;
mod request;
mod s3;
mod script;
mod socket;
mod timeout;
mod timer;
mod traffic;
pub(crate) mod upstream;

pub(crate) use self::facts::RESOURCES as RESOURCE_MEMBERS;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use b2bi_local_objects::ObjectEvent;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::Receiver;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::app::App;
use crate::calibration;
use crate::config::Config;
use crate::control::Control;
use crate::init;
use crate::lifecycle;
use crate::object_events;
use crate::objects::Objects;
use crate::open_files;
use crate::traffic::{Traffic, TrafficError};

/// A server that listens and is ready to answer.
pub struct Server {
    app: Arc<App>,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Connects the parts, then binds the address, so that every client that can connect gets
    /// replies.
    ///
    /// # Errors
    ///
    /// The address cannot be bound, two fault rules have the same id, or something in the folder of
    /// `init` cannot be created.
    pub async fn bind(config: Config) -> io::Result<Self> {
        b2bi_local_panics::install_hook();
        let listen = config.listen;
        let applied = Box::pin(calibration::apply_recording(config)).await;
        let (config, facts) = applied.map_err(io::Error::other)?;
        let mut app = App::new(config).map_err(io::Error::other)?;
        if let Some(facts) = &facts {
            app.event_log.use_facts(facts);
        }
        app.facts = facts;
        app.traffic = open_traffic(&app).map_err(io::Error::other)?;
        init::apply(&app).await.map_err(io::Error::other)?;
        open_files::allow(app.config.limits.connections);
        let listener = listener::listen(listen).map_err(|error| {
            let remedy = remedy(error.kind());
            let message = format!("cannot listen on {listen}: {error}{remedy}");
            io::Error::new(error.kind(), message)
        })?;
        let address = listener.local_addr()?;
        app.config.access.warn_if_reachable(address);
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

    /// A reference that keeps the server for as long as it runs, and after.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.app))
    }

    /// Serves until `stop` completes, then finishes the requests in flight.
    pub async fn until(self, stop: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "serving");
        let Self { app, listener, .. } = self;
        let created = created_objects(&app).await;
        // A task of its own, because each object would wake the thread that waits for this function.
        let mut watchers = JoinSet::new();
        watchers.spawn(watch_objects(Arc::clone(&app), created));
        tokio::select! {
            () = listener::serve(Arc::clone(&app), listener, stop) => {}
            _ = watchers.join_next() => {}
        }
        watchers.shutdown().await;
        if let Some(traffic) = &app.traffic {
            traffic.finish();
        }
        tracing::info!("stopped");
    }
}

/// The events of the embedded S3 from now on. Jobs of files that were put before a crash start now.
async fn created_objects(app: &App) -> Option<Receiver<ObjectEvent>> {
    let Objects::Embedded(s3) = &app.objects else {
        return None;
    };
    let created = s3.subscribe();
    app.service.catch_up().await;
    Some(created)
}

/// Reports objects to the service, and applies lifecycle rules.
async fn watch_objects(app: Arc<App>, created: Option<Receiver<ObjectEvent>>) {
    match &app.objects {
        Objects::Embedded(s3) => {
            let created = created.unwrap_or_else(|| s3.subscribe());
            let passed_on = object_events::pass_on_supervised(&app, s3, created);
            let caught_up = object_events::catch_up_supervised(&app);
            let expired = lifecycle::expire_supervised(&app, s3);
            either(either(passed_on, caught_up), expired).await;
        }
        Objects::External(external) => {
            object_events::poll_supervised(&app, external.config.poll).await;
        }
    }
}

/// Answers calls of the B2BI API instead of this server, if configured.
fn open_traffic(app: &App) -> Result<Option<Traffic>, TrafficError> {
    let now = app.now().as_millis().div_euclid(1000);
    let traffic = app.config.traffic.as_ref();
    traffic.map(|config| Traffic::open(config, now)).transpose()
}

/// What to do when an address cannot be bound.
fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse => {
            "; stop the server that uses it, or choose another port with --listen HOST:PORT (port 0 \
             takes a free one)"
        }
        io::ErrorKind::PermissionDenied => "; choose a port from 1024 up with --listen HOST:PORT",
        io::ErrorKind::AddrNotAvailable => {
            "; choose an address of this machine with --listen HOST:PORT"
        }
        _ => "",
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Server on {}", self.address)
    }
}

/// SIGTERM and SIGINT, caught from now on.
///
/// # Errors
///
/// The system does not let them be caught.
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The end of standard input; input before that is dropped.
pub(crate) async fn input_end() {
    let (ended, end) = oneshot::channel::<()>();
    // The thread ends with the process: nothing can wake a read of standard input.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(ended);
    });
    let _ = end.await;
}

/// The first of the two.
pub(crate) async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}
