//! `b2bi-local validate`: what the standard, and rules of one's own, find wrong with an X12 file.

use std::fs;

use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::X12ValidationOptions;
use b2bi_local_x12::{Reader, Rules, Strictness, Validator};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Outcome, input, print, problems, selection};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print the validation report of an X12 file")
        .arg(input::argument())
        .arg(
            Arg::new("rules")
                .long("rules")
                .value_name("FILE")
                .requires("transaction-set")
                .help("JSON with the API's validationRules: {\"validationRules\": [...]}"),
        )
        .arg(
            Arg::new("strict")
                .long("strict")
                .action(ArgAction::SetTrue)
                .help("Demand too what is only inferred: rules of later versions, derived guides"),
        )
        .arg(problems::argument())
        .args(selection::arguments())
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let wanted = selection::given(matches)?;
    let rules = match (matches.get_one::<String>("rules"), wanted) {
        (Some(file), Some(wanted)) => Some(rules(file, wanted)?),
        _ => None,
    };
    let strictness = if matches.get_flag("strict") {
        Strictness::Inferred
    } else {
        Strictness::Attested
    };
    let limit = problems::limit(matches);
    let mut validator = Validator::new(strictness, rules.as_ref()).problem_limit(limit);
    if wanted.is_none_or(Selection::is_guided) {
        validator = validator.guided();
    }
    let mut reader = Reader::new(validator).problem_limit(limit);
    input::pieces(matches, |piece| {
        reader.push(piece);
        Ok(())
    })?;
    let (validator, reading) = reader.finish();
    let validation = validator.finish();
    if reading.fatal().is_none() {
        selection::check(wanted, &reading.contents)?;
    }
    print(validation.report().as_bytes())?;
    problems::print_notes(&validation.notes);
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    if validation.total() == 0 {
        Ok(Outcome::Fine)
    } else {
        Ok(Outcome::Problems)
    }
}

fn rules(file: &str, wanted: Selection) -> Result<Rules, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
    let options: X12ValidationOptions = serde_json::from_str(&text)
        .map_err(|error| format!("{file} does not hold the API's validationRules: {error}"))?;
    b2bi_local_b2bi::validation_rules(&options, wanted)
        .map_err(|problems| format!("{file}: {}", problems.join("; ")))
}
