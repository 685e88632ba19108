//! Prints how inference does on a folder of tasks, one line each: whether the template that is inferred from
//! `input` and `output` makes the second output of the second input.
//!
//! Usage: `score FOLDER [--templates]`. A task is a folder with `input`, `output`, `input2` and `output2`
//! (or `unseen-input` and `unseen-output`), each `.edi` or `.json`. Tasks with XML are skipped: XSLT is
//! carried out in a crate that builds on this one.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use b2bi_local_infer::{self as infer, Language};
use b2bi_local_mapping::{Cancel, Engine, Jsonata, Limits, Run};
use b2bi_local_x12::{Layout, to_json};
use serde_json::Value;

#[expect(clippy::print_stdout, reason = "the lines are what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("usage: score FOLDER [--templates]")?;
    let shows = arguments.next().is_some();
    let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
    let mut tasks: Vec<PathBuf> = entries?.into_iter().map(|entry| entry.path()).collect();
    tasks.sort();
    let (mut right, mut all) = (0, 0);
    for task in tasks.iter().filter(|task| task.is_dir()) {
        let name = task.file_name().unwrap_or_default().to_string_lossy();
        let side = |names: &[&str]| names.iter().find_map(|name| document(&task.join(name)));
        let (Some(input), Some(output), Some(unseen), Some(wanted)) = (
            side(&["input"]),
            side(&["output"]),
            side(&["input2", "unseen-input"]),
            side(&["output2", "unseen-output"]),
        ) else {
            continue;
        };
        let template = infer::generate(&input, &output, Language::Jsonata, &Cancel::default())?;
        let made = map(&template, &unseen);
        let is_right = made.as_ref().ok() == Some(&serde_json::from_str(&wanted)?);
        all += 1;
        right += usize::from(is_right);
        println!("{name}: {}", if is_right { "right" } else { "wrong" });
        if shows && !is_right {
            println!("{template}\nwanted {wanted}\nmade {made:#?}\n");
        }
    }
    println!("{right} of {all} are right");
    Ok(())
}

/// A document; X12 as the service defines it.
fn document(stem: &Path) -> Option<String> {
    match fs::read(stem.with_extension("edi")) {
        Ok(edi) => Some(to_json(&edi, Layout::Pretty).text),
        Err(_) => fs::read_to_string(stem.with_extension("json")).ok(),
    }
}

fn map(template: &str, input: &str) -> Result<Value, String> {
    let run = Run::new(0, 1, Limits::standard());
    let mapped = Jsonata
        .compile(template)
        .and_then(|item| item.evaluate(input, &run))
        .map_err(|problem| problem.to_string())?;
    let text = mapped.unwrap_or_else(|| "null".to_owned());
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
