//! `b2bi-local map`: a document, mapped by a template.

use std::io::{self, Write as _};
use std::sync::Arc;

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_infer::Language;
use b2bi_local_mapping::{Cause, Engine, MappingError, Provenance, Run, provenance};
use b2bi_local_model::Timestamp;
use b2bi_local_xslt::Command as XsltCommand;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::error::{ArgumentError, CommandError};
use super::{Outcome, document, input, print, selection};
use crate::system::{self, random_seed};
use crate::worker;

/// Memory limit of the worker, in bytes.
const MEMORY_BYTES: u64 = 2 << 30;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Apply a template to a document: JSONata to JSON, XSLT to XML, either to X12")
        .arg(template())
        .arg(input::argument())
        .arg(clock())
        .arg(
            Arg::new("explain")
                .long("explain")
                .action(ArgAction::SetTrue)
                .help("Print the template line and the input for each value of the output; JSONata only"),
        )
        .arg(document::loop_names())
        .args(selection::arguments())
        .arg(xslt_command())
}

/// The argument that names the file with the template.
pub(super) fn template() -> Arg {
    Arg::new("template")
        .long("template")
        .value_name("TEMPLATE")
        .required(true)
        .help("Template file; a template that begins with < is XSLT")
}

/// The argument that names a processor for XSLT.
pub(super) fn xslt_command() -> Arg {
    Arg::new("xslt-command")
        .long("xslt-command")
        .env("B2BI_LOCAL_XSLT_COMMAND")
        .value_name("COMMAND")
        .help("Processor for XSLT 2.0 and 3.0")
}

/// The argument that sets the time in a template.
pub(super) fn clock() -> Arg {
    Arg::new("clock")
        .long("clock")
        .value_name("TIME")
        .value_parser(time)
        .help("Time that the template sees, such as 2026-03-01T09:30:00Z or 2026-03-01 [default: now]")
}

fn time(text: &str) -> Result<Timestamp, ArgumentError> {
    let midnight = format!("{text}T00:00:00Z");
    let utc = format!("{text}Z");
    [text, &utc, &midnight]
        .into_iter()
        .find_map(|text| serde_json::from_value(text.into()).ok())
        .ok_or(ArgumentError(
            "must be a time in ISO 8601, such as 2026-03-01T09:30:00Z",
        ))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let template = Source::read(matches)?;
    let wanted = selection::given(matches)?;
    let name = input::name(matches);
    let document = document::read(matches, name, template.language(), wanted)?;
    document.problems.print_errors();
    if let Some(text) = document.text {
        if matches.get_flag("explain") {
            print(template.explained(matches, &text)?.as_bytes())?;
            return Ok(document.problems.outcome());
        }
        print(
            template
                .mapped(matches, input::shown(name), text)?
                .as_bytes(),
        )?;
    }
    Ok(document.problems.outcome())
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
    pub(super) fn read(matches: &ArgMatches) -> Result<Self, CommandError> {
        let name = matches.get_one::<String>("template").cloned();
        let name = name.unwrap_or_default();
        let text = input::text(&name)?;
        Ok(Self { name, text })
    }

    /// The file's name, as the arguments have it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn language(&self) -> Language {
        if self.text.trim_start().starts_with('<') {
            Language::Xslt
        } else {
            Language::Jsonata
        }
    }

    /// The template's output for the document of a file, with a line break at the end.
    ///
    /// # Errors
    ///
    /// It cannot be read as a template, or does not fit the document.
    pub(super) fn mapped(
        &self,
        matches: &ArgMatches,
        file: &str,
        document: String,
    ) -> Result<String, CommandError> {
        let clock = matches.get_one::<Timestamp>("clock").copied();
        let run = Run::new(
            clock.unwrap_or_else(system::now).as_millis(),
            random_seed(),
            MappingLimits::standard().for_input(document.len()),
        );
        let mapped = engine(self.language(), matches)?
            .compile(&self.text)
            .and_then(|engine| engine.evaluate_owned(document, &run));
        self.print_messages(&run.messages.take());
        let mapped = mapped.map_err(|problem| match problem.cause {
            Cause::Input => format!("{file}: {problem}"),
            _ => self.with_excerpt(&problem),
        })?;
        // Nothing is `null`, as in the service: Assumption A-31.
        let mut mapped = mapped.unwrap_or_else(|| "null".to_owned());
        if !mapped.ends_with('\n') {
            mapped.push('\n');
        }
        Ok(mapped)
    }

    /// A line for each value of the output: its path, the template's line, the input paths of its
    /// values and, after `if`, those that determine whether it exists.
    fn explained(&self, matches: &ArgMatches, document: &str) -> Result<String, CommandError> {
        if self.language() == Language::Xslt {
            return Err("--explain reads JSONata templates".into());
        }
        let input = serde_json::from_str(document).map_err(|error| error.to_string())?;
        let clock = matches.get_one::<Timestamp>("clock").copied();
        let now = clock.unwrap_or_else(system::now).as_millis();
        let run = Run::new(now, 0, MappingLimits::standard());
        let found = engine(Language::Jsonata, matches)?
            .compile(&self.text)
            .and_then(|compiled| provenance(&self.text, compiled.as_ref(), &input, &run))
            .map_err(|error| self.with_excerpt(&error))?;
        Ok(found
            .iter()
            .map(|value| self.explained_value(value))
            .collect())
    }

    fn explained_value(&self, value: &Provenance) -> String {
        let place = match value.position {
            Some(position) => format!("{}:{}", self.name, position.line),
            None => self.name.clone(),
        };
        let sources = match value.sources.as_slice() {
            [] => "no input".to_owned(),
            sources => sources.join(", "),
        };
        let conditions = match value.conditions.as_slice() {
            [] => String::new(),
            conditions => format!(" if {}", conditions.join(", ")),
        };
        format!("{}  {place}  {sources}{conditions}\n", value.path)
    }

    /// The error in the template, and its line.
    fn with_excerpt(&self, error: &MappingError) -> String {
        let excerpt = error.excerpt(&self.text).unwrap_or_default();
        let said = format!("{}: {error}\n{excerpt}", self.name);
        said.trim_end().to_owned()
    }

    /// Writes the messages of the template to standard error.
    fn print_messages(&self, messages: &str) {
        for message in messages.lines() {
            // Where the messages cannot be written, the output still counts.
            let _ = writeln!(io::stderr().lock(), "{}: message: {message}", self.name);
        }
    }
}

/// The engine of a language, in a worker process of this program.
///
/// # Errors
///
/// The command for XSLT is not valid.
pub(super) fn engine(
    language: Language,
    matches: &ArgMatches,
) -> Result<Arc<dyn Engine>, CommandError> {
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

fn command(matches: &ArgMatches) -> Result<Option<XsltCommand>, CommandError> {
    match matches.get_one::<String>("xslt-command") {
        Some(text) if !text.is_empty() => XsltCommand::parse(text, std::env::temp_dir())
            .map(Some)
            .map_err(|error| CommandError::context(format_args!("--xslt-command {text}"), error)),
        _ => Ok(None),
    }
}
