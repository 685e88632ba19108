//! The texts of problems of segments within transactions.

use std::fmt;

use super::Message;
use crate::ProblemKind;

impl Message<'_> {
    pub(super) fn of_segment(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let detail = &self.0.detail;
        Some(match &self.0.kind {
            ProblemKind::SegmentUnknown => {
                let reason = why_unknown(&self.0.segment);
                write!(f, "Segment is not recognized.{reason}")
            }
            ProblemKind::SegmentNotInSet => {
                f.write_str("Segment is not defined in the transaction set.")
            }
            ProblemKind::SegmentUnexpected => {
                write!(f, "Segment is not expected at this position.{detail}")
            }
            ProblemKind::SegmentOutOfOrder => f.write_str("Segment is out of sequence."),
            ProblemKind::SegmentMissing => write!(f, "Required segment is missing.{detail}"),
            ProblemKind::SegmentTooOften { max } => {
                write!(f, "Segment occurs too many times. Maximum use: {max}")
            }
            ProblemKind::LoopTooOften { max } => {
                write!(f, "Loop occurs too many times. Maximum repeat: {max}")
            }
            _ => return None,
        })
    }
}

/// Why a segment's identifier is unknown, as the end of the message.
fn why_unknown(id: &str) -> &'static str {
    if id.is_empty() {
        " It has no identifier."
    } else if id.bytes().any(|byte| byte.is_ascii_lowercase()) {
        " Identifiers are in upper case."
    } else {
        ""
    }
}
