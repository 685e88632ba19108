//! How many problems of a file a command keeps, and what it says of the others.

use b2bi_local_x12::{PROBLEM_LIMIT, Problem, ReadReport};
use clap::{Arg, ArgMatches, value_parser};

use super::complain;

/// The argument that limits them.
pub(super) fn argument() -> Arg {
    Arg::new("max-problems")
        .long("max-problems")
        .value_name("NUMBER")
        .value_parser(value_parser!(u32))
        .help(format!(
            "Most problems kept in full; the others are counted [default: {PROBLEM_LIMIT}]"
        ))
}

/// The limit that was given, or the default.
pub(super) fn limit(matches: &ArgMatches) -> usize {
    let given = matches.get_one::<u32>("max-problems").copied();
    given.map_or(PROBLEM_LIMIT, |given| {
        usize::try_from(given).unwrap_or(usize::MAX)
    })
}

/// Prints what is tolerated on standard error.
pub(super) fn print_notes(notes: &[Problem]) {
    for note in notes {
        complain(&format!("note: {note}"));
    }
}

/// Prints the problems of the envelope on standard error, and how many were left out.
pub(super) fn print_envelope(reading: &ReadReport) {
    print_notes(&reading.notes);
    for problem in &reading.problems {
        complain(&problem.to_string());
    }
    let omitted = reading.omitted.count();
    if omitted > 0 {
        complain(&format!(
            "{omitted} more problems of the envelope are not listed; --max-problems lists more"
        ));
    }
}
