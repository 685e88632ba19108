//! Checks the segments outside of transactions, and ST.

use super::context::Context;
use super::values::is_well_formed_text;
use super::{Notes, Strictness, unique::SeenNumbers};
use crate::isa::LENGTHS;
use crate::tables::{self, Cell, Dictionary, ElementType, Version, codes};
use crate::text::decode;
use crate::{Isa, Position, ProblemKind, Segment, Trailer};

/// The control numbers so far, and the tables of the group's version.
#[derive(Default)]
pub(super) struct Envelope {
    interchanges: SeenNumbers,
    groups: SeenNumbers,
    transactions: SeenNumbers,
    controls: Tables,
    group: Tables,
}

/// The tables of a version.
#[derive(Default)]
struct Tables {
    version: Option<Version>,
    context: Context,
}

impl Tables {
    fn enter(&mut self, version: Version) {
        if self.version != Some(version) {
            self.context = Context::of_version(version);
            self.version = Some(version);
        }
    }

    fn check(&self, segment: &Segment<'_>, id: &str, position: &Position, notes: &mut Notes) {
        let dictionary = self.version.and_then(Dictionary::of);
        if let Some(definition) = dictionary.and_then(|all| all.segment(id)) {
            let strictness = Strictness::Attested;
            self.context
                .check(definition, segment, position, strictness, notes);
        }
    }
}

impl Envelope {
    pub(super) fn interchange(&mut self, isa: &Isa, position: &Position, notes: &mut Notes) {
        self.groups.clear();
        let version = if isa.repeats() {
            Version::V5010
        } else {
            Version::V4010
        };
        self.controls.enter(version);
        // If delimiters are wrong, fields are not at their positions.
        if isa.fault().is_none() {
            isa_elements(isa, version, position, notes);
            self.repeated_interchange(isa, position, notes);
        }
    }

    fn repeated_interchange(&mut self, isa: &Isa, position: &Position, notes: &mut Notes) {
        let number = isa.field(13);
        let key = [5, 6, 7, 8, 13].map(|at| isa.field(at)).concat();
        if !self.interchanges.is_new(&key) {
            let kind = ProblemKind::ControlNumberRepeated {
                trailer: Trailer::Iea,
                number: decode(number).trim().into(),
            };
            notes.add(kind, at(position, 13), "ISA");
        }
    }

    pub(super) fn group(&mut self, gs: &Segment<'_>, position: &Position, notes: &mut Notes) {
        self.transactions.clear();
        let version = Version::of_group(gs.value(8));
        self.group.enter(version.unwrap_or(Version::V5010));
        self.group.check(gs, "GS", position, notes);
        group_version(gs, version, position, notes);
        if let Some(version) = version {
            group_type(gs, version, position, notes);
        }
        let number = gs.value(6);
        if number.starts_with(b"-") {
            let kind = ProblemKind::ElementMalformed {
                value: decode(number).into(),
                form: ElementType::Integer,
            };
            notes.add(kind, at(position, 6), "GS");
        } else if !number.is_empty() && !self.groups.is_new(significant(number)) {
            let kind = repeated(Trailer::Ge, number);
            notes.add(kind, at(position, 0), "GS");
        }
    }

    /// Checks ST, and that its control number is unique in the group.
    pub(super) fn transaction(&mut self, st: &Segment<'_>, position: &Position, notes: &mut Notes) {
        self.group.check(st, "ST", position, notes);
        let number = st.value(2);
        if !number.is_empty() && !self.transactions.is_new(number) {
            notes.add(repeated(Trailer::Se, number), at(position, 0), "ST");
        }
    }

    /// Whether ST01 is a code of the standard, whether or not the version has the set.
    pub(super) fn names_set(&self, st: &Segment<'_>) -> bool {
        let Some(version) = self.group.version else {
            return false;
        };
        let number = Dictionary::of(version).and_then(|all| all.number("143"));
        let list = number.and_then(|number| codes(version).get(usize::from(number)));
        list.is_some_and(|list| list.contains(st.value(1)))
    }

    /// TA1, ISB and ISE.
    pub(super) fn control(&self, segment: &Segment<'_>, position: &Position, notes: &mut Notes) {
        match segment.id() {
            b"ISB" => own(
                segment,
                "ISB",
                &[(1, ElementType::Code, 1)],
                position,
                notes,
            ),
            b"ISE" => {
                let elements = [(1, ElementType::Date, 6), (2, ElementType::Time, 4)];
                own(segment, "ISE", &elements, position, notes);
            }
            _ => self.controls.check(segment, "TA1", position, notes),
        }
    }

    /// Checks GE or IEA except for the count and number, which the reader compares.
    pub(super) fn trailer(segment: &Segment<'_>, position: &Position, notes: &mut Notes) {
        let surplus = (3..=segment.len()).filter(|at| !segment.value(*at).is_empty());
        for element in surplus {
            let element = u16::try_from(element).unwrap_or(u16::MAX);
            let id = decode(segment.id());
            notes.add(ProblemKind::ElementUnexpected, at(position, element), &id);
        }
    }
}

