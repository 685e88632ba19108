//! Workers that are kept at hand.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::conversation::{Patience, Stop, TICK};
use crate::frame::{Reply, Request};
use crate::worker::{Failure, Program, Worker};

/// The requests after which a worker is replaced, so that what C leaks does not add up.
const USES: u32 = 500;
/// The request after which a worker is replaced, in bytes, so that its memory goes back.
const LARGE: usize = 4 << 20;

/// Workers, started as they are needed and kept for the next request.
pub(crate) struct Pool {
    program: Program,
    /// The most workers at a time.
    most: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Worker>,
    busy: usize,
}

/// Why a pool gave no reply.
#[derive(Debug)]
pub(crate) enum Unable {
    /// All workers were busy for as long as the run may take, or it was cancelled.
    Waited(Stop),
    /// No worker can be started.
    Start(std::io::Error),
    /// A worker gave no reply.
    Worker(Failure),
}

impl Pool {
    /// A pool without workers; the first request starts the first.
    pub(crate) fn new(program: Program) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            program,
            most: (2 * cores).max(4),
            state: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Has a request carried out by a worker of its own.
    ///
    /// # Errors
    ///
    /// No worker is there in time, or it gave no reply.
    pub(crate) fn ask(&self, request: &Request, patience: Patience<'_>) -> Result<Reply, Unable> {
        let mut turn = self.turn(patience).map_err(Unable::Waited)?;
        let mut worker = match turn.worker.take() {
            Some(worker) => worker,
            None => Worker::start(&self.program).map_err(Unable::Start)?,
        };
        let reply = worker.ask(request, patience);
        let large = request.input.len() > LARGE;
        if reply.is_err() || large || worker.uses >= USES {
            drop(worker);
            // Whoever comes next finds a worker ready all the same.
            turn.worker = Worker::start(&self.program).ok();
        } else {
            turn.worker = Some(worker);
        }
        reply.map_err(Unable::Worker)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there may be one more busy worker.
    fn turn(&self, patience: Patience<'_>) -> Result<Turn<'_>, Stop> {
        let mut state = self.state();
        while state.busy >= self.most {
            if let Some(stop) = patience.stop() {
                return Err(stop);
            }
            state = match self.freed.wait_timeout(state, TICK) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        state.busy += 1;
        let mut worker = state.idle.pop();
        drop(state);
        if worker.as_mut().is_some_and(|it| !it.is_alive()) {
            worker = None;
        }
        Ok(Turn { pool: self, worker })
    }
}

/// The right to one busy worker; with it goes the worker back into the pool.
struct Turn<'a> {
    pool: &'a Pool,
    worker: Option<Worker>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.busy -= 1;
        state.idle.extend(self.worker.take());
        drop(state);
        self.pool.freed.notify_one();
    }
}
