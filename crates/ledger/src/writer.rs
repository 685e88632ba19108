//! The thread that writes, and what it tells those who wait.

use std::fmt;
use std::mem;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use redb::Database;
use tokio::sync::watch;

use crate::batch::Batch;

/// The most batches that are written together.
const TOGETHER: usize = 1024;

/// Stands for a batch, and for all that were sent before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Ticket {
    /// The ticket as a number, to be kept in an atomic; later tickets are greater.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The ticket of that number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        Self(number)
    }
}

/// The disk does not do as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(Arc<str>);

impl Failed {
    pub(crate) fn of(error: impl Into<redb::Error>) -> Self {
        Self(error.into().to_string().into())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "the state cannot be kept on disk: {}; free the disk and start again",
            self.0
        )
    }
}

impl std::error::Error for Failed {}

/// How far the writing is: up to which ticket, and what has ended it.
type Progress = (Ticket, Option<Failed>);

/// Hands batches to the thread.
pub(crate) struct Writer {
    queue: Mutex<Queue>,
    progress: watch::Receiver<Progress>,
    thread: Option<JoinHandle<()>>,
}

struct Queue {
    last: Ticket,
    batches: Option<Sender<(Ticket, Batch)>>,
}

impl Writer {
    pub(crate) fn start(database: Arc<Database>) -> Self {
        let (batches, queued) = mpsc::channel();
        let (tell, progress) = watch::channel((Ticket::default(), None));
        Self {
            queue: Mutex::new(Queue {
                last: Ticket::default(),
                batches: Some(batches),
            }),
            progress,
            thread: Some(thread::spawn(move || write_all(&database, &queued, &tell))),
        }
    }

    /// The ticket and the place in the queue are taken together, so that tickets are in order.
    pub(crate) fn send(&self, batch: Batch) -> Ticket {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.last.0 += 1;
        let ticket = queue.last;
        if let Some(batches) = &queue.batches {
            // The thread ends only when nobody can send any more.
            let _ = batches.send((ticket, batch));
        }
        ticket
    }

    pub(crate) async fn settled(&self, ticket: Ticket) -> Result<(), Failed> {
        if self.progress.borrow().0 >= ticket {
            return Ok(());
        }
        let mut progress = self.progress.clone();
        let reached = progress
            .wait_for(|(written, failed)| *written >= ticket || failed.is_some())
            .await;
        match reached.as_deref() {
            Ok((written, _)) if *written >= ticket => Ok(()),
            Ok((_, Some(failed))) => Err(failed.clone()),
            Ok((_, None)) | Err(_) => Err(Failed("the writing has ended".into())),
        }
    }
}

impl Drop for Writer {
    /// What was sent is written before the end.
    fn drop(&mut self) {
        let queue = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner);
        queue.batches.take();
        if let Some(thread) = self.thread.take() {
            // Of a thread that has panicked there is nothing to be had.
            let _ = thread.join();
        }
    }
}

fn write_all(
    database: &Database,
    queue: &Receiver<(Ticket, Batch)>,
    tell: &watch::Sender<Progress>,
) {
    while let Ok((mut ticket, first)) = queue.recv() {
        let mut batches = vec![first];
        while batches.len() < TOGETHER
            && let Ok((later, batch)) = queue.try_recv()
        {
            ticket = later;
            batches.push(batch);
        }
        if tell.borrow().1.is_some() {
            continue;
        }
        match write(database, &mut batches) {
            Ok(()) => {
                tell.send_modify(|it| it.0 = ticket);
                mem::take(&mut batches).into_iter().for_each(Batch::finish);
            }
            Err(failed) => tell.send_modify(|it| it.1 = Some(failed)),
        }
    }
}

fn write(database: &Database, batches: &mut [Batch]) -> Result<(), Failed> {
    let transaction = database.begin_write().map_err(Failed::of)?;
    for batch in batches {
        batch.apply(&transaction)?;
    }
    transaction.commit().map_err(Failed::of)
}
