//! `b2bi-local compare`: what a recording says that the emulator does not.

use std::fs;

use b2bi_local_calibrate::{Comparison, Format, Recording, compare, report};
use clap::{Arg, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::error::CommandError;
use super::record::{battery, runtime};
use super::{Outcome, print};
use crate::calibration::{CallerCredentials, HttpEndpoint, InProcess, ask};
use crate::worker::this_program;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Put the questions of a recording to the emulator, and show what it answers differently")
        .arg(
            Arg::new("recording")
                .value_name("RECORDING")
                .required(true)
                .help("File that `record` has written"),
        )
        .arg(
            Arg::new("endpoint")
                .long("endpoint")
                .value_name("URL")
                .help("Ask the server at this address [default: one in this process]"),
        )
        .arg(choice("format", &["text", "json", "markdown"], "Form of the report").default_value("text"))
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
) -> Result<Comparison, CommandError> {
    let battery = battery()?;
    let questions = battery.named(&recorded.questions());
    let emulator = if endpoint.is_some() {
        let caller = CallerCredentials::load(None, Some(&recorded.region))
            .map_err(|error| error.to_string())?;
        ask(&HttpEndpoint::new(endpoint, caller)?, &battery, &questions).await
    } else {
        let server = InProcess::with(|config| config.worker = this_program()).await?;
        ask(&server.endpoint(&recorded.region)?, &battery, &questions).await
    };
    Ok(compare(recorded, &emulator))
}
