//! The report of `validate`, in each of its formats.

use std::fmt::Write as _;

use b2bi_local_x12::Position;
use serde_json::{Value, json};

use super::Outcome;
use super::error::CommandError;
use super::junit::{self, Verdict};
use super::problems::{FileProblems, Located, PLACES};

/// The facts about a file.
#[derive(Debug)]
pub(super) struct FileReport {
    /// The problems.
    pub(super) problems: FileProblems,
    /// The report that the service writes.
    pub(super) service: String,
    /// Why the file could not be validated.
    pub(super) error: Option<String>,
}

impl FileReport {
    /// The report of a file that could not be validated.
    pub(super) fn impossible(file: &str, error: &CommandError) -> Self {
        let message = error.to_string();
        Self {
            problems: FileProblems {
                file: file.to_owned(),
                ..FileProblems::default()
            },
            service: String::new(),
            error: Some(if message.contains(file) {
                message
            } else {
                format!("{file}: {message}")
            }),
        }
    }

    /// How the command ends by this file.
    pub(super) fn outcome(&self) -> Outcome {
        match self.error {
            Some(_) => Outcome::Impossible,
            None => self.problems.outcome(),
        }
    }

    fn status(&self) -> &'static str {
        match self.outcome() {
            Outcome::Fine => "ok",
            Outcome::Problems => "problems",
            Outcome::Impossible => "error",
        }
    }
}

/// The report of all files in a format.
pub(super) fn render(format: &str, reports: &[FileReport]) -> String {
    match format {
        "service" => service(reports),
        "json" => pretty(&json(reports)),
        "junit" => junit(reports),
        "sarif" => pretty(&sarif(reports)),
        _ => text(reports),
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn text(reports: &[FileReport]) -> String {
    let mut text = String::new();
    for report in reports {
        text += &report.problems.lines();
        let file = &report.problems.file;
        let _ = match (&report.error, report.problems.total()) {
            (Some(error), _) => writeln!(text, "{error}"),
            (None, 0) => writeln!(text, "{file}: ok"),
            (None, 1) => writeln!(text, "{file}: 1 problem"),
            (None, total) => writeln!(text, "{file}: {total} problems"),
        };
    }
    if reports.len() > 1 {
        let count = |status| {
            let alike = reports.iter().filter(|report| report.outcome() == status);
            alike.count()
        };
        let _ = writeln!(
            text,
            "{} files: {} ok, {} with problems, {} not validated",
            reports.len(),
            count(Outcome::Fine),
            count(Outcome::Problems),
            count(Outcome::Impossible)
        );
    }
    if reports.iter().any(|report| report.problems.total() > 0) {
        let _ = writeln!(text, "{PLACES}");
    }
    text
}

fn service(reports: &[FileReport]) -> String {
    let mut text = String::new();
    for report in reports {
        if let Some(error) = &report.error {
            let _ = writeln!(text, "{error}");
        } else if reports.len() > 1 {
            let _ = writeln!(text, "{}: {}", report.problems.file, report.status());
        }
        text += &report.service;
    }
    text
}

fn json(reports: &[FileReport]) -> Value {
    let files: Vec<Value> = reports
        .iter()
        .map(|report| {
            let FileProblems {
                file,
                problems,
                notes,
                omitted,
            } = &report.problems;
            json!({
                "file": file,
                "status": report.status(),
                "error": report.error,
                "problems": problems.iter().map(json_of).collect::<Vec<_>>(),
                "notes": notes.iter().map(json_of).collect::<Vec<_>>(),
                "omitted": omitted,
            })
        })
        .collect();
    json!({ "files": files })
}

/// A problem; ordinals that it does not have are null.
fn json_of(located: &Located) -> Value {
    let problem = &located.problem;
    let Position {
        byte,
        // The line of the file as a whole is looked up.
        line: _,
        interchange,
        group,
        transaction,
        segment,
        segment_in_interchange,
        element,
        component,
        repetition,
    } = problem.position;
    let ordinal = |number: u32| (number > 0).then_some(number);
    json!({
        "rule": located.rule(),
        "message": located.message(),
        "place": located.place(),
        "line": located.line,
        "byte": byte,
        "interchange": ordinal(interchange),
        "group": ordinal(group),
        "transaction": ordinal(transaction),
        "segment": &*problem.segment,
        "segmentInTransaction": ordinal(segment),
        "segmentInInterchange": ordinal(segment_in_interchange),
        "element": ordinal(element.into()),
        "component": ordinal(component.into()),
        "repetition": ordinal(repetition.into()),
    })
}

fn junit(reports: &[FileReport]) -> String {
    let cases: Vec<junit::Case> = reports
        .iter()
        .map(|report| {
            let verdict = match (&report.error, report.problems.total()) {
                (Some(error), _) => Verdict::Error(error.clone()),
                (None, 0) => Verdict::Passed,
                (None, total) => {
                    let noun = if total == 1 { "problem" } else { "problems" };
                    Verdict::Failed(format!("{total} {noun}\n{}", report.problems.lines()))
                }
            };
            (report.problems.file.clone(), verdict)
        })
        .collect();
    junit::report("validate", &cases)
}

fn sarif(reports: &[FileReport]) -> Value {
    let mut results = Vec::new();
    let mut rules: Vec<&str> = Vec::new();
    for report in reports {
        let problems = report.problems.problems.iter().map(|item| (item, "error"));
        let notes = report.problems.notes.iter().map(|item| (item, "note"));
        for (located, level) in problems.chain(notes) {
            rules.push(located.rule());
            results.push(sarif_result(&report.problems, located, level));
        }
    }
    rules.sort_unstable();
    rules.dedup();
    let errors = reports.iter().filter_map(|report| report.error.as_ref());
    let notifications: Vec<Value> = errors
        .map(|error| json!({ "level": "error", "message": { "text": error } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "b2bi-local",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn sarif_result(file: &FileProblems, located: &Located, level: &str) -> Value {
    let region = match located.line {
        Some(line) => json!({ "startLine": line }),
        None => json!({ "byteOffset": located.problem.position.byte, "byteLength": 0 }),
    };
    json!({
        "ruleId": located.rule(),
        "level": level,
        "message": { "text": located.message() },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": file.file.replace(' ', "%20") },
                "region": region,
            },
            "logicalLocations": [{ "fullyQualifiedName": located.place() }],
        }],
    })
}
