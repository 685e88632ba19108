//! `b2bi-local template`: a starter template for a transaction set.

use std::fs;

use b2bi_local_b2bi::starter_template;
use b2bi_local_mapping::StarterLanguage;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, print, selection};

pub(super) fn arguments(command: Command) -> Command {
    let [set, version] = selection::arguments();
    command
        .about(
            "Print a template that makes a service-defined document, as CreateStarterMappingTemplate \
             does",
        )
        .arg(
            Arg::new("type")
                .long("type")
                .value_parser(PossibleValuesParser::new(["jsonata", "xslt"]))
                .default_value("jsonata")
                .help("The template's language"),
        )
        .arg(set.required(true).help("The set it is for, such as X12_850"))
        .arg(
            version
                .required(true)
                .help("The version of the set, such as VERSION_4010"),
        )
        .arg(
            Arg::new("sample")
                .long("sample")
                .value_name("FILE")
                .help("An X12 file whose values the template has in place"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let selection = selection::given(matches)?.ok_or("a set and a version are needed")?;
    let language = match matches.get_one::<String>("type").map(String::as_str) {
        Some("xslt") => StarterLanguage::Xslt,
        _ => StarterLanguage::Jsonata,
    };
    let sample = match matches.get_one::<String>("sample") {
        Some(name) => {
            Some(fs::read(name).map_err(|error| format!("{name} cannot be read: {error}"))?)
        }
        None => None,
    };
    let template = starter_template(selection, language, sample.as_deref())?;
    print(template.as_bytes())?;
    Ok(Outcome::Fine)
}
