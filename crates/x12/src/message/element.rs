//! The texts of problems of elements.

use std::fmt;

use super::Message;
use crate::tables::{ElementType, Note, Relation};
use crate::validate::is_of_time;
use crate::{HierarchyFault, ProblemKind};

impl Message<'_> {
    pub(super) fn of_element(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let element = self.element();
        Some(match &self.0.kind {
            ProblemKind::ElementMissing => write!(f, "Required data element {element} is missing."),
            ProblemKind::ElementsUnrelated { note, .. } => self.of_note(f, note),
            ProblemKind::ElementNotUsed => write!(f, "Data element {element} is not used."),
            ProblemKind::ElementUnexpected => write!(f, "Data element {element} is not defined."),
            ProblemKind::ComponentUnexpected => write!(f, "Component {element} is not defined."),
            ProblemKind::RepetitionUnexpected { max } => write!(
                f,
                "Data element {element} repeats too many times. Maximum repeat: {max}"
            ),
            _ => return self.of_value(f),
        })
    }

    fn of_value(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let (value, fault) = match &self.0.kind {
            ProblemKind::ElementTooShort { value, min, max } => {
                let fault = format!("is too short. Valid length range: {min}..{max}");
                (value, fault)
            }
            ProblemKind::ElementTooLong { value, min, max } => {
                let fault = format!("is too long. Valid length range: {min}..{max}");
                (value, fault)
            }
            ProblemKind::ElementMalformed { value, form } => (value, described(*form).to_owned()),
            ProblemKind::CodeUnknown { value } => {
                (value, "is not in the set of valid codes".to_owned())
            }
            ProblemKind::PeriodMalformed {
                value,
                format,
                layout,
            } => {
                let kind = if is_of_time(layout) { "time" } else { "date" };
                let fault = format!("is not a valid {kind} in the format {format} ({layout})");
                (value, fault)
            }
            ProblemKind::BinaryLengthWrong { value } => {
                let fault = "is not the length of the data: no segment terminator follows it";
                (value, fault.to_owned())
            }
            ProblemKind::HierarchyWrong { value, fault } => (value, OfHierarchy(fault).to_string()),
            _ => return None,
        };
        Some(write!(f, "{} {fault}", self.valued(value)))
    }

    fn of_note(&self, f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
        let name = |position: &u8| format!("{}-{position}", self.0.segment);
        let names: Vec<String> = note.positions.iter().map(name).collect();
        let (first, others) = names
            .split_first()
            .map_or(("", &[][..]), |(first, others)| (first, others));
        let (all, others) = (names.join(", "), others.join(", "));
        match note.relation {
            Relation::Paired => write!(
                f,
                "If one of data elements {all} is present, all are required."
            ),
            Relation::Required => write!(f, "At least one of data elements {all} is required."),
            Relation::Exclusion => write!(f, "Only one of data elements {all} may be present."),
            Relation::Conditional => {
                let are = if note.positions.len() > 2 {
                    "are"
                } else {
                    "is"
                };
                write!(
                    f,
                    "If data element {first} is present, {others} {are} required."
                )
            }
            Relation::ListConditional => {
                write!(
                    f,
                    "If data element {first} is present, at least one of {others} is required."
                )
            }
        }
    }
}

fn described(form: ElementType) -> &'static str {
    match form {
        ElementType::Date => "is not a valid date",
        ElementType::Time => "is not a valid time",
        ElementType::Decimal => "is not a valid decimal number",
        ElementType::Integer => "is not a valid number",
        ElementType::Text | ElementType::Code | ElementType::Binary => "has invalid characters",
    }
}

/// A fault of the hierarchy as the end of a sentence about the value.
struct OfHierarchy<'a>(&'a HierarchyFault);

impl fmt::Display for OfHierarchy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            HierarchyFault::IdRepeated => f.write_str("is that of an earlier HL segment"),
            HierarchyFault::IdOutOfSequence { expected } => {
                write!(f, "is out of sequence. Expected {expected}")
            }
            HierarchyFault::ParentUnknown { .. } => f.write_str("names no earlier HL segment"),
            HierarchyFault::ParentEnded { open, .. } => write!(
                f,
                "names an HL segment that has ended. Those still open: {}",
                open.join(", ")
            ),
            HierarchyFault::LevelUnexpected { parent, expected } => {
                match parent {
                    Some(parent) => {
                        write!(f, "is not allowed below an HL segment of level {parent}")?;
                    }
                    None => f.write_str("is not allowed without a parent")?,
                }
                match expected.as_slice() {
                    [] => Ok(()),
                    expected => write!(f, ". Expected {}", expected.join(" or ")),
                }
            }
            HierarchyFault::ChildrenMissing => {
                f.write_str("says that HL segments follow below this one, but none does")
            }
            HierarchyFault::ChildUndeclared { child } => {
                write!(
                    f,
                    "says that no HL segment follows below this one, but HL {child} does"
                )
            }
        }
    }
}
