//! The problems of an input: a limited number in full, and the effects of the others.

use std::mem::{Discriminant, discriminant};

use crate::acknowledge::CodeSet;
use crate::verdict::Code;
use crate::{Position, Problem, ProblemKind};

/// The maximum number of problems that a reading or a validation keeps by default.
pub const PROBLEM_LIMIT: usize = 10_000;

/// Collects problems: keeps the first ones, and the first of each kind, and counts the others.
pub(crate) struct ProblemLog {
    kept: Vec<Problem>,
    limit: usize,
    kinds: Vec<(Discriminant<ProblemKind>, Code)>,
    omitted: Omitted,
}

/// The problems that were not kept: their number and their effects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Omitted {
    count: u64,
    verdicts: Vec<Verdict>,
}

/// The effect of the problems that were not kept on one part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) part: Part,
    pub(crate) codes: CodeSet,
}

/// A transaction by its ordinals; for a group the last is 0, for an interchange the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) interchange: u32,
    pub(crate) group: u32,
    pub(crate) transaction: u32,
}

impl ProblemLog {
    pub(crate) fn limit_to(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The number of problems that are kept.
    #[inline]
    pub(crate) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// The kept problems from the one at `from` on.
    pub(crate) fn kept_from(&mut self, from: usize) -> &mut [Problem] {
        self.kept.get_mut(from..).unwrap_or_default()
    }

    /// Whether `problem` would be kept.
    pub(crate) fn keeps(&self, problem: &Problem) -> bool {
        self.kept.len() < self.limit || !self.kinds.contains(&kind_of(problem))
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        let kind = kind_of(&problem);
        let is_new = !self.kinds.contains(&kind);
        if is_new {
            self.kinds.push(kind);
        }
        if is_new || self.kept.len() < self.limit {
            self.kept.push(problem);
        } else {
            self.omitted.add(&problem);
        }
    }

    /// Removes kept problems from the end while `is_meant` returns true.
    pub(crate) fn take_back(&mut self, is_meant: impl Fn(&Problem) -> bool) {
        while self.kept.pop_if(|problem| is_meant(problem)).is_some() {}
    }

    /// Removes the kept problems from `from` on for which `is_meant` returns true.
    pub(crate) fn remove_from(&mut self, from: usize, is_meant: impl Fn(&Problem) -> bool) {
        if let Some(latest) = self.kept.get(from..) {
            let rest: Vec<Problem> = latest
                .iter()
                .filter(|found| !is_meant(found))
                .cloned()
                .collect();
            self.kept.truncate(from);
            self.kept.extend(rest);
        }
    }

    pub(crate) fn finish(self) -> (Vec<Problem>, Omitted) {
        (self.kept, self.omitted)
    }
}

impl Default for ProblemLog {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            limit: PROBLEM_LIMIT,
            kinds: Vec::new(),
            omitted: Omitted::default(),
        }
    }
}

fn kind_of(problem: &Problem) -> (Discriminant<ProblemKind>, Code) {
    (discriminant(&problem.kind), problem.code(true))
}

impl Omitted {
    /// The number of problems that were not kept.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    fn add(&mut self, problem: &Problem) {
        self.count = self.count.saturating_add(1);
        let part = Part::of(&problem.position);
        let code = problem.code(true);
        match self.verdicts.last_mut() {
            Some(last) if last.part == part => last.codes.insert(code),
            _ => {
                let mut codes = CodeSet::default();
                codes.insert(code);
                self.verdicts.push(Verdict { part, codes });
            }
        }
    }
}

impl Part {
    pub(crate) fn of(position: &Position) -> Self {
        Self {
            interchange: position.interchange,
            group: position.group,
            transaction: position.transaction,
        }
    }
}
