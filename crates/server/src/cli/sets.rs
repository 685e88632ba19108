//! `b2bi-local sets`: the known transaction sets, by their names in the API.

use std::fmt::Write as _;

use b2bi_local_model::types::X12Version;
use clap::{Arg, ArgMatches, Command};

use super::error::CommandError;
use super::{Outcome, print, selection};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("List the transaction sets of each version")
        .arg(
            Arg::new("filter")
                .value_name("TEXT")
                .help("Only sets whose name contains this text, such as 837"),
        )
        .arg(
            Arg::new("version")
                .long("version")
                .value_name("VERSION")
                .value_parser(selection::version)
                .help("Only sets of this version, such as VERSION_5010_HIPAA or 4010"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let wanted = matches.get_one::<X12Version>("version");
    let filter = matches.get_one::<String>("filter");
    let text = filter.map_or_else(String::new, |filter| filter.to_ascii_uppercase());
    let mut lines = String::new();
    for version in X12Version::ALL {
        if wanted.is_some_and(|wanted| wanted != version) {
            continue;
        }
        for (set, _) in selection::sets_of(*version) {
            if set.as_str().contains(&text) {
                let _ = writeln!(lines, "{} {}", version.as_str(), set.as_str());
            }
        }
    }
    if lines.is_empty() {
        return Err(format!("no transaction set has {text} in its name").into());
    }
    print(lines.as_bytes())?;
    Ok(Outcome::Fine)
}
