//! The engine that sends its templates to workers.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use b2bi_local_mapping::{Engine, Limits, MappingError, Run, Template};

use crate::pool::{Pool, Pooling};
use crate::protocol::Request;
use crate::worker::WorkerCommand;

/// The bytes of memory that each full MiB of an input adds to the limit: the tree of a document takes up to
/// fifteen times its text.
const MEMORY_FOR_MEBIBYTE: u64 = 16 << 20;

/// How templates of a language are evaluated.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language's name, for messages.
    pub language: &'static str,
    /// The program that works.
    pub worker: WorkerCommand,
    /// The maximum memory of an evaluation in addition to the initial memory of a worker, in bytes;
    /// each full MiB of the input adds 16 MiB.
    pub memory_bytes: u64,
    /// How long after the end of a run's time its worker is killed: for an engine that ends itself
    /// in time, with a better message, and then searches the position of an error.
    pub grace: fn(&Limits) -> Duration,
    /// The maximum number of workers at a time.
    pub most: usize,
    /// The requests after which a worker is replaced, so that leaks do not add up.
    pub uses: u32,
    /// The size of an input or a result in bytes after which a worker is replaced, so that its
    /// memory is freed.
    pub large: usize,
    /// How long an idle worker is kept.
    pub idle: Duration,
}

impl Settings {
    /// Memory for documents of tens of megabytes, and two workers a core, four at least.
    #[must_use]
    pub fn new(language: &'static str, worker: WorkerCommand) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            language,
            worker,
            memory_bytes: 1 << 30,
            grace: |_| Duration::ZERO,
            most: (2 * cores).max(4),
            uses: 500,
            large: 4 << 20,
            idle: Duration::from_mins(1),
        }
    }
}

/// An engine whose templates are evaluated in worker processes; clones share the workers.
///
/// The first template starts the first worker. A worker that failed is replaced, so the next
/// template finds another.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    language: &'static str,
    memory_bytes: u64,
    grace: fn(&Limits) -> Duration,
    pool: Pool,
    lost: AtomicU64,
}

impl Sandbox {
    /// An engine without workers yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            language: settings.language,
            memory_bytes: settings.memory_bytes,
            grace: settings.grace,
            lost: AtomicU64::new(0),
            pool: Pool::new(Pooling {
                program: settings.worker,
                most: settings.most.max(1),
                uses: settings.uses,
                large: settings.large,
                idle: settings.idle,
            }),
        }))
    }

    /// The process ids of the workers that wait for work.
    #[must_use]
    pub fn idle_workers(&self) -> Vec<u32> {
        self.0.pool.idle_workers()
    }

    /// How many workers failed in a way that no limit explains.
    #[must_use]
    pub fn lost_workers(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Maps an input by a template that is compiled for this once. An input that is owned is dropped once
    /// the worker has it.
    ///
    /// # Errors
    ///
    /// The template fails, or its worker does.
    pub fn map<'i>(
        &self,
        template: &str,
        input: impl Into<Cow<'i, str>>,
        run: &Run,
    ) -> Result<Option<String>, MappingError> {
        let (inner, input) = (&self.0, input.into());
        let memory_bytes = memory_for(inner.memory_bytes, input.len());
        let time = run.limits.time.saturating_add((inner.grace)(&run.limits));
        let request = Request {
            run: Cow::Borrowed(run),
            seconds: time.as_secs().saturating_add(1),
            memory_bytes,
            template: template.into(),
        };
        inner
            .pool
            .ask(&request, input, time)
            .unwrap_or_else(|worker_error| {
                if worker_error.is_unexplained() {
                    inner.lost.fetch_add(1, Ordering::Relaxed);
                }
                Err(worker_error.problem(inner.language, &run.limits, memory_bytes))
            })
    }
}

/// The memory limit for an input of this many bytes.
fn memory_for(memory_bytes: u64, input: usize) -> u64 {
    let mebibytes = u64::try_from(input >> 20).unwrap_or(u64::MAX);
    memory_bytes.saturating_add(mebibytes.saturating_mul(MEMORY_FOR_MEBIBYTE))
}

/// A template that a worker will compile.
struct UncompiledTemplate {
    sandbox: Sandbox,
    template: String,
}

impl Engine for Sandbox {
    /// Stores the template; the evaluation reports errors in it.
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        Ok(Box::new(UncompiledTemplate {
            sandbox: self.clone(),
            template: template.to_owned(),
        }))
    }
}

impl Template for UncompiledTemplate {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        self.sandbox.map(&self.template, input, run)
    }

    fn evaluate_owned(&self, input: String, run: &Run) -> Result<Option<String>, MappingError> {
        self.sandbox.map(&self.template, input, run)
    }
}

#[cfg(test)]
mod tests {
    use super::memory_for;

    #[test]
    fn the_memory_grows_with_the_input() {
        assert_eq!(memory_for(1 << 30, (1 << 20) - 1), 1 << 30);
        assert_eq!(memory_for(1 << 30, 600 << 20), (1 << 30) + (9_600 << 20));
        assert_eq!(memory_for(u64::MAX, usize::MAX), u64::MAX);
    }
}
