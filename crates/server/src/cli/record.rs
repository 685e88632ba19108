//! `b2bi-local record`: asks AWS about the assumptions.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use b2bi_local_calibrate::{
    Battery, Estimate, PREFIX, ProbeError, Question, RunOptions, Runner, Scope, Skipped, Waiting,
    checks_signatures, clean, policy, probe,
};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::error::CommandError;
use super::recording_file::RecordingFile;
use super::{Outcome, print, print_error};
use crate::calibration::{CalibrationError, CallerCredentials, HttpEndpoint, run_name, today};
use crate::serve::stop_signal;

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn wait() -> Arg {
    text(
        "wait",
        "SECONDS",
        "How long to wait at most for a file or the end of a job [default: 180]",
    )
    .value_parser(clap::value_parser!(u64).range(1..=3600))
}

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Ask AWS about the guesses of this emulator, and write the answers to a file")
        .arg(text(
            "profile",
            "NAME",
            "Profile of the AWS configuration [default: the standard chain]",
        ))
        .arg(text(
            "region",
            "REGION",
            "Region [default: from the profile or AWS_REGION]",
        ))
        .arg(text(
            "endpoint",
            "URL",
            "Ask the server at this address instead of AWS",
        ))
        .arg(
            text(
                "only",
                "A-07,...",
                "Ask only about these assumptions, or these questions",
            )
            .value_delimiter(',')
            .action(ArgAction::Append),
        )
        .arg(text("out", "FILE", "File for the recording").default_value("recording.json"))
        .arg(text(
            "bucket",
            "NAME",
            "Put files into this bucket instead of one of the run",
        ))
        .arg(text(
            "event-log-group",
            "NAME",
            "Log group that a rule of EventBridge fills with the events of the service",
        ))
        .arg(wait())
        .arg(switch("dry-run", "Print the requests, and send none"))
        .arg(switch(
            "clean",
            "Delete what earlier runs have left, and ask nothing",
        ))
        .arg(switch("policy", "Print the IAM policy that a run needs"))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    if matches.get_flag("policy") {
        let policy = serde_json::to_string_pretty(&policy(text("bucket"))).unwrap_or_default();
        return print(format!("{policy}\n").as_bytes()).map(|()| Outcome::Fine);
    }
    let battery = battery()?;
    let only: Vec<String> = matches
        .get_many("only")
        .unwrap_or_default()
        .cloned()
        .collect();
    let questions = chosen(&battery, &only)?;
    if matches.get_flag("dry-run") {
        return print(plan(&battery, &questions).as_bytes()).map(|()| Outcome::Fine);
    }
    runtime()?.block_on(async {
        let caller = CallerCredentials::load(text("profile"), text("region"));
        let caller = caller.map_err(CalibrationError::from)?;
        let endpoint = HttpEndpoint::new(text("endpoint"), caller);
        let endpoint = endpoint.map_err(CalibrationError::from)?;
        if matches.get_flag("clean") {
            if let Err(error @ ProbeError::Unreachable(_)) = probe(&endpoint).await {
                return Err(CalibrationError::from(error).into());
            }
            let scope = Scope {
                prefix: PREFIX.to_owned(),
                bucket: text("bucket").map(str::to_owned),
            };
            return swept(&endpoint, &scope).await;
        }
        let options = RunOptions {
            run: run_name(),
            bucket: text("bucket").map(str::to_owned),
            event_log_group: text("event-log-group").map(str::to_owned),
            source: if text("endpoint").is_some() {
                "endpoint"
            } else {
                "aws"
            }
            .to_owned(),
            date: today(),
            secrets: endpoint.hosts(),
            longest_wait: Duration::from_secs(*matches.get_one("wait").unwrap_or(&180)),
            waiting: print_waiting,
        };
        let out = text("out").unwrap_or("recording.json");
        record(&endpoint, &battery, &questions, options, Path::new(out)).await
    })
}

/// A runtime for commands that talk to servers.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}").into())
}

pub(super) fn battery() -> Result<Battery, CommandError> {
    Ok(Battery::standard().map_err(CalibrationError::from)?)
}

/// The questions that `--only` names; each name must be one.
fn chosen<'a>(battery: &'a Battery, only: &[String]) -> Result<Vec<&'a Question>, CommandError> {
    for name in only {
        if battery.chosen(std::slice::from_ref(name)).is_empty() {
            let reason = battery.unasked.get(name);
            let reason = reason.map_or("it is not in fixtures/ASSUMPTIONS.md", String::as_str);
            return Err(format!("--only: {name} cannot be asked: {reason}").into());
        }
    }
    Ok(battery.chosen(only))
}

