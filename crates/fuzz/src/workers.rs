//! Sandboxes whose worker is the fuzz target itself.

use std::time::Duration;

use b2bi_local_mapping::{Engine, Limits, MappingError, Run};
use b2bi_local_sandbox::{WorkerCommand, Sandbox, Settings, serve};

/// The argument that makes a fuzz target a worker.
const WORKER: &str = "--worker";

/// Serves as a worker and exits, if this process was started as one.
pub fn serve_if_worker<E: Engine>(load: impl FnOnce() -> E + Send + 'static) {
    if std::env::args().nth(1).is_some_and(|item| item == WORKER) {
        // libFuzzer would take a return as the wish to fuzz.
        let _ = serve(load);
        std::process::exit(0);
    }
}

/// How this process is started as a worker.
pub fn program() -> WorkerCommand {
    WorkerCommand {
        path: "/proc/self/exe".into(),
        arguments: vec![WORKER.into()],
    }
}

/// A sandbox that keeps less memory than libFuzzer allows.
pub fn sandbox(language: &'static str) -> Sandbox {
    Sandbox::new(Settings {
        memory_bytes: 256 << 20,
        grace: |limits| limits.search_time() + Duration::from_millis(250),
        ..Settings::new(language, program())
    })
}

/// A run of less than a second.
pub fn run() -> Run {
    let limits = Limits {
        time: Duration::from_millis(300),
        string_bytes: 1 << 20,
        output_bytes: 1 << 20,
        ..Limits::standard()
    };
    Run::new(1_772_427_843_210, 7, limits)
}

/// Fails where a worker was lost for another reason than a limit, or the result is too long.
pub fn check(sandbox: &Sandbox, template: &str, mapped: &Result<Option<String>, MappingError>) {
    assert_eq!(sandbox.lost_workers(), 0, "{mapped:?}: {template}");
    if let Ok(Some(text)) = mapped {
        assert!(text.len() <= 1 << 20, "{} bytes: {template}", text.len());
    }
}
