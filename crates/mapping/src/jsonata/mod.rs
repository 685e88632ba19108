//! JSONata, on the library jsonata-core.

mod errors;
mod functions;
mod guard;
mod output;
mod position;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;

use crate::engine::{Engine, Run, Template};
use crate::problem::{Cause, Problem};

/// The JSONata language, of the 2.x line.
#[derive(Clone, Copy, Debug)]
pub struct Jsonata;

/// A JSONata template as a tree.
struct Expression(AstNode);

impl Engine for Jsonata {
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, Problem> {
        let tree = parser::parse(template).map_err(|error| errors::syntax(template, &error))?;
        Ok(Box::new(Expression(guard::guarded(tree))))
    }
}

impl Template for Expression {
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, Problem> {
        let input = parse(input)?;
        let result = evaluator(run)
            .and_then(|mut it| it.evaluate(&self.0, &input))
            .map_err(|error| errors::evaluation(&error, &run.limits))?;
        // What ends between two steps of the engine is not noticed by it.
        if run.cancel.is_cancelled() {
            return Err(errors::cancelled());
        }
        match result {
            JValue::Undefined => Ok(None),
            value => output::pretty(&value, run.limits.output_bytes).map(Some),
        }
    }
}

fn parse(input: &str) -> Result<JValue, Problem> {
    if input.trim().is_empty() {
        return Ok(JValue::Undefined);
    }
    JValue::from_json_str(input).map_err(|error| errors::input(&error))
}

fn evaluator(run: &Run) -> Result<Evaluator, jsonata_core::evaluator::EvaluatorError> {
    let limits = &run.limits;
    let options = EvaluatorOptions {
        timeout_ms: Some(u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX)),
        cancel: Some(run.cancel.token()),
        max_stack_depth: Some(limits.depth),
        max_sequence_length: Some(limits.items),
    };
    let mut evaluator = Evaluator::with_options(Context::new(), options);
    functions::register(&mut evaluator, run)?;
    guard::register(&mut evaluator, limits.string_bytes)?;
    Ok(evaluator)
}

impl Problem {
    fn new(cause: Cause, code: Option<String>, reason: impl Into<String>) -> Self {
        Self {
            cause,
            code,
            position: None,
            reason: reason.into(),
        }
    }
}
