//! From X12 to the service-defined document.

use b2bi_local_model::Error;
use b2bi_local_model::types::{AdvancedOptions, FileFormat, X12Details};
use b2bi_local_x12::{Document, Layout, Rules, Strictness, to_json, to_xml, validate};

use crate::errors::validation;
use crate::rules;
use crate::selection::Selection;

/// What is done to an X12 file.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    selection: Selection,
    /// The format of the document.
    pub(crate) format: FileFormat,
    /// Whether a mapping template comes after.
    pub(crate) mapped: bool,
    /// The user's own validation rules.
    rules: Option<Rules>,
}

/// A document, and what is wrong with the file's envelopes.
pub(crate) struct Parsed {
    pub(crate) document: String,
    pub(crate) envelope_problems: Vec<String>,
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
            mapped: false,
            rules: rules::of(options, selection)?,
        })
    }
}

/// Parses a file.
///
/// # Errors
///
/// It is not readable X12, or it holds transactions of another set or version.
pub(crate) fn parse(
    file: &[u8],
    conversion: &Conversion,
    layout: Layout,
) -> Result<Parsed, String> {
    let Document { text, reading } = match conversion.format {
        FileFormat::Xml => to_xml(file),
        FileFormat::Json | FileFormat::NotUsed => to_json(file, layout),
    };
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    conversion.selection.check(&reading.contents)?;
    Ok(Parsed {
        document: text,
        envelope_problems: reading.problems.iter().map(ToString::to_string).collect(),
    })
}

/// What the standard and the user's own rules find wrong with a file's transactions.
pub(crate) fn validation_messages(file: &[u8], conversion: &Conversion) -> Vec<String> {
    let (validation, _) = validate(file, Strictness::Attested, conversion.rules.as_ref());
    let problems = validation.problems.iter();
    problems.map(ToString::to_string).collect()
}

/// The document that a job writes.
///
/// # Errors
///
/// The file cannot be parsed, its envelopes do not add up, or it would have to be mapped.
pub(crate) fn transform(
    file: &[u8],
    conversion: &Conversion,
    layout: Layout,
) -> Result<String, String> {
    let parsed = parse(file, conversion, layout)?;
    if !parsed.envelope_problems.is_empty() {
        return Err(parsed.envelope_problems.join("; "));
    }
    if conversion.mapped {
        return Err(
            "The transformer has a mapping template, and templates are not evaluated in this \
             release; a transformer without one writes the service-defined document"
                .to_owned(),
        );
    }
    Ok(parsed.document)
}
