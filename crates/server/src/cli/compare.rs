//! `b2bi-local compare`: differences between a recording and the emulator.

use std::fs;

use b2bi_local_calibrate::{
    Battery, Comparison, Format, Recording, Repeated, checks_signatures, compare, repeat, report,
};
use clap::{Arg, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::error::CommandError;
use super::record::runtime;
use super::{Outcome, print};
use crate::calibration::{CalibrationError, CallerCredentials, HttpEndpoint, InProcess, ask};
use crate::worker::this_program;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Ask the emulator the questions of a recording, and show where its answers differ")
        .arg(
            Arg::new("recording")
                .value_name("RECORDING")
                .required(true)
                .help("File written by `record`"),
        )
        .arg(
            Arg::new("endpoint")
                .long("endpoint")
                .value_name("URL")
                .help("Ask the server at this address [default: one in this process]"),
        )
        .arg(
            choice(
                "format",
                &["text", "json", "markdown"],
                "Form of the report",
            )
            .default_value("text"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let file = matches
        .get_one::<String>("recording")
        .map_or("", String::as_str);
    let recorded = read_recording(file)?;
    let endpoint = matches.get_one::<String>("endpoint").map(String::as_str);
    let comparison = runtime()?.block_on(compared(&recorded, endpoint))?;
    let format = match chosen(matches, "format") {
        "json" => Format::Json,
        "markdown" => Format::Markdown,
        _ => Format::Text,
    };
    print(report(&comparison, &recorded, format).as_bytes())?;
    Ok(if comparison.differences.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Problems
    })
}

fn read_recording(file: &str) -> Result<Recording, CommandError> {
    let text = fs::read_to_string(file).map_err(|error| CommandError::read(file, error))?;
    Recording::parse(&text).map_err(|error| format!("{file} {error}").into())
}

async fn compared(
    recorded: &Recording,
    endpoint: Option<&str>,
) -> Result<Comparison, CalibrationError> {
    if endpoint.is_some() {
        let caller = CallerCredentials::load(None, Some(&recorded.region))?;
        asked(recorded, &HttpEndpoint::new(endpoint, caller)?).await
    } else {
        let server = InProcess::with(|config| config.worker = this_program()).await?;
        let comparison = asked(recorded, &server.endpoint(&recorded.region)?).await;
        server.stop().await;
        comparison
    }
}

async fn asked(
    recorded: &Recording,
    endpoint: &HttpEndpoint,
) -> Result<Comparison, CalibrationError> {
    if recorded.has_traffic() {
        let repeated = repeat(endpoint, recorded).await;
        let Repeated { recorded, answered } = repeated.map_err(CalibrationError::Call)?;
        return Ok(compare(&recorded, &answered));
    }
    let battery = Battery::standard()?;
    let mut recorded = recorded.clone();
    let passed_over = pass_over_signatures(&mut recorded, endpoint, &battery).await?;
    let questions = battery.named(&recorded.questions());
    let mut comparison = compare(&recorded, &ask(endpoint, &battery, &questions).await);
    comparison.not_compared.extend(passed_over);
    Ok(comparison)
}

/// Removes the answers about signatures from a recording if the server does not check signatures,
/// and reports this.
async fn pass_over_signatures(
    recorded: &mut Recording,
    endpoint: &HttpEndpoint,
    battery: &Battery,
) -> Result<Option<String>, CalibrationError> {
    let asked = checks_signatures(endpoint).await;
    if asked.map_err(CalibrationError::Unanswered)? {
        return Ok(None);
    }
    let before = recorded.answers.len();
    let questions = battery.questions.iter();
    let about: Vec<&str> = questions
        .filter(|question| question.is_about_signatures())
        .map(|question| question.id.as_str())
        .collect();
    let answers = &mut recorded.answers;
    answers.retain(|answer| !about.contains(&answer.question.as_str()));
    let count = before.saturating_sub(answers.len());
    Ok((count > 0).then(|| {
        format!(
            "{count} answers about signatures: the server does not check signatures; \
             start it with --verify-signatures and --credentials to compare them"
        )
    }))
}
