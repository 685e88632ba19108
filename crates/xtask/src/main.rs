//! Maintenance tasks of the project, run as `cargo xtask TASK`.

mod codegen;
mod fidelity;
mod repository;
mod tidy;
mod x12_tables;

use std::process::ExitCode;

use anyhow::anyhow;

type Outcome = anyhow::Result<()>;

/// A task: its name, what it does, and the function that does it with the remaining arguments.
struct Task {
    name: &'static str,
    purpose: &'static str,
    run: fn(&[String]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "codegen",
        purpose: "write the crate model and S3's operations from the pinned botocore [--check | --bump]",
        run: codegen::run,
    },
    Task {
        name: "fidelity",
        purpose: "write docs/fidelity.md [--check]",
        run: fidelity::run,
    },
    Task {
        name: "tidy",
        purpose: "check the house rules of crates/README.md",
        run: tidy::run,
    },
    Task {
        name: "x12-tables",
        purpose: "compile the standard's tables (--from DIR [--check] | --unpack DIR | --pack DIR)",
        run: x12_tables::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let (name, rest) = arguments.split_first().ok_or_else(usage)?;
    let task = TASKS
        .iter()
        .find(|task| task.name == name)
        .ok_or_else(usage)?;
    (task.run)(rest)
}

fn usage() -> anyhow::Error {
    let lines: Vec<String> = TASKS
        .iter()
        .map(|task| format!("  cargo xtask {:<12} {}", task.name, task.purpose))
        .collect();
    anyhow!("name one of these tasks:\n{}", lines.join("\n"))
}
