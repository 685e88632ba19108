//! Writing: from a document to X12.

mod divided;
mod document;
mod envelope;
mod path;
mod sample;
mod segments;
mod value;
mod xml;

pub use document::{DocumentError, DocumentFault, write_json};
pub use segments::{LineBreak, Wrap};
pub use xml::write_xml;

pub(crate) use envelope::Output;
pub(crate) use segments::SegmentDraft;

use crate::Delimiters;

/// The options of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// The delimiters; without a repetition separator, that of the document is used, or else `^`.
    /// Before version 00402 there is none.
    pub delimiters: Delimiters,
    /// The line breaks.
    pub wrap: Wrap,
    /// The number of digits of GS05, which is cut or padded with zeros; `None` keeps it as in the
    /// document.
    pub time_digits: Option<usize>,
    /// ISA elements that replace the document's: position and value.
    pub isa: Vec<(usize, String)>,
    /// GS elements that replace the document's: position and value.
    pub gs: Vec<(usize, String)>,
    /// Control numbers that replace the document's.
    pub numbers: Option<FirstControlNumbers>,
}

/// The first control numbers of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstControlNumbers {
    /// ISA13 of the first interchange.
    pub interchange: u64,
    /// GS06 of the first group; it continues from group to group.
    pub group: u64,
    /// ST02 of the first transaction of each group.
    pub transaction: u64,
}

impl WriteOptions {
    /// `*`, `:` and `~`, one line per segment, everything else as in the document.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            delimiters: Delimiters {
                element: b'*',
                component: b':',
                repetition: None,
                terminator: b'~',
            },
            wrap: Wrap::Segment(LineBreak::Lf),
            time_digits: None,
            isa: Vec::new(),
            gs: Vec::new(),
            numbers: None,
        }
    }
}
