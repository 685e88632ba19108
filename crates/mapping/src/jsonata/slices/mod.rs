//! Maps a long document of many transactions with one transaction in memory at a time, if the
//! template allows it. The result is the same as for the whole document.

mod alias;
mod makers;
mod mentions;
mod parallel;
mod plain;
mod plan;
mod rename;
mod results;
mod target;
mod variables;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Context;
use jsonata_core::value::{JValue, with_stack};

pub(super) use self::mentions::is_slot;
pub(super) use self::parallel::Threads;
use self::parallel::{ParallelResults, Shared};
use self::plain::Plain;
use self::plan::Plan;
use self::results::Results;
use super::input::{self, Keeping, ListResults, Members, Outline, Slicer, Transactions};
use super::names::Names;
use super::projection::{Keep, Projection};
use super::regex::Patterns;
use super::{Expression, Mapped, calls, evaluator, guard};
use crate::engine::Run;

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

    /// The result for a document; `projection` says what the template as a whole sees of it.
    ///
    /// # Errors
    ///
    /// Something failed, or the document has an unexpected form; mapping the whole document shows
    /// the reason.
    pub(super) fn map(
        &self,
        text: &str,
        projection: &Projection,
        expression: &Expression,
        (run, threads): (&Run, Threads),
    ) -> Result<Mapped, Unsliced> {
        let patterns = &expression.patterns;
        let variables = self.variables(text, patterns, run)?;
        let evaluator = evaluator(context_of(variables.clone()), patterns, run);
        let mut results = Results::new(&self.0, evaluator.map_err(|_| Unsliced)?, run);
        let keeping = self.keeping(projection);
        let document = if threads.count < 2 {
            let transactions = Transactions::Values(keeping, &mut results);
            self.document(text, transactions)?
        } else {
            let variables = variables.into_iter();
            let plain = variables.map(|(name, value)| Ok((name, Plain::of(&value)?)));
            let mut parallel = ParallelResults {
                threads,
                shared: Shared {
                    template: &expression.template,
                    run,
                    keeping,
                    variables: plain.collect::<Result<_, _>>()?,
                },
                results: &mut results,
            };
            let outline = Outline::of(text, self.0.prefix).ok_or(Unsliced)?;
            let transactions = Transactions::Texts(&outline.lists, &mut parallel);
            self.document(&outline.text, transactions)?
        };
        let evaluator = super::evaluator(Context::new(), patterns, run);
        let value = super::evaluated(evaluator, &self.0.rest, &document);
        if run.cancel.is_cancelled() {
            return Err(Unsliced);
        }
        Ok(Mapped {
            value: value.map_err(|_| Unsliced)?,
            fragments: results.fragments(),
        })
    }

    /// What is kept of a transaction.
    fn keeping<'p>(&self, projection: &'p Projection) -> Keeping<'p> {
        let mut prefix = self.0.prefix.iter();
        Keeping {
            projection,
            is_whole: projection.root() == Keep::Whole
                || prefix.any(|name| projection.member(name) == Keep::Whole),
        }
    }

    /// What the rest of the template sees of a document, with results instead of its transactions.
    fn document(&self, text: &str, transactions: Transactions<'_>) -> Result<JValue, Unsliced> {
        let slicer = Slicer {
            prefix: self.0.prefix,
            transactions,
        };
        input::parse_sliced(text, &self.0.projection, slicer).map_err(|_| Unsliced)
    }

    /// The variables of the parts. Members after the transactions are known only when everything
    /// has been read.
    fn variables(
        &self,
        text: &str,
        patterns: &Patterns,
        run: &Run,
    ) -> Result<Vec<(String, JValue)>, Unsliced> {
        if !self.0.uses_document {
            return Ok(Vec::new());
        }
        let outline = Outline::of(text, self.0.prefix).ok_or(Unsliced)?;
        let transactions = Transactions::Texts(&outline.lists, &mut NoResults);
        let document = self.document(&outline.text, transactions)?;
        if !matches!(document, JValue::Object(_)) {
            return Err(Unsliced);
        }
        let mut known = vec![(DOCUMENT.to_owned(), document.clone())];
        for (name, value) in &self.0.variables {
            let evaluator = evaluator(context_of(known.clone()), patterns, run);
            let value = super::evaluated(evaluator, value, &document).map_err(|_| Unsliced)?;
            if has_function(&value) {
                return Err(Unsliced);
            }
            known.push((name.clone(), value));
        }
        Ok(known)
    }
}

fn context_of(variables: impl IntoIterator<Item = (String, JValue)>) -> Context {
    let mut context = Context::new();
    for (name, value) in variables {
        context.bind(name, value);
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

impl ListResults for NoResults {
    fn members(&mut self, _: &[&str]) -> Result<Members, Unsliced> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests;
