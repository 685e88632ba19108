//! Files that are split: each transaction becomes its own document.
//!
//! The file is read twice, window by window: first to check the envelopes and collect the facts for
//! acknowledgements, then to convert one transaction after the other. Both passes use all cores
//! (`prefetch`). Only a few transactions are in memory at a time, however large the file, and only
//! a few parts of long ones without a mapping template.

use std::cell::Cell;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

use b2bi_local_model::types::S3Location;
use b2bi_local_x12::{
    ParallelReader, Piece, ReadReport, Reader, ReceivedInterchanges, Splitter, Validation,
};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};

use super::error::StageError;
use super::events::Transformation;
use super::prefetch::{self, Converted, NextTransaction, Prefetched};
use super::run::{JobError, Run};
use crate::edi;
use crate::edi::{ByteSink, Conversion, ParsedFile};
use crate::files::{FileError, WindowReader};
use crate::stages::Stage;

/// The maximum length of a part of a transaction in memory, if the whole is not needed: its
/// document is several times as long.
const PART: usize = 1 << 20;

/// The amount of a file that a core validates at a time.
const WINDOW: usize = 1 << 20;

/// The maximum length of a transaction that is in memory as a whole, so that it can be converted
/// ahead.
const WHOLE: usize = 16 << 20;

/// The result of the first pass over a file.
struct FirstPass {
    received: ReceivedInterchanges,
    reading: ReadReport,
    validation: Validation,
}

