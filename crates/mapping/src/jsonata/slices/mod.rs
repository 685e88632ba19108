//! Maps a long document of many transactions with one transaction in memory at a time, if the
//! template allows it. The result is the same as for the whole document.

mod alias;
mod makers;
mod mentions;
mod plan;
mod rename;
mod results;
mod target;
mod variables;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Context;
use jsonata_core::value::{JValue, with_stack};

pub(super) use self::mentions::is_slot;
use self::plan::Plan;
use self::results::Results;
use super::input::{self, Slicer, TransactionResults};
use super::names::Names;
use super::output;
use super::projection::{Keep, Projection};
use super::regex::Patterns;
use super::{calls, evaluator, guard};
use crate::engine::Run;
use crate::problem::MappingError;

/// The variable for the document without its transactions; it cannot be written in a template.
const DOCUMENT: &str = "the document";

/// A template in parts, some of which are evaluated for each transaction.
pub(super) struct Slices(Plan);

/// Why a document has to be mapped as a whole.
#[derive(Debug)]
pub(super) struct Unsliced;

impl Slices {
    /// The parts of a template; `None` if it sees more of a document than one transaction at a
    /// time.
    pub(super) fn of(mut tree: AstNode, names: &Names) -> Option<Self> {
        rename::rename(&mut tree);
        let mut plan = Plan::of(&tree, names)?;
        let parts = plan.parts.iter_mut().map(|part| &mut part.tree);
        let variables = plan.variables.iter_mut().map(|(_, value)| value);
        for tree in parts.chain(variables).chain([&mut plan.rest]) {
            calls::change(tree, names);
            *tree = guard::guarded(std::mem::replace(tree, AstNode::Null), names);
        }
        Some(Self(plan))
    }

    /// The output for a document; `projection` says what the template as a whole sees of it.
    ///
    /// # Errors
    ///
    /// Something failed, or the document has an unexpected form; mapping the whole document shows
    /// the reason.
    pub(super) fn map(
        &self,
        text: &str,
        projection: &Projection,
        patterns: &Patterns,
        run: &Run,
    ) -> Result<Result<Option<String>, MappingError>, Unsliced> {
        let plan = &self.0;
        let context = self.context(text, projection, patterns, run)?;
        let evaluator = evaluator(context, patterns, run).map_err(|_| Unsliced)?;
        let mut results = Results::new(plan, evaluator, run);
        let document = self.document(text, projection, &mut results)?;
        let fragments = results.fragments();
        let rest = super::evaluator(Context::new(), patterns, run);
        let result = super::evaluated(rest, &plan.rest, &document).map_err(|_| Unsliced)?;
        drop(document);
        if run.cancel.is_cancelled() {
            return Err(Unsliced);
        }
        Ok(match result {
            JValue::Undefined => Ok(None),
            value => output::pretty(&value, run.limits.output_bytes, fragments).map(Some),
        })
    }

    /// What the rest of the template sees of a document, with results instead of its transactions.
    fn document(
        &self,
        text: &str,
        projection: &Projection,
        results: &mut dyn TransactionResults,
    ) -> Result<JValue, Unsliced> {
        let plan = &self.0;
        let slicer = Slicer {
            prefix: plan.prefix,
            projection,
            is_whole: projection.root() == Keep::Whole
                || (plan.prefix.iter()).any(|name| projection.member(name) == Keep::Whole),
            results,
        };
        input::parse_sliced(text, &plan.projection, slicer).map_err(|_| Unsliced)
    }

    /// The variables of the parts. Members after the transactions are known only when everything
    /// has been read.
    fn context(
        &self,
        text: &str,
        projection: &Projection,
        patterns: &Patterns,
        run: &Run,
    ) -> Result<Context, Unsliced> {
        if !self.0.uses_document {
            return Ok(Context::new());
        }
        let document = self.document(text, projection, &mut NoResults)?;
        if !matches!(document, JValue::Object(_)) {
            return Err(Unsliced);
        }
        let mut known = vec![(DOCUMENT.to_owned(), document.clone())];
        for (name, value) in &self.0.variables {
            let evaluator = evaluator(context_of(&known), patterns, run);
            let value = super::evaluated(evaluator, value, &document).map_err(|_| Unsliced)?;
            if has_function(&value) {
                return Err(Unsliced);
            }
            known.push((name.clone(), value));
        }
        Ok(context_of(&known))
    }
}

fn context_of(variables: &[(String, JValue)]) -> Context {
    let mut context = Context::new();
    for (name, value) in variables {
        context.bind(name.clone(), value.clone());
    }
    context
}

/// Whether a function is in a value: it could see the document in which it is called.
fn has_function(value: &JValue) -> bool {
    with_stack(|| match value {
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => true,
        JValue::Array(items) => items.iter().any(has_function),
        JValue::Object(members) => members.values().any(has_function),
        _ => false,
    })
}

/// Ignores the transactions.
struct NoResults;

impl TransactionResults for NoResults {
    fn take(&mut self, _: JValue, _: usize) -> Result<(), Unsliced> {
        Ok(())
    }

    fn members(&mut self) -> Vec<(String, JValue)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
