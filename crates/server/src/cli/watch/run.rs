//! One run: every document is mapped, and compared with its expected result.

use std::fmt::Write as _;

use b2bi_local_x12::Delimiters;
use clap::ArgMatches;

use super::cases::{self, Case};
use super::difference::{self, difference};
use super::ignored::Ignored;
use super::writers::writers;
use crate::cli::envelope::EnvelopeOnly;
use crate::cli::error::CommandError;
use crate::cli::input::{self, Kind};
use crate::cli::junit::{self, Verdict};
use crate::cli::problems::{FileProblems, Located};
use crate::cli::{Outcome, color, convert, document, map, selection};

/// The report of a run.
#[derive(Debug)]
pub(super) struct WatchRun {
    /// What to print: the result, or its differences from the expected one.
    pub(super) output: String,
    /// The problems of X12 that was read or written, for standard error.
    pub(super) problems: String,
    /// The result as text; empty if the output is sufficient.
    pub(super) summary: String,
    /// The cases, for a report.
    pub(super) cases: Vec<junit::Case>,
    /// How it ended.
    pub(super) outcome: Outcome,
}

impl WatchRun {
    /// Maps, and compares where something is expected.
    ///
    /// # Errors
    ///
    /// A single document cannot be mapped, or there are no cases.
    pub(super) fn run(matches: &ArgMatches, ignored: &Ignored) -> Result<Self, CommandError> {
        let file = matches.get_one::<String>("file").map(String::as_str);
        let Some(expected) = matches.get_one::<String>("expect") else {
            return Self::of_result(matches, file.unwrap_or("-"));
        };
        let cases = cases::find(file, expected)?;
        match cases.as_slice() {
            [case] if !std::path::Path::new(expected).is_dir() => {
                Ok(Self::of_case(compare(matches, ignored, case)?, &case.name))
            }
            cases => Ok(Self::of_cases(matches, ignored, cases)),
        }
    }

    fn of_result(matches: &ArgMatches, file: &str) -> Result<Self, CommandError> {
        let result = Mapped::of(matches, file, None)?;
        Ok(Self {
            output: result.text.unwrap_or_default(),
            problems: result.problems,
            summary: String::new(),
            cases: Vec::new(),
            outcome: result.outcome,
        })
    }

    fn of_case(compared: Compared, name: &str) -> Self {
        Self {
            summary: compared.summary(),
            cases: vec![(name.to_owned(), compared.verdict())],
            outcome: compared.outcome(),
            output: compared.shown(),
            problems: compared.problems,
        }
    }

    fn of_cases(matches: &ArgMatches, ignored: &Ignored, cases: &[Case]) -> Self {
        let mut round = Self {
            output: String::new(),
            problems: String::new(),
            summary: String::new(),
            cases: Vec::new(),
            outcome: Outcome::Fine,
        };
        let mut counts = [0_usize; 3];
        for case in cases {
            let outcome = round.add(case, compare(matches, ignored, case));
            let count = match outcome {
                Outcome::Fine => &mut counts[0],
                Outcome::Problems => &mut counts[1],
                Outcome::Impossible => &mut counts[2],
            };
            *count = count.saturating_add(1);
            round.outcome = round.outcome.max(outcome);
        }
        let [fine, different, impossible] = counts;
        let _ = writeln!(
            round.output,
            "{} cases: {fine} ok, {different} different, {impossible} not possible",
            cases.len()
        );
        round
    }

    fn add(&mut self, case: &Case, compared: Result<Compared, CommandError>) -> Outcome {
        let name = &case.name;
        let compared = match compared {
            Ok(compared) => compared,
            Err(error) => {
                let _ = writeln!(self.output, "{name}: {error}");
                let verdict = Verdict::Error(error.to_string());
                self.cases.push((name.clone(), verdict));
                return Outcome::Impossible;
            }
        };
        let outcome = compared.outcome();
        let _ = match outcome {
            Outcome::Fine => writeln!(self.output, "{name}: ok"),
            _ => writeln!(self.output, "{name}: {}", compared.summary()),
        };
        self.output += &compared.problems;
        self.output += &compared.shown();
        self.cases.push((name.clone(), compared.verdict()));
        outcome
    }
}

/// The outcome of a case.
struct Compared {
    difference: Option<difference::Difference>,
    problems: String,
    mapped: Outcome,
}

