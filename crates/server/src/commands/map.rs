//! `b2bi-local map`: a document, mapped by a template.

use std::fs;

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_mapping::{Engine, Jsonata, Run};
use b2bi_local_xslt::{Command as XsltCommand, Settings, Xslt};
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, input, print};
use crate::machine::{self, random_seed};
use crate::xslt::this_program;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print what a template makes of a document: JSONata of JSON, XSLT of XML")
        .arg(
            Arg::new("template")
                .long("template")
                .value_name("TEMPLATE")
                .required(true)
                .help("The file with the template; XSLT begins with <"),
        )
        .arg(xslt_command())
        .arg(input::argument())
}

/// The argument that names a processor for XSLT.
pub(super) fn xslt_command() -> Arg {
    Arg::new("xslt-command")
        .long("xslt-command")
        .env("B2BI_LOCAL_XSLT_COMMAND")
        .value_name("COMMAND")
        .help("Processor for XSLT 2.0 and 3.0")
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
    let engine: Box<dyn Engine> = if template.trim_start().starts_with('<') {
        Box::new(xslt(matches)?)
    } else {
        Box::new(Jsonata)
    };
    let mapped = engine
        .compile(&template)
        .and_then(|it| it.evaluate(&document, &run))
        .map_err(|problem| format!("{name}: {problem}"))?;
    // Nothing is `null`, as in the service: Assumption A-31.
    let mapped = mapped.as_deref().unwrap_or("null");
    print(mapped.as_bytes())?;
    if !mapped.ends_with('\n') {
        print(b"\n")?;
    }
    Ok(Outcome::Fine)
}

pub(super) fn xslt(matches: &ArgMatches) -> Result<Xslt, String> {
    let command = match matches.get_one::<String>("xslt-command") {
        Some(text) if !text.is_empty() => Some(
            XsltCommand::parse(text, std::env::temp_dir())
                .map_err(|error| format!("--xslt-command {text}: {error}"))?,
        ),
        _ => None,
    };
    Ok(Xslt::new(Settings {
        worker: this_program(),
        command,
        ..Settings::standard()
    }))
}
