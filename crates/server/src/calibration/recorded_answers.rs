//! A server that answers from a recording.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::{IdForm, JobDuration, ListOrder, MappingReply, Wording};
use b2bi_local_calibrate::{
    Alphabet, Battery, Facts, IdShape, Question, RecordedOrder, Recording, Repeated, Settled,
    repeat,
};
use b2bi_local_x12::{JsonForm, Layout, LoopNames};

use super::error::CalibrationError;
use super::{InProcess, ask};
use crate::config::Config;

/// The configuration with the settings that follow from recordings, and their other facts: the
/// answers built into the program, overridden by those of the configured recording.
///
/// The questions of a configured recording are also put to a server with default settings, so that
/// each difference is between AWS and this program. Questions that take long are left out.
///
/// # Errors
///
/// That server does not start.
pub(crate) async fn apply_recording(
    config: Config,
) -> Result<(Config, Option<Facts>), CalibrationError> {
    let settled = if config.settled {
        Settled::shipped().map_err(CalibrationError::Settled)?
    } else {
        Settled::default()
    };
    apply_above(config, settled).await
}

/// The same above these answers.
pub(super) async fn apply_above(
    mut config: Config,
    settled: Settled,
) -> Result<(Config, Option<Facts>), CalibrationError> {
    let facts = match config.recording.take() {
        None if settled.is_empty() => return Ok((config, None)),
        None => {
            let none = Recording::new("", "aws", "");
            let (recorded, ours) = settled.below(&none, &none);
            Facts::derive(&recorded, &ours)
        }
        Some(recording) => {
            let (recorded, ours) = both(&recording, config.worker.clone()).await?;
            let (recorded, ours) = settled.below(&recorded, &ours);
            let facts = Facts::derive(&recorded, &ours);
            log_recording(&recording, &facts);
            facts
        }
    };
    apply(&mut config, &facts);
    Ok((config, Some(facts)))
}

fn log_recording(recording: &Recording, facts: &Facts) {
    tracing::info!(
        date = recording.date,
        errors = facts.errors(),
        "answers of a recording replace the emulator's own"
    );
    for difference in &facts.unapplied {
        tracing::warn!(
            assumptions = difference.assumptions.join(", "),
            question = difference.question,
            at = difference.at,
            "the recording differs, and would need a change of the program"
        );
    }
}

/// A recording in comparable form, and this program's own answers to the same questions.
pub(super) async fn both(
    recording: &Recording,
    worker: Option<PathBuf>,
) -> Result<(Recording, Recording), CalibrationError> {
    let battery = Battery::standard()?;
    let questions: Vec<&Question> = battery
        .named(&recording.questions())
        .into_iter()
        .filter(|question| !question.slow)
        .collect();
    let server = InProcess::with(|config| {
        config.worker = worker;
        config.settled = false;
    });
    let server = server.await?;
    let asked = asked(recording, &server, (&battery, &questions)).await;
    server.stop().await;
    asked
}

/// A recording in the form that can be compared, and what a server answers to the same.
async fn asked(
    recording: &Recording,
    server: &InProcess,
    (battery, questions): (&Battery, &[&Question]),
) -> Result<(Recording, Recording), CalibrationError> {
    let endpoint = server.endpoint(&recording.region)?;
    if recording.has_traffic() {
        let repeated = repeat(&endpoint, recording).await;
        let Repeated { recorded, answered } = repeated.map_err(CalibrationError::Call)?;
        return Ok((recorded, answered));
    }
    let ours = ask(&endpoint, battery, questions).await;
    Ok((recording.clone(), ours))
}

fn apply(config: &mut Config, facts: &Facts) {
    let b2bi = &mut config.b2bi;
    if let Some(size) = facts.page_size {
        b2bi.page_size = size.max(1);
    }
    let orders = facts.list_orders.iter();
    b2bi.list_orders = orders
        .map(|(operation, order)| (operation.clone(), list_order(*order)))
        .collect();
    let shapes = facts.id_shapes.iter();
    b2bi.id_forms = shapes
        .map(|(kind, shape)| (kind.clone(), id_form(shape)))
        .collect();
    if b2bi.style.loop_names.is_none()
        && let Ok(names) = LoopNames::parse(&facts.loop_names)
    {
        b2bi.style.loop_names = (!facts.loop_names.is_empty()).then(|| Arc::new(names));
    }
    if let Some(millis) = facts.job_ms
        && matches!(b2bi.job_duration, JobDuration::Immediate)
    {
        b2bi.job_duration = JobDuration::Fixed(Duration::from_millis(millis));
    }
    if facts.changes_reports() {
        let facts = facts.clone();
        b2bi.wording = Some(Wording::new(move |line| facts.report_line(line)));
    }
    b2bi.style.layout = facts.parsed_form.map_or(b2bi.style.layout, layout);
    b2bi.job_layout = facts.job_form.map(layout);
    b2bi.test_mapping_form = facts.mapping_form;
    b2bi.job_mapping_form = facts.job_mapping_form;
    if facts.plain_mapping {
        b2bi.test_mapping_reply = MappingReply::Plain;
    }
}

fn list_order(order: RecordedOrder) -> ListOrder {
    match order {
        RecordedOrder::NewestFirst => ListOrder::NewestFirst,
        RecordedOrder::ByName => ListOrder::ByName,
        RecordedOrder::ByNameReversed => ListOrder::ByNameReversed,
        RecordedOrder::ById => ListOrder::ById,
        RecordedOrder::ByIdReversed => ListOrder::ByIdReversed,
    }
}

fn id_form(shape: &IdShape) -> IdForm {
    let alphabet = shape.alphabet.unwrap_or(Alphabet::LowerHex);
    IdForm::new(&shape.prefix, &shape.groups, &alphabet.characters())
}

fn layout(form: JsonForm) -> Layout {
    match form {
        JsonForm::PRETTY => Layout::Pretty,
        JsonForm::COMPACT => Layout::Compact,
        form => Layout::Form(form),
    }
}
