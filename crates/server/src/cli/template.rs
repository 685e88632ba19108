//! `b2bi-local template`: a starter template for a transaction set.

use b2bi_local_b2bi::{Selection, starter_template};
use b2bi_local_mapping::StarterLanguage;
use clap::{Arg, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::envelope::EnvelopeOnly;
use super::error::CommandError;
use super::{Outcome, input, print, problems, selection};

pub(super) fn arguments(command: Command) -> Command {
    let [set, version] = selection::arguments();
    command
        .about("Print a starter template, as CreateStarterMappingTemplate does")
        .arg(
            choice("type", &["jsonata", "xslt"], "Language of the template")
                .default_value("jsonata"),
        )
        .arg(
            set.required_unless_present("sample")
                .help("Transaction set, such as X12_850 or 850 [default: that of the sample]"),
        )
        .arg(
            version
                .required_unless_present("sample")
                .help("The version of the set, such as VERSION_4010 or 4010"),
        )
        .arg(
            Arg::new("sample")
                .long("sample")
                .value_name("FILE")
                .help("X12 file whose values fill the template; - is standard input"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let language = match chosen(matches, "type") {
        "xslt" => StarterLanguage::Xslt,
        _ => StarterLanguage::Jsonata,
    };
    let given = selection::given(matches)?;
    let template = if let Some(name) = matches.get_one::<String>("sample") {
        let sample = Sample::read(name, given)?;
        starter_template(sample.selection, language, Some(&sample.bytes))
            .map_err(|problem| format!("{}: {problem}", input::shown(name)))?
    } else {
        let selection = given.ok_or("a set and a version, or a sample, are needed")?;
        starter_template(selection, language, None).map_err(|error| error.to_string())?
    };
    print(template.as_bytes())?;
    Ok(Outcome::Fine)
}

/// A sample, and what it is a sample of.
struct Sample {
    bytes: Vec<u8>,
    selection: Selection,
}

impl Sample {
    fn read(name: &str, given: Option<Selection>) -> Result<Self, CommandError> {
        let mut bytes = Vec::new();
        input::pieces(name, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        let (_, reading) = b2bi_local_x12::read(&bytes, EnvelopeOnly);
        problems::check_kind(name, &reading)?;
        let selection = given
            .or_else(|| selection::of_contents(&reading.contents))
            .ok_or_else(|| {
                format!(
                    "{} holds no transaction of a set that is known; `b2bi-local sets` lists those",
                    input::shown(name)
                )
            })?;
        Ok(Self { bytes, selection })
    }
}
