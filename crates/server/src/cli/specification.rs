//! `b2bi-local specification`: a specification of tables, as a start for your own.

use b2bi_local_faults::similar;
use b2bi_local_x12::Outline;
use b2bi_local_x12_tables::{generated_specification, shipped_specification, specification_names};
use clap::{Arg, ArgMatches, Command};

use super::error::CommandError;
use super::{Outcome, print, selection};

pub(super) fn arguments(command: Command) -> Command {
    let [set, version] = selection::arguments();
    command
        .about("Print a specification of tables for `rows`, to edit")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required_unless_present("transaction-set")
                .conflicts_with("transaction-set")
                .help("A specification that comes with the program, such as 835"),
        )
        .arg(set.help(
            "Transaction set, such as X12_850 or 850: generates a table for each of its loops",
        ))
        .arg(version.help("The version of the set, such as VERSION_4010 or 4010"))
        .after_help(format!("Names: {}", names()))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let text = match selection::given(matches)? {
        Some(selection) => {
            let guide = selection.guide();
            let outline = Outline::new(selection.version(), selection.set(), guide);
            generated_specification(&outline.ok_or("the set has no table")?)
        }
        None => shipped(matches.get_one::<String>("name").map_or("", String::as_str))?,
    };
    print(text.as_bytes())?;
    Ok(Outcome::Fine)
}

fn shipped(name: &str) -> Result<String, CommandError> {
    if let Some(text) = shipped_specification(name) {
        return Ok(text.to_owned());
    }
    let known: Vec<&str> = specification_names().collect();
    let nearest = match similar(name, &known) {
        Some(near) => format!("; did you mean {near}?"),
        None => format!(
            "; there are {}. For another set, name it: --transaction-set X12_204 --version VERSION_4010",
            names()
        ),
    };
    Err(format!("no specification {name} comes with the program{nearest}").into())
}

fn names() -> String {
    specification_names().collect::<Vec<_>>().join(", ")
}
