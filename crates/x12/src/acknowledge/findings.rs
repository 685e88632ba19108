//! The problems of an input, sorted by the part that they concern.

use crate::problems::{Part, Verdict};
use crate::verdict::Code;
use crate::{Problem, ReadReport, Validation};

/// The problems for acknowledgements, and the effects of those that were not kept.
#[derive(Clone, Debug)]
pub struct Findings<'p> {
    /// By part, and within a transaction in the order of the input.
    problems: Vec<&'p Problem>,
    /// By part.
    verdicts: Vec<&'p Verdict>,
}

/// The findings of one part: an interchange, a group or a transaction.
#[derive(Clone, Copy)]
pub(super) struct PartFindings<'f> {
    pub(super) problems: &'f [&'f Problem],
    verdicts: &'f [&'f Verdict],
}

impl<'p> Findings<'p> {
    /// What reading found, or what a validation of the same input found, which includes it.
    #[must_use]
    pub fn new(reading: &'p ReadReport, validation: Option<&'p Validation>) -> Self {
        let (problems, omitted) = match validation {
            Some(validation) => (&validation.problems, &validation.omitted),
            None => (&reading.problems, &reading.omitted),
        };
        let mut problems: Vec<&Problem> = problems.iter().collect();
        problems.sort_by_key(|problem| (Part::of(&problem.position), problem.position.order()));
        let mut verdicts: Vec<&Verdict> = omitted.verdicts().iter().collect();
        verdicts.sort_by_key(|verdict| verdict.part);
        Self { problems, verdicts }
    }

    /// Whether there are no problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty() && self.verdicts.is_empty()
    }

    /// Whether the header or the trailer of an interchange or a group rejects the file, so that
    /// nothing of it is accepted.
    #[must_use]
    pub fn reject_file(&self) -> bool {
        // The first problem of each kind is always kept.
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.rejects_file())
    }

    pub(super) fn reject_interchange(&self) -> bool {
        let mut problems = self.problems.iter();
        problems.any(|problem| problem.rejects_interchange())
    }

    pub(super) fn interchange(&self, number: u32) -> PartFindings<'_> {
        let all = PartFindings {
            problems: &self.problems,
            verdicts: &self.verdicts,
        };
        all.narrowed(|part| part.interchange, number)
    }
}

impl<'f> PartFindings<'f> {
    /// For an interchange: the findings of a group.
    pub(super) fn group(self, number: u32) -> Self {
        self.narrowed(|part| part.group, number)
    }

    /// For a group: the findings of a transaction.
    pub(super) fn transaction(self, number: u32) -> Self {
        self.narrowed(|part| part.transaction, number)
    }

    pub(super) fn is_empty(self) -> bool {
        self.problems.is_empty() && self.verdicts.is_empty()
    }

    /// The codes of the problems that were not kept.
    pub(super) fn omitted_codes(self) -> impl Iterator<Item = Code> + use<'f> {
        self.verdicts
            .iter()
            .flat_map(|verdict| verdict.codes.iter())
    }

    fn narrowed(self, ordinal: impl Fn(&Part) -> u32, number: u32) -> Self {
        let of_problem = |problem: &&Problem| ordinal(&Part::of(&problem.position));
        Self {
            problems: equal(self.problems, of_problem, number),
            verdicts: equal(self.verdicts, |item| ordinal(&item.part), number),
        }
    }
}

/// The items of a sorted slice whose key is `number`.
fn equal<T>(items: &[T], key: impl Fn(&T) -> u32, number: u32) -> &[T] {
    let from = items.partition_point(|item| key(item) < number);
    let rest = items.get(from..).unwrap_or(&[]);
    let length = rest.partition_point(|item| key(item) == number);
    rest.get(..length).unwrap_or(&[])
}
