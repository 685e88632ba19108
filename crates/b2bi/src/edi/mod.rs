//! Converts X12 to the service-defined document, and back.

mod check;
mod error;
pub(crate) mod mapping;
pub(crate) mod outbound;
pub(crate) mod rules;
mod selection;
mod starter;
pub(crate) mod transformer;
mod windows;

use std::sync::Arc;

use b2bi_local_model::Error;
use b2bi_local_model::types::{AdvancedOptions, FileFormat, X12Details};
use b2bi_local_x12::{
    JsonWriter, Layout, LoopNames, Omitted, Problem, ReadReport, Reader, ReceivedInterchanges,
    Rules, Sink, Strictness, Validation, Validator, XmlWriter, split,
};

use crate::errors::validation;
pub(crate) use check::{RejectError, check_file, check_transactions};
pub use error::EdiError;
pub(crate) use mapping::Mapping;
pub use rules::validation_rules;
pub use selection::Selection;
pub use starter::{
    StarterChoice, chosen_starter_template, folded_starter_template, starter_template,
};
pub(crate) use windows::{ByteSink, parse_and_validate_in_windows};

/// The initial estimate of how much longer a document is than its X12.
const GROWTH: usize = 6;
/// The conversion of an X12 file.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    selection: Selection,
    /// The format of the document.
    pub(crate) format: FileFormat,
    /// The mapping that follows.
    pub(crate) mapping: Option<Mapping>,
    /// Whether each transaction becomes a separate document.
    pub(crate) split: bool,
    /// The user's validation rules.
    rules: Option<Rules>,
}

/// The form of documents.
#[derive(Clone, Debug)]
pub struct DocumentStyle {
    /// The layout of JSON.
    ///
    /// Source: Assumption A-21.
    pub layout: Layout,
    /// Loop names that replace the standard's.
    pub loop_names: Option<Arc<LoopNames>>,
    /// The maximum number of a file's problems that are kept in full; the others are counted.
    pub problem_limit: usize,
}

/// A document, and the problems of the file.
pub(crate) struct Parsed {
    pub(crate) document: String,
    /// The problems of the envelope, and those that the standard and the user's rules find in the
    /// transactions.
    pub(crate) validation_messages: Vec<String>,
}

impl Conversion {
    /// A conversion without a mapping.
    ///
    /// # Errors
    ///
    /// The set, the version or the format is missing, the version does not have the set, or the
    /// validation rules do not match it.
    pub(crate) fn new(
        details: &X12Details,
        format: FileFormat,
        options: Option<&AdvancedOptions>,
    ) -> Result<Self, Error> {
        let selection = Selection::of(details).map_err(validation)?;
        if format == FileFormat::NotUsed {
            let problem = "fileFormat must be JSON or XML here, not NOT_USED";
            return Err(validation(problem));
        }
        Ok(Self {
            selection,
            format,
            mapping: None,
            split: rules::splits(options),
            rules: rules::of(options, selection)?,
        })
    }

    /// The layout of the JSON document: without spaces if only a mapping reads it.
    fn layout(&self, style: &DocumentStyle) -> Layout {
        if self.mapping.is_some() {
            Layout::Compact
        } else {
            style.layout
        }
    }

    /// A validator for the standard, the implementation guide if one is requested, and the user's
    /// rules.
    pub(crate) fn validator(&self) -> Validator<'_> {
        let validator = Validator::new(Strictness::Attested, self.rules.as_ref());
        if self.selection.is_guided() {
            validator.guided()
        } else {
            validator
        }
    }
}

/// Parses and validates a file.
///
/// # Errors
///
/// It is not readable X12, or it contains transactions of another set or version.
pub(crate) fn parse(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
) -> Result<Parsed, EdiError> {
    let ParsedFile {
        document,
        reading,
        validation,
        ..
    } = parse_and_validate(file, conversion, style, true)?;
    if let Some(problem) = reading.fatal() {
        return Err(EdiError::Unreadable(Box::new(problem.clone())));
    }
    conversion.selection.check(&reading.contents)?;
    Ok(Parsed {
        document,
        validation_messages: messages(&validation.problems, &validation.omitted),
    })
}

/// The messages of problems, and the number of those that were left out.
pub(crate) fn messages(problems: &[Problem], omitted: &Omitted) -> Vec<String> {
    let omitted = omitted.count();
    let more = (omitted > 0).then(|| format!("{omitted} more problems are not listed"));
    problems
        .iter()
        .map(ToString::to_string)
        .chain(more)
        .collect()
}

