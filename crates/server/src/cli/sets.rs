//! `b2bi-local sets`: the transaction sets that are known, as the API spells them.

use std::fmt::Write as _;

use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::{X12TransactionSet, X12Version};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, print};

pub(super) fn arguments(command: Command) -> Command {
    let versions = X12Version::ALL.iter().map(|item| item.as_str());
    command
        .about("List the transaction sets of each version")
        .arg(
            Arg::new("version")
                .long("version")
                .value_name("VERSION")
                .value_parser(PossibleValuesParser::new(versions))
                .help("Only this version's"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let wanted = matches.get_one::<String>("version");
    let mut lines = String::new();
    for version in X12Version::ALL {
        if wanted.is_none_or(|wanted| wanted == version.as_str()) {
            for set in X12TransactionSet::ALL {
                if Selection::new(*set, *version).is_ok() {
                    let _ = writeln!(lines, "{} {}", version.as_str(), set.as_str());
                }
            }
        }
    }
    print(lines.as_bytes())?;
    Ok(Outcome::Fine)
}
