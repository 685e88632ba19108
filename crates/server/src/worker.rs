//! This program as a worker process: mapping templates are evaluated in separate processes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use b2bi_local_mapping::{Engine, Jsonata, Limits};
use b2bi_local_sandbox::{self as sandbox, Sandbox, WorkerCommand, serve};
use b2bi_local_xslt::{Command, Settings, Xslt};

/// The hidden subcommand of a worker; the language follows.
const WORKER: &str = "worker";
const JSONATA: &str = "jsonata";
const XSLT: &str = "xslt";

/// Names this very file, even after another took its place.
const SELF: &str = "/proc/self/exe";

/// How long after its own limit of time the JSONata engine is killed. It checks the time between
/// two steps, and is killed when a step takes longer than this.
const STEP: Duration = Duration::from_millis(250);

/// The document size after which a worker for JSONata is replaced, in bytes. Replacing it frees its
/// memory, while a warm heap saves a tenth of the time for a document of a few megabytes.
const LARGE: usize = 32 << 20;

/// Serves as a worker, if the arguments say so.
pub(crate) fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let (command, language) = arguments.split_first()?;
    if command != WORKER {
        return None;
    }
    match language.first()?.to_str()? {
        JSONATA => Some(serve(Jsonata::load)),
        #[cfg(feature = "xslt")]
        XSLT => Some(serve(b2bi_local_xslt::Libxslt::load)),
        _ => None,
    }
}

/// The file of this program; `None` if the system does not report it.
pub(crate) fn this_program() -> Option<PathBuf> {
    if Path::new(SELF).exists() {
        return Some(PathBuf::from(SELF));
    }
    std::env::current_exe().ok()
}

/// The engine for JSONata: in workers, or in this process if there is no program for them.
pub(crate) fn jsonata(path: Option<&Path>, memory_bytes: u64) -> Arc<dyn Engine + Send + Sync> {
    let Some(path) = path else {
        return Arc::new(Jsonata);
    };
    Arc::new(Sandbox::new(sandbox::Settings {
        memory_bytes,
        grace: jsonata_grace,
        large: LARGE,
        ..sandbox::Settings::new("JSONata", program(path, JSONATA))
    }))
}

/// The engine for XSLT: in workers, or by the command that was set.
pub(crate) fn xslt(path: Option<&Path>, memory_bytes: u64, command: Option<Command>) -> Xslt {
    Xslt::new(Settings {
        worker: path.map(|path| program(path, XSLT)),
        command,
        memory_bytes,
    })
}

fn jsonata_grace(limits: &Limits) -> Duration {
    limits.search_time() + STEP
}

fn program(path: &Path, language: &str) -> WorkerCommand {
    WorkerCommand {
        path: path.to_owned(),
        arguments: vec![WORKER.into(), language.into()],
    }
}
