//! JSONata, on the library jsonata-core.

mod advice;
pub(crate) mod builtins;
mod calls;
pub(crate) mod children;
mod dates;
mod defects;
mod elsewhere;
mod errors;
mod evaluation_words;
mod functions;
mod guard;
mod input;
mod key_order;
mod member_name;
mod memory;
mod missing;
mod names;
mod numbers;
mod output;
mod overrides;
mod parameters;
mod partial;
mod passed;
pub(crate) mod place;
mod position;
mod projection;
mod regex;
mod scopes;
mod sequences;
mod slices;
mod strings;
mod strokes;
mod syntax_words;
mod texts;
pub(crate) mod tokens;
mod trace;

use std::sync::LazyLock;
use std::thread;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;

pub use self::builtins::closest;
pub use self::defects::is_out_of_memory;
use self::input::LARGE;
use self::names::Names;
use self::output::Fragments;
use self::projection::Projection;
use self::regex::Patterns;
use self::slices::{Slices, Threads};
use self::trace::{Failure, Trace};
use crate::engine::{Engine, Run, Template};
use crate::problem::{Cause, MappingError, Position};

/// The shortest input of which only what the template sees is kept, in bytes: for others it takes longer to find
/// what it sees.
const SMALL: usize = 64 << 10;

/// The shortest input whose transactions are evaluated on several threads, in bytes, and the shortest list of
/// them: for others, the threads cost more than they save.
pub const DIVIDED: usize = 1 << 20;

/// The number of cores that may be used.
static CORES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));

/// The JSONata language, of the 2.x line.
#[derive(Clone, Copy, Debug)]
pub struct Jsonata;

impl Jsonata {
    /// The language, to be loaded before files can no longer be opened: the limit of a container for cores is in a file.
    #[must_use]
    pub fn load() -> Self {
        LazyLock::force(&CORES);
        Self
    }
}

/// A JSONata template as a tree.
struct Expression {
    template: String,
    /// The positions of the inserted backslashes.
    backslashes: Vec<Position>,
    tree: AstNode,
    patterns: Patterns,
    /// Whether it can distinguish equal objects.
    compares_identity: bool,
}

impl Engine for Jsonata {
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError> {
        let read = defects::caught(|| Expression::read(template))
            .map_err(|defect| MappingError::new(Cause::Template, None, defect.message()))?;
        Ok(Box::new(read?))
    }
}

impl Template for Expression {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError> {
        match self.sliced(input, run) {
            Some(mapped) => mapped.text(run),
            None => self.map(self.parse(input)?, run),
        }
    }

    fn evaluate_owned(&self, input: String, run: &Run) -> Result<Option<String>, MappingError> {
        if let Some(mapped) = self.sliced(&input, run) {
            drop(input);
            return mapped.text(run);
        }
        let value = self.parse(&input)?;
        drop(input);
        self.map(value, run)
    }
}

impl Expression {
    /// The output for a long input, mapped one transaction after the other; `None` if that is not
    /// possible.
    fn sliced(&self, input: &str, run: &Run) -> Option<Mapped> {
        let threads = self.threads();
        let least = if threads.count > 1 { DIVIDED } else { LARGE };
        if input.len() < least {
            return None;
        }
        let (projection, slices) = self.slices()?;
        let input = without_mark(input);
        slices?.map(input, &projection, self, (run, threads)).ok()
    }

    /// The threads for transactions; equal objects of different threads could be distinguished.
    fn threads(&self) -> Threads {
        Threads {
            count: if self.compares_identity { 1 } else { *CORES },
            least_bytes: DIVIDED,
        }
    }

    /// What the template sees of an input, and what it makes of each transaction, where that is all it sees of
    /// them.
    fn slices(&self) -> Option<(Projection, Option<Slices>)> {
        let (tree, names) = tree_and_names(&self.template)?;
        let projection = Projection::of(&tree, &names);
        Some((projection, Slices::of(tree, &names)))
    }

    fn parse(&self, input: &str) -> Result<JValue, MappingError> {
        let input = without_mark(input);
        if input.trim().is_empty() {
            return Ok(JValue::Undefined);
        }
        let projection = if input.len() < SMALL {
            Projection::whole()
        } else {
            self.projection()
        };
        input::parse(input, &projection, !self.compares_identity)
            .map_err(|error| errors::input(&error))
    }

    /// What the template sees of an input.
    fn projection(&self) -> Projection {
        match tree_and_names(&self.template) {
            Some((tree, names)) => Projection::of(&tree, &names),
            None => Projection::whole(),
        }
    }

    fn map(&self, input: JValue, run: &Run) -> Result<Option<String>, MappingError> {
        let result = evaluated(
            evaluator(Context::new(), &self.patterns, run),
            &self.tree,
            &input,
        )
        .map_err(|error| self.problem(&error, &input, run))?;
        // The engine does not notice a cancellation between two of its steps.
        if run.cancel.is_cancelled() {
            return Err(errors::cancelled());
        }
        let fragments = Fragments::default();
        Mapped {
            value: result,
            fragments,
        }
        .text(run)
    }

