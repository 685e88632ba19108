//! `b2bi-local lint`: probable mistakes in a JSONata template.

use b2bi_local_b2bi::{MappingLimits, Selection};
use b2bi_local_infer::Language;
use b2bi_local_mapping::{Finding, MappingError, Run, Severity, Shape, cardinality, excerpt, lint};
use b2bi_local_x12::Outline;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::Value;

use super::error::CommandError;
use super::{Outcome, document, input, map, print, selection};
use crate::system;

pub(super) fn arguments(command: Command) -> Command {
    let [set, version] = selection::arguments();
    command
        .about("Find probable mistakes in a JSONata template, without running it")
        .arg(
            Arg::new("template")
                .value_name("TEMPLATE")
                .required(true)
                .help("Template file; - is standard input"),
        )
        .arg(set.conflicts_with("sample").help(
            "Transaction set that the template reads or writes, such as X12_850 or 850",
        ))
        .arg(version.help("The version of the set, such as VERSION_4010 or 4010"))
        .arg(
            Arg::new("sample")
                .long("sample")
                .value_name("FILE")
                .help("Document that the template maps: JSON or X12"),
        )
        .arg(
            Arg::new("cardinality")
                .long("cardinality")
                .action(ArgAction::SetTrue)
                .help("Run the template with none, one and two of each loop, and compare the results; needs a set or a sample"),
        )
        .arg(document::loop_names())
        .arg(map::clock())
        .after_help("Exit status: 0 no findings or only notes, 1 warnings or errors, 2 the template could not be checked.")
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let name = matches
        .get_one::<String>("template")
        .map_or("-", String::as_str);
    let template = input::text(name)?;
    if template.trim_start().starts_with('<') {
        return Err(format!("{} is XSLT; lint reads JSONata", input::shown(name)).into());
    }
    let given = documents(matches, &template)?;
    let findings = match lint(&template, given.as_ref().map(|(shape, _)| shape)) {
        Ok(findings) => findings,
        Err(error) => {
            let shown = input::shown(name);
            let place = excerpt_of(&error, &template);
            print(format!("{shown}: error: {error}\n{place}").as_bytes())?;
            return Ok(Outcome::Problems);
        }
    };
    let mut findings = findings;
    if matches.get_flag("cardinality") {
        let (_, document) = given.ok_or("--cardinality needs --set and --version, or --sample")?;
        findings.extend(tried(matches, &template, &document)?);
    }
    report(input::shown(name), &template, &findings)
}

/// The shape of the documents that the template maps, and one of them.
fn documents(matches: &ArgMatches, template: &str) -> Result<Option<(Shape, Value)>, CommandError> {
    if let Some(name) = matches.get_one::<String>("sample") {
        let document = document::read(matches, name, Language::Jsonata, None)?;
        document.problems.print_errors();
        let text = document
            .text
            .ok_or_else(|| format!("{} cannot be read to its end", input::shown(name)))?;
        let sample = serde_json::from_str(&text).map_err(CommandError::other)?;
        return Ok(Some((Shape::of_sample(&sample), sample)));
    }
    let outline = selection::given(matches)?.map(outline).transpose()?;
    Ok(outline.map(|outline| {
        let document = Shape::document_of(&outline, template);
        (Shape::of_outline(&outline), document)
    }))
}

fn outline(selection: Selection) -> Result<Outline, CommandError> {
    Outline::new(selection.version(), selection.set(), selection.guide())
        .ok_or_else(|| format!("there is no table for {selection}").into())
}

/// What runs with fewer and more of each loop show.
fn tried(
    matches: &ArgMatches,
    template: &str,
    document: &Value,
) -> Result<Vec<Finding>, CommandError> {
    let clock = matches.get_one("clock").copied();
    let now = clock.unwrap_or_else(system::now).as_millis();
    let run = Run::new(now, 0, MappingLimits::standard());
    let compiled = map::engine(Language::Jsonata, matches)?.compile(template);
    let found = compiled
        .and_then(|compiled| cardinality(template, compiled.as_ref(), document, &run))
        .map_err(|error| {
            CommandError::context("the template fails on the document as it is", error)
        })?;
    Ok(found)
}

fn report(name: &str, template: &str, findings: &[Finding]) -> Result<Outcome, CommandError> {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&line(name, template, finding));
    }
    let warnings = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning)
        .count();
    let notes = findings.len() - warnings;
    let summary = if findings.is_empty() {
        format!("{name}: nothing found\n")
    } else {
        let (warnings, notes) = (counted(warnings, "warning"), counted(notes, "note"));
        format!("{name}: {warnings}, {notes}\n")
    };
    print((text + &summary).as_bytes())?;
    Ok(if warnings == 0 {
        Outcome::Fine
    } else {
        Outcome::Problems
    })
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn line(name: &str, template: &str, finding: &Finding) -> String {
    let Finding {
        severity,
        position,
        message,
    } = finding;
    let place = position.map_or_else(String::new, |position| format!(" ({position})"));
    let shown = position.and_then(|position| excerpt(template, position));
    format!(
        "{name}: {}: {message}{place}\n{}",
        severity.as_str(),
        shown.unwrap_or_default()
    )
}

fn excerpt_of(error: &MappingError, template: &str) -> String {
    error.excerpt(template).unwrap_or_default()
}
