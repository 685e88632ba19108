//! Scores inference on a folder of tasks. Each task gets one line: whether the template inferred
//! from `input` and `output` produces the second output from the second input.
//!
//! Usage: `score FOLDER [NAME]`. A task is a folder, at any depth, with `input`, `output`, `input2` and `output2` (or
//! `unseen-input` and `unseen-output`), each `.edi`, `.json` or `.xml`. Where a side is XML the template is a
//! stylesheet, which `xsltproc` runs: the project's engine for XSLT is in a crate that builds on this one.
//! The tasks that are wrong and have NAME in their name are shown with their template and what differs.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cancel, Engine, Jsonata, Limits, Run};
use b2bi_local_x12::{Layout, to_json, to_xml};
use serde_json::Value;

#[expect(clippy::print_stdout, reason = "the lines are what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: score FOLDER [NAME]")?;
    let shown = arguments.next();
    let tasks = tasks(Path::new(&folder))?;
    let (mut right, mut all) = (0, 0);
    for task in &tasks {
        let name = task.file_name().unwrap_or_default().to_string_lossy();
        let Some(outcome) = score(task)? else {
            continue;
        };
        all += 1;
        right += usize::from(outcome.is_right);
        println!(
            "{name}: {}",
            if outcome.is_right { "right" } else { "wrong" }
        );
        let is_shown = shown.as_ref().is_some_and(|shown| name.contains(shown));
        if is_shown && !outcome.is_right {
            println!("{}\n{}\n", outcome.template, outcome.differences);
        }
    }
    println!("{right} of {all} are right");
    Ok(())
}

/// The folders that have no folders in them, by name.
fn tasks(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_dir());
    paths.sort();
    if paths.is_empty() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut found = Vec::new();
    for path in paths {
        found.extend(tasks(&path)?);
    }
    Ok(found)
}

/// The outcome of a task.
struct Outcome {
    template: String,
    is_right: bool,
    differences: String,
}

/// The score of a task; none if it lacks a document.
fn score(task: &Path) -> Result<Option<Outcome>, Box<dyn Error>> {
    let is_xml = |file| task.join(file).exists();
    let language = if is_xml("input.xml") || is_xml("output.xml") {
        Language::Xslt
    } else {
        Language::Jsonata
    };
    let side = |names: &[&str]| {
        let mut stems = names.iter().map(|name| task.join(name));
        stems.find_map(|stem| document(&stem, language))
    };
    let (Some(input), Some(output), Some(unseen), Some(wanted)) = (
        side(&["input"]),
        side(&["output"]),
        side(&["input2", "unseen-input"]),
        side(&["output2", "unseen-output"]),
    ) else {
        return Ok(None);
    };
    let template = infer::generate(&input, &output, language, &Cancel::default())?;
    let (is_right, differences) = match language {
        Language::Jsonata => json_differences(&wanted, &jsonata(&template, &unseen))?,
        Language::Xslt => xml_differences(&wanted, &xslt(&template, &unseen)?)?,
    };
    Ok(Some(Outcome {
        template,
        is_right,
        differences,
    }))
}

fn json_differences(
    wanted: &str,
    made: &Result<Value, Box<dyn Error>>,
) -> Result<(bool, String), Box<dyn Error>> {
    let wanted: Value = serde_json::from_str(wanted)?;
    let differences = match made {
        Err(error) => error.to_string(),
        Ok(made) => format!("wanted {wanted}\nmade   {made}"),
    };
    Ok((made.as_ref().ok() == Some(&wanted), differences))
}

fn xml_differences(wanted: &str, made: &str) -> Result<(bool, String), Box<dyn Error>> {
    let share = |one, other| infer::accuracy(one, other, Language::Xslt);
    let is_right = share(wanted, made)? + share(made, wanted)? > 1.999_999;
    Ok((is_right, format!("wanted {wanted}\nmade   {made}")))
}

/// Reads a document; X12 is returned as its service-defined document.
fn document(stem: &Path, language: Language) -> Option<String> {
    match (fs::read(stem.with_extension("edi")), language) {
        (Ok(edi), Language::Jsonata) => Some(to_json(&edi, Layout::Pretty).text),
        (Ok(edi), Language::Xslt) => Some(to_xml(&edi).text),
        (Err(_), Language::Jsonata) => fs::read_to_string(stem.with_extension("json")).ok(),
        (Err(_), Language::Xslt) => fs::read_to_string(stem.with_extension("xml")).ok(),
    }
}

fn jsonata(template: &str, input: &str) -> Result<Value, Box<dyn Error>> {
    let run = Run::new(0, 1, Limits::standard());
    let mapped = Jsonata
        .compile(template)
        .and_then(|item| item.evaluate(input, &run))?;
    let text = mapped.unwrap_or_else(|| "null".to_owned());
    Ok(serde_json::from_str(&text)?)
}

/// The output of xsltproc, or its message if it fails.
fn xslt(template: &str, input: &str) -> Result<String, Box<dyn Error>> {
    let folder = env::temp_dir();
    let file = |extension: &str| folder.join(format!("score-{}.{extension}", process::id()));
    let (stylesheet, document) = (file("xsl"), file("xml"));
    fs::write(&stylesheet, template)?;
    fs::write(&document, input)?;
    let ended = Command::new("xsltproc")
        .arg("--nonet")
        .args([&stylesheet, &document])
        .output()?;
    fs::remove_file(stylesheet)?;
    fs::remove_file(document)?;
    let text = if ended.status.success() {
        ended.stdout
    } else {
        ended.stderr
    };
    Ok(String::from_utf8(text)?)
}