impl Run {
    /// Takes the transactions of a file through their stages, one after the other.
    ///
    /// Wrong envelopes end it before anything is written; a transaction that fails does not stop
    /// the others.
    pub(super) async fn split(
        &self,
        conversion: &Arc<Conversion>,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, JobError> {
        // The end of the pass is known once the stage is entered.
        let survey = async { self.survey(self.walk(), conversion).await };
        let survey = self.stage(Stage::FetchInput, survey).await?;
        self.enter(Stage::Parse).await?;
        let judged = edi::check_file(&survey.reading, &survey.validation.problems, conversion);
        if !matches!(judged, Err(edi::RejectError::Other(_))) {
            self.acknowledge(
                &survey.received,
                &survey.reading,
                &survey.validation,
                result,
            )
            .await?;
        }
        judged.map_err(|error| JobError::failed(Stage::Parse, &error))?;
        let total = survey.received.transactions();
        let validation = survey.validation;
        self.pieces(conversion, &validation, total, result).await
    }

    /// The reader of the input.
    pub(super) fn walk(&self) -> WindowReader {
        let size = self.reach_of(self.spec.size);
        WindowReader::new(&self.context, &self.scope, &self.spec.input, size)
    }

    async fn survey(
        &self,
        walk: WindowReader,
        conversion: &Arc<Conversion>,
    ) -> Result<FirstPass, StageError> {
        let config = &self.context.config;
        walk.check_limit(config.split_bytes)?;
        let (most, conversion) = (config.split_transactions, Arc::clone(conversion));
        self.compute(move || {
            let reader = Reader::new((ReceivedInterchanges::new(), conversion.validator()));
            let ((received, validator), reading) = thread::scope(|scope| {
                let mut reader = ParallelReader::on_all_cores(scope, reader, WINDOW);
                walk.windows(&mut |bytes| {
                    let Ok(()) = reader.push(bytes, |_| Ok::<(), Infallible>(()));
                    if reader.has_ended() || reader.sink().0.transactions() > most {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                })?;
                let Ok(read) = reader.finish(|_| Ok::<(), Infallible>(()));
                Ok::<_, FileError>(read)
            })?;
            edi::check_transactions(received.transactions(), most)?;
            Ok(FirstPass {
                received,
                reading,
                validation: validator.finish(),
            })
        })
        .await
    }

    async fn pieces(
        &self,
        conversion: &Arc<Conversion>,
        validation: &Validation,
        total: usize,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, JobError> {
        result.told_in_parts = true;
        let walk = self.walk();
        let (sender, receiver) = mpsc::channel(1);
        let pieces = Arc::new(Pieces::new(receiver));
        let most = most(self.context.config.window_bytes);
        let splitting = self.compute(move || hand_over(&walk, most, &sender));
        let (sender, begun) = mpsc::channel(1);
        let beginning = {
            let pieces = Arc::clone(&pieces);
            prefetch::begin_all(self, conversion, validation, pieces, sender)
        };
        // The conversions and the pieces are dropped with this block, which ends the other tasks.
        let transforming = async {
            let (mut begun, pieces) = (begun, pieces);
            let mut outputs = Vec::new();
            let mut failures = Vec::new();
            for number in 1.. {
                let Some(next) = begun.recv().await else {
                    break;
                };
                let piece = (next, &pieces);
                match self.piece(piece, conversion, (number, total), result).await {
                    Ok(output) => outputs.push(output),
                    Err(JobError::Vanished) => return Err(JobError::Vanished),
                    Err(JobError::Failed(stage, reason)) => failures.push((stage, reason)),
                }
            }
            Ok((outputs, failures))
        };
        let (split, (), transformed) = tokio::join!(splitting, beginning, transforming);
        let (outputs, failures) = transformed?;
        split.map_err(|error| JobError::failed(Stage::FetchInput, &error))?;
        match failures.into_iter().next() {
            None => Ok(outputs),
            Some((stage, reason)) => {
                let failed = total.saturating_sub(outputs.len());
                let message =
                    format!("{failed} of {total} transactions failed; the first: {reason}");
                Err(JobError::Failed(stage, message))
            }
        }
    }

    /// Takes one transaction through its stages and returns its outcome.
    async fn piece(
        &self,
        piece: (NextTransaction, &Arc<Pieces>),
        conversion: &Arc<Conversion>,
        (number, total): (usize, usize),
        whole: &Transformation,
    ) -> Result<S3Location, JobError> {
        let mut result = Transformation {
            acknowledgement: whole.acknowledgement,
            ..Transformation::default()
        };
        result.split = Some((number, total));
        let ended = self
            .piece_stages(piece, conversion, number, &mut result)
            .await;
        if !matches!(ended, Err(JobError::Vanished)) {
            self.emit_transformation_event(&result, ended.as_ref().err());
        }
        ended
    }

    async fn piece_stages(
        &self,
        (next, pieces): (NextTransaction, &Arc<Pieces>),
        conversion: &Arc<Conversion>,
        number: usize,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        match next {
            NextTransaction::Begun(prefetched) => {
                let taken = self.take_prefetched(prefetched, conversion, number, result);
                taken.await
            }
            NextTransaction::InParts(first, _done) if conversion.mapping.is_none() => {
                let pieces = Arc::clone(pieces);
                let feed = move |take: &mut ByteSink<'_>| pieces.feed(first, take);
                self.streamed(conversion, feed, Some(number), result).await
            }
            NextTransaction::InParts(first, _done) => {
                let whole = pieces.whole(first).await;
                let whole = whole.map_err(|error| JobError::failed(Stage::FetchInput, &error))?;
                let parsed = self.parse(whole, conversion, true);
                let mut parsed = self.stage(Stage::Parse, parsed).await?;
                self.check_piece(&parsed, conversion).await?;
                let mapped = self.map(std::mem::take(&mut parsed.document), conversion);
                let delivered = self.deliver(&parsed, mapped, conversion, Some(number), result);
                delivered.await
            }
        }
    }

    /// Takes a transaction that was converted ahead through its stages.
    async fn take_prefetched(
        &self,
        prefetched: Prefetched,
        conversion: &Arc<Conversion>,
        number: usize,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        let entered = self.enter(Stage::Parse).await;
        let converted = prefetched.converted().await;
        let converted = converted.map_err(|error| JobError::failed(Stage::Parse, &error))?;
        if let Err(error) = entered {
            if let Converted::Written(upload, _) = converted {
                upload.abandon().await;
            }
            return Err(error);
        }
        match converted {
            Converted::Whole(parsed) => {
                let (parsed, mapped) =
                    parsed.map_err(|error| JobError::failed(Stage::Parse, &error))?;
                self.check_piece(&parsed, conversion).await?;
                let mapped = async { mapped };
                let delivered = self.deliver(&parsed, mapped, conversion, Some(number), result);
                delivered.await
            }
            Converted::Written(upload, Ok(parsed)) => {
                let split = Some(number);
                let published = self.publish_upload(upload, &parsed, conversion, split, result);
                published.await
            }
            Converted::Written(upload, Err(error)) => {
                upload.abandon().await;
                Err(JobError::failed(Stage::Parse, &error))
            }
            Converted::NotBegun(error) => Err(JobError::failed(Stage::WriteOutput, &error)),
        }
    }

    /// Decides on one transaction; its file has been acknowledged.
    pub(super) async fn check_piece(
        &self,
        parsed: &ParsedFile,
        conversion: &Conversion,
    ) -> Result<(), JobError> {
        self.enter(Stage::Validate).await?;
        edi::check_file(&parsed.reading, &parsed.validation.problems, conversion)
            .map_err(|error| JobError::failed(Stage::Validate, &error))
    }
}

/// The transactions of a file as they arrive, long ones in parts.
pub(super) struct Pieces(Mutex<PieceReceiver>);

struct PieceReceiver {
    receiver: mpsc::Receiver<Piece>,
    /// Whether the last transaction is incomplete.
    is_open: bool,
}

impl Pieces {
    fn new(receiver: mpsc::Receiver<Piece>) -> Self {
        Self(Mutex::new(PieceReceiver {
            receiver,
            is_open: false,
        }))
    }

    /// The next transaction, or its first part; the rest of the previous one is skipped.
    pub(super) async fn next_first(&self) -> Option<Piece> {
        let mut coming = self.0.lock().await;
        while coming.is_open {
            coming.next().await?;
        }
        coming.next().await
    }

    /// A whole transaction.
    async fn whole(&self, first: Piece) -> Result<Vec<u8>, StageError> {
        let mut coming = self.0.lock().await;
        let mut bytes = first.bytes;
        while coming.is_open {
            let part = coming.next().await.ok_or(StageError::Incomplete)?;
            bytes.extend_from_slice(&part.bytes);
        }
        Ok(bytes)
    }

    /// Passes on a transaction part by part; call it where blocking is allowed.
    fn feed(&self, mut part: Piece, take: &mut ByteSink<'_>) -> Result<(), StageError> {
        let mut coming = self.0.blocking_lock();
        while take(&part.bytes).is_continue() && !part.ends {
            part = Handle::current()
                .block_on(coming.next())
                .ok_or(StageError::Incomplete)?;
        }
        Ok(())
    }
}

impl PieceReceiver {
    async fn next(&mut self) -> Option<Piece> {
        let piece = self.receiver.recv().await?;
        self.is_open = !piece.ends;
        Some(piece)
    }
}

/// The maximum number of bytes of X12 whose document is created in memory; a longer document is
/// written while it is created.
pub(super) fn part_size(window: u64) -> usize {
    usize::try_from(window).unwrap_or(PART).min(PART)
}

/// The number of bytes of a transaction that are buffered before they are passed on.
fn most(window: u64) -> usize {
    let whole = usize::try_from(window.saturating_mul(2)).unwrap_or(WHOLE);
    whole.min(WHOLE)
}

/// Splits the file and passes on each transaction as soon as there is a receiver, in parts if it
/// has more than `most` bytes.
fn hand_over(
    walk: &WindowReader,
    most: usize,
    sender: &mpsc::Sender<Piece>,
) -> Result<(), StageError> {
    let mut reader = Reader::new(Splitter::in_parts(most, |piece| {
        // The receiver is gone if the job was dropped.
        let _ = sender.blocking_send(piece);
    }));
    walk.windows(&mut |bytes| {
        reader.push(bytes);
        if sender.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    reader.finish();
    Ok(())
}

/// Passes on only the transaction with this number.
pub(super) fn feed_one(
    walk: &WindowReader,
    number: usize,
    take: &mut ByteSink<'_>,
) -> Result<(), StageError> {
    let (mut at, is_wanted) = (1, Cell::new(true));
    let mut reader = Reader::new(Splitter::in_parts(PART, |piece| {
        if at == number && is_wanted.get() {
            is_wanted.set(take(&piece.bytes).is_continue() && !piece.ends);
        }
        at += usize::from(piece.ends);
    }));
    walk.windows(&mut |bytes| {
        reader.push(bytes);
        if is_wanted.get() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    reader.finish();
    Ok(())
}
