//! The wording of problems of elements.

use std::fmt;

use crate::ProblemKind;
use crate::message::{Message, OfHierarchy};
use crate::tables::{ElementType, Note, Relation};
use crate::validate::is_of_time;

impl Message<'_> {
    pub(crate) fn of_element(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = self.element();
        match &self.0.kind {
            ProblemKind::ElementMissing => write!(f, "Required data element {element} is missing."),
            ProblemKind::ElementsUnrelated { note, .. } => self.of_note(f, note),
            ProblemKind::ElementNotUsed => write!(f, "Data element {element} is not used."),
            ProblemKind::ElementUnexpected => write!(f, "Data element {element} is not defined."),
            ProblemKind::ComponentUnexpected => {
                write!(f, "Component {element} is not defined.")
            }
            ProblemKind::RepetitionUnexpected { max } => {
                write!(
                    f,
                    "Data element {element} repeats too many times. Maximum repeat: {max}"
                )
            }
            ProblemKind::ElementTooShort { value, min, max } => {
                write!(
                    f,
                    "{} is too short. Valid length range: {min}..{max}",
                    self.valued(value)
                )
            }
            ProblemKind::ElementTooLong { value, min, max } => {
                write!(
                    f,
                    "{} is too long. Valid length range: {min}..{max}",
                    self.valued(value)
                )
            }
            ProblemKind::ElementMalformed { value, form } => {
                write!(f, "{} {}", self.valued(value), described(*form))
            }
            ProblemKind::CodeUnknown { value } => {
                write!(f, "{} is not in the set of valid codes", self.valued(value))
            }
            ProblemKind::PeriodMalformed {
                value,
                format,
                layout,
            } => {
                let kind = if is_of_time(layout) { "time" } else { "date" };
                let value = self.valued(value);
                write!(
                    f,
                    "{value} is not a valid {kind} in the format {format} ({layout})"
                )
            }
            ProblemKind::BinaryLengthWrong { value } => {
                let value = self.valued(value);
                write!(
                    f,
                    "{value} is not the length of the data: no segment terminator follows it"
                )
            }
            ProblemKind::HierarchyWrong { value, fault } => {
                write!(f, "{} {}", self.valued(value), OfHierarchy(fault))
            }
            _ => Ok(()),
        }
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
