//! The sandbox as its users see it, with this very test program as the worker.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod failures;
mod jsonata;
mod pooling;
mod probe;

use std::time::Duration;

use b2bi_local_mapping::{Engine as _, Jsonata, Limits, MappingError, Run};
use b2bi_local_sandbox::{Sandbox, Settings, WorkerCommand, serve};

/// Not a test: the function that workers run. Called as a test, its standard input is not a socket,
/// and it ends.
#[test]
fn probe_worker() {
    let _ = serve(|| probe::Probe);
}

/// No test either.
#[test]
fn jsonata_worker() {
    let _ = serve(|| Jsonata);
}

/// Settings with a test of this program as the worker.
fn settings(worker: &str) -> Settings {
    let program = WorkerCommand {
        path: std::env::current_exe().unwrap(),
        arguments: vec![worker.into(), "--exact".into(), "--nocapture".into()],
    };
    Settings {
        memory_bytes: 256 << 20,
        ..Settings::new("probe", program)
    }
}

fn probe() -> Settings {
    settings("probe_worker")
}

/// Limits that even a busy machine meets.
fn generous() -> Limits {
    Limits {
        time: Duration::from_mins(1),
        ..Limits::standard()
    }
}

fn run(limits: Limits) -> Run {
    Run::new(1_772_427_843_210, 7, limits)
}

fn map(sandbox: &Sandbox, template: &str, input: &str) -> Result<Option<String>, MappingError> {
    sandbox.compile(template)?.evaluate(input, &run(generous()))
}
