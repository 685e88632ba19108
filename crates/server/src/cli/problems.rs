//! The problems of a file: how many a command lists, and how it shows their places.

use std::fmt::Write as _;

use b2bi_local_x12::{PROBLEM_LIMIT, Position, Problem, ProblemKind, ReadReport, Validation};
use clap::{Arg, ArgMatches, value_parser};

use super::error::CommandError;
use super::headers::Head;
use super::input::shown;
use super::{Outcome, print_error};

/// The longest identifier of a segment that is shown in full.
const LONGEST_IDENTIFIER: usize = 12;

/// An explanation of places, for the reader of a report.
pub(super) const PLACES: &str = "Lines are those of the file. Segments are counted from 1: those of \
    a transaction from its ST, all others from their ISA.";

/// The argument that limits them.
pub(super) fn argument() -> Arg {
    Arg::new("max-problems")
        .long("max-problems")
        .value_name("NUMBER")
        .value_parser(value_parser!(u32))
        .help(format!(
            "Maximum number of problems listed for a file; the rest are counted [default: {PROBLEM_LIMIT}]"
        ))
}

/// The limit that was given, or the default.
pub(super) fn limit(matches: &ArgMatches) -> usize {
    let given = matches.get_one::<u32>("max-problems").copied();
    given.map_or(PROBLEM_LIMIT, |given| {
        usize::try_from(given).unwrap_or(usize::MAX)
    })
}

/// A problem, and the line that it is on.
#[derive(Debug)]
pub(super) struct Located {
    /// The problem.
    pub(super) problem: Problem,
    /// The line of the file, unless the file has one line only or is wrapped at a length.
    pub(super) line: Option<u32>,
    /// The problem that is reported instead, because this one only follows from it.
    cause: Option<String>,
    /// The segment with a caret, if it is shown.
    pub(super) excerpt: Option<String>,
}

/// The problems of one file.
#[derive(Debug, Default)]
pub(super) struct FileProblems {
    /// The file, as messages name it.
    pub(super) file: String,
    /// The problems that are listed.
    pub(super) problems: Vec<Located>,
    /// Tolerated deviations.
    pub(super) notes: Vec<Located>,
    /// How many problems are not listed.
    pub(super) omitted: u64,
}

impl FileProblems {
    /// The problems of the envelope.
    pub(super) fn of_reading(name: &str, reading: &ReadReport, head: &Head) -> Self {
        let problems = Self {
            file: shown(name).to_owned(),
            problems: located(&reading.problems, reading),
            notes: located(&reading.notes, reading),
            omitted: reading.omitted.count(),
        };
        problems.explained(head)
    }

    /// The problems that a validation found, including those of the envelope.
    pub(super) fn of_validation(
        name: &str,
        validation: &Validation,
        reading: &ReadReport,
        head: &Head,
    ) -> Self {
        let problems = Self {
            file: shown(name).to_owned(),
            problems: located(&validation.problems, reading),
            notes: located(&validation.notes, reading),
            omitted: validation.omitted.count(),
        };
        problems.explained(head)
    }

    /// Replaces the many problems of a file with wrong delimiters by the one that they follow from.
    fn explained(mut self, head: &Head) -> Self {
        let Some(cause) = head.delimiters_differ() else {
            return self;
        };
        let place = |located: &Located| located.problem.position.byte;
        self.problems.sort_by_key(place);
        self.problems.truncate(1);
        if let Some(first) = self.problems.first_mut() {
            first.cause = Some(cause);
            self.notes.clear();
            self.omitted = 0;
        }
        self
    }

    /// The number of problems, listed or not.
    pub(super) fn total(&self) -> u64 {
        self.omitted
            .saturating_add(u64::try_from(self.problems.len()).unwrap_or(u64::MAX))
    }

    /// How the command ends by these.
    pub(super) fn outcome(&self) -> Outcome {
        if self.total() == 0 {
            Outcome::Fine
        } else {
            Outcome::Problems
        }
    }

    /// The message of one of the problems, with the file and the place.
    pub(super) fn message(&self, located: &Located) -> String {
        let mut text = format!("{}: ", self.file);
        let place = located.place();
        if !place.is_empty() {
            let _ = write!(text, "{place}: ");
        }
        text + &located.message()
    }

    /// A line for each note and problem, and one for those that are not listed.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            let message = self.message(note);
            let rest = message.strip_prefix(&self.file).unwrap_or(&message);
            let _ = writeln!(text, "{}: note{rest}", self.file);
            text += note.excerpt.as_deref().unwrap_or_default();
        }
        for problem in &self.problems {
            let _ = writeln!(text, "{}", self.message(problem));
            text += problem.excerpt.as_deref().unwrap_or_default();
        }
        if self.omitted > 0 {
            let _ = writeln!(
                text,
                "{}: {} more problems are not listed; --max-problems lists more",
                self.file, self.omitted
            );
        }
        text
    }

    /// Prints the lines on standard error.
    pub(super) fn print_errors(&self) {
        print_error(&self.lines());
    }
}

impl Located {
    /// The problem.
    pub(super) fn message(&self) -> String {
        let cause = self.cause.clone();
        cause.unwrap_or_else(|| self.problem.message().to_string())
    }

    /// The name of the kind of problem, for programs.
    pub(super) fn rule(&self) -> &'static str {
        match self.cause {
            Some(_) => "delimiters-differ",
            None => self.problem.kind.name(),
        }
    }

    /// The place: `SE01, line 15, segment 13 of transaction 1`.
    pub(super) fn place(&self) -> String {
        let mut parts = vec![self.element()];
        parts.extend(self.line.map(|line| format!("line {line}")));
        parts.push(self.segment());
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    /// The segment with the element: `SE01`, or `SV101-02` for a component.
    pub(super) fn element(&self) -> String {
        let Position {
            element, component, ..
        } = self.problem.position;
        let id = self.problem.segment.chars();
        let id = id.take_while(char::is_ascii_alphanumeric);
        let mut text: String = id.take(LONGEST_IDENTIFIER).collect();
        if element > 0 && !text.is_empty() {
            let _ = write!(text, "{element:02}");
            if component > 0 {
                let _ = write!(text, "-{component:02}");
            }
        }
        text
    }

    fn segment(&self) -> String {
        let Position {
            interchange,
            group,
            transaction,
            segment,
            segment_in_interchange,
            ..
        } = self.problem.position;
        match (transaction, segment_in_interchange) {
            (0, 0) => String::new(),
            (0, at) => format!("segment {at} of interchange {interchange}"),
            _ if group > 1 => {
                format!("segment {segment} of transaction {transaction} in group {group}")
            }
            _ => format!("segment {segment} of transaction {transaction}"),
        }
    }
}

/// Adds the lines, unless the file has one line only or is wrapped at a length.
fn located(problems: &[Problem], reading: &ReadReport) -> Vec<Located> {
    let has_lines = reading.last_line > 1;
    let located = |problem: &Problem| Located {
        problem: problem.clone(),
        line: Some(problem.position.line).filter(|line| has_lines && *line > 0),
        cause: None,
        excerpt: None,
    };
    problems.iter().map(located).collect()
}

/// Refuses a file that is not X12.
///
/// # Errors
///
/// It begins with something else.
pub(super) fn check_kind(name: &str, reading: &ReadReport) -> Result<(), CommandError> {
    match reading.fatal() {
        Some(problem) if matches!(problem.kind, ProblemKind::NotAnInterchange { .. }) => {
            Err(format!("{}: {problem}", shown(name)).into())
        }
        _ => Ok(()),
    }
}