/// All results for an X12 file.
pub(crate) struct ParsedFile {
    pub(crate) document: String,
    pub(crate) reading: ReadReport,
    pub(crate) validation: Validation,
    pub(crate) received: ReceivedInterchanges,
}

impl ParsedFile {
    fn new(document: String, reading: ReadReport, rest: Checks<'_>) -> Self {
        let rest = rest.map(|(validator, received)| (validator.finish(), received));
        let (validation, received) =
            rest.unwrap_or_else(|| (Validation::default(), ReceivedInterchanges::new()));
        Self {
            document,
            reading,
            validation,
            received,
        }
    }
}

/// Reads a file and, if `validates` is true, validates it; [`check_file`] decides whether it is
/// accepted.
///
/// # Errors
///
/// The document is not text.
pub(crate) fn parse_and_validate(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
    validates: bool,
) -> Result<ParsedFile, EdiError> {
    let capacity = file.len().saturating_mul(GROWTH);
    let (document, rest, reading) = match conversion.format {
        FileFormat::Xml => {
            let writer = XmlWriter::new(capacity);
            let (writer, rest, reading) = read(file, reader(writer, conversion, style, validates));
            (writer.finish(), rest, reading)
        }
        FileFormat::Json | FileFormat::NotUsed => {
            let writer = JsonWriter::new(conversion.layout(style), capacity);
            let (writer, rest, reading) = read(file, reader(writer, conversion, style, validates));
            (writer.finish(), rest, reading)
        }
    };
    let document = String::from_utf8(document).map_err(EdiError::NotText)?;
    Ok(ParsedFile::new(document, reading, rest))
}

/// The problems that the standard and the user's rules find in X12.
pub(crate) fn validate(x12: &[u8], conversion: &Conversion) -> Validation {
    let (validator, _) = b2bi_local_x12::read(x12, conversion.validator());
    validator.finish()
}

/// The results for a file other than its document; `None` if it is not validated.
type Checks<'c> = Option<(Validator<'c>, ReceivedInterchanges)>;

fn read<'c, W: Sink>(
    file: &[u8],
    mut reader: Reader<(W, Checks<'c>)>,
) -> (W, Checks<'c>, ReadReport) {
    reader.push(file);
    let ((writer, rest), reading) = reader.finish();
    (writer, rest, reading)
}

fn reader<'c, W: Sink>(
    writer: W,
    conversion: &'c Conversion,
    style: &DocumentStyle,
    validates: bool,
) -> Reader<(W, Checks<'c>)> {
    let limit = style.problem_limit;
    let rest = validates.then(|| {
        let validator = conversion.validator().problem_limit(limit);
        (validator, ReceivedInterchanges::new())
    });
    let sink = (writer, rest);
    let reader = match &style.loop_names {
        Some(names) => Reader::named(sink, Arc::clone(names)),
        None => Reader::new(sink),
    };
    reader.problem_limit(limit)
}

/// The document of any file.
///
/// # Errors
///
/// It is not readable X12.
pub(crate) fn document(
    file: &[u8],
    format: FileFormat,
    style: &DocumentStyle,
) -> Result<String, EdiError> {
    let capacity = file.len().saturating_mul(GROWTH);
    let (document, reading) = match format {
        FileFormat::Xml => {
            let (writer, reading) = unchecked(file, XmlWriter::new(capacity), style);
            (writer.finish(), reading)
        }
        FileFormat::Json | FileFormat::NotUsed => {
            let (writer, reading) = unchecked(file, JsonWriter::new(style.layout, capacity), style);
            (writer.finish(), reading)
        }
    };
    match reading.fatal() {
        Some(problem) => Err(EdiError::Unreadable(Box::new(problem.clone()))),
        None => String::from_utf8(document).map_err(EdiError::NotText),
    }
}

fn unchecked<W: Sink>(file: &[u8], writer: W, style: &DocumentStyle) -> (W, ReadReport) {
    let mut reader = match &style.loop_names {
        Some(names) => Reader::named(writer, Arc::clone(names)),
        None => Reader::new(writer),
    };
    reader.push(file);
    reader.finish()
}

/// A document for each transaction of a file.
///
/// # Errors
///
/// The file cannot be parsed, or it contains more than `limit` transactions.
pub(crate) fn parse_split(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
    limit: usize,
) -> Result<Vec<String>, EdiError> {
    let (pieces, _) = split(file);
    check_transactions(pieces.len(), limit)?;
    let document = |bytes: &[u8]| parse(bytes, conversion, style).map(|value| value.document);
    pieces.iter().map(|piece| document(&piece.bytes)).collect()
}
