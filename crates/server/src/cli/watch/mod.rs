//! `b2bi-local watch`: a document, mapped anew whenever a file changes.

mod difference;
mod files;

use std::fs;
use std::io::{self, IsTerminal as _};

use clap::{Arg, ArgAction, ArgMatches, Command};

use self::files::Files;
use super::{Outcome, complain, convert, document, map, print, selection};

pub(super) fn arguments(command: Command) -> Command {
    let flag = |name, help| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    command
        .about("Map a document whenever a file changes, and print the result or how it differs")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .help("The document: JSON, XML, or X12, which is parsed first"),
        )
        .arg(map::template())
        .arg(
            Arg::new("expect")
                .long("expect")
                .value_name("EXPECTED")
                .help("The file with the result that is wanted; print how the result differs"),
        )
        .arg(flag("convert", "Write the mapped document as X12"))
        .arg(flag(
            "once",
            "Run once: exit status 0 as expected, 1 different, 2 not possible",
        ))
        .args(convert::form())
        .arg(document::loop_names())
        .args(selection::arguments())
        .arg(map::xslt_command())
}

/// Runs once, or whenever a file changes until the process is ended.
pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let mut files = Files::new(
        ["template", "file", "expect", "loop-names"]
            .into_iter()
            .filter_map(|name| matches.get_one::<String>(name)),
    );
    loop {
        let round = round(matches);
        if matches.get_flag("once") {
            let (outcome, text) = round?;
            print(text.as_bytes())?;
            return Ok(outcome);
        }
        match round {
            Ok((Outcome::Fine, text)) if text.is_empty() => complain("as expected"),
            Ok((_, text)) => print(text.as_bytes())?,
            Err(problem) => complain(&problem),
        }
        complain(&format!("{} changed", files.wait()));
    }
}

/// What is to be printed: the result, or how it differs from what is expected.
fn round(matches: &ArgMatches) -> Result<(Outcome, String), String> {
    let result = result(matches)?;
    let Some(name) = matches.get_one::<String>("expect") else {
        return Ok((Outcome::Fine, result));
    };
    let expected = difference::laid_out(&read(name)?);
    let result = difference::laid_out(&result);
    if expected == result {
        return Ok((Outcome::Fine, String::new()));
    }
    let difference = difference::unified(&expected, &result, name);
    let colored = colored(io::stdout().is_terminal(), std::env::var("NO_COLOR").ok());
    Ok((
        Outcome::Problems,
        if colored {
            difference::colored(&difference)
        } else {
            difference
        },
    ))
}

/// By the convention of no-color.org, any value but an empty one turns colours off.
fn colored(terminal: bool, no_color: Option<String>) -> bool {
    terminal && no_color.is_none_or(|no_color| no_color.is_empty())
}

/// Parses, maps and, if it is asked for, converts.
fn result(matches: &ArgMatches) -> Result<String, String> {
    let name = matches.get_one::<String>("file").map_or("", String::as_str);
    let template = map::Source::read(matches)?;
    let wanted = selection::given(matches)?;
    let document = document::of(matches, read(name)?, template.language(), wanted)
        .map_err(|problem| format!("{name}: {problem}"))?;
    let mapped = template.mapped(matches, &document)?;
    if !matches.get_flag("convert") {
        return Ok(mapped);
    }
    let written = convert::written(matches, &mapped)
        .map_err(|problem| format!("the mapped document: {problem}"))?;
    Ok(String::from_utf8_lossy(&written).into_owned())
}

fn read(name: &str) -> Result<String, String> {
    fs::read_to_string(name).map_err(|error| format!("{name} cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::colored;

    #[test]
    fn colours_are_for_terminals_whose_owner_wants_them() {
        for (terminal, no_color, wanted) in [
            (true, None, true),
            (true, Some(""), true),
            (true, Some("1"), false),
            (false, None, false),
        ] {
            let no_color_text = no_color.map(str::to_owned);
            assert_eq!(colored(terminal, no_color_text), wanted, "{no_color:?}");
        }
    }
}
