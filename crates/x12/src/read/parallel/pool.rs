//! Threads that run tasks in the order of their submission.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};

type Task<'scope, T> = Box<dyn FnOnce() -> T + Send + 'scope>;

/// Threads of a scope and the results of their tasks. They end when the pool is dropped.
pub(super) struct Pool<'scope, T> {
    queue: Arc<Queue<'scope, T>>,
    sender: Sender<thread::Result<T>>,
    results: Receiver<thread::Result<T>>,
    has_started: bool,
}

struct Queue<'scope, T> {
    state: Mutex<State<'scope, T>>,
    changed: Condvar,
}

struct State<'scope, T> {
    tasks: VecDeque<Task<'scope, T>>,
    is_closed: bool,
}

impl<'scope, T: Send + 'scope> Pool<'scope, T> {
    pub(super) fn new() -> Self {
        let (sender, results) = mpsc::channel();
        let state = Mutex::new(State {
            tasks: VecDeque::new(),
            is_closed: false,
        });
        Self {
            queue: Arc::new(Queue {
                state,
                changed: Condvar::new(),
            }),
            sender,
            results,
            has_started: false,
        }
    }

    /// Starts this many threads, unless they were started before.
    pub(super) fn start(&mut self, scope: &'scope Scope<'scope, '_>, threads: usize) {
        if self.has_started {
            return;
        }
        self.has_started = true;
        for _ in 0..threads {
            let (queue, sender) = (Arc::clone(&self.queue), self.sender.clone());
            scope.spawn(move || {
                while let Some(task) = queue.wait() {
                    // Without a result the pool would wait forever, so a panic is a result.
                    let result = catch_unwind(AssertUnwindSafe(task));
                    if sender.send(result).is_err() {
                        break;
                    }
                }
            });
        }
    }

    pub(super) fn submit(&self, task: impl FnOnce() -> T + Send + 'scope) {
        self.queue.lock().tasks.push_back(Box::new(task));
        self.queue.changed.notify_one();
    }

    /// The result of a finished task.
    pub(super) fn ready(&self) -> Option<T> {
        self.results.try_recv().ok().map(returned)
    }

    /// The result of a task. If none is ready, this thread runs a task, or waits if all have begun.
    pub(super) fn result(&self) -> Option<T> {
        if let Some(result) = self.ready() {
            return Some(result);
        }
        let task = self.queue.lock().tasks.pop_front();
        match task {
            Some(task) => Some(task()),
            None => self.results.recv().ok().map(returned),
        }
    }
}

/// The result of a task. Its panic continues in this thread.
fn returned<T>(result: thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

impl<'scope, T> Queue<'scope, T> {
    fn lock(&self) -> MutexGuard<'_, State<'scope, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a task. There is none after the pool was dropped.
    fn wait(&self) -> Option<Task<'scope, T>> {
        let waits = |state: &mut State<'_, T>| state.tasks.is_empty() && !state.is_closed;
        let state = self.changed.wait_while(self.lock(), waits);
        state
            .unwrap_or_else(PoisonError::into_inner)
            .tasks
            .pop_front()
    }
}

impl<T> Drop for Pool<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        state.tasks.clear();
        state.is_closed = true;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread;

    use super::Pool;

    #[test]
    fn tasks_are_worked_on_by_all_threads() {
        let sum = thread::scope(|scope| {
            let mut pool = Pool::new();
            pool.start(scope, 2);
            for number in 1..=100_u32 {
                pool.submit(move || number);
            }
            (0..100).map(|_| pool.result().unwrap()).sum::<u32>()
        });
        assert_eq!(sum, 5050);
    }

    #[test]
    fn without_other_threads_this_one_works() {
        let pool = Pool::new();
        pool.submit(|| 1);
        assert_eq!((pool.ready(), pool.result()), (None, Some(1)));
    }

    #[test]
    fn tasks_left_over_are_discarded() {
        thread::scope(|scope| {
            let mut pool = Pool::new();
            for _ in 0..10 {
                pool.submit(|| ());
            }
            pool.start(scope, 1);
        });
    }

    #[test]
    fn a_panic_goes_on_where_the_result_is_wanted() {
        let caught = catch_unwind(|| {
            thread::scope(|scope| {
                let mut pool = Pool::<()>::new();
                pool.start(scope, 1);
                pool.submit(|| panic!("a task's panic"));
                pool.result();
            });
        });
        assert!(caught.is_err());
    }
}
