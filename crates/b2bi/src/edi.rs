//! From X12 to the service-defined document.

use std::sync::Arc;

use b2bi_local_model::Error;
use b2bi_local_model::types::{AdvancedOptions, FileFormat, X12Details};
use b2bi_local_x12::{
    JsonWriter, Layout, LoopNames, Reader, Reading, Rules, Sink, Strictness, Validation, Validator,
    XmlWriter, split,
};

use crate::errors::validation;
use crate::mapping::{Evaluation, Mapping};
use crate::rules;
use crate::selection::Selection;

/// How much longer than its X12 a document is expected to be, for a start.
const GROWTH: usize = 6;

/// What is done to an X12 file.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    selection: Selection,
    /// The format of the document.
    pub(crate) format: FileFormat,
    /// The mapping that comes after.
    pub(crate) mapping: Option<Mapping>,
    /// Whether each transaction becomes a document of its own.
    pub(crate) split: bool,
    /// The user's own validation rules.
    rules: Option<Rules>,
}

/// How documents look.
#[derive(Clone, Debug)]
pub struct DocumentStyle {
    /// The layout of JSON.
    ///
    /// Source: Assumption A-21.
    pub layout: Layout,
    /// Loop names in place of the standard's.
    pub loop_names: Option<Arc<LoopNames>>,
}

/// A document, and what is wrong with the file.
pub(crate) struct Parsed {
    pub(crate) document: String,
    /// Wrong counts and control numbers.
    pub(crate) envelope_problems: Vec<String>,
    /// What the standard and the user's own rules find wrong with the transactions.
    pub(crate) validation_messages: Vec<String>,
}

impl Conversion {
    /// A conversion without a mapping.
    ///
    /// # Errors
    ///
    /// The set, the version or the format is not given, the version does not have the set, or the
    /// validation rules do not fit it.
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
}

/// Parses and validates a file.
///
/// # Errors
///
/// It is not readable X12, or it holds transactions of another set or version.
pub(crate) fn parse(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
) -> Result<Parsed, String> {
    let capacity = file.len().saturating_mul(GROWTH);
    let (document, validation, reading) = match conversion.format {
        FileFormat::Xml => {
            let writer = XmlWriter::new(capacity);
            let (writer, validation, reading) = read(file, writer, conversion, style);
            (writer.finish(), validation, reading)
        }
        FileFormat::Json | FileFormat::NotUsed => {
            let writer = JsonWriter::new(style.layout, capacity);
            let (writer, validation, reading) = read(file, writer, conversion, style);
            (writer.finish(), validation, reading)
        }
    };
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    conversion.selection.check(&reading.contents)?;
    Ok(Parsed {
        document: String::from_utf8(document).map_err(|error| error.to_string())?,
        envelope_problems: reading.problems.iter().map(ToString::to_string).collect(),
        validation_messages: validation
            .problems
            .iter()
            .map(ToString::to_string)
            .collect(),
    })
}

fn read<W: Sink>(
    file: &[u8],
    writer: W,
    conversion: &Conversion,
    style: &DocumentStyle,
) -> (W, Validation, Reading) {
    let mut validator = Validator::new(Strictness::Attested, conversion.rules.as_ref());
    if conversion.selection.is_guided() {
        validator = validator.guided();
    }
    let sink = (writer, validator);
    let mut reader = match &style.loop_names {
        Some(names) => Reader::named(sink, Arc::clone(names)),
        None => Reader::new(sink),
    };
    reader.push(file);
    let ((writer, validator), reading) = reader.finish();
    (writer, validator.finish(), reading)
}

/// A document for each transaction of a file.
///
/// # Errors
///
/// The file cannot be parsed, or it holds more than `limit` transactions.
pub(crate) fn parse_split(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
    limit: usize,
) -> Result<Vec<String>, String> {
    let (pieces, _) = split(file);
    if pieces.len() > limit {
        return Err(format!(
            "The file holds {} transactions; at most {limit} can be split",
            pieces.len()
        ));
    }
    let document = |bytes: &[u8]| parse(bytes, conversion, style).map(|it| it.document);
    pieces.iter().map(|piece| document(&piece.bytes)).collect()
}

/// The document that a job writes.
///
/// # Errors
///
/// The file cannot be parsed, its envelopes do not add up, or it cannot be mapped.
pub(crate) fn transform(
    file: &[u8],
    conversion: &Conversion,
    style: &DocumentStyle,
    evaluation: &Evaluation,
) -> Result<String, String> {
    let parsed = parse(file, conversion, style)?;
    if !parsed.envelope_problems.is_empty() {
        return Err(parsed.envelope_problems.join("; "));
    }
    match &conversion.mapping {
        Some(mapping) => mapping.apply(&parsed.document, evaluation),
        None => Ok(parsed.document),
    }
}
