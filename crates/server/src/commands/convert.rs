//! `b2bi-local convert`: a service-defined document as X12.

use b2bi_local_x12::{Writing, write_json};
use clap::{ArgMatches, Command};

use super::{Outcome, input, print};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print the X12 that the service makes of a service-defined JSON document")
        .arg(input::argument())
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let bytes = input::whole(matches)?;
    let text = String::from_utf8(bytes).map_err(|_| "the document is not UTF-8".to_owned())?;
    let x12 = write_json(&text, &Writing::standard()).map_err(|problem| problem.to_string())?;
    print(&x12)?;
    Ok(Outcome::Fine)
}
