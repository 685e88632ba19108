//! What differs between two recordings, and what each difference would change.

use serde::Serialize;
use serde_json::Value;

use crate::differences::{differences, differences_of_ids};
use crate::id_form::IdShapes;
use crate::recording::Recording;

/// The effect of a difference if the recorded answer is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// `--facts` has the reply's status, type and members replace ours.
    Error,
    /// `--facts` sets the layout of documents.
    Layout,
    /// `--facts` sets names of loops.
    LoopNames,
    /// `--facts` sets the order of lists.
    ListOrder,
    /// `--facts` sets the size of pages.
    PageSize,
    /// `--facts` sets how long jobs take.
    JobDuration,
    /// `--facts` sets the form of ids.
    IdShape,
    /// `--facts` contains messages of validation with other texts.
    ValidationMessages,
    /// `--facts` sets the form of starter templates, or the template that was recorded.
    StarterTemplate,
    /// `--facts` sets the form of what `GenerateMapping` replies with.
    GeneratedMapping,
    /// `--facts` sets fields of events or of log records.
    Fields,
    /// It would need a change of the program.
    Code,
}

impl Change {
    /// Its description.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Error => "--facts replaces the error",
            Self::Layout => "--facts sets the layout",
            Self::LoopNames => "--facts sets loop names",
            Self::ListOrder => "--facts sets the order of lists",
            Self::PageSize => "--facts sets the page size",
            Self::JobDuration => "--facts sets the duration of jobs",
            Self::IdShape => "--facts sets the form of ids",
            Self::ValidationMessages => "--facts replaces the message",
            Self::StarterTemplate => "--facts sets starter templates",
            Self::GeneratedMapping => "--facts sets the form of generated mappings",
            Self::Fields => "--facts sets the fields",
            Self::Code => "would need a change",
        }
    }
}

/// A difference between two answers to the same request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The question.
    pub question: String,
    /// The step of the question.
    pub step: String,
    /// The assumptions that it is about.
    pub assumptions: Vec<String>,
    /// The request.
    pub call: String,
    /// What differs: `status`, `headers/NAME`, `body/POINTER`, `ids/NAME`, `page size`, `duration`.
    pub at: String,
    /// The value in the recording.
    pub recorded: Value,
    /// The value in the emulator.
    pub emulator: Value,
    /// Its effect.
    pub change: Change,
}

/// Two recordings side by side.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// How many answers were compared.
    pub compared: usize,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Answers that only one of the two has, and why.
    pub not_compared: Vec<String>,
}

/// Compares a recording with what the emulator answers to the same questions.
#[must_use]
pub fn compare(recorded: &Recording, emulator: &Recording) -> Comparison {
    let mut comparison = Comparison::default();
    let shapes = (IdShapes::of(recorded), IdShapes::of(emulator));
    for theirs in &recorded.answers {
        let name = format!("{}/{}", theirs.question, theirs.step);
        match emulator.answer(&theirs.question, &theirs.step) {
            None => comparison
                .not_compared
                .push(format!("{name}: the emulator was not asked")),
            Some(ours) if ours.request != theirs.request => comparison.not_compared.push(format!(
                "{name}: the question has changed since; record it again"
            )),
            Some(ours) => {
                comparison.compared = comparison.compared.saturating_add(1);
                comparison.differences.extend(differences(theirs, ours));
                let of_ids = differences_of_ids(theirs, ours, (&shapes.0, &shapes.1));
                comparison.differences.extend(of_ids);
            }
        }
    }
    let skipped = recorded.skipped.iter();
    comparison.not_compared.extend(
        skipped.map(|skipped| format!("{}: not recorded: {}", skipped.question, skipped.reason)),
    );
    comparison
}
