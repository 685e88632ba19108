//! The objects that the services share: clock, ids, storage, faults, journal and events.

use std::sync::Arc;

use b2bi_local_b2bi::{
    AnySetup, B2bi, BucketSetup, Clock, Environment, EventSink, Ids, RecordSink, RowError, Stages,
};
use b2bi_local_faults::Engine;
use b2bi_local_objects::BLOBS;
use b2bi_local_panics::Panics;
use b2bi_local_persistence::{Batch, OpenError, RowStore, Table, WriteError};
use b2bi_local_registry::{
    Documents, DocumentsError, Environment as ResourceEnvironment, Parameters,
};

use crate::buckets::ServerBuckets;
use crate::clock::ServerClock;
use crate::config::{Config, StrictConfig};
use crate::event_log::EventLog;
use crate::handler_faults::HandlerFaults;
use crate::jobs::JobFaults;
use crate::journal::Journal;
use crate::objects::Objects;
use crate::sinks::Sinks;
use crate::start_error::StartError;
use crate::strict::StrictSetup;
use crate::system::{SeededIds, random_seed};
use crate::worker;

/// The table of the row store with what the server itself remembers.
const SERVER: Table = Table("server");
const STARTS: &str = "starts";

/// The parts that the services share, opened in the order in which they need each other.
pub(crate) struct Foundation {
    /// The seed of ids and draws.
    pub(crate) seed: u64,
    pub(crate) clock: Arc<ServerClock>,
    pub(crate) panics: Arc<Panics>,
    pub(crate) row_store: Option<RowStore>,
    pub(crate) ids: Arc<SeededIds>,
    pub(crate) objects: Objects,
    pub(crate) documents: Documents,
    pub(crate) faults: Arc<Engine>,
    pub(crate) event_log: Arc<EventLog>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) job_faults: Arc<JobFaults>,
}

impl Foundation {
    /// Opens the parts as configured.
    pub(crate) fn open(config: &Config) -> Result<Self, StartError> {
        let seed = config.seed.unwrap_or_else(random_seed);
        let clock = Arc::new(ServerClock::new(config.clock));
        let panics = Arc::new(Panics::default());
        let row_store = row_store(config)?;
        let starts = row_store.as_ref().map_or(Ok(0), starts)?;
        let ids = Arc::new(SeededIds::new(seed.wrapping_add(starts)));
        let object_ids = Arc::clone(&ids) as Arc<dyn Ids>;
        let objects = Objects::new(config, row_store.as_ref(), &clock, &object_ids)?;
        let faults = Arc::new(Engine::new(seed));
        faults.accept_request_faults(config.fault_header);
        let sinks = Sinks::open(&config.sinks, &clock, &panics)?;
        let journal = Arc::new(Journal::new(config.journal_size));
        let job_faults = Arc::new(JobFaults::new(
            Arc::clone(&faults),
            Arc::clone(&clock),
            Arc::clone(&journal),
        ));
        Ok(Self {
            seed,
            clock,
            panics,
            documents: documents(row_store.as_ref())?,
            row_store,
            ids,
            objects,
            faults,
            event_log: Arc::new(EventLog::new(config.events_size, sinks)),
            journal,
            job_faults,
        })
    }

    /// The B2BI service, with the state that the data directory has.
    pub(crate) fn service(&self, config: &Config) -> Result<B2bi, RowError> {
        let (options, environment) = (config.b2bi.clone(), self.environment(config));
        match &self.row_store {
            None => Ok(B2bi::new(options, environment)),
            Some(row_store) => B2bi::with_row_store(options, environment, row_store.clone()),
        }
    }

    fn environment(&self, config: &Config) -> Environment {
        let worker = config.worker.as_deref();
        Environment {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
            objects: self.objects.store(),
            jsonata: worker::jsonata(worker, config.mapping_memory_bytes),
            xslt: Arc::new(worker::xslt(
                worker,
                config.xslt_memory_bytes,
                config.xslt_command.clone(),
            )),
            event_sink: Arc::clone(&self.event_log) as Arc<dyn EventSink>,
            records: Arc::clone(&self.event_log) as Arc<dyn RecordSink>,
            bucket_setup: bucket_setup(config, &self.objects),
            stages: Arc::clone(&self.job_faults) as Arc<dyn Stages>,
            panics: Arc::clone(&self.panics),
        }
    }

    /// The environment for the handlers of resource types.
    pub(crate) fn resources(&self, service: &Arc<B2bi>) -> ResourceEnvironment {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        ResourceEnvironment {
            service: Arc::clone(service),
            interceptor: Arc::new(HandlerFaults {
                faults: Arc::clone(&self.faults),
                clock: Arc::clone(&self.clock),
            }),
            buckets: Arc::new(ServerBuckets(self.objects.of_the_state().ok().cloned())),
            parameters: Arc::new(Parameters::new(self.documents.clone(), Arc::clone(&clock))),
            documents: self.documents.clone(),
            clock,
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
        }
    }
}

fn bucket_setup(config: &Config, objects: &Objects) -> Arc<dyn BucketSetup> {
    match objects {
        Objects::Embedded(s3) if config.strict_aws != StrictConfig::default() => {
            Arc::new(StrictSetup::new(s3, config.strict_aws))
        }
        _ => Arc::new(AnySetup),
    }
}

/// The row store of the data directory, if one is configured.
fn row_store(config: &Config) -> Result<Option<RowStore>, OpenError> {
    let opened = config.data_dir.as_deref().map(RowStore::open);
    let opened = opened.transpose()?;
    if let Some(row_store) = &opened {
        warn_of_foreign_files(row_store);
    }
    Ok(opened)
}

/// The documents of a row store, or no documents.
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
            tracing::warn!(%directory, files, "the data directory has unknown files, which are not touched");
        }
        Err(error) => tracing::warn!(%directory, %error, "the data directory cannot be listed"),
    }
}

/// How many times the row store was opened before. A configured seed must give different ids each
/// time, because the ids of earlier starts are in use.
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
    // Batches are written in order, so this one is on disk before any later acknowledged change.
    row_store.send(batch)?;
    Ok(starts)
}
