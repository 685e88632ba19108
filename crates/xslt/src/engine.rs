//! The engine: it chooses the process that evaluates a template.

use std::borrow::Cow;
use std::sync::Arc;

use b2bi_local_mapping::{Cause, Engine, MappingError, Run, Template};
use b2bi_local_sandbox::{self as sandbox, Deadline, Sandbox, WorkerCommand};

use crate::hook::Command;
use crate::problems::{NEWER, UNABLE, problem, with_advice};

/// How XSLT is evaluated.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The worker program; without one, templates in XSLT 1.0 are refused, or passed to the
    /// command.
    pub worker: Option<WorkerCommand>,
    /// The processor for XSLT 2.0 and 3.0; without one, such templates are refused.
    pub command: Option<Command>,
    /// The maximum memory of a worker, in bytes.
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
    sandbox: Option<Sandbox>,
    command: Option<Command>,
}

impl Xslt {
    /// An engine; its workers start with the first template.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let worker = settings.worker.filter(|_| cfg!(feature = "libxslt"));
        let sandbox = worker.map(|worker| {
            Sandbox::new(sandbox::Settings {
                memory_bytes: settings.memory_bytes,
                ..sandbox::Settings::new("XSLT", worker)
            })
        });
        Self(Arc::new(Processors {
            sandbox,
            command: settings.command,
        }))
    }
}

impl std::fmt::Debug for Xslt {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Xslt").finish_non_exhaustive()
    }
}

/// A template, which is not read before it is evaluated.
struct UncompiledTemplate {
    processors: Arc<Processors>,
    template: String,
}

impl Engine for Xslt {
    /// Stores the template; the evaluation reports errors in it.
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        Ok(Box::new(UncompiledTemplate {
            processors: Arc::clone(&self.0),
            template: template.to_owned(),
        }))
    }
}

impl Template for UncompiledTemplate {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        self.evaluate_text(input.into(), run)
    }

    fn evaluate_owned(&self, input: String, run: &Run) -> Result<Option<String>, MappingError> {
        self.evaluate_text(input.into(), run)
    }
}

impl UncompiledTemplate {
    fn evaluate_text(
        &self,
        input: Cow<'_, str>,
        run: &Run,
    ) -> Result<Option<String>, MappingError> {
        self.processors
            .evaluate(&self.template, input, run)
            .map_err(|error| with_advice(error, &self.template))
    }
}

impl Processors {
    fn evaluate(
        &self,
        template: &str,
        input: Cow<'_, str>,
        run: &Run,
    ) -> Result<Option<String>, MappingError> {
        let deadline = Deadline::after(run.limits.time, run);
        let by_command = |command: &Command, input: &str| {
            let output = command.transform(template, input, &run.limits, deadline);
            output.map(Some)
        };
        match (&self.sandbox, &self.command) {
            (Some(sandbox), None) => sandbox.map(template, input, run).map_err(uncoded),
            (Some(sandbox), Some(command)) => match sandbox.map(template, &*input, run) {
                Err(problem) if is_for_the_command(&problem) => by_command(command, &input),
                mapped => mapped,
            },
            (None, Some(command)) => by_command(command, &input),
            (None, None) => Err(problem(Cause::Evaluation, NOBODY)),
        }
    }
}

fn is_for_the_command(problem: &MappingError) -> bool {
    [Some(NEWER), Some(UNABLE)].contains(&problem.code.as_deref())
}

/// The codes are between a worker and its server.
fn uncoded(problem: MappingError) -> MappingError {
    MappingError {
        code: None,
        ..problem
    }
}

/// The error if there is neither a worker nor a command.
const NOBODY: &str = if cfg!(feature = "libxslt") {
    "XSLT needs the program b2bi-local as a worker, and its path is not known"
} else {
    "XSLT is not built into this program; a processor can be plugged in by --xslt-command"
};

#[cfg(test)]
mod tests {
    use b2bi_local_mapping::Cause;

    use super::{NEWER, UNABLE, is_for_the_command, problem, uncoded};

    #[test]
    fn a_code_decides_whether_the_command_steps_in() {
        for (code, expected) in [(None, false), (Some(NEWER), true), (Some(UNABLE), true)] {
            let mut found = problem(Cause::Evaluation, "why");
            found.code = code.map(str::to_owned);
            assert_eq!(is_for_the_command(&found), expected, "{code:?}");
            assert_eq!(uncoded(found), problem(Cause::Evaluation, "why"));
        }
    }
}
