//! `b2bi-local validate`: validates X12 files against the standard and a user's rules.

use std::cell::OnceCell;
use std::io::{IsTerminal as _, stdout};
use std::thread::{self, Scope};

use b2bi_local_b2bi::Selection;
use b2bi_local_x12::{Delimiters, ParallelReader, Reader, Rules, Strictness, Validator};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::error::CommandError;
use super::headers::Head;
use super::problems::{self, FileProblems, PLACES};
use super::report::{FileReport, render};
use super::rules::RulesFile;
use super::{Outcome, color, excerpt, folder, input, print, selection};

/// The amount of a file that a core validates at a time.
const WINDOW: usize = 1 << 20;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Validate X12 files and print their problems")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .num_args(0..)
                .default_value("-")
                .help("Files and folders; - is standard input"),
        )
        .arg(
            choice(
                "format",
                &["text", "service", "json", "junit", "sarif"],
                "Format of the report; service is the service's own validation report",
            )
            .default_value("text"),
        )
        .arg(Arg::new("rules").long("rules").value_name("FILE").help(
            "JSON with the validation rules of a transformer: {\"validationRules\": [...]}, \
                     the list alone, or its advancedOptions",
        ))
        .arg(
            Arg::new("strict")
                .long("strict")
                .action(ArgAction::SetTrue)
                .help("Also check rules that are only inferred: from later versions, and derived guides"),
        )
        .arg(
            choice("excerpt", &["auto", "always", "never"], "Print the segment of each problem with a caret; auto is on a terminal")
                .default_value("auto"),
        )
        .arg(problems::argument())
        .args(selection::arguments())
        .after_help(PLACES)
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let names = matches.get_many::<String>("file").unwrap_or_default();
    let names = folder::x12_files(names)?;
    let how = ValidateOptions {
        wanted: selection::given(matches)?,
        rules: matches
            .get_one::<String>("rules")
            .map(|name| RulesFile::read(name))
            .transpose()?,
        strictness: if matches.get_flag("strict") {
            Strictness::Inferred
        } else {
            Strictness::Attested
        },
        limit: problems::limit(matches),
        has_excerpts: has_excerpts(matches),
    };
    let reports = names
        .iter()
        .map(|name| how.report(name))
        .collect::<Result<Vec<_>, _>>()?;
    print(render(chosen(matches, "format"), &reports).as_bytes())?;
    let outcomes = reports.iter().map(FileReport::outcome);
    Ok(outcomes.max().unwrap_or(Outcome::Fine))
}

/// Whether the text report shows segments.
fn has_excerpts(matches: &ArgMatches) -> bool {
    let is_wanted = match chosen(matches, "excerpt") {
        "always" => true,
        "never" => false,
        _ => stdout().is_terminal(),
    };
    is_wanted && chosen(matches, "format") == "text"
}

/// Takes the next piece of a file.
type PieceSink<'t> = dyn FnMut(&[u8]) -> Result<(), CommandError> + 't;

/// How files are validated.
struct ValidateOptions {
    wanted: Option<Selection>,
    rules: Option<RulesFile>,
    strictness: Strictness,
    limit: usize,
    has_excerpts: bool,
}

impl ValidateOptions {
    /// Validates a file; one that cannot be validated does not keep the others from it.
    fn report(&self, name: &str) -> Result<FileReport, CommandError> {
        match self.validate(name) {
            Ok(report) => Ok(report),
            Err(CommandError::OutputClosed) => Err(CommandError::OutputClosed),
            Err(error) => Ok(FileReport::impossible(input::shown(name), &error)),
        }
    }

    fn validate(&self, name: &str) -> Result<FileReport, CommandError> {
        if !self.has_excerpts {
            let (report, _) = self.validate_pieces(name, |take| input::pieces(name, take))?;
            return Ok(report);
        }
        let mut file = input::Repeatable::open(name)?;
        let (mut report, delimiters) = self.validate_pieces(name, |take| file.pieces(take))?;
        if let Some(delimiters) = delimiters {
            excerpt::add(
                &mut report.problems,
                &mut file,
                delimiters,
                color::is_wanted(),
            )?;
        }
        Ok(report)
    }

    /// Validates the contents of `pieces`, and returns the delimiters.
    fn validate_pieces(
        &self,
        name: &str,
        pieces: impl FnOnce(&mut PieceSink<'_>) -> Result<(), CommandError>,
    ) -> Result<(FileReport, Option<Delimiters>), CommandError> {
        let rules = OnceCell::new();
        let mut head = Head::default();
        let (validator, reading) = thread::scope(|scope| {
            let mut reader = None;
            pieces(&mut |piece| {
                head.push(piece);
                let begun = match reader.take() {
                    Some(reader) => reader,
                    None => self.reader(scope, piece, &rules)?,
                };
                reader.insert(begun).push(piece, |_| Ok(()))
            })?;
            let reader = reader.ok_or("the file is empty")?;
            reader.finish(|_| Ok::<(), CommandError>(()))
        })?;
        let validation = validator.finish();
        problems::check_kind(name, &reading)?;
        if reading.fatal().is_none() {
            selection::check(self.wanted, &reading.contents, input::shown(name))?;
        }
        let report = FileReport {
            problems: FileProblems::of_validation(name, &validation, &reading, &head),
            service: validation.report(),
            error: None,
        };
        Ok((report, reading.delimiters))
    }

    /// A reader for a file with this beginning.
    fn reader<'scope, 'data>(
        &self,
        scope: &'scope Scope<'scope, 'data>,
        beginning: &[u8],
        rules: &'data OnceCell<Rules>,
    ) -> Result<ParallelReader<'scope, 'data, Validator<'data>>, CommandError> {
        let rules = match &self.rules {
            Some(file) => file.rules(self.wanted, beginning, rules)?,
            None => None,
        };
        let mut validator = Validator::new(self.strictness, rules).problem_limit(self.limit);
        if self.wanted.is_none_or(Selection::is_guided) {
            validator = validator.guided();
        }
        let reader = Reader::new(validator).problem_limit(self.limit);
        Ok(ParallelReader::on_all_cores(scope, reader, WINDOW))
    }
}
