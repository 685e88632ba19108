//! Idle workers that wait for the next request.

use std::borrow::Cow;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::protocol::{Reply, Request};
use crate::timed::{Deadline, Interruption, POLL};
use crate::worker::{Worker, WorkerCommand};
use crate::worker_error::WorkerError;

/// The number of workers, and how long they live.
#[derive(Clone, Debug)]
pub(crate) struct Pooling {
    pub(crate) program: WorkerCommand,
    /// The maximum number of workers at a time.
    pub(crate) most: usize,
    /// The requests after which a worker is replaced.
    pub(crate) uses: u32,
    /// The bytes of a request or a reply after which a worker is replaced.
    pub(crate) large: usize,
    /// How long an idle worker is kept.
    pub(crate) idle: Duration,
}

/// Workers, started as they are needed.
#[derive(Debug)]
pub(crate) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pooling: Pooling,
    state: Mutex<State>,
    /// A busy worker is free again.
    freed: Condvar,
    /// There is something for the thread that ends workers.
    ending: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Idle workers, with the time since when; the longest idle first.
    idle: Vec<(Instant, Worker)>,
    /// Workers that must end.
    retired: Vec<Worker>,
    busy: usize,
    /// Whether the thread that ends workers runs.
    has_reaper: bool,
    closed: bool,
}

impl Pool {
    /// A pool without workers; the first request starts the first.
    pub(crate) fn new(pooling: Pooling) -> Self {
        Self(Arc::new(Shared {
            pooling,
            state: Mutex::default(),
            freed: Condvar::new(),
            ending: Condvar::new(),
        }))
    }

    /// Runs a request in a worker within `time`, which begins when a worker is free.
    ///
    /// # Errors
    ///
    /// No worker can be had, or it gave no reply.
    pub(crate) fn ask(
        &self,
        request: &Request<'_>,
        input: Cow<'_, str>,
        time: Duration,
    ) -> Result<Reply, WorkerError> {
        let pooling = &self.0.pooling;
        let mut lease = self.lease(request)?;
        let mut worker = match lease.worker.take() {
            Some(worker) => worker,
            None => Worker::start(&pooling.program).map_err(WorkerError::Start)?,
        };
        let sent = input.len();
        let reply = worker.ask(request, input, Deadline::after(time, &request.run));
        let size = match &reply {
            Ok(Ok(Some(text))) => text.len().max(sent),
            _ => sent,
        };
        if reply.is_err() || size > pooling.large || worker.uses >= pooling.uses {
            lease.retired = Some(worker);
            // The next request finds a worker ready all the same.
            lease.worker = Worker::start(&pooling.program).ok();
        } else {
            lease.worker = Some(worker);
        }
        reply
    }

    pub(crate) fn idle_workers(&self) -> Vec<u32> {
        let state = self.0.state();
        state.idle.iter().map(|(_, worker)| worker.id()).collect()
    }

    /// Waits until one more worker may be busy. Only a cancellation ends the wait early.
    fn lease(&self, request: &Request<'_>) -> Result<Lease<'_>, WorkerError> {
        let shared = &*self.0;
        let mut state = shared.state();
        while state.busy >= shared.pooling.most {
            if request.run.cancel.is_cancelled() {
                return Err(WorkerError::Busy(Interruption::Cancelled));
            }
            state = match shared.freed.wait_timeout(state, POLL) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        state.busy += 1;
        let mut worker = state.idle.pop().map(|(_, worker)| worker);
        drop(state);
        if worker.as_mut().is_some_and(|worker| !worker.is_alive()) {
            worker = None;
        }
        Ok(Lease {
            shared: &self.0,
            worker,
            retired: None,
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.closed = true;
        let workers = (mem::take(&mut state.idle), mem::take(&mut state.retired));
        drop(state);
        self.0.ending.notify_one();
        drop(workers);
    }
}

/// The permit for one busy worker; when it is dropped, the worker returns to the pool.
struct Lease<'a> {
    shared: &'a Arc<Shared>,
    worker: Option<Worker>,
    retired: Option<Worker>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.busy -= 1;
        let worker = self.worker.take().map(|worker| (Instant::now(), worker));
        state.idle.extend(worker);
        state.retired.extend(self.retired.take());
        let reaper_starts = !mem::replace(&mut state.has_reaper, true);
        let has_retired = !state.retired.is_empty();
        drop(state);
        self.shared.freed.notify_one();
        if reaper_starts {
            self.shared.start_reaper();
        } else if has_retired {
            self.shared.ending.notify_one();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread that ends workers: killing one with much memory takes milliseconds, which
    /// no request should wait for.
    fn start_reaper(self: &Arc<Self>) {
        let shared = Arc::clone(self);
        let thread = thread::Builder::new().name("worker-reaper".to_owned());
        if thread.spawn(move || shared.reap()).is_err() {
            self.state().has_reaper = false;
        }
    }

    /// Ends workers that are retired or were idle for too long, until there are no more.
    fn reap(&self) {
        let mut state = self.state();
        loop {
            let ended = state.take_ended(self.pooling.idle);
            if !ended.is_empty() {
                drop(state);
                drop(ended);
                state = self.state();
                continue;
            }
            let Some((since, _)) = state.idle.first().filter(|_| !state.closed) else {
                state.has_reaper = false;
                return;
            };
            let pause = self.pooling.idle.saturating_sub(since.elapsed());
            state = match self.ending.wait_timeout(state, pause) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

impl State {
    /// Removes the workers that must end now.
    fn take_ended(&mut self, idle: Duration) -> Vec<Worker> {
        let mut ended = mem::take(&mut self.retired);
        let fresh = self
            .idle
            .partition_point(|(since, _)| since.elapsed() >= idle);
        ended.extend(self.idle.drain(..fresh).map(|(_, worker)| worker));
        ended
    }
}
