//! Options with a fixed list of values, which are taken in upper and lower case.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, ArgMatches};

/// An option that takes one of `values`.
pub(super) fn choice(
    name: &'static str,
    values: &'static [&'static str],
    help: &'static str,
) -> Arg {
    let as_listed = move |typed: String| {
        let listed = values.iter().copied();
        listed
            .into_iter()
            .find(|value| value.eq_ignore_ascii_case(&typed))
            .unwrap_or_default()
    };
    Arg::new(name)
        .long(name)
        .value_name(name.to_uppercase())
        .ignore_case(true)
        .value_parser(PossibleValuesParser::new(values).map(as_listed))
        .help(help)
}

/// The value given for an option of [`choice`]; empty without one.
pub(super) fn chosen(matches: &ArgMatches, name: &str) -> &'static str {
    matches.get_one(name).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::{choice, chosen};

    #[test]
    fn a_value_is_taken_in_any_case() {
        let command = || Command::new("any").arg(choice("wrap", &["ONE_LINE", "auto"], ""));
        for (typed, expected) in [
            ("ONE_LINE", "ONE_LINE"),
            ("one_line", "ONE_LINE"),
            ("Auto", "auto"),
        ] {
            let matches = command()
                .try_get_matches_from(["any", "--wrap", typed])
                .unwrap();
            assert_eq!(chosen(&matches, "wrap"), expected);
        }
        assert!(
            command()
                .try_get_matches_from(["any", "--wrap", "x"])
                .is_err()
        );
        let matches = command().try_get_matches_from(["any"]).unwrap();
        assert_eq!(chosen(&matches, "wrap"), "");
    }
}
