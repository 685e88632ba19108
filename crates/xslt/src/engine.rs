//! The engine: which process carries a template out, and what its end means.

use std::sync::Arc;

use b2bi_local_mapping::{Cause, Engine, Limits, Problem, Run, Template};

use crate::conversation::{Patience, Stop};
use crate::frame::{Reply, Request};
use crate::hook::Command;
use crate::pool::{Pool, Unable};
use crate::problems::{NEEDS_NEWER, problem};
use crate::worker::{Failure, Program};

/// How XSLT is carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program that works; none refuses templates in XSLT 1.0, or hands them to the command.
    pub worker: Option<Program>,
    /// The processor for XSLT 2.0 and 3.0; none refuses such templates.
    pub command: Option<Command>,
    /// The most memory of a worker, in bytes.
    pub memory_bytes: u64,
}

impl Settings {
    /// No worker, no command, and memory for documents of tens of megabytes.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            worker: None,
            command: None,
            memory_bytes: 1 << 30,
        }
    }
}

/// The XSLT language; clones share their workers.
#[derive(Clone)]
pub struct Xslt(Arc<Processors>);

struct Processors {
    pool: Option<Pool>,
    command: Option<Command>,
    memory_bytes: u64,
}

impl Xslt {
    /// An engine; its workers start with the first template.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let pool = settings.worker.filter(|_| cfg!(feature = "libxslt"));
        Self(Arc::new(Processors {
            pool: pool.map(Pool::new),
            command: settings.command,
            memory_bytes: settings.memory_bytes,
        }))
    }
}

impl std::fmt::Debug for Xslt {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Xslt").finish_non_exhaustive()
    }
}

/// A template, which is not read before it is carried out.
struct Unread {
    processors: Arc<Processors>,
    template: String,
}

impl Engine for Xslt {
    /// Keeps the template; what is wrong with it, the evaluation says.
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, Problem> {
        Ok(Box::new(Unread {
            processors: Arc::clone(&self.0),
            template: template.to_owned(),
        }))
    }
}

impl Template for Unread {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, Problem> {
        let processors = &self.processors;
        let template = &self.template;
        processors.evaluate(template, input, run).map(Some)
    }
}

impl Processors {
    fn evaluate(&self, template: &str, input: &str, run: &Run) -> Result<String, Problem> {
        let patience = Patience::of(run);
        let reply = match (&self.pool, &self.command) {
            (Some(pool), _) => {
                let request = Request::new(template, input, run, self.memory_bytes);
                pool.ask(&request, patience)
                    .map_err(|it| self.explained(&it, &run.limits))?
            }
            (None, Some(_)) => Reply::Newer(String::new()),
            (None, None) => return Err(problem(Cause::Evaluation, NOBODY)),
        };
        match (reply, &self.command) {
            (Reply::Mapped(output), _) => Ok(output),
            (Reply::Failed(problem), _) => Err(problem),
            (Reply::Newer(_) | Reply::Unable(_), Some(command)) => {
                command.transform(template, input, &run.limits, patience)
            }
            (Reply::Unable(reason), None) => Err(problem(Cause::Evaluation, reason)),
            (Reply::Newer(version), None) => Err(problem(
                Cause::Template,
                format!("The template is in XSLT {version}, and 1.0 is built in; {NEEDS_NEWER}"),
            )),
        }
    }

    fn explained(&self, unable: &Unable, limits: &Limits) -> Problem {
        let failure = match unable {
            Unable::Waited(Stop::Cancelled) => return stopped(Stop::Cancelled, limits),
            Unable::Waited(Stop::Late) => {
                return problem(Cause::Limit, "All XSLT workers were busy for too long");
            }
            Unable::Start(error) => {
                let reason = format!("No XSLT worker can be started: {error}");
                return problem(Cause::Evaluation, reason);
            }
            Unable::Worker(failure) => failure,
        };
        match failure {
            Failure::Stopped(stop) => stopped(*stop, limits),
            Failure::Time => stopped(Stop::Late, limits),
            Failure::Memory => {
                let reason = format!("It took more than {} bytes of memory", self.memory_bytes);
                problem(Cause::Limit, reason)
            }
            Failure::Ended(status) => problem(
                Cause::Evaluation,
                format!(
                    "The XSLT processor broke down ({status}); recursion without end can do that"
                ),
            ),
            Failure::Strange(error) => problem(
                Cause::Evaluation,
                format!("The XSLT processor gave no answer: {error}"),
            ),
        }
    }
}

/// What to say where there is neither a worker nor a command.
const NOBODY: &str = if cfg!(feature = "libxslt") {
    "XSLT needs the program b2bi-local as a worker, and nobody said where it is"
} else {
    "XSLT is not built into this program; a processor can be plugged in by --xslt-command"
};

/// What to say of a run that was ended.
pub(crate) fn stopped(stop: Stop, limits: &Limits) -> Problem {
    match stop {
        Stop::Cancelled => problem(Cause::Cancelled, "The evaluation was cancelled"),
        Stop::Late => problem(
            Cause::Limit,
            format!("It took longer than {} ms", limits.time.as_millis()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use b2bi_local_mapping::{Engine as _, Limits, Run};

    use super::{Command, Program, Settings, Xslt};
    use crate::frame::Reply;

    /// A worker that can only say this.
    fn saying(reply: &Reply) -> Program {
        let mut bytes = Vec::new();
        reply.write(&mut bytes).unwrap();
        let escaped = bytes.iter().fold(String::new(), |mut all, it| {
            let _ = write!(all, "\\0{it:03o}");
            all
        });
        let script = r#"head -c 8 >/dev/null; printf %b "$0" >&0"#;
        Program {
            path: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into(), escaped.into()],
        }
    }

    #[test]
    #[cfg(feature = "libxslt")]
    fn the_command_steps_in_for_a_worker_without_libraries() {
        let reply = Reply::Unable("no libraries".to_owned());
        for (command, expected) in [(None, "no libraries"), (Some("echo"), "template.xslt")] {
            let xslt = Xslt::new(Settings {
                worker: Some(saying(&reply)),
                command: command.map(|it| Command::parse(it, std::env::temp_dir()).unwrap()),
                ..Settings::standard()
            });
            let run = Run::new(0, 1, Limits::standard());
            let found = xslt.compile("<x/>").unwrap().evaluate("<a/>", &run);
            let found = found.map_or_else(|it| it.reason, Option::unwrap_or_default);
            assert!(found.contains(expected), "{command:?}: {found}");
        }
    }
}
