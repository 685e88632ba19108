//! Evaluates the parts of a template for transactions on several threads.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use b2bi_local_x12::in_order;
use jsonata_core::value::JValue;

use super::plain::Plain;
use super::results::{List, Results};
use super::{Slices, Unsliced, context_of};
use crate::engine::Run;
use crate::jsonata::input::{
    Keeping, ListResults, Members, TransactionResults as _, parse_transaction,
};
use crate::jsonata::{self, regex::Patterns, tree_and_names};

/// The number of batches per thread, so that a thread that finishes early can take another.
const BATCHES: usize = 8;

/// The stack of a thread, in bytes: where a template is deeper, the library allocates more.
const STACK: usize = 8 << 20;

/// The threads, and what is worth using them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threads {
    pub count: usize,
    /// The shortest list of transactions that is divided among them, in bytes.
    pub least_bytes: usize,
}

/// Evaluates lists of transactions on all threads.
pub(super) struct ParallelResults<'s, 'r> {
    pub threads: Threads,
    pub shared: Shared<'s>,
    /// Evaluates the parts on this thread, and collects all results.
    pub results: &'s mut Results<'r>,
}

/// What all threads need.
pub(super) struct Shared<'s> {
    pub template: &'s str,
    pub run: &'s Run,
    pub keeping: Keeping<'s>,
    /// The variables of the parts.
    pub variables: Vec<(String, Plain)>,
}

impl ListResults for ParallelResults<'_, '_> {
    fn members(&mut self, transactions: &[&str]) -> Result<Members, Unsliced> {
        let bytes: usize = transactions.iter().map(|text| text.len()).sum();
        if self.threads.count < 2 || bytes < self.threads.least_bytes {
            take(self.results, transactions, 0, self.shared.keeping)?;
        } else {
            let batches = self.threads.count.saturating_mul(BATCHES).max(1);
            let batches = batches_of(transactions, bytes / batches);
            for lists in self
                .shared
                .evaluated(transactions, &batches, self.threads.count)
            {
                let lists = lists?.into_iter().map(PlainList::list).collect();
                self.results.append_lists(lists)?;
            }
        }
        Ok(self.results.members())
    }
}

impl Shared<'_> {
    /// What the parts select of each batch of transactions.
    fn evaluated(
        &self,
        transactions: &[&str],
        batches: &[Range<usize>],
        threads: usize,
    ) -> Vec<Result<Vec<PlainList>, Unsliced>> {
        let written = AtomicUsize::new(0);
        in_order(
            threads,
            STACK,
            batches.len(),
            || self.thread(),
            |thread, nth| {
                let batch = batches.get(nth).cloned().ok_or(Unsliced)?;
                let texts = transactions.get(batch.clone()).ok_or(Unsliced)?;
                let (slices, patterns) = thread.as_ref().ok_or(Unsliced)?;
                let lists = self.batch((slices, patterns), texts, batch.start)?;
                let more: usize = lists.iter().map(|list| list.text.len()).sum();
                let before = written.fetch_add(more, Ordering::Relaxed);
                if before.saturating_add(more) > self.run.limits.output_bytes {
                    return Err(Unsliced);
                }
                Ok(lists)
            },
        )
    }

    /// What the parts select of some transactions, the first of which has this place in its list.
    fn batch(
        &self,
        (slices, patterns): (&Slices, &Patterns),
        transactions: &[&str],
        first: usize,
    ) -> Result<Vec<PlainList>, Unsliced> {
        let variables = self.variables.iter();
        let variables = variables.map(|(name, value)| (name.clone(), value.value()));
        let context = context_of(variables);
        let evaluator = jsonata::evaluator(context, patterns, self.run).map_err(|_| Unsliced)?;
        let mut results = Results::new(&slices.0, evaluator, self.run);
        take(&mut results, transactions, first, self.keeping)?;
        results
            .take_lists()
            .into_iter()
            .map(PlainList::of)
            .collect()
    }

    /// The template, for another thread.
    fn thread(&self) -> Option<(Slices, Patterns)> {
        let (tree, names) = tree_and_names(self.template)?;
        let patterns = Patterns::new(&names.found, self.template).ok()?;
        Some((Slices::of(tree, &names)?, patterns))
    }
}

/// Evaluates the parts for some transactions, the first of which has this place in its list.
fn take(
    results: &mut Results<'_>,
    transactions: &[&str],
    first: usize,
    keeping: Keeping<'_>,
) -> Result<(), Unsliced> {
    for (nth, text) in (first..).zip(transactions) {
        let transaction = parse_transaction(text, keeping).map_err(|_| Unsliced)?;
        if !matches!(transaction, JValue::Object(_)) {
            return Err(Unsliced);
        }
        results.take(transaction, nth)?;
    }
    Ok(())
}

/// Divides texts into batches of at least `least` bytes.
fn batches_of(texts: &[&str], least: usize) -> Vec<Range<usize>> {
    let (mut batches, mut begin, mut bytes) = (Vec::new(), 0, 0_usize);
    for (nth, text) in texts.iter().enumerate() {
        bytes = bytes.saturating_add(text.len());
        if bytes >= least || nth + 1 == texts.len() {
            batches.push(begin..nth + 1);
            (begin, bytes) = (nth + 1, 0);
        }
    }
    batches
}

/// A list that can go to another thread.
struct PlainList {
    results: usize,
    is_plain: bool,
    values: Vec<Plain>,
    text: String,
}

impl PlainList {
    fn of(list: List) -> Result<Self, Unsliced> {
        let values: Result<_, _> = list.values.iter().map(Plain::of).collect();
        Ok(Self {
            results: list.results,
            is_plain: list.is_plain,
            values: values?,
            text: list.text,
        })
    }

    fn list(self) -> List {
        List {
            results: self.results,
            is_plain: self.is_plain,
            values: self.values.iter().map(Plain::value).collect(),
            text: self.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::batches_of;

    fn check(texts: &[&str], least: usize, expected: &[&[&str]]) {
        let batches = batches_of(texts, least);
        let batches: Vec<&[&str]> = batches.into_iter().map(|batch| &texts[batch]).collect();
        assert_eq!(batches, expected, "{texts:?}, {least}");
    }

    #[test]
    fn each_text_is_in_one_batch() {
        check(&[], 1, &[]);
        check(&["a", "b"], 0, &[&["a"], &["b"]]);
        check(&["a", "b", "cde", "f"], 2, &[&["a", "b"], &["cde"], &["f"]]);
        check(&["a", "b"], 9, &[&["a", "b"]]);
    }
}
