//! Why X12 and documents cannot be converted.

use std::string::FromUtf8Error;

use b2bi_local_mapping::MappingError;
use b2bi_local_model::types::{ConversionSourceFormat, X12TransactionSet, X12Version};
use b2bi_local_x12::{DocumentError, Problem};

use crate::edi::Selection;

/// Why a file, a document or a template is rejected.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdiError {
    /// The file cannot be read to its end.
    #[error("{0}")]
    Unreadable(Box<Problem>),
    /// The document from the file is not text.
    #[error("{0}")]
    NotText(#[source] FromUtf8Error),
    /// The details do not name both a transaction set and a version.
    #[error("x12Details needs both a transactionSet and a version")]
    IncompleteDetails,
    /// The version does not have the transaction set.
    #[error("The X12 version {} has no transaction set {}", .1.as_str(), .0.as_str())]
    NoSuchSet(X12TransactionSet, X12Version),
    /// The file contains transactions of another set or version.
    #[error("The file holds a transaction set {set} of version {version}, and not only {wanted}")]
    OtherSet {
        /// The expected set and version.
        wanted: Selection,
        /// The set of the first other transaction.
        set: String,
        /// The version of its functional group.
        version: String,
    },
    /// The file contains more kinds of transaction than are listed separately.
    #[error("The file holds more than {kinds} kinds of transaction, and not only {wanted}")]
    ManyKinds {
        /// The expected set and version.
        wanted: Selection,
        /// The number of kinds that are listed separately.
        kinds: usize,
    },
    /// The file contains too many transactions to be split.
    #[error("The file holds {count} transactions; at most {limit} can be split")]
    ManyTransactions {
        /// The number of transactions.
        count: usize,
        /// The maximum number for splitting.
        limit: usize,
    },
    /// The document is not a service-defined document.
    #[error(
        "The {} is not a service-defined document: {source}{hint}",
        .format.as_str()
    )]
    Document {
        /// The stated format.
        format: ConversionSourceFormat,
        /// Advice; may be empty.
        hint: &'static str,
        /// The problem.
        source: Box<DocumentError>,
    },
    /// The X12 from the document cannot be read to its end.
    #[error("The document makes no whole X12: {0}")]
    IncompleteX12(Box<Problem>),
    /// The mapping template cannot be read or evaluated.
    #[error("The mapping template failed: {0}")]
    Template(#[source] Box<MappingError>),
    /// There is no table for the transaction set.
    #[error("There is no table for {0}")]
    NoTable(Selection),
    /// The transaction set has no segment with this name.
    #[error(
        "{selection} has no segment {segment}; `b2bi-local template` without --segments shows those \
         that it has"
    )]
    NoSegment {
        /// The name.
        segment: String,
        /// The transaction set.
        selection: Selection,
    },
    /// The starter template of a sample is too long.
    #[error(
        "The output sample makes a template of {length} characters; a mapping template has {limit} \
         at most. Leave out loops that repeat"
    )]
    LongTemplate {
        /// Its length in characters.
        length: usize,
        /// The maximum number of characters of a template.
        limit: usize,
    },
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use b2bi_local_model::types::{
        ConversionSourceFormat, X12Details, X12TransactionSet, X12Version,
    };
    use b2bi_local_x12::{WriteOptions, write_json};

    use super::EdiError;
    use crate::edi::{Selection, check_transactions};

    #[test]
    fn errors_say_what_is_wrong_and_have_the_source_that_they_name() {
        let check = |error: EdiError, expected: &str, has_source: bool| {
            assert_eq!(error.to_string(), expected);
            assert_eq!(error.source().is_some(), has_source, "{expected}");
        };
        let (set, version) = (X12TransactionSet::X12_850, X12Version::Version4010);
        let other = X12Version::Version5010Hipaa;
        check(
            Selection::new(set, other).unwrap_err(),
            "The X12 version VERSION_5010_HIPAA has no transaction set X12_850",
            false,
        );
        let details = X12Details {
            transaction_set: Some(set),
            version: None,
        };
        check(
            Selection::of(&details).unwrap_err(),
            "x12Details needs both a transactionSet and a version",
            false,
        );
        check(
            check_transactions(3, 2).unwrap_err(),
            "The file holds 3 transactions; at most 2 can be split",
            false,
        );
        let selection = Selection::new(set, version).unwrap();
        check(
            EdiError::ManyKinds {
                wanted: selection,
                kinds: 9,
            },
            "The file holds more than 9 kinds of transaction, and not only X12_850 of VERSION_4010",
            false,
        );
        let source = write_json("{", &WriteOptions::standard()).unwrap_err();
        let expected = format!("The JSON is not a service-defined document: {source}; a hint");
        let document = EdiError::Document {
            format: ConversionSourceFormat::Json,
            hint: "; a hint",
            source: Box::new(source),
        };
        check(document, &expected, true);
        let text = String::from_utf8(vec![0xff]).unwrap_err();
        let expected = text.to_string();
        check(EdiError::NotText(text), &expected, true);
    }
}
