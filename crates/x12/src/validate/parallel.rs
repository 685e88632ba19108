//! Validation of transactions on several threads.

use super::Validator;
use crate::ParallelSink;

impl<'r> ParallelSink for Validator<'r> {
    type Worker = Validator<'r>;
    type Made = ();

    fn workers(&self) -> impl Fn() -> Self + Send + Sync + use<'r> {
        let (guided, strictness, rules) = (self.guided, self.strictness, self.rules);
        move || Validator {
            guided,
            ..Validator::new(strictness, rules)
        }
    }

    fn begin(_: &mut Validator<'r>) {}
    fn made(_: &mut Validator<'r>) {}

    fn problems(worker: &Validator<'r>) -> usize {
        let notes = &worker.notes;
        let found = notes.problems.kept().saturating_add(notes.tolerated.len());
        found.saturating_add(worker.suspects.len())
    }

    fn accept(&mut self, (): ()) {
        self.is_validated = true;
    }
}