/// Whether the header of a part may have a control number.
pub(super) fn is_control_number(trailer: Trailer, number: &str) -> bool {
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    match trailer {
        Trailer::Se => {
            (4..=9).contains(&number.chars().count()) && !number.contains(char::is_control)
        }
        Trailer::Ge => is_number && (1..=9).contains(&number.len()),
        Trailer::Iea => is_number && number.len() == LENGTHS[12],
    }
}

fn at(position: &Position, element: u16) -> Position {
    Position {
        element,
        ..*position
    }
}

fn repeated(trailer: Trailer, number: &[u8]) -> ProblemKind {
    ProblemKind::ControlNumberRepeated {
        trailer,
        number: decode(number).into(),
    }
}

/// A number without leading zeros.
fn significant(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != b'0');
    start.and_then(|start| number.get(start..)).unwrap_or(b"0")
}

/// Checks the elements of a segment that no table has: position, type, length.
fn own(
    segment: &Segment<'_>,
    id: &str,
    elements: &[(u16, ElementType, usize)],
    position: &Position,
    notes: &mut Notes,
) {
    for (element, form, length) in elements {
        let value = segment.value(usize::from(*element));
        let kind = if value.is_empty() {
            ProblemKind::ElementMissing
        } else if value.len() != *length || !is_well_formed_text(value, *form) {
            ProblemKind::ElementMalformed {
                value: decode(value).into(),
                form: *form,
            }
        } else {
            continue;
        };
        notes.add(kind, at(position, *element), id);
    }
}

fn group_version(
    gs: &Segment<'_>,
    version: Option<Version>,
    position: &Position,
    notes: &mut Notes,
) {
    let (agency, named) = (gs.value(7), gs.value(8));
    let element = match version {
        // The tables are those of X12; for another agency a version may mean something else.
        _ if agency == b"T" => 7,
        None if !named.is_empty() && named.len() <= 12 => 8,
        _ => return,
    };
    let version = decode(gs.value(usize::from(element))).into();
    let kind = ProblemKind::GroupVersionUnsupported { version };
    notes.add(kind, at(position, element), "GS");
}

fn group_type(gs: &Segment<'_>, version: Version, position: &Position, notes: &mut Notes) {
    let kind = decode(gs.value(1));
    let number = Dictionary::of(version).and_then(|all| all.number("479"));
    let list = number.and_then(|number| codes(version).get(usize::from(number)));
    let is_listed = list.is_some_and(|list| list.contains(kind.as_bytes()));
    if is_listed && tables::set_of_group(version, &kind).is_none() {
        let kind = ProblemKind::GroupTypeUnsupported { kind: kind.into() };
        notes.add(kind, at(position, 1), "GS");
    }
}

/// Checks ISA01 to ISA15. For a field with a wrong length, only that is reported.
fn isa_elements(isa: &Isa, version: Version, position: &Position, notes: &mut Notes) {
    let Some(dictionary) = Dictionary::of(version) else {
        return;
    };
    let definition = dictionary.segment("ISA");
    let cells = definition.map_or(&[][..], |definition| &definition.cells);
    let lengths = LENGTHS.iter().zip(isa.found_lengths());
    for ((element, cell), (wanted, found)) in (1..=15).zip(cells).zip(lengths) {
        if wanted != found {
            continue;
        }
        if let Some((kind, number)) = isa_element(isa, element, cell, version) {
            notes.add_of_element(kind, at(position, element), "ISA", number);
        }
    }
}

fn isa_element(
    isa: &Isa,
    element: u16,
    cell: &Cell,
    version: Version,
) -> Option<(ProblemKind, &'static str)> {
    let number = usize::from(cell.element?);
    let simple = Dictionary::of(version)?.elements().get(number)?;
    let field = isa.field(usize::from(element));
    let value = field.trim_ascii();
    let shown = || decode(value).into();
    let kind = match element {
        // The partners agree on their values, which may be blank.
        2 | 4 if value.is_empty() => return None,
        _ if value.is_empty() => ProblemKind::ElementMissing,
        _ if !is_well_formed_text(value, simple.form) => ProblemKind::ElementMalformed {
            value: shown(),
            form: simple.form,
        },
        11 if isa.repeats() => {
            let is_standard = value.first().is_some_and(u8::is_ascii_alphanumeric);
            (is_standard && value != b"U").then(|| ProblemKind::CodeUnknown { value: shown() })?
        }
        12 => version_problem(value)?,
        _ => {
            let list = codes(version).get(number)?;
            let is_known = !list.is_known() || list.contains(value);
            (!is_known).then(|| ProblemKind::CodeUnknown { value: shown() })?
        }
    };
    Some((kind, simple.number))
}

/// ISA12 is a version of X12.5: release 2 to 8, with its own subrelease.
fn version_problem(value: &[u8]) -> Option<ProblemKind> {
    let version = decode(value).into();
    match value {
        b"00200" | b"00201" | b"00204" | [b'0', b'0', b'3'..=b'5', b'0', b'0'..=b'9'] => None,
        [b'0', b'0', b'6'..=b'8', b'0', b'0'..=b'9'] => {
            Some(ProblemKind::ControlsUnsupported { version })
        }
        _ => Some(ProblemKind::CodeUnknown { value: version }),
    }
}
