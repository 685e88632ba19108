//! Converts the service-defined document to X12.

use b2bi_local_model::Error;
use b2bi_local_model::types::{AdvancedOptions, ConversionSourceFormat, X12Details};
use b2bi_local_x12::{
    Reader, Rules, Strictness, Validator, Wrap, WriteOptions, write_json, write_xml,
};

use crate::edi::messages;
use crate::edi::rules;
use crate::edi::{EdiError, Selection};
use crate::errors::validation;

/// A conversion of documents to X12, without the write options.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    /// The required contents of the document; `None` accepts any set.
    selection: Option<Selection>,
    /// The format of the document.
    format: ConversionSourceFormat,
    /// The user's validation rules.
    rules: Option<Rules>,
}

/// The X12, and the problems that the standard and the user's rules find in it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) x12: Vec<u8>,
    pub(crate) validation_messages: Vec<String>,
}

impl Outbound {
    /// A conversion into a transaction set, or into the set in the document.
    ///
    /// # Errors
    ///
    /// Only one of set and version is given, the version does not have the set, or the validation
    /// rules do not match it or have no set to match.
    pub(crate) fn new(
        details: Option<&X12Details>,
        format: ConversionSourceFormat,
        options: Option<&AdvancedOptions>,
    ) -> Result<Self, Error> {
        let selection = details.map(Selection::of).transpose().map_err(validation)?;
        let rules = match selection {
            Some(selection) => rules::of(options, selection)?,
            None if rules::given(options) => {
                let problem = "validationRules need formatDetails, which name the transaction set";
                return Err(validation(problem));
            }
            None => None,
        };
        Ok(Self {
            selection,
            format,
            rules,
        })
    }
}

/// Writes a document as X12.
///
/// # Errors
///
/// It is not JSON or XML, not the service-defined document, or contains another set or version.
pub(crate) fn write(
    document: &str,
    outbound: &Outbound,
    writing: &WriteOptions,
) -> Result<Written, EdiError> {
    let x12 = formatted(document, outbound.format, writing)?;
    let readable = match writing.wrap {
        // Line breaks within segments are for other readers.
        Wrap::Length(..) => {
            let wrap = Wrap::OneLine;
            let writing = WriteOptions {
                wrap,
                ..writing.clone()
            };
            &formatted(document, outbound.format, &writing)?
        }
        _ => &x12,
    };
    let validation_messages = check(readable, outbound)?;
    Ok(Written {
        x12,
        validation_messages,
    })
}

/// Any service-defined document as X12.
///
/// # Errors
///
/// The problem and its place.
pub(crate) fn formatted(
    document: &str,
    format: ConversionSourceFormat,
    writing: &WriteOptions,
) -> Result<Vec<u8>, EdiError> {
    let written = match format {
        ConversionSourceFormat::Json => write_json(document, writing),
        ConversionSourceFormat::Xml => write_xml(document, writing),
    };
    written.map_err(|error| EdiError::Document {
        format,
        hint: other_format(document, format),
        source: Box::new(error),
    })
}

/// The advice for a document that is not in the stated format.
fn other_format(document: &str, format: ConversionSourceFormat) -> &'static str {
    let start = document.trim_start();
    match format {
        ConversionSourceFormat::Json if start.starts_with('<') => {
            "; it looks like XML, which wants the fileFormat XML"
        }
        ConversionSourceFormat::Xml if start.starts_with(['{', '[']) => {
            "; it looks like JSON, which wants the fileFormat JSON"
        }
        ConversionSourceFormat::Xml if start.starts_with('"') => {
            "; it looks like a JSON string, which must be parsed as JSON first"
        }
        _ if start.starts_with("ISA") => "; it is X12 already",
        _ => "",
    }
}

/// The problems of the output, if it has the expected set and version.
fn check(x12: &[u8], outbound: &Outbound) -> Result<Vec<String>, EdiError> {
    let mut validator = Validator::new(Strictness::Attested, outbound.rules.as_ref());
    if outbound.selection.is_none_or(Selection::is_guided) {
        validator = validator.guided();
    }
    let mut reader = Reader::new(validator);
    reader.push(x12);
    let (validator, reading) = reader.finish();
    if let Some(problem) = reading.fatal() {
        return Err(EdiError::IncompleteX12(Box::new(problem.clone())));
    }
    if let Some(selection) = outbound.selection {
        selection.check(&reading.contents)?;
    }
    let validation = validator.finish();
    Ok(messages(&validation.problems, &validation.omitted))
}
