//! `b2bi-local ack`: the acknowledgements of an X12 file.

use std::thread;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, ParallelReader,
    Reader, ReceivedInterchanges, Strictness, TransactionKind, Validator, acknowledge,
    acknowledge_interchanges,
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::choice::{choice, chosen};
use super::error::{ArgumentError, CommandError};
use super::headers::Head;
use super::problems::FileProblems;
use super::{Outcome, complain, input, print, problems};
use crate::system;

/// The amount of the file that a core reads at a time.
const WINDOW: usize = 1 << 20;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print the acknowledgement of an X12 file: a 997, 999 or TA1")
        .arg(input::argument())
        .arg(problems::argument())
        .arg(
            choice(
                "form",
                &["auto", "997", "999", "TA1"],
                "Kind of acknowledgement; auto is 999 for health care in 5010, and 997 for the rest",
            )
            .default_value("auto"),
        )
        .arg(
            Arg::new("without-details")
                .long("without-details")
                .action(ArgAction::SetTrue)
                .help("Omit the loops for single transactions"),
        )
        .arg(
            Arg::new("control-number")
                .long("control-number")
                .value_name("NUMBER")
                .value_parser(value_parser!(u64).range(1..=999_999_999))
                .default_value("1")
                .help("First control number of the acknowledgement"),
        )
        .arg(
            Arg::new("at")
                .long("at")
                .value_name("CCYYMMDDHHMMSS")
                .value_parser(date_and_time)
                .help("Date and time of the acknowledgement [default: now, UTC]"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let limit = problems::limit(matches);
    let sink = (
        ReceivedInterchanges::new(),
        Validator::new(Strictness::Attested, None)
            .guided()
            .problem_limit(limit),
    );
    let name = input::name(matches);
    let mut head = Head::default();
    let reader = Reader::new(sink).problem_limit(limit);
    let ((received, validator), reading) = thread::scope(|scope| {
        let mut reader = ParallelReader::on_all_cores(scope, reader, WINDOW);
        input::pieces(name, |piece| {
            head.push(piece);
            reader.push(piece, |_| Ok(()))
        })?;
        reader.finish(|_| Ok::<(), CommandError>(()))
    })?;
    problems::check_kind(name, &reading)?;
    let form = chosen(matches, "form");
    let how = acknowledging(matches, form, &reading.contents);
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    let answer = match form {
        "TA1" => acknowledge_interchanges(&received, &findings, &how),
        _ => acknowledge(&received, &findings, &how),
    };
    let problems = FileProblems::of_reading(name, &reading, &head);
    if let Some(answer) = answer {
        print(&answer)?;
    } else if findings.reject_file() {
        problems.print_errors();
        complain("the file is rejected, and only a TA1 answers it (--form TA1)");
    } else {
        return Err(format!(
            "{}: there is nothing to acknowledge in the file",
            input::shown(name)
        )
        .into());
    }
    Ok(if findings.is_empty() {
        Outcome::Fine
    } else {
        Outcome::Problems
    })
}

fn acknowledging(
    matches: &ArgMatches,
    form: &str,
    contents: &[TransactionKind],
) -> AcknowledgementOptions {
    let number = matches
        .get_one::<u64>("control-number")
        .copied()
        .unwrap_or(1);
    let at = matches.get_one::<String>("at").cloned().unwrap_or_else(now);
    let (date, time) = at.split_at_checked(8).unwrap_or_default();
    AcknowledgementOptions {
        form: functional_form(form, contents),
        details: !matches.get_flag("without-details"),
        date: date.to_owned(),
        time: time.to_owned(),
        numbers: FirstControlNumbers {
            interchange: number,
            group: number,
            transaction: 1,
        },
    }
}

fn functional_form(form: &str, contents: &[TransactionKind]) -> AcknowledgementForm {
    match form {
        "999" => {
            let version = contents.first().map_or("", |first| &*first.group_version);
            AcknowledgementForm::implementation(version)
        }
        "997" => AcknowledgementForm::Functional,
        _ => AcknowledgementForm::ByGroup,
    }
}

fn now() -> String {
    let now = system::now().to_string();
    let digits: String = now.chars().filter(char::is_ascii_digit).collect();
    digits.chars().take(14).collect()
}

fn date_and_time(text: &str) -> Result<String, ArgumentError> {
    if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(ArgumentError("must be 14 digits, such as 20261123185500"))
    }
}
