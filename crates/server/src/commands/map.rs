//! `b2bi-local map`: a document, mapped by a template.

use std::fs;

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_mapping::{Engine as _, Jsonata, Run};
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, input, print};
use crate::machine::{self, random_seed};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print what a JSONata template makes of a JSON document")
        .arg(
            Arg::new("template")
                .long("template")
                .value_name("TEMPLATE")
                .required(true)
                .help("The file with the template"),
        )
        .arg(input::argument())
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let name = matches
        .get_one::<String>("template")
        .map_or("", String::as_str);
    let template =
        fs::read_to_string(name).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let document = String::from_utf8(input::whole(matches)?)
        .map_err(|_| "the document is not UTF-8".to_owned())?;
    let run = Run::new(
        machine::now().as_millis(),
        random_seed(),
        MappingLimits::standard(),
    );
    let mapped = Jsonata
        .compile(&template)
        .and_then(|it| it.evaluate(&document, &run))
        .map_err(|problem| format!("{name}: {problem}"))?;
    // Nothing is `null`, as in the service: Assumption A-31.
    print(mapped.as_deref().unwrap_or("null").as_bytes())?;
    print(b"\n")?;
    Ok(Outcome::Fine)
}
