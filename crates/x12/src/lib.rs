//! X12: from bytes to segments, loops and documents, and back.
//!
//! Nothing here fails on input. Reading passes what it understands to a [`Sink`] and returns the
//! [`Problem`]s it found, each with its [`Position`]; a problem with severity [`Severity::Fatal`]
//! ended the reading.
//!
//! ```
//! use b2bi_local_x12::{Layout, to_json};
//!
//! let document = to_json(b"not an interchange", Layout::Pretty);
//! assert!(document.reading.fatal().is_some());
//! ```

mod acknowledge;
mod delimiters;
mod document;
mod foreign;
#[cfg(test)]
mod generate;
mod isa;
mod message;
mod outline;
mod pool;
mod position;
mod problem;
mod problem_name;
mod problems;
mod read;
mod segment;
mod split;
mod tables;
mod text;
mod validate;
mod verdict;
#[cfg(test)]
mod verdict_page;
mod write;

pub use acknowledge::{
    AcknowledgementForm, AcknowledgementOptions, Findings, ReceivedInterchanges, acknowledge,
    acknowledge_interchanges,
};
pub use delimiters::{Delimiter, DelimiterReason, Delimiters};
pub use document::{Document, Indent, JsonForm, JsonWriter, Layout, XmlWriter, to_json, to_xml};
pub use isa::Isa;
pub use message::Message;
pub use outline::{Outline, OutlineElement, OutlineSegment, OutlineValue, UnknownSegmentError};
pub use pool::{Pool, in_order};
pub use position::Position;
pub use problem::{GuideContext, HierarchyFault, Problem, ProblemKind, Severity, Trailer};
pub use problems::{Omitted, PROBLEM_LIMIT};
pub use read::{
    Fit, LoopKey, ParallelReader, ParallelSink, Place, ReadReport, Reader, Sink, TransactionKind,
    read,
};
pub use segment::{Element, Segment};
pub use split::{Piece, Splitter, split};
pub use tables::{
    ElementType, Item, Loop, LoopNames, LoopNamesError, Member, Note, Relation, Set, Version,
    guides, has_set, sets,
};
pub use text::decode;
pub use validate::{
    CustomRuleError, Heading, Rule, Rules, Strictness, Validation, Validator, validate,
};
pub use verdict::Outcome;
pub use write::{
    DocumentError, DocumentFault, FirstControlNumbers, LineBreak, Wrap, WriteOptions, write_json,
    write_xml,
};

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
