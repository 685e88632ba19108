//! The parts of a server, put together.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use b2bi_local_b2bi::{B2bi, Clock, Ids};
use b2bi_local_calibrate::Facts;
use b2bi_local_dispatcher::{Descriptor, Endpoint, Route, ServiceError};
use b2bi_local_faults::{Engine, Vocabulary};
use b2bi_local_model::Timestamp;
use b2bi_local_panics::Panics;
use b2bi_local_persistence::{RowStore, WriteError};
use b2bi_local_registry::Documents;
use b2bi_local_sigv4::Verifier;
use b2bi_local_stacks::Stacks;
use http::HeaderValue;
use http::request::Parts;
use tokio::sync::watch;

use crate::admin::Snapshots;
use crate::admin::warnings::warnings;
use crate::clock::ServerClock;
use crate::config::Config;
use crate::event_log::EventLog;
use crate::foundation::Foundation;
use crate::jobs::JobFaults;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::objects::Objects;
use crate::s3_notifications::Sequencer;
use crate::serve::upstream::{AccessKeys, Upstream, UpstreamError, is_of_an_emulator};
use crate::services::{self, Services};
use crate::start_error::{ArmError, StartError};
use crate::system::{SeededIds, Uuid};
use crate::traffic::Traffic;
use crate::upstream_stacks::UpstreamCloudFormation;
use crate::vocabulary::vocabulary;

/// Everything that a request may need.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) endpoints: Vec<Box<dyn Endpoint>>,
    pub(crate) stacks: Arc<Stacks>,
    pub(crate) service: Arc<B2bi>,
    pub(crate) objects: Objects,
    /// The documents of services without their own state.
    pub(crate) documents: Documents,
    pub(crate) upstream: Option<Upstream>,
    /// The changes from a recording of AWS.
    pub(crate) facts: Option<Facts>,
    /// Answers calls of the B2BI API instead of this server.
    pub(crate) traffic: Option<Traffic>,
    pub(crate) faults: Arc<Engine>,
    /// The names that fault rules may use.
    pub(crate) vocabulary: Vocabulary,
    pub(crate) journal: Arc<Journal>,
    pub(crate) metrics: Metrics,
    pub(crate) panics: Arc<Panics>,
    pub(crate) event_log: Arc<EventLog>,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) snapshots: Snapshots,
    /// Checks signatures; `None` if any will do.
    pub(crate) verifier: Option<Verifier>,
    pub(crate) job_faults: Arc<JobFaults>,
    row_store: Option<RowStore>,
    /// Changes when rules about new connections are set: open ones end when they are idle.
    pub(crate) renewals: watch::Sender<()>,
    /// Counts the notifications of S3.
    pub(crate) sequencer: Sequencer,
    ids: Arc<SeededIds>,
    /// The seed that the server started with.
    seed: u64,
}

fn upstream(config: &Config) -> Result<Option<Upstream>, UpstreamError> {
    let upstream = config.upstream.as_ref();
    upstream
        .map(|upstream| Upstream::new(upstream, AccessKeys::Account))
        .transpose()
}

fn descriptors(endpoints: &[Box<dyn Endpoint>]) -> Vec<&'static Descriptor> {
    endpoints
        .iter()
        .map(|endpoint| endpoint.descriptor())
        .collect()
}

impl App {
    /// Sets the parts up as configured. Jobs that had not ended when the state was stored continue.
    pub(crate) fn new(config: Config) -> Result<Self, StartError> {
        let foundation = Foundation::open(&config)?;
        let service = Arc::new(foundation.service(&config)?);
        let resources = foundation.resources(&service);
        let address = config.stacks_endpoint.as_ref();
        let Services { endpoints, stacks } = services::all(
            &config,
            &foundation.event_log,
            &resources,
            &foundation.objects.store(),
            address.map(UpstreamCloudFormation::new).transpose()?,
        )?;
        let descriptors = descriptors(&endpoints);
        let seed = foundation.seed;
        let app = Self {
            metrics: Metrics::new(&descriptors),
            vocabulary: vocabulary(&descriptors, &config.accounts.default_region),
            panics: foundation.panics,
            faults: foundation.faults,
            upstream: upstream(&config)?,
            facts: None,
            traffic: None,
            sequencer: Sequencer::default(),
            journal: foundation.journal,
            event_log: foundation.event_log,
            endpoints,
            stacks,
            service,
            objects: foundation.objects,
            documents: foundation.documents,
            clock: foundation.clock,
            verifier: config.credentials.clone().map(Verifier::new),
            snapshots: Snapshots::of(foundation.row_store.clone())?,
            row_store: foundation.row_store,
            job_faults: foundation.job_faults,
            renewals: watch::Sender::new(()),
            ids: foundation.ids,
            seed,
            config,
        };
        app.arm(seed)?;
        app.service.resume();
        Ok(app)
    }

