//! Answers of AWS that recordings in the repository have settled: they are part of the program.

use serde::{Deserialize, Serialize};

use crate::compare::compare;
use crate::document::Written;
use crate::recording::{Answer, Recording, file_text};

/// The recordings built into the program.
const SHIPPED: &str = include_str!("../../../fixtures/calibration/settled.json");

/// The recorded answers of AWS that differ from the emulator's, with the emulator's answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    recorded: Vec<Answer>,
    emulator: Vec<Answer>,
}

impl Settled {
    /// The recordings built into the program.
    ///
    /// # Errors
    ///
    /// The file is not of this form.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        serde_json::from_str(SHIPPED)
    }

    /// The answers of recordings of AWS, compared with the emulator's answers to the same
    /// questions. Of several answers to a question, the latest is used.
    #[must_use]
    pub fn of(recordings: &[Recording], emulator: &Recording) -> Self {
        let mut recordings: Vec<&Recording> = recordings
            .iter()
            .filter(|recording| recording.source == "aws")
            .collect();
        recordings.sort_by(|one, other| one.date.cmp(&other.date));
        let mut settled = Self::default();
        for recording in recordings {
            settled.add(recording, emulator);
        }
        settled.forget_equal();
        settled
    }

    /// Whether nothing is settled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.recorded.is_empty()
    }

    /// The file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        file_text(self)
    }

    /// Puts the answers of a recording above these.
    #[must_use]
    pub fn below(mut self, recorded: &Recording, emulator: &Recording) -> (Recording, Recording) {
        self.add(recorded, emulator);
        let with = |answers: Vec<Answer>, of: &Recording| Recording {
            answers,
            ..of.clone()
        };
        (with(self.recorded, recorded), with(self.emulator, emulator))
    }

    fn add(&mut self, recorded: &Recording, emulator: &Recording) {
        put(&mut self.recorded, &recorded.answers);
        put(&mut self.emulator, &emulator.answers);
    }

    /// Keeps only the differences. Documents are kept, because their layouts are compared with one
    /// another.
    fn forget_equal(&mut self) {
        let with = |answers: &[Answer]| Recording {
            answers: answers.to_vec(),
            ..Recording::new("", "", "")
        };
        let compared = compare(&with(&self.recorded), &with(&self.emulator));
        if compared.differences.is_empty() {
            *self = Self::default();
            return;
        }
        let differs = |answer: &Answer| {
            let mut all = compared.differences.iter();
            all.any(|found| is_step(answer, &found.question, &found.step))
        };
        self.recorded
            .retain(|answer| differs(answer) || is_document(answer));
        let kept = &self.recorded;
        self.emulator.retain(|answer| {
            let mut kept = kept.iter();
            kept.any(|other| is_step(other, &answer.question, &answer.step))
        });
    }
}

fn is_step(answer: &Answer, question: &str, step: &str) -> bool {
    answer.question == question && answer.step == step
}

fn is_document(answer: &Answer) -> bool {
    let written = answer.body.as_str().and_then(Written::read);
    answer.request.service == "s3" && written.is_some_and(|it| it.is_service_defined())
}

/// Adds answers; those to the same steps are replaced.
fn put(answers: &mut Vec<Answer>, more: &[Answer]) {
    answers.retain(|answer| {
        let mut more = more.iter();
        !more.any(|other| is_step(other, &answer.question, &answer.step))
    });
    answers.extend(more.iter().cloned());
}
