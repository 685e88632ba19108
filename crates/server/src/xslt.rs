//! This program as a worker of its own, for templates in XSLT.

use std::path::{Path, PathBuf};

use b2bi_local_xslt::Program;

/// The hidden subcommand of a worker.
pub(crate) const WORKER: &str = "xslt-worker";

/// Names this very file, even after another took its place.
const SELF: &str = "/proc/self/exe";

/// How this program starts itself as a worker; none where the system does not tell.
pub(crate) fn this_program() -> Option<Program> {
    let path = if Path::new(SELF).exists() {
        PathBuf::from(SELF)
    } else {
        std::env::current_exe().ok()?
    };
    Some(xslt_worker(path))
}

/// How a program `b2bi-local` is started as a worker for XSLT.
#[must_use]
pub fn xslt_worker(path: PathBuf) -> Program {
    Program {
        path,
        arguments: vec![WORKER.into()],
    }
}
