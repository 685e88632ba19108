//! Maintenance tasks of the project, run as `cargo xtask TASK`.

mod codegen;
mod fidelity;
mod repository;
mod tidy;
mod x12_tables;

use std::process::ExitCode;

use anyhow::anyhow;

type Outcome = anyhow::Result<()>;

/// A chore: its name, what it does, and the function that does it with the remaining arguments.
struct Chore {
    name: &'static str,
    purpose: &'static str,
    run: fn(&[String]) -> Outcome,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "codegen",
        purpose: "write the crate model and S3's operations from the pinned botocore [--check | --bump]",
        run: codegen::run,
    },
    Chore {
        name: "fidelity",
        purpose: "write the page on what behaviours rest on [--check]",
        run: fidelity::run,
    },
    Chore {
        name: "tidy",
        purpose: "check the house rules of crates/README.md",
        run: tidy::run,
    },
    Chore {
        name: "x12-tables",
        purpose: "compile the standard's tables (--from DIR, --check)",
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
    let chore = CHORES
        .iter()
        .find(|chore| chore.name == name)
        .ok_or_else(usage)?;
    (chore.run)(rest)
}

fn usage() -> anyhow::Error {
    let lines: Vec<String> = CHORES
        .iter()
        .map(|chore| format!("  cargo xtask {:<12} {}", chore.name, chore.purpose))
        .collect();
    anyhow!("name one of these chores:\n{}", lines.join("\n"))
}
