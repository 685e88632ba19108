//! The environment of the service: clock, ids, storage and other interfaces.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_mapping::{Cause, Engine, Jsonata, MappingError, Template};
use b2bi_local_model::Timestamp;
use b2bi_local_objects::ObjectStore;
use b2bi_local_panics::Panics;

use crate::event_sink::{EventSink, NoopSink, RecordSink};
use crate::stages::{NoFaults, Stages};

/// The time, which may be a clock that only tests move.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Completes when this much time has passed on this clock.
    async fn sleep(&self, time: Duration);
}

/// A source of identifiers.
pub trait Ids: Send + Sync {
    /// 128 bits that are different in each call.
    fn bits(&self) -> u128;
}

/// Why a bucket is not set up correctly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BucketSetupError {
    /// The bucket does not exist.
    #[error("The bucket {bucket} does not exist")]
    Missing {
        /// Its name.
        bucket: String,
    },
    /// It does not send its events to `EventBridge`.
    #[error("The bucket {bucket} does not send its events to EventBridge")]
    NoEventBridge {
        /// Its name.
        bucket: String,
    },
    /// Its policy does not allow the service to use a key.
    #[error("The policy of the bucket {bucket} does not allow {principal} to {action} on {key}")]
    NotAllowed {
        /// Its name.
        bucket: String,
        /// The principal of the service.
        principal: &'static str,
        /// The action, such as `s3:GetObject`.
        action: String,
        /// The key.
        key: String,
    },
}

/// Checks whether buckets are set up correctly.
pub trait BucketSetup: Send + Sync {
    /// Checks a bucket of a capability or a partnership.
    ///
    /// # Errors
    /// The problem.
    fn check_bucket(&self, account: &str, bucket: &str) -> Result<(), BucketSetupError>;

    /// Checks whether a file may be processed; if not, it is ignored.
    ///
    /// # Errors
    /// The problem.
    fn check_file(&self, account: &str, file: &PipelineFile<'_>) -> Result<(), BucketSetupError>;
}

/// A file and its pipeline. The locations are buckets and keys.
#[derive(Clone, Copy, Debug)]
pub struct PipelineFile<'a> {
    /// The file.
    pub input: (&'a str, &'a str),
    /// The output folder.
    pub output: (&'a str, &'a str),
    /// The ARN of the capability.
    pub capability_arn: &'a str,
}

/// Accepts every bucket.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnySetup;

impl BucketSetup for AnySetup {
    fn check_bucket(&self, _: &str, _: &str) -> Result<(), BucketSetupError> {
        Ok(())
    }

    fn check_file(&self, _: &str, _: &PipelineFile<'_>) -> Result<(), BucketSetupError> {
        Ok(())
    }
}

/// Time, identifiers, object storage, mapping engines, sinks, and fault injection.
#[derive(Clone)]
pub struct Environment {
    /// The clock for everything.
    pub clock: Arc<dyn Clock>,
    /// The source of identifiers.
    pub ids: Arc<dyn Ids>,
    /// The storage of files.
    pub objects: Arc<dyn ObjectStore>,
    /// The engine for mapping templates in JSONata.
    pub jsonata: Arc<dyn Engine + Send + Sync>,
    /// The engine for mapping templates in XSLT.
    pub xslt: Arc<dyn Engine + Send + Sync>,
    /// The sink of events.
    pub event_sink: Arc<dyn EventSink>,
    /// The sink of log records.
    pub records: Arc<dyn RecordSink>,
    /// Checks whether buckets are set up correctly.
    pub bucket_setup: Arc<dyn BucketSetup>,
    /// The hook that can delay a job, or make one of its stages fail.
    pub stages: Arc<dyn Stages>,
    /// Logs and counts the panics of jobs.
    pub panics: Arc<Panics>,
}

impl Environment {
    /// An environment without sinks and without faults. JSONata is evaluated in this process,
    /// without limits of the operating system, and there is no XSLT.
    #[must_use]
    pub fn quiet(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            clock,
            ids,
            objects,
            jsonata: Arc::new(Jsonata),
            xslt: Arc::new(NoXslt),
            event_sink: Arc::new(NoopSink),
            records: Arc::new(NoopSink),
            bucket_setup: Arc::new(AnySetup),
            stages: Arc::new(NoFaults),
            panics: Arc::default(),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Environment").finish_non_exhaustive()
    }
}

/// Replaces XSLT if no processor is configured.
struct NoXslt;

impl Engine for NoXslt {
    fn compile(&self, _template: &str) -> Result<Box<dyn Template>, MappingError> {
        Err(MappingError {
            cause: Cause::Template,
            code: None,
            position: None,
            reason: "XSLT is not available: no processor is configured".to_owned(),
        })
    }
}
