//! `b2bi-local generate`: a template, inferred from inputs and their expected outputs.

use std::fmt::Write as _;

use b2bi_local_b2bi::MappingLimits;
use b2bi_local_infer::{self as infer, Example, Language, ValueComparison};
use b2bi_local_mapping::{Cancel, Run};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::command::print_error;
use super::error::CommandError;
use super::input::{Kind, shown};
use super::{Outcome, document, input, map, print};
use crate::system;

/// The maximum number of listed differences of an example.
const MOST_DIFFERENCES: usize = 20;

pub(super) fn arguments(command: Command) -> Command {
    let file = |name, help| {
        Arg::new(name)
            .long(name)
            .value_name("FILE")
            .required(true)
            .action(ArgAction::Append)
            .help(help)
    };
    command
        .about("Infer a template from inputs and the expected outputs, and print it")
        .arg(file(
            "input",
            "Input: JSON, XML, or X12, which is converted first; may be repeated",
        ))
        .arg(file(
            "output",
            "Wanted output of the input in the same position",
        ))
        .arg(choice(
            "type",
            &["jsonata", "xslt"],
            "Language of the template [default: xslt where a file is XML, else jsonata]",
        ))
        .arg(
            Arg::new("explain")
                .long("explain")
                .action(ArgAction::SetTrue)
                .help("Print the evidence for each member to standard error; JSONata only"),
        )
        .arg(document::loop_names())
        .arg(map::xslt_command())
}

/// Prints the template, and on standard error how it does on the examples.
pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let (inputs, outputs) = (
        File::read(matches, "input")?,
        File::read(matches, "output")?,
    );
    if inputs.len() != outputs.len() {
        let (inputs, outputs) = (inputs.len(), outputs.len());
        return Err(
            format!("{inputs} --input and {outputs} --output; each input needs one").into(),
        );
    }
    let language = language(matches, inputs.iter().chain(&outputs));
    let mut names = Vec::new();
    let mut examples = Vec::new();
    for (input, output) in inputs.into_iter().zip(outputs) {
        names.push(shown(input.name));
        let input = input.document(matches, language)?;
        let (Some(input), Some(output)) = (input, output.document(matches, language)?) else {
            return Ok(Outcome::Problems);
        };
        examples.push(Example { input, output });
    }
    let trial = Evaluation { matches, language };
    let template = trial.template(&examples)?;
    print(template.as_bytes())?;
    let mut report = trial.report(&template, &names, &examples)?;
    if matches.get_flag("explain") {
        report.push_str(&explained(&template));
    }
    print_error(&report);
    Ok(Outcome::Fine)
}

/// One of the files.
struct File<'m> {
    name: &'m str,
    bytes: Vec<u8>,
}

impl<'m> File<'m> {
    fn read(matches: &'m ArgMatches, argument: &str) -> Result<Vec<Self>, CommandError> {
        let names = matches.get_many::<String>(argument).into_iter().flatten();
        names
            .map(|name| {
                let bytes = input::bytes(name)?;
                Ok(Self { name, bytes })
            })
            .collect()
    }

    /// The mapped document; `None` for X12 that cannot be read to its end, which is reported on
    /// standard error.
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

fn language<'f>(matches: &ArgMatches, mut files: impl Iterator<Item = &'f File<'f>>) -> Language {
    let xslt = match chosen(matches, "type") {
        "" => files.any(|file| matches!(Kind::of(&file.bytes), Kind::Xml | Kind::Html)),
        name => name == "xslt",
    };
    if xslt {
        Language::Xslt
    } else {
        Language::Jsonata
    }
}

/// How templates are tried.
struct Evaluation<'m> {
    matches: &'m ArgMatches,
    language: Language,
}

