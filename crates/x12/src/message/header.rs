//! The texts of problems of the headers of interchanges, groups and transactions.

use std::fmt;

use super::trailer::parts;
use super::{Message, printable};
use crate::{ProblemKind, Trailer};

impl Message<'_> {
    pub(super) fn of_header(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        Some(match &self.0.kind {
            ProblemKind::ControlsUnsupported { version } => write!(
                f,
                "{} is a version of the envelope that is not supported. Supported: 00200 to 00505",
                self.valued(version)
            ),
            ProblemKind::ControlNumberRepeated { trailer, number } => repeated(f, *trailer, number),
            ProblemKind::GroupTypeUnsupported { kind } => write!(
                f,
                "{} is not the group type of any transaction set of this version",
                self.valued(kind)
            ),
            ProblemKind::GroupVersionUnsupported { version } => self.group_version(f, version),
            ProblemKind::GuideDiffers { guide, group } => {
                let (guide, group) = (printable(guide), printable(group));
                write!(f, "ST-3 is {guide} but GS-8 is {group}.")
            }
            ProblemKind::GuideUnsupported { guide, set } => {
                let (guide, set) = (printable(guide), printable(set));
                write!(f, "{guide} is not a guide of transaction set {set}.")
            }
            ProblemKind::SetUnknown { set } => {
                write!(f, "Transaction set {} is not supported.", printable(set))
            }
            ProblemKind::GroupTypeWrong {
                set,
                expected,
                found,
            } => write!(
                f,
                "For ST-01 transaction type {}, the GS-01 type code should be {expected} instead of {}.",
                printable(set),
                printable(found)
            ),
            _ => return None,
        })
    }

    /// GS07, of which only X is supported, or GS08.
    fn group_version(&self, f: &mut fmt::Formatter<'_>, version: &str) -> fmt::Result {
        let supported = match self.0.position.element {
            7 => "only X is",
            _ => "004010, 004030, 004050, 004060 and 005010 are, with or without a guide",
        };
        write!(f, "{} is not supported: {supported}", self.valued(version))
    }
}

fn repeated(f: &mut fmt::Formatter<'_>, trailer: Trailer, number: &str) -> fmt::Result {
    let (part, whole) = parts(trailer);
    let number = printable(number);
    write!(
        f,
        "Control number {number} occurs in another {part} of the {whole} too."
    )
}
