//! Files that are split: each transaction becomes a document of its own.
//!
//! The file is read twice, window by window: once to know all that an acknowledgement says and
//! that its envelopes add up, and once to hand over one transaction after the other. No more than
//! a few transactions are in memory at a time, however large the file.

use std::ops::ControlFlow;
use std::sync::Arc;

use b2bi_local_model::types::S3Location;
use b2bi_local_x12::{Piece, Reader, Reading, Received, Splitter, Validation};
use tokio::sync::mpsc;

use super::events::Transformation;
use super::run::{Run, Stop};
use crate::edi::{self, Conversion};
use crate::files::Walk;
use crate::stages::Stage;

/// What the first reading of a file tells.
struct Survey {
    received: Received,
    reading: Reading,
    validation: Validation,
}

impl Run {
    /// Takes the transactions of a file through their stages, one after the other.
    ///
    /// Wrong envelopes end it before anything is written; a transaction that fails does not keep
    /// the others from going on.
    pub(super) async fn split(
        &self,
        conversion: &Arc<Conversion>,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, Stop> {
        // How far the walk goes is known once the stage is entered.
        let survey = async { self.survey(self.walk(), conversion).await };
        let survey = self.stage(Stage::FetchInput, survey).await?;
        self.enter(Stage::Parse).await?;
        let judged = edi::judge(&survey.reading, conversion);
        if !matches!(judged, Err(edi::Misfit::Other(_))) {
            self.acknowledge(
                &survey.received,
                &survey.reading,
                &survey.validation,
                result,
            )
            .await?;
        }
        judged.map_err(|it| Stop::Failed(Stage::Parse, it.into_message()))?;
        let total = survey.received.transactions();
        drop(survey);
        self.pieces(self.walk(), conversion, total, result).await
    }

    /// The way through the input.
    pub(super) fn walk(&self) -> Walk {
        let size = self.reach_of(self.order.size);
        Walk::new(&self.works, &self.scope, &self.order.input, size)
    }

    async fn survey(&self, walk: Walk, conversion: &Arc<Conversion>) -> Result<Survey, String> {
        let config = &self.works.config;
        walk.check_limit(config.split_bytes)?;
        let (most, conversion) = (config.split_transactions, Arc::clone(conversion));
        self.compute(move || {
            let mut reader = Reader::new((Received::new(), conversion.validator()));
            walk.windows(&mut |bytes| {
                reader.push(bytes);
                if reader.has_ended() || reader.sink().0.transactions() > most {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            let ((received, validator), reading) = reader.finish();
            edi::check_transactions(received.transactions(), most)?;
            Ok(Survey {
                received,
                reading,
                validation: validator.finish(),
            })
        })
        .await
    }

    async fn pieces(
        &self,
        walk: Walk,
        conversion: &Arc<Conversion>,
        total: usize,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, Stop> {
        result.told_in_parts = true;
        let (sender, mut pieces) = mpsc::channel(1);
        let splitting = self.compute(move || hand_over(&walk, &sender));
        let transforming = async {
            let mut outputs = Vec::new();
            let mut failures = Vec::new();
            for number in 1.. {
                let Some(piece) = pieces.recv().await else {
                    break;
                };
                match self.piece(piece, conversion, (number, total), result).await {
                    Ok(output) => outputs.push(output),
                    Err(Stop::Vanished) => return Err(Stop::Vanished),
                    Err(Stop::Failed(stage, reason)) => failures.push((stage, reason)),
                }
            }
            Ok((outputs, failures))
        };
        let (split, transformed) = tokio::join!(splitting, transforming);
        let (outputs, failures) = transformed?;
        split.map_err(|reason| Stop::Failed(Stage::FetchInput, reason))?;
        match failures.into_iter().next() {
            None => Ok(outputs),
            Some((stage, reason)) => {
                let failed = total.saturating_sub(outputs.len());
                let message =
                    format!("{failed} of {total} transactions failed; the first: {reason}");
                Err(Stop::Failed(stage, message))
            }
        }
    }

    /// Takes one transaction through its stages and tells what became of it.
    async fn piece(
        &self,
        piece: Piece,
        conversion: &Arc<Conversion>,
        (number, total): (usize, usize),
        whole: &Transformation,
    ) -> Result<S3Location, Stop> {
        let mut result = Transformation {
            acknowledgement: whole.acknowledgement,
            ..Transformation::default()
        };
        result.split = Some((number, total));
        let ended = self
            .piece_stages(piece, conversion, number, &mut result)
            .await;
        if !matches!(ended, Err(Stop::Vanished)) {
            self.tell_transformation(&result, ended.as_ref().err());
        }
        ended
    }

    async fn piece_stages(
        &self,
        piece: Piece,
        conversion: &Arc<Conversion>,
        number: usize,
        result: &mut Transformation,
    ) -> Result<S3Location, Stop> {
        let parsed = self
            .stage(Stage::Parse, self.parse(piece.bytes, conversion))
            .await?;
        self.enter(Stage::Validate).await?;
        edi::judge(&parsed.reading, conversion)
            .map_err(|it| Stop::Failed(Stage::Validate, it.into_message()))?;
        self.deliver(parsed, conversion, Some(number), result).await
    }
}

/// Splits the file and hands each transaction over as soon as somebody takes it.
fn hand_over(walk: &Walk, sender: &mpsc::Sender<Piece>) -> Result<(), String> {
    let mut reader = Reader::new(Splitter::new(|piece| {
        // Nobody takes any more when the job has vanished.
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