/// What `--dry-run` prints: each request with its variables.
fn plan(battery: &Battery, questions: &[&Question]) -> String {
    let mut text = estimate(battery, questions);
    for question in questions {
        let _ = writeln!(
            text,
            "{} ({}): {}",
            question.id,
            question.asks.join(", "),
            question.title
        );
        for step in &question.steps {
            let template = serde_json::to_string(&step.template()).unwrap_or_default();
            let _ = writeln!(text, "  {template}");
        }
    }
    text
}

fn estimate(battery: &Battery, questions: &[&Question]) -> String {
    let Estimate {
        questions,
        calls,
        cost,
    } = Estimate::of(battery, questions);
    format!("{questions} questions, about {calls} calls, at most about {cost:.2} US dollars\n")
}

async fn record(
    endpoint: &HttpEndpoint,
    battery: &Battery,
    questions: &[&Question],
    options: RunOptions,
    out: &Path,
) -> Result<Outcome, CommandError> {
    // Before anything costs money: check that the answers can be stored and that the endpoint
    // answers.
    let file = RecordingFile::open(out)?;
    probe(endpoint).await.map_err(CalibrationError::from)?;
    let (questions, passed_over) = askable(endpoint, questions, &options).await?;
    print_error(&estimate(battery, &questions));
    let scope = Scope {
        prefix: options.prefix(),
        bucket: options.bucket.clone(),
    };
    let stop = stop_signal().map_err(|error| format!("cannot catch signals: {error}"))?;
    let total = questions.len();
    let mut runner = Runner::new(endpoint, battery, options);
    let mut recording = runner.recording();
    let is_complete = tokio::select! {
        () = runner.run(&questions, &mut recording, |at, question| progress(at, total, question)) => true,
        () = stop => false,
    };
    recording.skipped.extend(passed_over);
    if !is_complete {
        print_error("stopped; deleting what was made\n");
    }
    let kept = if is_complete {
        file.finish(&recording)
    } else {
        file.leave(&recording)
    };
    let swept = swept(endpoint, &scope).await;
    print_error(&kept?);
    let swept = swept?;
    Ok(if !is_complete {
        Outcome::Impossible
    } else if recording.skipped.is_empty() {
        swept
    } else {
        swept.max(Outcome::Problems)
    })
}

/// The questions that a server can answer, and the others: a server that does not check signatures
/// cannot answer questions about them.
async fn askable<'a>(
    endpoint: &HttpEndpoint,
    questions: &[&'a Question],
    options: &RunOptions,
) -> Result<(Vec<&'a Question>, Vec<Skipped>), CommandError> {
    let (about, others): (Vec<&Question>, Vec<&Question>) = questions
        .iter()
        .partition(|question| question.is_about_signatures());
    if about.is_empty() || options.source == "aws" {
        return Ok((questions.to_vec(), Vec::new()));
    }
    let checks = checks_signatures(endpoint).await;
    if checks.map_err(CalibrationError::Unanswered)? {
        return Ok((questions.to_vec(), Vec::new()));
    }
    let skipped = about.into_iter().map(|question| Skipped {
        question: question.id.clone(),
        assumptions: question.asks.clone(),
        reason: "the server does not check signatures".to_owned(),
    });
    Ok((others, skipped.collect()))
}

fn progress(at: usize, total: usize, question: &Question) {
    let number = at.saturating_add(1);
    let _ = writeln!(
        std::io::stderr().lock(),
        "{number}/{total} {}: {}",
        question.id,
        question.title
    );
}

/// Reports what the program waits for, if that takes some time.
fn print_waiting(waiting: &Waiting<'_>) {
    const SILENT: Duration = Duration::from_secs(5);
    if waiting.waited > SILENT {
        print_error(&format!("  {waiting}\n"));
    }
}

async fn swept(endpoint: &HttpEndpoint, scope: &Scope) -> Result<Outcome, CommandError> {
    match clean(endpoint, scope).await {
        Ok(count) => {
            print_error(&format!(
                "cleaned up: {count} things were left and are deleted\n"
            ));
            Ok(Outcome::Fine)
        }
        Err(error) => Err(error.to_string().into()),
    }
}
