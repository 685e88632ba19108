//! Maps a long document of many transactions with one transaction in memory at a time, if the
//! template allows it. The result is the same as for the whole document.

mod mentions;
mod plan;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Context;
use jsonata_core::value::{JArray, JValue};

use self::plan::{Part, Plan};
use super::input::{self, Slicer};
use super::names::Names;
use super::output::{self, Fragments};
use super::projection::{Keep, Projection};
use super::regex::Patterns;
use super::{calls, defects, evaluator, guard};
use crate::engine::Run;
use crate::problem::MappingError;

/// The variable for the document without its transactions; it cannot be written in a template.
const DOCUMENT: &str = "the document";

/// The name of the variable for the results of a part; it cannot be written in a template.
fn slot(part: usize) -> String {
    format!("part {part}")
}

/// A template in parts, some of which are evaluated for each transaction.
pub(super) struct Slices(Plan);

/// Why a document has to be mapped as a whole.
#[derive(Debug)]
pub(super) struct Unsliced;

impl Slices {
    /// The parts of a template; `None` if it sees more of a document than one transaction at a
    /// time.
    pub(super) fn of(tree: &AstNode, names: &Names) -> Option<Self> {
        let mut plan = Plan::of(tree, names)?;
        let parts = plan.parts.iter_mut().map(|part| &mut part.tree);
        for tree in parts.chain([&mut plan.rest]) {
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
        let mut results: Vec<Results> = plan.parts.iter().map(|_| Results::default()).collect();
        let context = self.context(text, projection)?;
        let mut parts = evaluator(context, patterns, run).map_err(|_| Unsliced)?;
        let mut take = |transaction: JValue| {
            if run.cancel.is_cancelled() {
                return Err(Unsliced);
            }
            for (part, results) in plan.parts.iter().zip(&mut results) {
                let value = defects::caught(|| parts.evaluate(&part.tree, &transaction));
                let value = value.flatten().map_err(|_| Unsliced)?;
                results.add(value, part, run)?;
            }
            Ok(())
        };
        let document = self.document(text, projection, &mut take)?;
        drop(parts);
        let mut context = Context::new();
        let mut fragments = Fragments::default();
        for (nth, (part, results)) in plan.parts.iter().zip(results).enumerate() {
            let value = results.value(part, &slot(nth), run, &mut fragments)?;
            context.bind(slot(nth), value);
        }
        let rest = evaluator(context, patterns, run);
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

    /// What the rest of the template sees of a document; the transactions are passed on.
    fn document(
        &self,
        text: &str,
        projection: &Projection,
        take: &mut dyn FnMut(JValue) -> Result<(), Unsliced>,
    ) -> Result<JValue, Unsliced> {
        let plan = &self.0;
        let slicer = Slicer {
            prefix: plan.prefix,
            projection,
            is_whole: projection.root() == Keep::Whole
                || (plan.prefix.iter()).any(|name| projection.member(name) == Keep::Whole),
            take,
        };
        input::parse_sliced(text, &plan.projection, slicer).map_err(|_| Unsliced)
    }

    /// The variables of the parts. Members after the transactions are known only when everything
    /// has been read.
    fn context(&self, text: &str, projection: &Projection) -> Result<Context, Unsliced> {
        let mut context = Context::new();
        if self.0.uses_document {
            let document = self.document(text, projection, &mut |_| Ok(()))?;
            if !matches!(document, JValue::Object(_)) {
                return Err(Unsliced);
            }
            context.bind(DOCUMENT.to_owned(), document);
        }
        Ok(context)
    }
}

/// What a part has selected from the transactions so far.
#[derive(Default)]
struct Results {
    values: Vec<JValue>,
    /// The items after the first, if all of them only go into the output.
    text: String,
}

impl Results {
    fn add(&mut self, value: JValue, part: &Part, run: &Run) -> Result<(), Unsliced> {
        match value {
            JValue::Undefined => Ok(()),
            JValue::Array(items) => {
                if items.cons || (!items.sequence && !part.spreads) {
                    return Err(Unsliced);
                }
                items
                    .into_vec()
                    .into_iter()
                    .try_for_each(|item| self.add_item(item, part, run))
            }
            value => self.add_item(value, part, run),
        }
    }

    fn add_item(&mut self, item: JValue, part: &Part, run: &Run) -> Result<(), Unsliced> {
        match item {
            JValue::Undefined
            | JValue::Array(_)
            | JValue::Lambda(_)
            | JValue::Builtin { .. }
            | JValue::Regex { .. } => return Err(Unsliced),
            _ => {}
        }
        match part.output_level.filter(|_| !self.values.is_empty()) {
            Some(level) => output::item(&item, level, run.limits.output_bytes, &mut self.text)
                .map_err(|_| Unsliced)?,
            None => self.values.push(item),
        }
        if self.values.len() > run.limits.items {
            return Err(Unsliced);
        }
        Ok(())
    }

    /// The value of the variable with this name: nothing, one item, or a sequence of several.
    fn value(
        mut self,
        part: &Part,
        slot: &str,
        run: &Run,
        fragments: &mut Fragments,
    ) -> Result<JValue, Unsliced> {
        if !self.text.is_empty() {
            self.values.push(JValue::Builtin { name: slot.into() });
            fragments.insert(slot.to_owned(), self.text);
        }
        if self.values.len() > run.limits.items {
            return Err(Unsliced);
        }
        if self.values.len() > 1 || (part.keeps_list && !self.values.is_empty()) {
            let mut items = JArray::new(self.values);
            items.sequence = true;
            items.keep_singleton = part.keeps_list;
            return Ok(JValue::Array(items));
        }
        Ok(self.values.pop().unwrap_or(JValue::Undefined))
    }
}

#[cfg(test)]
mod tests;
