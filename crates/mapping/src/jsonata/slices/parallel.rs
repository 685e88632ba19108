//! Evaluates the parts of a template for transactions on several threads.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
        let progress = Progress::default();
        in_order(
            threads,
            STACK,
            batches.len(),
            || self.thread(),
            |thread, nth| {
                let lists = match (thread, batches.get(nth)) {
                    (Some(thread), Some(batch)) if !progress.has_failed() => {
                        self.batch(thread, transactions, batch)
                    }
                    _ => Err(Unsliced),
                };
                progress.noted(lists, self.run.limits.output_bytes)
            },
        )
    }

    /// What the parts select of a batch of the transactions.
    fn batch(
        &self,
        (slices, patterns): &(Slices, Patterns),
        transactions: &[&str],
        batch: &Range<usize>,
    ) -> Result<Vec<PlainList>, Unsliced> {
        let texts = transactions.get(batch.clone()).ok_or(Unsliced)?;
        let variables = self.variables.iter();
        let variables = variables.map(|(name, value)| (name.clone(), value.value()));
        let context = context_of(variables);
        let evaluator = jsonata::evaluator(context, patterns, self.run).map_err(|_| Unsliced)?;
        let mut results = Results::new(&slices.0, evaluator, self.run);
        take(&mut results, texts, batch.start, self.keeping)?;
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

/// What the threads have done so far.
#[derive(Default)]
struct Progress {
    written: AtomicUsize,
    has_failed: AtomicBool,
}

impl Progress {
    /// Whether the document has to be mapped as a whole, so that no other batch is worth its time.
    fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    /// The lists of a batch, if the output of all batches so far is not longer than `limit` bytes.
    fn noted(
        &self,
        lists: Result<Vec<PlainList>, Unsliced>,
        limit: usize,
    ) -> Result<Vec<PlainList>, Unsliced> {
        let lists = lists.and_then(|lists| {
            let more: usize = lists.iter().map(|list| list.text.len()).sum();
            let before = self.written.fetch_add(more, Ordering::Relaxed);
            let fits = before.saturating_add(more) <= limit;
            fits.then_some(lists).ok_or(Unsliced)
        });
        if lists.is_err() {
            self.has_failed.store(true, Ordering::Relaxed);
        }
        lists
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
    use super::{PlainList, Progress, Unsliced, batches_of};

    fn written(bytes: usize) -> Vec<PlainList> {
        vec![PlainList {
            results: 1,
            is_plain: false,
            values: Vec::new(),
            text: "x".repeat(bytes),
        }]
    }

    #[test]
    fn a_failure_or_too_much_output_ends_the_work() {
        let failed = Progress::default();
        assert!(failed.noted(Ok(written(4)), 9).is_ok() && !failed.has_failed());
        assert!(failed.noted(Err(Unsliced), 9).is_err() && failed.has_failed());
        let long = Progress::default();
        assert!(long.noted(Ok(written(5)), 9).is_ok() && !long.has_failed());
        assert!(long.noted(Ok(written(5)), 9).is_err() && long.has_failed());
    }

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
