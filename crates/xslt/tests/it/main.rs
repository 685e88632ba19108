//! The engine as its users see it, with this very test program as the worker.
#![expect(clippy::unwrap_used, reason = "tests")]

mod errors;
mod evaluation;
mod hook;
mod hostile;
mod stylesheets;

use std::time::Duration;

use b2bi_local_mapping::{Engine as _, Limits, MappingError, Run};
use b2bi_local_sandbox::WorkerCommand;
use b2bi_local_xslt::{Libxslt, Settings, Xslt};

/// Not a test: the function that workers run. Called as a test, its standard input is not a socket,
/// and it ends.
#[test]
fn worker() {
    let _ = b2bi_local_sandbox::serve(Libxslt::load);
}

/// Settings with this program as the worker.
fn settings() -> Settings {
    Settings {
        worker: Some(WorkerCommand {
            path: std::env::current_exe().unwrap(),
            arguments: vec!["worker".into(), "--exact".into(), "--nocapture".into()],
        }),
        ..Settings::standard()
    }
}

/// 2026-03-02, 05:04:03.210 in UTC.
const NOW: i64 = 1_772_427_843_210;

/// A run at that time.
fn run(limits: Limits) -> Run {
    Run::new(NOW, 7, limits)
}

/// Limits that even a busy machine meets.
fn generous() -> Limits {
    Limits {
        time: Duration::from_mins(1),
        ..Limits::standard()
    }
}

fn map(xslt: &Xslt, template: &str, input: &str, run: &Run) -> Result<String, MappingError> {
    let mapped = xslt.compile(template)?.evaluate(input, run)?;
    Ok(mapped.unwrap())
}

/// A stylesheet with this content.
fn stylesheet(content: &str) -> String {
    let start = "<xsl:stylesheet version=\"1.0\" \
                 xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">\n";
    format!("{start}{content}\n</xsl:stylesheet>")
}
