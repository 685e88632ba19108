//! `b2bi-local generate`: a template, inferred from an input and the output that is wanted of it.

use std::io::{self, Write as _};

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cancel, Run};
use clap::{Arg, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::error::CommandError;
use super::input::Kind;
use super::{Outcome, document, input, map, print};
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
        .about("Infer a template from an input and the wanted output, and print it")
        .arg(file(
            "input",
            "Input: JSON, XML, or X12, which is converted first",
        ))
        .arg(file("output", "Wanted output"))
        .arg(choice(
            "type",
            &["jsonata", "xslt"],
            "Language of the template [default: xslt where a file is XML, else jsonata]",
        ))
        .arg(document::loop_names())
        .arg(map::xslt_command())
}

/// Prints the template, and on standard error its accuracy.
pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let input = File::read(matches, "input")?;
    let output = File::read(matches, "output")?;
    let language = language(matches, &input, &output);
    let (input, output) = (
        input.document(matches, language)?,
        output.document(matches, language)?,
    );
    let (Some(input), Some(output)) = (input, output) else {
        return Ok(Outcome::Problems);
    };
    let template = infer::generate(&input, &output, language, &Cancel::default())
        .map_err(|problem| problem.to_string())?;
    print(template.as_bytes())?;
    let accuracy = measured(matches, &template, &input, &output, language)?;
    let _ = writeln!(io::stderr().lock(), "accuracy {accuracy:.3}");
    Ok(Outcome::Fine)
}

/// One of the two files.
struct File<'m> {
    name: &'m str,
    bytes: Vec<u8>,
}

impl<'m> File<'m> {
    fn read(matches: &'m ArgMatches, argument: &str) -> Result<Self, CommandError> {
        let name = matches.get_one::<String>(argument);
        let name = name.map_or("-", String::as_str);
        let bytes = input::bytes(name)?;
        Ok(Self { name, bytes })
    }

    /// What is mapped; none of X12 that cannot be read to its end, as is said on standard error.
    fn document(
        self,
        matches: &ArgMatches,
        language: Language,
    ) -> Result<Option<String>, CommandError> {
        let document = document::of(matches, self.name, self.bytes, language, None)?;
        document.problems.print_errors();
        Ok(document.text)
    }
}

fn language(matches: &ArgMatches, input: &File<'_>, output: &File<'_>) -> Language {
    let is_xml = |file: &File<'_>| Kind::of(&file.bytes) == Kind::Xml;
    let xslt = match chosen(matches, "type") {
        "" => is_xml(input) || is_xml(output),
        name => name == "xslt",
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