impl Compared {
    fn outcome(&self) -> Outcome {
        match self.difference {
            Some(_) => Outcome::Problems,
            None => self.mapped,
        }
    }

    fn summary(&self) -> String {
        match (&self.difference, self.mapped) {
            (Some(difference), _) if difference.count == 1 => "1 difference".to_owned(),
            (Some(difference), _) => format!("{} differences", difference.count),
            (None, Outcome::Fine) => "as expected".to_owned(),
            (None, _) => "problems in the X12".to_owned(),
        }
    }

    /// The difference, in colours on a terminal.
    fn shown(&self) -> String {
        let Some(difference) = &self.difference else {
            return String::new();
        };
        if color::is_wanted() {
            difference::colored(&difference.text)
        } else {
            difference.text.clone()
        }
    }

    fn verdict(&self) -> Verdict {
        match (self.outcome(), &self.difference) {
            (Outcome::Fine, _) => Verdict::Passed,
            (_, Some(difference)) => Verdict::Failed(format!(
                "{}\n{}{}",
                self.summary(),
                self.problems,
                difference.text
            )),
            (_, None) => Verdict::Failed(self.problems.clone()),
        }
    }
}

/// By the convention of no-color.org, any value but an empty one turns colours off.
fn compare(matches: &ArgMatches, ignored: &Ignored, case: &Case) -> Result<Compared, CommandError> {
    let Some(name) = &case.expected else {
        return Err("there is no expected result for it".into());
    };
    let Some(file) = &case.input else {
        return Err(format!("{name} has no input").into());
    };
    let expected = input::text(name)?;
    let mapped = Mapped::of(matches, file, Some(&expected))?;
    let result = mapped.text.as_deref();
    Ok(Compared {
        difference: result.and_then(|result| difference(&expected, result, ignored, name)),
        problems: mapped.problems,
        mapped: mapped.outcome,
    })
}

/// A document that was mapped and, if that is requested, converted.
struct Mapped {
    /// The result; `None` for X12 that cannot be read to its end.
    text: Option<String>,
    problems: String,
    outcome: Outcome,
}

impl Mapped {
    fn of(matches: &ArgMatches, file: &str, expected: Option<&str>) -> Result<Self, CommandError> {
        let template = map::Source::read(matches)?;
        let wanted = selection::given(matches)?;
        let document = document::read(matches, file, template.language(), wanted)?;
        let mut mapped = Self {
            text: None,
            problems: document.problems.lines(),
            outcome: document.problems.outcome(),
        };
        let Some(text) = document.text else {
            return Ok(mapped);
        };
        let result = template.mapped(matches, input::shown(file), text)?;
        if matches.get_flag("convert") {
            let alike = expected.and_then(delimiters_of).or(document.delimiters);
            mapped.convert(matches, &result, alike, &template)?;
        } else {
            mapped.text = Some(result);
        }
        Ok(mapped)
    }

    /// Writes a document as X12, with the given delimiters or else those of its model.
    fn convert(
        &mut self,
        matches: &ArgMatches,
        document: &str,
        alike: Option<Delimiters>,
        template: &map::Source,
    ) -> Result<(), CommandError> {
        let delimiters = convert::given_delimiters(matches)?.or(alike);
        let converted = convert::convert(matches, document, delimiters)
            .map_err(|problem| format!("the mapped document: {problem}"))?;
        self.problems += &converted.problems.lines();
        self.problems += &writers_of(&converted.problems, template);
        self.outcome = self.outcome.max(converted.problems.outcome());
        self.text = Some(String::from_utf8_lossy(&converted.x12).into_owned());
        Ok(())
    }
}

/// The places of the template that write the elements with problems, a line each.
fn writers_of(problems: &FileProblems, template: &map::Source) -> String {
    let mut elements: Vec<String> = problems.problems.iter().map(Located::element).collect();
    elements.sort();
    elements.dedup();
    let mut lines = String::new();
    for element in elements {
        for (line, column) in writers(template.text(), &element) {
            // Writing to a string cannot fail.
            let _ = writeln!(
                lines,
                "{}:{line}:{column}: writes {element}",
                template.name()
            );
        }
    }
    lines
}

/// The delimiters of X12.
fn delimiters_of(text: &str) -> Option<Delimiters> {
    if Kind::of(text.as_bytes()) != Kind::X12 {
        return None;
    }
    let (_, reading) = b2bi_local_x12::read(text.as_bytes(), EnvelopeOnly);
    reading.delimiters
}