impl Evaluation<'_> {
    /// The template that does best on the examples; of equals the one with the most evidence.
    fn template(&self, examples: &[Example]) -> Result<String, CommandError> {
        let candidates = infer::candidates(examples, self.language, &Cancel::default())
            .map_err(CommandError::other)?;
        let mut best: Option<(f64, String)> = None;
        for candidate in candidates {
            let mut sum = 0.0;
            for example in examples {
                let made = self.made(&candidate, example).unwrap_or_default();
                let compared = self.compared(example, &made);
                // An example that is right as a whole counts more than one that is nearly so.
                let whole = if compared.differences.is_empty() {
                    1.0
                } else {
                    0.0
                };
                sum += compared.share() + whole;
            }
            if best.as_ref().is_none_or(|(score, _)| sum > *score) {
                best = Some((sum, candidate));
            }
        }
        best.map(|(_, template)| template)
            .ok_or_else(|| "there are no examples".into())
    }

    fn made(&self, template: &str, example: &Example) -> Result<String, CommandError> {
        let run = Run::new(system::now().as_millis(), 0, MappingLimits::standard());
        let made = map::engine(self.language, self.matches)?
            .compile(template)
            .and_then(|engine| engine.evaluate(&example.input, &run))
            .map_err(|error| CommandError::context("the template cannot be tried", error))?;
        Ok(made.unwrap_or_else(|| "null".to_owned()))
    }

    fn compared(&self, example: &Example, made: &str) -> ValueComparison {
        ValueComparison::new(&example.output, made, self.language)
    }

    /// How the template does on each example, and how one from the others does on each.
    fn report(
        &self,
        template: &str,
        names: &[&str],
        examples: &[Example],
    ) -> Result<String, CommandError> {
        let mut report = String::new();
        for (name, example) in names.iter().zip(examples) {
            let made = self.made(template, example)?;
            let accuracy = infer::accuracy(&example.output, &made, self.language)
                .map_err(CommandError::other)?;
            let compared = self.compared(example, &made);
            let of = if examples.len() > 1 {
                format!("{name}: ")
            } else {
                String::new()
            };
            // Writing to a string cannot fail.
            let _ = writeln!(report, "{of}accuracy {accuracy:.3}, {}", counted(&compared));
            report.push_str(&differences(&compared));
        }
        if examples.len() > 1 {
            report.push_str(&self.held_out(names, examples)?);
        }
        Ok(report)
    }

    /// Each example, mapped by the template of the others.
    fn held_out(&self, names: &[&str], examples: &[Example]) -> Result<String, CommandError> {
        let (mut report, mut right) = (String::new(), 0);
        for (nth, (name, example)) in names.iter().zip(examples).enumerate() {
            let others = examples
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != nth);
            let others: Vec<Example> = others.map(|(_, example)| example.clone()).collect();
            let template = self.template(&others)?;
            let compared = match self.made(&template, example) {
                Ok(made) => self.compared(example, &made),
                Err(_) => self.compared(example, ""),
            };
            right += usize::from(compared.differences.is_empty());
            let _ = writeln!(report, "{name}: held out, {}", counted(&compared));
        }
        let _ = writeln!(report, "held out: {right} of {} are right", examples.len());
        Ok(report)
    }
}

/// How many values are right, and how many are not.
fn counted(compared: &ValueComparison) -> String {
    let count = |has: fn(&infer::ValueDifference) -> bool| {
        compared.differences.iter().filter(|item| has(item)).count()
    };
    let missing = count(|item| item.made.is_none());
    let surplus = count(|item| item.wanted.is_none());
    let wrong = compared.differences.len() - missing - surplus;
    format!(
        "values {} right, {wrong} wrong, {missing} missing, {surplus} surplus",
        compared.right
    )
}

/// Values that only the template's output has, and values that only the example has.
fn differences(compared: &ValueComparison) -> String {
    let mut lines = String::new();
    for difference in compared.differences.iter().take(MOST_DIFFERENCES) {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let (wanted, made) = (value(&difference.wanted), value(&difference.made));
        let _ = writeln!(
            lines,
            "  {}: wanted {wanted}, the template makes {made}",
            difference.path
        );
    }
    lines
}

/// A table of what the members of the template rest on.
fn explained(template: &str) -> String {
    let rows = infer::explain(template);
    let width = |cell: fn(&infer::Explanation) -> &str| {
        let widths = rows.iter().map(|row| cell(row).chars().count());
        widths.max().unwrap_or_default()
    };
    let (member, support) = (width(|row| &row.member), width(|row| &row.support));
    let mut table = String::new();
    for row in &rows {
        let _ = writeln!(
            table,
            "{:member$}  {:support$}  {}",
            row.member, row.support, row.expression
        );
    }
    table
}
