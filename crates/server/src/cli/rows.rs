//! `b2bi-local rows`: the rows of a table, from X12 files.

use std::fs;

use b2bi_local_x12_tables::{
    Origin, RowFormat, RowWriter, Table, TableReader, TableReport, table_names,
};
use clap::{Arg, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::error::CommandError;
use super::{Outcome, folder, input, print, print_error};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print the rows of a table made of X12 files")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .num_args(0..)
                .default_value("-")
                .help("Files and folders; - is standard input"),
        )
        .arg(
            Arg::new("table")
                .long("table")
                .value_name("TABLE")
                .default_value("segments")
                .help(
                    "segments, elements, problems, documents, a table of a specification such as \
                     835.claims, or FILE.toml or FILE.toml#NAME with a specification of your own",
                ),
        )
        .arg(choice("format", &["jsonl", "csv"], "Format of the rows").default_value("jsonl"))
        .after_help(format!("Tables: {}", table_names().join(", ")))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let names = matches.get_many::<String>("file").unwrap_or_default();
    let names = folder::x12_files(names)?;
    let table = table(
        matches
            .get_one::<String>("table")
            .map_or("", String::as_str),
    )?;
    let format = match chosen(matches, "format") {
        "csv" => RowFormat::Csv,
        _ => RowFormat::JsonLines,
    };
    let mut outcome = Outcome::Fine;
    for (at, name) in names.iter().enumerate() {
        let writer = RowWriter::new(format, table.schema(), at == 0);
        outcome = outcome.max(rows(name, &table, writer)?);
    }
    Ok(outcome)
}

/// The table of a name, or of a specification in a file.
fn table(name: &str) -> Result<Table, CommandError> {
    if let Some(table) = Table::named(name) {
        return Ok(table);
    }
    let (file, of_file) = match name.split_once('#') {
        Some((file, of_file)) => (file, Some(of_file)),
        None => (name, None),
    };
    let extension = std::path::Path::new(file).extension();
    if !extension.is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let names = table_names().join(", ");
        return Err(format!(
            "there is no table {name}; there are {names}, and the tables of your own specifications, FILE.toml"
        )
        .into());
    }
    let text = fs::read_to_string(file).map_err(|error| CommandError::read(file, error))?;
    Table::of_specification(&text, of_file).map_err(|error| format!("{file}, {error}").into())
}

/// Prints the rows of a file; one that cannot be read does not keep the others from it.
fn rows(name: &str, table: &Table, writer: RowWriter) -> Result<Outcome, CommandError> {
    let mut reader = TableReader::new(table, input::shown(name), Origin::default(), writer);
    let read = input::pieces(name, |piece| {
        reader.push(piece);
        reader.rows().hand_out(print)
    });
    match read {
        Ok(()) => {}
        Err(CommandError::OutputClosed) => return Err(CommandError::OutputClosed),
        Err(error) => {
            print_error(&format!("b2bi-local: {error}\n"));
            return Ok(Outcome::Impossible);
        }
    }
    let (mut writer, report) = reader.finish();
    writer.hand_out(print)?;
    // They are rows of the table already.
    if !matches!(table, Table::Problems(_)) {
        print_error(&lines(input::shown(name), &report));
    }
    Ok(if report.is_fine() {
        Outcome::Fine
    } else {
        Outcome::Problems
    })
}

/// A line for each problem.
fn lines(file: &str, report: &TableReport) -> String {
    let place = |transaction, segment| match transaction {
        0 => String::new(),
        _ => format!("segment {segment} of transaction {transaction}: "),
    };
    let problems = report.problems.iter().map(|problem| {
        let at = place(problem.position.transaction, problem.position.segment);
        format!("{file}: {at}{}\n", problem.message())
    });
    let values = report.values.iter().map(|value| {
        let at = place(value.position.transaction, value.position.segment);
        format!("{file}: {at}{}\n", value.message)
    });
    let omitted = (report.omitted > 0)
        .then(|| format!("{file}: {} more problems are not listed\n", report.omitted));
    problems.chain(values).chain(omitted).collect()
}
