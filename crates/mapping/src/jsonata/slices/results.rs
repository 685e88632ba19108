//! What the parts of a template make of the transactions of a document.

use jsonata_core::evaluator::Evaluator;
use jsonata_core::value::{JArray, JValue};

use super::Unsliced;
use super::mentions::slot;
use super::plan::{Part, Plan};
use crate::engine::Run;
use crate::jsonata::input::{Members, TransactionResults};
use crate::jsonata::{Fragments, defects, output};

/// Evaluates the parts for each transaction.
pub(super) struct Results<'p> {
    plan: &'p Plan,
    evaluator: Evaluator,
    run: &'p Run,
    /// What each part selected of the list of transactions so far.
    lists: Vec<List>,
    fragments: Fragments,
    items: usize,
    bytes: usize,
}

/// What a part selected of a list of transactions.
#[derive(Default)]
pub(super) struct List {
    /// How many transactions gave a result.
    pub results: usize,
    /// Whether the last result was a list of the document, and not a sequence.
    pub is_plain: bool,
    pub values: Vec<JValue>,
    /// Those after the first, where all only go into the output.
    pub text: String,
}

impl<'p> Results<'p> {
    pub(super) fn new(plan: &'p Plan, evaluator: Evaluator, run: &'p Run) -> Self {
        Self {
            plan,
            evaluator,
            run,
            lists: plan.parts.iter().map(|_| List::default()).collect(),
            fragments: Fragments::default(),
            items: 0,
            bytes: 0,
        }
    }

    /// The text that is in the output instead of builtins of these names.
    pub(super) fn fragments(self) -> Fragments {
        self.fragments
    }

    fn evaluate(
        &mut self,
        transaction: &JValue,
        part: &Part,
        list: &mut List,
    ) -> Result<(), Unsliced> {
        let value = defects::caught(|| self.evaluator.evaluate(&part.tree, transaction));
        let value = value.flatten().map_err(|_| Unsliced)?;
        if matches!(value, JValue::Undefined) {
            return Ok(());
        }
        list.results += 1;
        list.is_plain = matches!(&value, JValue::Array(items) if !items.sequence);
        match value {
            JValue::Array(items) => {
                if items.cons || (!items.sequence && !part.spreads) {
                    return Err(Unsliced);
                }
                let mut items = items.into_vec().into_iter();
                items.try_for_each(|item| self.add(item, part, list))
            }
            value => self.add(value, part, list),
        }
    }

    fn add(&mut self, item: JValue, part: &Part, list: &mut List) -> Result<(), Unsliced> {
        match item {
            JValue::Undefined
            | JValue::Array(_)
            | JValue::Lambda(_)
            | JValue::Builtin { .. }
            | JValue::Regex { .. } => return Err(Unsliced),
            _ => {}
        }
        self.append(item, part, list)?;
        self.check_limits()
    }

    fn append(&mut self, item: JValue, part: &Part, list: &mut List) -> Result<(), Unsliced> {
        if part.is_output && !list.values.is_empty() {
            let (before, limit) = (list.text.len(), self.run.limits.output_bytes);
            output::item(&item, limit, &mut list.text).map_err(|_| Unsliced)?;
            self.bytes += list.text.len().saturating_sub(before);
        } else {
            self.items += 1;
            list.values.push(item);
        }
        Ok(())
    }

    /// Adds what the parts selected of the transactions after those so far.
    pub(super) fn append_lists(&mut self, more: Vec<List>) -> Result<(), Unsliced> {
        let mut lists = std::mem::take(&mut self.lists);
        let plan = self.plan;
        for ((part, list), more) in plan.parts.iter().zip(&mut lists).zip(more) {
            if more.results > 0 {
                list.is_plain = more.is_plain;
            }
            list.results += more.results;
            for item in more.values {
                self.append(item, part, list)?;
            }
            self.bytes += more.text.len();
            list.text.push_str(&more.text);
        }
        self.lists = lists;
        self.check_limits()
    }

    /// What the parts selected since this was called last.
    pub(super) fn take_lists(&mut self) -> Vec<List> {
        self.lists.iter_mut().map(std::mem::take).collect()
    }

    fn check_limits(&self) -> Result<(), Unsliced> {
        let limits = &self.run.limits;
        if self.items > limits.items || self.bytes > limits.output_bytes {
            return Err(Unsliced);
        }
        Ok(())
    }

    /// The member with the results of a part, if there are any.
    fn value(&mut self, part: usize, mut list: List) -> Option<(String, JValue)> {
        if !list.text.is_empty() {
            let name = format!("{} of list {}", slot(part), self.fragments.len());
            list.values.push(JValue::Builtin {
                name: name.as_str().into(),
            });
            self.fragments.insert(name, list.text);
        }
        let value = match (list.results, list.is_plain) {
            (0, _) => return None,
            (1, false) if list.values.len() == 1 => list.values.pop()?,
            // The only list stays a list, even one of one item.
            (results, is_plain) => {
                let mut items = JArray::new_flat(list.values, true);
                items.sequence = results > 1 || !is_plain;
                JValue::Array(items)
            }
        };
        Some((slot(part), value))
    }
}

impl TransactionResults for Results<'_> {
    fn take(&mut self, transaction: JValue, nth: usize) -> Result<(), Unsliced> {
        if self.run.cancel.is_cancelled() {
            return Err(Unsliced);
        }
        let plan = self.plan;
        let mut lists = std::mem::take(&mut self.lists);
        for (part, list) in plan.parts.iter().zip(&mut lists) {
            if part.nth.is_none_or(|only| only == nth) {
                self.evaluate(&transaction, part, list)?;
            }
        }
        self.lists = lists;
        Ok(())
    }

    fn members(&mut self) -> Members {
        let lists = self.take_lists().into_iter().enumerate();
        lists
            .filter_map(|(part, list)| self.value(part, list))
            .collect()
    }
}
