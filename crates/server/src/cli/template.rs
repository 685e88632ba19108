//! `b2bi-local template`: a starter template for a transaction set.

use b2bi_local_b2bi::{
    Selection, StarterChoice, chosen_starter_template, folded_starter_template, starter_template,
};
use b2bi_local_mapping::StarterLanguage;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::choice::{choice, chosen};
use super::envelope::EnvelopeOnly;
use super::error::CommandError;
use super::{Outcome, input, print, problems, selection};

fn switch(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

pub(super) fn arguments(command: Command) -> Command {
    let [set, version] = selection::arguments();
    command
        .about("Print a starter template, like CreateStarterMappingTemplate")
        .arg(
            choice("type", &["jsonata", "xslt"], "Language of the template")
                .default_value("jsonata"),
        )
        .arg(
            set.required_unless_present("sample")
                .help("Transaction set, such as X12_850 or 850 [default: the sample's]"),
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
                .help("X12 file with the values for the template; - is standard input"),
        )
        .arg(
            switch("fold")
                .requires("sample")
                .help("Write each kind of loop and segment of the sample once, with notes from the tables"),
        )
        .arg(
            switch("required")
                .conflicts_with_all(["sample", "segments"])
                .help("Write only what the set requires"),
        )
        .arg(
            Arg::new("segments")
                .long("segments")
                .value_name("SEGMENTS")
                .value_delimiter(',')
                .conflicts_with("sample")
                .help("Write these segments, in the order of the document, their loops, and what is required"),
        )
        .arg(
            switch("usual")
                .conflicts_with("sample")
                .help("Write usual codes and parties, and the levels S, O, P and I of an 856"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let language = match chosen(matches, "type") {
        "xslt" => StarterLanguage::Xslt,
        _ => StarterLanguage::Jsonata,
    };
    let given = selection::given(matches)?;
    let template = if let Some(name) = matches.get_one::<String>("sample") {
        let Sample { bytes, selection } = Sample::read(name, given)?;
        let template = if matches.get_flag("fold") {
            folded_starter_template(selection, language, &bytes)
        } else {
            starter_template(selection, language, Some(&bytes))
        };
        template.map_err(|problem| format!("{}: {problem}", input::shown(name)))?
    } else {
        let selection = given.ok_or("a set and a version, or a sample, are needed")?;
        chosen_starter_template(selection, language, &choice_of(matches))
            .map_err(|error| error.to_string())?
    };
    print(template.as_bytes())?;
    Ok(Outcome::Fine)
}

/// Which part of the set the arguments ask for.
fn choice_of(matches: &ArgMatches) -> StarterChoice {
    let segments = matches.get_many::<String>("segments").into_iter().flatten();
    StarterChoice {
        required: matches.get_flag("required"),
        segments: segments
            .map(|segment| segment.trim().to_uppercase())
            .collect(),
        usual: matches.get_flag("usual"),
    }
}

/// A sample, and its set.
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
                    "{} contains no transaction of a known set; `b2bi-local sets` lists those",
                    input::shown(name)
                )
            })?;
        Ok(Self { bytes, selection })
    }
}
