//! The parts of a server, put together.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use b2bi_local_b2bi::{
    AnySetup, B2bi, BucketSetup, Clock, Environment, EventSink, Ids, RecordSink, Stages,
};
use b2bi_local_calibrate::Facts;
use b2bi_local_dispatcher::{Endpoint, Route, ServiceError};
use b2bi_local_faults::{Engine, Vocabulary};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::BLOBS;
use b2bi_local_panics::Panics;
use b2bi_local_persistence::{Batch, OpenError, RowStore, Table, WriteError};
use b2bi_local_registry::{
    Documents, DocumentsError, Environment as ResourceEnvironment, Parameters,
};
use b2bi_local_sigv4::Verifier;
use b2bi_local_stacks::Stacks;
use http::HeaderValue;
use http::request::Parts;
use tokio::sync::watch;

use crate::admin::Snapshots;
use crate::admin::warnings::warnings;
use crate::buckets::ServerBuckets;
use crate::clock::ServerClock;
use crate::config::{Config, StrictConfig};
use crate::event_log::EventLog;
use crate::handler_faults::HandlerFaults;
use crate::jobs::JobFaults;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::objects::Objects;
use crate::s3_notifications::Sequencer;
use crate::serve::upstream::{AccessKeys, Upstream, UpstreamError, is_of_an_emulator};
use crate::services::{self, Services};
use crate::sinks::Sinks;
use crate::start_error::{ArmError, StartError};
use crate::strict::StrictSetup;
use crate::system::{SeededIds, Uuid, random_seed};
use crate::traffic::Traffic;
use crate::upstream_stacks::UpstreamCloudFormation;
use crate::vocabulary::vocabulary;
use crate::worker;

/// Where the row store has what the server itself remembers.
const SERVER: Table = Table("server");
const STARTS: &str = "starts";

/// Everything that a request may need.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) endpoints: Vec<Box<dyn Endpoint>>,
    pub(crate) stacks: Arc<Stacks>,
    pub(crate) service: Arc<B2bi>,
    pub(crate) objects: Objects,
    /// What services keep that have no state of their own.
    pub(crate) documents: Documents,
    pub(crate) upstream: Option<Upstream>,
    /// What a recording of AWS changes.
    pub(crate) facts: Option<Facts>,
    /// Who answers calls of the B2BI API in place of this server.
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
    /// Checks signatures; none where any will do.
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

fn bucket_setup(config: &Config, objects: &Objects) -> Arc<dyn BucketSetup> {
    match objects {
        Objects::Embedded(s3) if config.strict_aws != StrictConfig::default() => {
            Arc::new(StrictSetup::new(s3, config.strict_aws))
        }
        _ => Arc::new(AnySetup),
    }
}

fn upstream(config: &Config) -> Result<Option<Upstream>, UpstreamError> {
    let upstream = config.upstream.as_ref();
    upstream
        .map(|upstream| Upstream::new(upstream, AccessKeys::Account))
        .transpose()
}

