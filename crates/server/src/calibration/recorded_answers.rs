//! A server that answers from a recording.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::{JobDuration, ListOrder, MappingReply};
use b2bi_local_calibrate::{Battery, Facts, Question, RecordedOrder, Recording, Repeated, repeat};
use b2bi_local_x12::{JsonForm, Layout, LoopNames};

use super::error::CalibrationError;
use super::{InProcess, ask};
use crate::config::Config;

/// Ids shorter than this could meet twice; longer ones cannot be made.
const ID_LENGTHS: std::ops::RangeInclusive<usize> = 12..=32;

/// The configuration with the settings of its recording, if it has one, and the other facts of that.
///
/// The questions of the recording are put to a server of default settings, so that each difference is
/// one between AWS and this program. Questions that take long are left out.
///
/// # Errors
///
/// That server does not start.
pub(crate) async fn apply_recording(
    mut config: Config,
) -> Result<(Config, Option<Facts>), CalibrationError> {
    let Some(recording) = config.recording.take() else {
        return Ok((config, None));
    };
    let facts = derived(&recording, config.worker.clone()).await?;
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
    apply(&mut config, &facts);
    Ok((config, Some(facts)))
}

async fn derived(
    recording: &Recording,
    worker: Option<PathBuf>,
) -> Result<Facts, CalibrationError> {
    let battery = Battery::standard()?;
    let questions: Vec<&Question> = battery
        .named(&recording.questions())
        .into_iter()
        .filter(|question| !question.slow)
        .collect();
    let server = InProcess::with(|config| config.worker = worker).await?;
    let asked = asked(recording, &server, (&battery, &questions)).await;
    server.stop().await;
    let (recorded, ours) = asked?;
    Ok(Facts::derive(&recorded, &ours))
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
    b2bi.list_order = match facts.list_order {
        None => b2bi.list_order,
        Some(RecordedOrder::NewestFirst) => ListOrder::NewestFirst,
        Some(RecordedOrder::ByName) => ListOrder::ByName,
        Some(RecordedOrder::ByNameReversed) => ListOrder::ByNameReversed,
    };
    if b2bi.style.loop_names.is_none()
        && let Ok(names) = LoopNames::parse(&facts.loop_names)
    {
        b2bi.style.loop_names = (!facts.loop_names.is_empty()).then(|| Arc::new(names));
    }
    if let Some(length) = facts.id_length {
        b2bi.id_length = length.clamp(*ID_LENGTHS.start(), *ID_LENGTHS.end());
    }
    if let Some(millis) = facts.job_ms
        && matches!(b2bi.job_duration, JobDuration::Immediate)
    {
        b2bi.job_duration = JobDuration::Fixed(Duration::from_millis(millis));
    }
    b2bi.style.layout = facts.parsed_form.map_or(b2bi.style.layout, layout);
    b2bi.job_layout = facts.job_form.map(layout);
    b2bi.test_mapping_form = facts.mapping_form;
    b2bi.job_mapping_form = facts.job_mapping_form;
    if facts.plain_mapping {
        b2bi.test_mapping_reply = MappingReply::Plain;
    }
}

fn layout(form: JsonForm) -> Layout {
    match form {
        JsonForm::PRETTY => Layout::Pretty,
        JsonForm::COMPACT => Layout::Compact,
        form => Layout::Form(form),
    }
}
