//! `b2bi-local map`: a document, mapped by a template.

use std::fs;
use std::sync::Arc;

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_infer::Language;
use b2bi_local_mapping::{Engine, Run};
use b2bi_local_xslt::Command as XsltCommand;
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, input, print};
use crate::system::{self, random_seed};
use crate::worker;

/// Memory limit of the worker, in bytes.
const MEMORY_BYTES: u64 = 2 << 30;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print what a template makes of a document: JSONata of JSON, XSLT of XML")
        .arg(template())
        .arg(xslt_command())
        .arg(input::argument())
}

/// The argument that names the file with the template.
pub(super) fn template() -> Arg {
    Arg::new("template")
        .long("template")
        .value_name("TEMPLATE")
        .required(true)
        .help("The file with the template; XSLT begins with <")
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
    let template = Source::read(matches)?;
    let document = String::from_utf8(input::whole(matches)?)
        .map_err(|_| "the document is not UTF-8".to_owned())?;
    print(template.mapped(matches, &document)?.as_bytes())?;
    Ok(Outcome::Fine)
}

/// A template and the file it is from.
pub(super) struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Reads the file that the arguments name.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(super) fn read(matches: &ArgMatches) -> Result<Self, String> {
        let name = matches.get_one::<String>("template").cloned();
        let name = name.unwrap_or_default();
        let text =
            fs::read_to_string(&name).map_err(|error| format!("{name} cannot be read: {error}"))?;
        Ok(Self { name, text })
    }

    pub(super) fn language(&self) -> Language {
        if self.text.trim_start().starts_with('<') {
            Language::Xslt
        } else {
            Language::Jsonata
        }
    }

    /// What it makes of a document, with a line break at the end.
    ///
    /// # Errors
    ///
    /// It cannot be read as a template, or does not fit the document.
    pub(super) fn mapped(&self, matches: &ArgMatches, document: &str) -> Result<String, String> {
        let run = Run::new(
            system::now().as_millis(),
            random_seed(),
            MappingLimits::standard(),
        );
        let mapped = engine(self.language(), matches)?
            .compile(&self.text)
            .and_then(|engine| engine.evaluate(document, &run))
            .map_err(|problem| format!("{}: {problem}", self.name))?;
        // Nothing is `null`, as in the service: Assumption A-31.
        let mut mapped = mapped.unwrap_or_else(|| "null".to_owned());
        if !mapped.ends_with('\n') {
            mapped.push('\n');
        }
        Ok(mapped)
    }
}

/// The engine of a language, in a worker process of this program.
///
/// # Errors
///
/// The command for XSLT makes no sense.
pub(super) fn engine(language: Language, matches: &ArgMatches) -> Result<Arc<dyn Engine>, String> {
    let program = worker::this_program();
    match language {
        Language::Jsonata => Ok(worker::jsonata(program.as_deref(), MEMORY_BYTES)),
        Language::Xslt => {
            let command = command(matches)?;
            Ok(Arc::new(worker::xslt(
                program.as_deref(),
                MEMORY_BYTES,
                command,
            )))
        }
    }
}

fn command(matches: &ArgMatches) -> Result<Option<XsltCommand>, String> {
    match matches.get_one::<String>("xslt-command") {
        Some(text) if !text.is_empty() => XsltCommand::parse(text, std::env::temp_dir())
            .map(Some)
            .map_err(|error| format!("--xslt-command {text}: {error}")),
        _ => Ok(None),
    }
}