impl App {
    /// The parts as configured. Jobs that were under way when the state was kept go on.
    pub(crate) fn new(config: Config) -> Result<Self, StartError> {
        let seed = config.seed.unwrap_or_else(random_seed);
        let clock = Arc::new(ServerClock::new(config.clock));
        let panics = Arc::new(Panics::default());
        let row_store = row_store(&config)?;
        let starts = row_store.as_ref().map_or(Ok(0), starts)?;
        let seeded = Arc::new(SeededIds::new(seed.wrapping_add(starts)));
        let ids = Arc::clone(&seeded) as Arc<dyn Ids>;
        let objects = Objects::new(&config, row_store.as_ref(), &clock, &ids)?;
        let faults = Arc::new(Engine::new(seed));
        faults.accept_request_faults(config.fault_header);
        let sinks = Sinks::open(&config.sinks, &clock, &panics)?;
        let event_log = Arc::new(EventLog::new(config.events_size, sinks));
        let journal = Arc::new(Journal::new(config.journal_size));
        let job_faults = Arc::new(JobFaults::new(
            Arc::clone(&faults),
            Arc::clone(&clock),
            Arc::clone(&journal),
        ));
        let environment = Environment {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ids: Arc::clone(&ids),
            objects: objects.store(),
            jsonata: worker::jsonata(config.worker.as_deref(), config.mapping_memory_bytes),
            xslt: Arc::new(worker::xslt(
                config.worker.as_deref(),
                config.xslt_memory_bytes,
                config.xslt_command.clone(),
            )),
            event_sink: Arc::clone(&event_log) as Arc<dyn EventSink>,
            records: Arc::clone(&event_log) as Arc<dyn RecordSink>,
            bucket_setup: bucket_setup(&config, &objects),
            stages: Arc::clone(&job_faults) as Arc<dyn Stages>,
            panics: Arc::clone(&panics),
        };
        let service = Arc::new(match &row_store {
            None => B2bi::new(config.b2bi.clone(), environment),
            Some(row_store) => {
                B2bi::with_row_store(config.b2bi.clone(), environment, row_store.clone())?
            }
        });
        let documents = documents(row_store.as_ref())?;
        let clock_of_services = Arc::clone(&clock) as Arc<dyn Clock>;
        let resources = ResourceEnvironment {
            service: Arc::clone(&service),
            interceptor: Arc::new(HandlerFaults {
                faults: Arc::clone(&faults),
                clock: Arc::clone(&clock),
            }),
            buckets: Arc::new(ServerBuckets(objects.of_the_state().ok().cloned())),
            parameters: Arc::new(Parameters::new(
                documents.clone(),
                Arc::clone(&clock_of_services),
            )),
            documents: documents.clone(),
            clock: clock_of_services,
            ids: Arc::clone(&ids),
        };
        let address = config.stacks_endpoint.as_ref();
        let upstream_stacks = address.map(UpstreamCloudFormation::new).transpose()?;
        let Services { endpoints, stacks } = services::all(
            &config,
            &event_log,
            &resources,
            &objects.store(),
            upstream_stacks,
        )?;
        let descriptors: Vec<_> = endpoints
            .iter()
            .map(|endpoint| endpoint.descriptor())
            .collect();
        let app = Self {
            metrics: Metrics::new(&descriptors),
            vocabulary: vocabulary(&descriptors, &config.accounts.default_region),
            panics,
            faults,
            upstream: upstream(&config)?,
            facts: None,
            traffic: None,
            sequencer: Sequencer::default(),
            journal,
            event_log,
            endpoints,
            stacks,
            service,
            objects,
            documents,
            clock,
            verifier: config.credentials.clone().map(Verifier::new),
            snapshots: Snapshots::of(row_store.clone())?,
            row_store,
            job_faults,
            renewals: watch::Sender::new(()),
            ids: seeded,
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

    /// Draws by the seed of the start again. Ids start again as well where the seed is configured:
    /// a configured seed gives the same ids each time.
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

    /// Ends idle connections where a rule waits for new ones: clients keep theirs open, so that it
    /// would hardly ever act. Whether they end is returned.
    pub(crate) fn renew_connections(&self) -> bool {
        let is_armed = self.faults.is_armed_at_accept();
        if is_armed {
            self.renewals.send_replace(());
        }
        is_armed
    }

    /// Who answers a request that is not answered here.
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

    /// Why the data directory cannot be written, or could not a moment ago; none when all is well.
    ///
    /// A poll from time to time sees a short failure too.
    pub(crate) fn disk_failure(&self) -> Option<WriteError> {
        let row_store = self.row_store.as_ref()?;
        row_store.recent_failure(DISK_FAILURE_SHOWN)
    }

    /// How often the data directory could be written again after a failure.
    pub(crate) fn disk_recoveries(&self) -> u64 {
        self.row_store.as_ref().map_or(0, RowStore::recoveries)
    }

    /// Waits until the data directory has recovered more often than is known; the new number.
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

/// Where state is kept, when it is to stay.
fn row_store(config: &Config) -> Result<Option<RowStore>, OpenError> {
    let opened = config.data_dir.as_deref().map(RowStore::open);
    let opened = opened.transpose()?;
    if let Some(row_store) = &opened {
        warn_of_foreign_files(row_store);
    }
    Ok(opened)
}

/// The documents of a row store, or none yet.
fn documents(row_store: Option<&RowStore>) -> Result<Documents, DocumentsError> {
    let kept = row_store.map(|row_store| Documents::with_row_store(row_store.clone()));
    Ok(kept.transpose()?.unwrap_or_default())
}

fn warn_of_foreign_files(row_store: &RowStore) {
    let directory = row_store.directory().display();
    match row_store.foreign_names(&[BLOBS]) {
        Ok(names) if names.is_empty() => {}
        Ok(names) => {
            let files = names.join(", ");
            tracing::warn!(%directory, files, "the data directory has files of others; they are left alone");
        }
        Err(error) => tracing::warn!(%directory, %error, "the data directory cannot be listed"),
    }
}

/// How often the row store was opened before. A seed that is given has to give other ids each time:
/// those of earlier starts are taken.
fn starts(row_store: &RowStore) -> Result<u64, WriteError> {
    let mut starts: u64 = 0;
    let read = row_store.read::<WriteError>(SERVER, |key, value| {
        if key == STARTS {
            starts = serde_json::from_slice(value).unwrap_or_default();
        }
        Ok(())
    });
    read?;
    let mut batch = Batch::new();
    batch.put(
        SERVER,
        STARTS.to_owned(),
        starts.saturating_add(1).to_string().into(),
    );
    // Whatever is acknowledged later is written later.
    row_store.send(batch)?;
    Ok(starts)
}

/// How long a failure of the disk is shown after it is over.
const DISK_FAILURE_SHOWN: Duration = Duration::from_secs(5);

/// The last moment of the year 9999; what writes dates knows no later one.
const LAST_MILLIS: u64 = 253_402_300_799_999;

/// A time as the standard library has it.
pub(crate) fn system_time(now: Timestamp) -> SystemTime {
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_millis(millis.min(LAST_MILLIS))
}
