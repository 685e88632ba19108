//! The outputs of a job: whole objects, which are deleted if one of several cannot be written.

use std::time::Duration;

use b2bi_local_objects::ObjectWriter;
use b2bi_local_x12::FirstControlNumbers;
use bytes::Bytes;

use super::error::StageError;
use super::run::Run;
use crate::files;
use crate::files::FileError;
use crate::location::Location;
use crate::stages::WriteDecision;
use crate::state::control_numbers::{ControlNumbers, CounterKeys, FileNumbers, FirstNumbers};

/// An object to write.
pub(super) struct Output {
    pub(super) location: Location,
    pub(super) body: Body,
    pub(super) content_type: &'static str,
}

/// The bytes of an object.
pub(super) enum Body {
    Whole(Bytes),
    /// They are written, but not visible yet: the document of the input, or of its transaction with
    /// this number.
    Written(Box<dyn ObjectWriter>, Option<usize>),
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::Whole(text.into())
    }
}

/// Why an object was not written.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
struct OutputError {
    #[source]
    error: StageError,
    /// Whether to keep what was written before.
    keep: bool,
}

impl Body {
    async fn abandon(self) {
        if let Self::Written(writer, _) = self {
            writer.abandon().await;
        }
    }
}

impl Run {
    /// Writes objects one after the other: all of them or, by default, none.
    pub(super) async fn publish(&self, outputs: Vec<Output>) -> Result<(), StageError> {
        let mut written = Vec::new();
        for output in outputs {
            let location = output.location.clone();
            match self.put(output).await {
                Ok(()) => written.push(location),
                Err(refused) => {
                    if !refused.keep {
                        self.take_back(&written).await;
                    }
                    return Err(refused.error);
                }
            }
        }
        Ok(())
    }

    /// Writes X12 with new control numbers; `write` creates it from the numbers.
    ///
    /// `others` are written before it. If it cannot be written, its numbers are returned.
    pub(super) async fn publish_numbered(
        &self,
        location: &Location,
        (counted, starts): (CounterKeys, FirstNumbers),
        write: impl Fn(FirstControlNumbers) -> Result<Vec<u8>, StageError>,
        mut others: Vec<Output>,
    ) -> Result<Bytes, StageError> {
        let undone = self.partition.undone();
        let taken = self.take_numbers(location, counted, starts);
        let flushed = self.partition.flushed(undone).await;
        flushed.map_err(StageError::ControlNumbers)?;
        let published = match write(taken.numbers()).map(Bytes::from) {
            Ok(body) => {
                others.push(Output {
                    location: location.clone(),
                    body: Body::Whole(body.clone()),
                    content_type: "application/edi-x12",
                });
                self.publish(others).await.map(|()| body)
            }
            Err(reason) => Err(reason),
        };
        if published.is_err() {
            self.give_numbers_back(location, &taken);
        }
        published
    }

    /// The numbers of a file; a file that is written again keeps its numbers.
    fn take_numbers(
        &self,
        location: &Location,
        counted: CounterKeys,
        starts: FirstNumbers,
    ) -> FileNumbers {
        let mut state = self.partition.lock();
        let earlier = state
            .jobs
            .get(&self.facts.id)
            .and_then(|job| job.numbers.get(&location.key).cloned());
        if let Some(taken) = earlier {
            return taken;
        }
        let taken = ControlNumbers(&mut state.control_numbers).take(counted, starts);
        if let Some(job) = state.jobs.get_mut(&self.facts.id) {
            job.numbers.insert(location.key.clone(), taken.clone());
        }
        taken
    }

    fn give_numbers_back(&self, location: &Location, taken: &FileNumbers) {
        let mut state = self.partition.lock();
        ControlNumbers(&mut state.control_numbers).release(taken);
        if let Some(job) = state.jobs.get_mut(&self.facts.id) {
            job.numbers.remove(&location.key);
        }
    }

    async fn put(&self, output: Output) -> Result<(), OutputError> {
        let decision = self
            .context
            .environment
            .stages
            .write(&self.facts, self.next_write());
        match decision {
            WriteDecision::Write => {}
            WriteDecision::Lose => {
                output.body.abandon().await;
                return Ok(());
            }
            WriteDecision::Late(time) => {
                self.put_late(output, time).await;
                return Ok(());
            }
            WriteDecision::Refuse { message, keep } => {
                output.body.abandon().await;
                let error = StageError::Refused(message);
                return Err(OutputError { error, keep });
            }
        }
        let Output {
            location,
            body,
            content_type,
        } = output;
        let (environment, scope) = (&self.context.environment, &self.scope);
        let written = match body {
            Body::Whole(body) => {
                files::write(environment, scope, &location, body, content_type).await
            }
            Body::Written(writer, _) => {
                let finished = writer.finish().await.map(drop);
                finished.map_err(|error| FileError::storage(&location, error))
            }
        };
        written.map_err(|error| OutputError {
            error: error.into(),
            keep: false,
        })
    }

    /// Writes an object after this time, without making the job wait.
    async fn put_late(&self, output: Output, time: Duration) {
        let Output {
            location,
            body,
            content_type,
        } = output;
        let body = match body {
            Body::Whole(body) => body,
            // An object that is written piece by piece cannot wait, so it is created again from the
            // input.
            Body::Written(writer, split) => {
                writer.abandon().await;
                self.recreate_later(split, time);
                return;
            }
        };
        let (environment, scope) = (self.context.environment.clone(), self.scope.clone());
        self.spawn_beside(async move {
            environment.clock.sleep(time).await;
            let written = files::write(&environment, &scope, &location, body, content_type).await;
            if let Err(error) = written {
                let reason = error.to_string();
                tracing::warn!(reason, "a late output could not be written");
            }
        });
    }

    async fn take_back(&self, written: &[Location]) {
        let objects = &self.context.environment.objects;
        for Location { bucket, key } in written {
            if let Err(error) = objects.delete(&self.scope.account, bucket, key).await {
                tracing::warn!(bucket, key, %error, "an output could not be deleted after a failure");
            }
        }
    }
}
