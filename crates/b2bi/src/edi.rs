//! From X12 to the service-defined document.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    AdvancedOptions, FileFormat, X12Details, X12TransactionSet, X12Version,
};
use b2bi_local_x12::{
    Content, Document, Layout, Rules, Strictness, Version, has_set, to_json, to_xml, validate,
};

use crate::errors::validation;
use crate::rules;

/// Source: Assumption A-21.
const LAYOUT: Layout = Layout::Pretty;

/// What is done to an X12 file.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    transaction_set: X12TransactionSet,
    version: X12Version,
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
        let (Some(transaction_set), Some(version)) = (details.transaction_set, details.version)
        else {
            return Err(validation(
                "x12Details needs both a transactionSet and a version",
            ));
        };
        if format == FileFormat::NotUsed {
            return Err(validation(
                "fileFormat must be JSON or XML here, not NOT_USED",
            ));
        }
        if !has_set(tables(version), set_number(transaction_set)) {
            return Err(validation(format!(
                "The X12 version {} has no transaction set {}",
                version.as_str(),
                transaction_set.as_str()
            )));
        }
        Ok(Self {
            transaction_set,
            version,
            format,
            mapped: false,
            rules: rules::of(options, tables(version), set_number(transaction_set))?,
        })
    }

    /// Whether transactions of this kind are what the conversion is for.
    fn accepts(&self, content: &Content) -> bool {
        let guide = guide(self.transaction_set).unwrap_or_default();
        content.version == Some(tables(self.version))
            && &*content.set == set_number(self.transaction_set)
            && content.group_version.contains(guide)
    }
}

/// Parses a file.
///
/// # Errors
///
/// It is not readable X12, or it holds transactions of another set or version.
pub(crate) fn parse(file: &[u8], conversion: &Conversion) -> Result<Parsed, String> {
    let Document { text, reading } = match conversion.format {
        FileFormat::Xml => to_xml(file),
        FileFormat::Json | FileFormat::NotUsed => to_json(file, LAYOUT),
    };
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    if let Some(other) = reading.contents.iter().find(|it| !conversion.accepts(it)) {
        return Err(format!(
            "The file holds a transaction set {} of version {}, and not only {} of {}",
            other.set,
            other.group_version,
            conversion.transaction_set.as_str(),
            conversion.version.as_str()
        ));
    }
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
pub(crate) fn transform(file: &[u8], conversion: &Conversion) -> Result<String, String> {
    let parsed = parse(file, conversion)?;
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

/// `837` for `X12_837_X222`.
fn set_number(set: X12TransactionSet) -> &'static str {
    set.as_str().split('_').nth(1).unwrap_or_default()
}

/// `X222` for `X12_837_X222`.
fn guide(set: X12TransactionSet) -> Option<&'static str> {
    set.as_str().split('_').nth(2)
}

fn tables(version: X12Version) -> Version {
    match version {
        X12Version::Version4010 => Version::V4010,
        X12Version::Version4030 => Version::V4030,
        X12Version::Version4050 => Version::V4050,
        X12Version::Version4060 => Version::V4060,
        X12Version::Version5010 | X12Version::Version5010Hipaa => Version::V5010,
    }
}