    fn read(template: &str) -> Result<Self, MappingError> {
        let template = without_mark(template);
        let (template, backslashes, mut tree) = read(template)?;
        scopes::rename_own(&mut tree);
        let mut names = Names::default();
        names.collect(&mut tree);
        if names.bare_range {
            return Err(errors::bare_range(&template));
        }
        if let Some(error) = errors::assigned_to_no_variable(&template) {
            return Err(error);
        }
        let patterns = Patterns::new(&names.found, &template)?;
        calls::change(&mut tree, &names);
        let tree = guard::guarded(tree, &names);
        Ok(Self {
            template,
            backslashes,
            tree,
            patterns,
            compares_identity: names.compares_identity,
        })
    }

    /// The error, with its position if that can be found.
    fn problem(&self, error: &EvaluatorError, input: &JValue, run: &Run) -> MappingError {
        let problem = errors::evaluation(error, &run.limits);
        if problem.cause != Cause::Evaluation {
            return problem;
        }
        let failure = self.failure(error, input, run);
        let reason = evaluation_words::reason(&problem, failure.as_ref(), &self.template);
        let code = evaluation_words::code(&problem, failure.as_ref());
        MappingError {
            code,
            position: failure.and_then(|failure| failure.position),
            reason,
            ..problem
        }
    }

    /// What failed, from a second, traced evaluation.
    fn failure(&self, error: &EvaluatorError, input: &JValue, run: &Run) -> Option<Failure> {
        let mut run = run.clone();
        run.limits.time = run.limits.search_time();
        let trace = Trace::new(parser::parse(&self.template).ok()?);
        let mut evaluator = evaluator(Context::new(), &Patterns::default(), &run).ok()?;
        trace.register(&mut evaluator).ok()?;
        let again = evaluated(Ok(evaluator), &trace.tree, input).err()?;
        // Another error would be at another position.
        if !errors::are_alike(&again, error) {
            return None;
        }
        let failure = trace.failure(&self.template)?;
        let position = failure.position;
        Some(Failure {
            position: position.map(|position| strokes::original(position, &self.backslashes)),
            ..failure
        })
    }
}

/// What a template makes of an input.
struct Mapped {
    value: JValue,
    /// The text that is in the output instead of builtins of these names.
    fragments: Fragments,
}

impl Mapped {
    /// The output; `None` if the template selects nothing.
    fn text(self, run: &Run) -> Result<Option<String>, MappingError> {
        match self.value {
            JValue::Undefined => Ok(None),
            value => output::pretty(&value, run.limits.output_bytes, self.fragments).map(Some),
        }
    }
}

/// A text without the byte order mark that some editors add.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The tree of a template that was read before, without changed calls.
fn tree_and_names(template: &str) -> Option<(AstNode, Names)> {
    let mut tree = parser::parse(template).ok()?;
    scopes::rename_own(&mut tree);
    let mut names = Names::default();
    names.collect(&mut tree);
    Some((tree, names))
}

/// The text with inserted backslashes, as the library reads it, and its tree.
fn read(template: &str) -> Result<(String, Vec<Position>, AstNode), MappingError> {
    let error = match parser::parse(template) {
        Ok(tree) => return Ok((template.to_owned(), Vec::new(), tree)),
        Err(error) => error,
    };
    let again = strokes::escaped(template).and_then(|(text, backslashes)| {
        let tree = parser::parse(&text).ok()?;
        Some((text, backslashes, tree))
    });
    again.ok_or_else(|| errors::syntax(template, &error))
}

/// The value of a tree; a panic of the library is an error.
fn evaluated(
    evaluator: Result<Evaluator, EvaluatorError>,
    tree: &AstNode,
    input: &JValue,
) -> Result<JValue, EvaluatorError> {
    let mut evaluator = evaluator?;
    defects::caught(move || evaluator.evaluate(tree, input)).flatten()
}

fn evaluator(
    context: Context,
    patterns: &Patterns,
    run: &Run,
) -> Result<Evaluator, EvaluatorError> {
    let limits = &run.limits;
    let options = EvaluatorOptions {
        timeout_ms: Some(u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX)),
        cancel: Some(run.cancel.token()),
        max_stack_depth: Some(limits.depth),
        max_sequence_length: Some(limits.items),
    };
    let mut evaluator = Evaluator::with_options(context, options);
    functions::register(&mut evaluator, run)?;
    key_order::register(&mut evaluator)?;
    missing::register(&mut evaluator)?;
    guard::register(&mut evaluator, limits.string_bytes)?;
    regex::register(&mut evaluator, patterns, run)?;
    strings::register(&mut evaluator, limits.string_bytes)?;
    partial::register(&mut evaluator, limits.string_bytes)?;
    numbers::register(&mut evaluator)?;
    sequences::register(&mut evaluator)?;
    texts::register(&mut evaluator)?;
    dates::register(&mut evaluator, run.now)?;
    Ok(evaluator)
}

impl MappingError {
    pub(crate) fn new(cause: Cause, code: Option<String>, reason: impl Into<String>) -> Self {
        Self {
            cause,
            code,
            position: None,
            reason: reason.into(),
        }
    }
}
