//! Converts transactions of a split file ahead of their turn, on other cores.
//!
//! Only the computation runs ahead: stages are entered, objects published and events sent one
//! transaction after the other, in the order of the file.

use std::sync::Arc;
use std::thread::available_parallelism;

use b2bi_local_x12::{Piece, Validation};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::error::StageError;
use super::large::DocumentUpload;
use super::run::Run;
use super::split::{Pieces, part_size};
use crate::edi::{ByteSink, Conversion, ParsedFile};

/// The maximum number of a file's transactions in memory, for any number of cores.
const MAX_IN_MEMORY: usize = 8;

/// The shortest transaction whose document is written while it is created, in bytes: the checksums of
/// a document are then computed on all cores, and not one after the other when it is published.
const WRITTEN_AHEAD: usize = 16 << 10;

/// The next transaction of a file.
pub(super) enum NextTransaction {
    /// It is being converted.
    Begun(Prefetched),
    /// It arrives in parts, this one first; no other transaction begins before the sender is
    /// dropped.
    InParts(Piece, oneshot::Sender<()>),
}

/// A transaction that is being converted; dropping it ends the conversion.
pub(super) struct Prefetched {
    task: JoinHandle<Converted>,
    /// Its permit to be in memory.
    _place: OwnedSemaphorePermit,
}

/// The outcome of a transaction.
pub(super) enum Converted {
    /// A document in memory, and the output of the mapping.
    Whole(Result<(ParsedFile, Result<String, StageError>), StageError>),
    /// A document that is written but not published.
    Written(DocumentUpload, Result<ParsedFile, StageError>),
    /// A document whose object could not be started.
    NotBegun(StageError),
}

/// The number of transactions that are converted at a time, for all files together.
pub(crate) fn parallel() -> usize {
    available_parallelism().map_or(1, usize::from)
}

impl Prefetched {
    /// The outcome of the transaction.
    ///
    /// # Errors
    ///
    /// The server is stopping. A panic of the conversion continues here.
    pub(super) async fn converted(mut self) -> Result<Converted, StageError> {
        match (&mut self.task).await {
            Ok(converted) => Ok(converted),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => Err(StageError::Thread(error)),
        }
    }
}

impl Drop for Prefetched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts the conversion of one transaction after the other, as many at a time as there are cores,
/// until the receiver is gone.
pub(super) async fn begin_all(
    run: &Run,
    conversion: &Arc<Conversion>,
    whole_file: &Validation,
    pieces: Arc<Pieces>,
    sender: mpsc::Sender<NextTransaction>,
) {
    let places = Arc::new(Semaphore::new(parallel().min(MAX_IN_MEMORY)));
    for number in 1.. {
        let place = Arc::clone(&places).acquire_owned().await;
        let (Ok(place), Some(first)) = (place, pieces.next_first().await) else {
            return;
        };
        let (done, is_done) = oneshot::channel();
        let next = if first.ends {
            let validates = whole_file.may_concern(&first.position);
            let (run, conversion) = (run.clone(), Arc::clone(conversion));
            let converted = run.convert_ahead(conversion, first.bytes, validates, number);
            NextTransaction::Begun(Prefetched {
                task: tokio::spawn(converted),
                _place: place,
            })
        } else {
            NextTransaction::InParts(first, done)
        };
        let is_in_parts = matches!(next, NextTransaction::InParts(..));
        if sender.send(next).await.is_err() {
            return;
        }
        if is_in_parts {
            // Only dropping the sender ends this.
            let _ = is_done.await;
        }
    }
}

impl Run {
    /// Creates the document of a transaction, and maps it.
    async fn convert_ahead(
        self,
        conversion: Arc<Conversion>,
        bytes: Vec<u8>,
        validates: bool,
        number: usize,
    ) -> Converted {
        // The cores close only when the runtime ends.
        let _core = Arc::clone(&self.context.cores).acquire_owned().await;
        let most = part_size(self.context.config.window_bytes).min(WRITTEN_AHEAD);
        if bytes.len() > most && conversion.mapping.is_none() {
            return self
                .convert_to_object(&conversion, bytes, validates, number)
                .await;
        }
        let mut parsed = match self.parse(bytes, &conversion, validates).await {
            Ok(parsed) => parsed,
            Err(error) => return Converted::Whole(Err(error)),
        };
        let document = std::mem::take(&mut parsed.document);
        let mapped = self.map(document, &conversion).await;
        Converted::Whole(Ok((parsed, mapped)))
    }

    async fn convert_to_object(
        &self,
        conversion: &Arc<Conversion>,
        bytes: Vec<u8>,
        validates: bool,
        number: usize,
    ) -> Converted {
        let mut upload = match self.begin(conversion, Some(number)).await {
            Ok(upload) => upload,
            Err(error) => return Converted::NotBegun(error),
        };
        let feed = move |take: &mut ByteSink<'_>| {
            // If nobody receives the rest, the reader reports why.
            let _ = take(&bytes);
            Ok(())
        };
        let parsed = self
            .parse_into(conversion, validates, feed, &mut upload)
            .await;
        Converted::Written(upload, parsed)
    }
}
