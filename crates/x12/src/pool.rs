//! Threads that run tasks in the order of their submission.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};

type Task<'scope, T> = Box<dyn FnOnce() -> T + Send + 'scope>;

/// Threads of a scope and what their tasks returned. They end when the pool is dropped.
pub struct Pool<'scope, T> {
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
    /// A pool without threads.
    #[must_use]
    pub fn new() -> Self {
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
    pub fn start(&mut self, scope: &'scope Scope<'scope, '_>, threads: usize) {
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

    /// Adds a task.
    pub fn submit(&self, task: impl FnOnce() -> T + Send + 'scope) {
        self.queue.lock().tasks.push_back(Box::new(task));
        self.queue.changed.notify_one();
    }

    /// The result of a finished task. A panic of the task continues on this thread.
    #[must_use]
    pub fn ready(&self) -> Option<T> {
        self.results.try_recv().ok().map(returned)
    }

    /// The result of a task. If none is ready, this thread runs a task, or waits if all have begun.
    #[must_use]
    pub fn result(&self) -> Option<T> {
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

impl<'scope, T: Send + 'scope> Default for Pool<'scope, T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Calls `work` with each number below `count` on several threads, and returns the results in the order of the
/// numbers. Each thread has its own state. Each thread that is started has a stack of `stack_bytes`.
#[must_use]
pub fn in_order<S, R: Send>(
    threads: usize,
    stack_bytes: usize,
    count: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take_turns = || {
        let mut state = state();
        let mut made = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return made;
            }
            made.push((number, work(&mut state, number)));
        }
    };
    let mut made = thread::scope(|scope| {
        let others = 1..threads.min(count);
        // If the system refuses a thread, the other threads do the work.
        let others = others.filter_map(|_| {
            thread::Builder::new()
                .stack_size(stack_bytes)
                .spawn_scoped(scope, take_turns)
                .ok()
        });
        let others: Vec<_> = others.collect();
        let mut made = take_turns();
        for other in others {
            made.append(&mut other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread;

    use super::{Pool, in_order};

    const STACK: usize = 1 << 20;

    #[test]
    fn results_are_in_the_order_of_their_numbers() {
        for threads in [0, 1, 3] {
            for count in [0, 1, 100] {
                let made = in_order(threads, STACK, count, || 1, |one, number| number + *one);
                assert_eq!(made, (1..=count).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_panic_of_one_thread_is_one_of_all() {
        let work = |(): &mut (), number| assert!(number < 50, "a task's panic");
        assert!(catch_unwind(|| in_order(2, STACK, 100, || (), work)).is_err());
    }

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
                let _ = pool.result();
            });
        });
        assert!(caught.is_err());
    }
}
