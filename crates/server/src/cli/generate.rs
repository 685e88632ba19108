//! `b2bi-local generate`: a template, inferred from an input and the output that is wanted of it.

use std::fs;
use std::io::{self, Write as _};

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cancel, Run};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, document, map, print};
use crate::system;

pub(super) fn arguments(command: Command) -> Command {
    let file = |name, help| {
        Arg::new(name)
            .long(name)
            .value_name("FILE")
            .required(true)
            .help(help)
    };
    command
        .about("Print a template that makes one document of another, inferred from both")
        .arg(file(
            "input",
            "The input: JSON, XML, or X12 for its document",
        ))
        .arg(file("output", "The output that is wanted of it"))
        .arg(
            Arg::new("type")
                .long("type")
                .value_parser(PossibleValuesParser::new(["jsonata", "xslt"]))
                .help("The template's language [default: xslt where a file is XML, else jsonata]"),
        )
        .arg(document::loop_names())
        .arg(map::xslt_command())
}

/// Prints the template, and on standard error its accuracy.
pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let text = |name: &str| {
        let file = matches.get_one::<String>(name).map_or("", String::as_str);
        fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))
    };
    let (input, output) = (text("input")?, text("output")?);
    let language = language(matches, &input, &output);
    let of = |text| document::of(matches, text, language, None);
    let (input, output) = (of(input)?, of(output)?);
    let template = infer::generate(&input, &output, language, &Cancel::default())
        .map_err(|problem| problem.to_string())?;
    print(template.as_bytes())?;
    let accuracy = measured(matches, &template, &input, &output, language)?;
    let _ = writeln!(io::stderr().lock(), "accuracy {accuracy:.3}");
    Ok(Outcome::Fine)
}

fn language(matches: &ArgMatches, input: &str, output: &str) -> Language {
    let is_xml = |text: &str| text.trim_start().starts_with('<');
    let xslt = match matches.get_one::<String>("type") {
        Some(name) => name == "xslt",
        None => is_xml(input) || is_xml(output),
    };
    if xslt {
        Language::Xslt
    } else {
        Language::Jsonata
    }
}

/// The share of the wanted lines that the template makes of the input.
fn measured(
    matches: &ArgMatches,
    template: &str,
    input: &str,
    output: &str,
    language: Language,
) -> Result<f64, String> {
    let run = Run::new(system::now().as_millis(), 0, MappingLimits::standard());
    let made = map::engine(language, matches)?
        .compile(template)
        .and_then(|engine| engine.evaluate(input, &run))
        .map_err(|problem| format!("the template cannot be tried: {problem}"))?;
    infer::accuracy(output, made.as_deref().unwrap_or("null"), language)
        .map_err(|problem| problem.to_string())
}
