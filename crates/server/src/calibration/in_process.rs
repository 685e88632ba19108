//! A server with default settings in this process, to compare with AWS.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use b2bi_local_calibrate::{Battery, Question, Recording, RunOptions, Runner};
use b2bi_local_sigv4::Credential;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::error::{CalibrationError, EndpointSetupError};
use super::{CallerCredentials, HttpEndpoint, run_name, today};
use crate::config::Config;
use crate::serve::Server;

/// A key for the server in this process alone.
const KEY: &str = "AKIAI44QH8DHBEXAMPLE";
const SECRET: &str = "calibration";
/// How long a question waits for the emulator.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A server on a free port, for as long as this value lives.
pub(crate) struct InProcess {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl InProcess {
    /// Starts a server with default settings, except for the given changes. It checks signatures
    /// like AWS.
    ///
    /// # Errors
    ///
    /// No port can be bound, or the settings are not valid.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Result<Self, CalibrationError> {
        let mut config = Config::defaults()?;
        config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.credentials = Some(vec![Credential::new(KEY, SECRET)]);
        change(&mut config);
        let server = Server::bind(config)
            .await
            .map_err(CalibrationError::Server)?;
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.until(async {
            // Dropping the sender stops the server too.
            let _ = stopped.await;
        }));
        Ok(Self {
            address,
            stop,
            serving,
        })
    }

    /// Stops the server, which then writes its last data.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        let _ = self.serving.await;
    }

    /// The address of the server.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The endpoint for asking the server.
    ///
    /// # Errors
    ///
    /// None in practice: the address is valid.
    pub(crate) fn endpoint(&self, region: &str) -> Result<HttpEndpoint, EndpointSetupError> {
        let caller = CallerCredentials {
            credential: Credential::new(KEY, SECRET),
            region: region.to_owned(),
        };
        HttpEndpoint::new(Some(&self.url()), caller)
    }
}

/// Asks these questions of an emulator.
pub(crate) async fn ask(
    endpoint: &HttpEndpoint,
    battery: &Battery,
    questions: &[&Question],
) -> Recording {
    let options = RunOptions {
        run: run_name(),
        bucket: None,
        event_log_group: None,
        source: "endpoint".to_owned(),
        date: today(),
        secrets: endpoint.hosts(),
        longest_wait: LONGEST_WAIT,
        waiting: |_| (),
    };
    let mut runner = Runner::new(endpoint, battery, options);
    let mut recording = runner.recording();
    runner.run(questions, &mut recording, |_, _| {}).await;
    recording
}