    /// Sets the configured fault rules up, and logs the seed so that their draws can be repeated.
    pub(crate) fn arm(&self, seed: u64) -> Result<(), ArmError> {
        let rules = self.config.faults.clone();
        let checked = self.vocabulary.check(&rules);
        checked.map_err(|source| {
            let places = &self.config.fault_places;
            let place = source.index().and_then(|index| places.get(index));
            let place = place.map_or("the configured fault rules", String::as_str);
            let place = place.to_owned();
            ArmError::Vocabulary { place, source }
        })?;
        for warning in warnings(&rules, &self.vocabulary) {
            tracing::warn!("configured fault rules: {warning}");
        }
        if !rules.is_empty() {
            tracing::info!(seed, rules = rules.len(), "faults are armed");
        }
        let armed = self.faults.replace(rules, self.now_millis());
        self.keep_past();
        Ok(armed?)
    }

    /// Restarts the draws from the initial seed. Ids restart too if the seed is configured: a
    /// configured seed gives the same ids each time.
    pub(crate) fn reset_seed(&self) {
        self.faults.set_seed(self.seed);
        if self.config.seed.is_some() {
            self.ids.restart();
        }
    }

    /// Has the service keep as much of its past as stale reads need; call it when rules change.
    pub(crate) fn keep_past(&self) {
        let longest = self.faults.longest_stale_ms();
        self.service.keep_past(Duration::from_millis(longest));
    }

    /// Ends idle connections if a rule waits for new ones: clients keep their connections open, so
    /// it would hardly ever act. Returns whether they end.
    pub(crate) fn renew_connections(&self) -> bool {
        let is_armed = self.faults.is_armed_at_accept();
        if is_armed {
            self.renewals.send_replace(());
        }
        is_armed
    }

    /// The server that answers a request that this one does not.
    pub(crate) fn passes_to(
        &self,
        head: &Parts,
        found: &Result<Route<'_>, ServiceError>,
    ) -> Option<&Upstream> {
        let upstream = self.upstream.as_ref();
        match found {
            Ok(Route::Objects) if !is_of_an_emulator(head.uri.path()) => self.objects.upstream(),
            _ => upstream.filter(|upstream| upstream.takes(head, found)),
        }
    }

    /// An account, or the configured one.
    pub(crate) fn account_or<'a>(&'a self, given: Option<&'a str>) -> &'a str {
        given.unwrap_or(&self.config.accounts.default_account)
    }

    /// A region, or the configured one.
    pub(crate) fn region_or<'a>(&'a self, given: Option<&'a str>) -> &'a str {
        given.unwrap_or(&self.config.accounts.default_region)
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The `Date` that replies must have because the clock is not the machine's.
    pub(crate) fn date(&self) -> Option<HeaderValue> {
        let date = || httpdate::fmt_http_date(system_time(self.now()));
        let is_own = !self.clock.is_the_machines();
        is_own.then(|| HeaderValue::try_from(date()).ok()).flatten()
    }

    /// The present in milliseconds since 1970, as the fault engine counts: without the skew.
    pub(crate) fn now_millis(&self) -> u64 {
        u64::try_from(self.clock.inner_millis()).unwrap_or_default()
    }

    /// Why the data directory cannot be written, or could not be written a moment ago; `None` if it
    /// can.
    ///
    /// A poll from time to time sees a short failure too.
    pub(crate) fn disk_failure(&self) -> Option<WriteError> {
        let row_store = self.row_store.as_ref()?;
        row_store.recent_failure(DISK_FAILURE_SHOWN)
    }

    /// How many times the data directory became writable again after a failure.
    pub(crate) fn disk_recoveries(&self) -> u64 {
        self.row_store.as_ref().map_or(0, RowStore::recoveries)
    }

    /// Waits until the data directory has recovered more than `known` times, and returns the new number.
    pub(crate) async fn disk_recovered(&self, known: u64) -> u64 {
        match &self.row_store {
            Some(row_store) => row_store.recovered(known).await,
            None => pending().await,
        }
    }

    /// A new request id.
    pub(crate) fn new_request_id(&self) -> Uuid {
        Uuid::of(self.ids.bits())
    }
}

/// How long a failure of the disk is shown after it is over.
const DISK_FAILURE_SHOWN: Duration = Duration::from_secs(5);

/// The last moment of the year 9999; what writes dates knows no later one.
const LAST_MILLIS: u64 = 253_402_300_799_999;

/// A time as the standard library's type.
pub(crate) fn system_time(now: Timestamp) -> SystemTime {
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_millis(millis.min(LAST_MILLIS))
}
