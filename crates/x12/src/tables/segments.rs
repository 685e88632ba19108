//! The definitions of segments and elements.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::notes::{Note, notes};
use super::{Embedded, Version};

static DICTIONARY: Embedded = Embedded::new(include_bytes!("../../tables/dictionary.z"));
static BY_VERSION: [OnceLock<Dictionary>; 5] = [const { OnceLock::new() }; 5];

/// The segments and elements of a version.
#[derive(Debug)]
pub(crate) struct Dictionary {
    elements: Vec<Simple>,
    numbers: HashMap<&'static str, u16>,
    segments: HashMap<&'static str, Row>,
}

/// A segment as in the table; it is parsed on first use.
#[derive(Debug)]
struct Row {
    cells: &'static str,
    notes: &'static str,
    unconfirmed: &'static str,
    definition: OnceLock<Definition>,
}

/// A simple element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simple {
    pub(crate) number: &'static str,
    pub(crate) form: ElementType,
    /// The number of implied decimals of a number.
    pub(crate) implied_decimals: u8,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// The type of a simple element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// Text.
    Text,
    /// A code.
    Code,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A number with a decimal point.
    Decimal,
    /// A number whose decimal point is implied.
    Integer,
    /// Bytes.
    Binary,
}

/// A segment's elements and the rules between them.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) cells: Vec<Cell>,
    /// Rules that apply in this version.
    pub(crate) notes: Vec<Note>,
    /// Rules known from a later version only.
    pub(crate) unconfirmed: Vec<Note>,
}

/// An element's place in a segment, or a component's in a composite.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The number of the element in the dictionary; a composite has none.
    pub(crate) element: Option<u16>,
    pub(crate) mandatory: bool,
    pub(crate) repeat: u16,
    /// Empty for a simple element.
    pub(crate) components: Vec<Cell>,
}

impl Dictionary {
    pub(crate) fn of(version: Version) -> Option<&'static Self> {
        let dictionary = BY_VERSION.get(version.index())?;
        Some(dictionary.get_or_init(|| Self::parse(version)))
    }

    pub(crate) fn segment(&self, id: &str) -> Option<&Definition> {
        let row = self.segments.get(id)?;
        Some(row.definition.get_or_init(|| row.read(&self.numbers)))
    }

    pub(crate) fn elements(&self) -> &[Simple] {
        &self.elements
    }

    /// The place of an element among the elements.
    pub(crate) fn number(&self, element: &str) -> Option<u16> {
        self.numbers.get(element).copied()
    }

    fn parse(version: Version) -> Self {
        let mut elements = Vec::new();
        let mut segments = HashMap::new();
        for line in DICTIONARY.lines() {
            elements.extend(simple(line, version));
            segments.extend(row(line, version));
        }
        let numbers = (0..)
            .zip(&elements)
            .map(|(at, element)| (element.number, at))
            .collect();
        Self {
            elements,
            numbers,
            segments,
        }
    }
}

impl Row {
    fn read(&self, numbers: &HashMap<&'static str, u16>) -> Definition {
        Definition {
            cells: self
                .cells
                .split(' ')
                .filter_map(|cell| Cell::parse(cell, numbers))
                .collect(),
            notes: notes(self.notes),
            unconfirmed: notes(self.unconfirmed),
        }
    }
}

impl Definition {
    /// A set in which bit n means that the element at position n is a composite.
    pub(crate) fn composites(&self) -> u64 {
        let bits = (1..64)
            .zip(&self.cells)
            .map(|(at, cell)| u64::from(cell.is_composite()) << at);
        bits.fold(0, |bits, bit| bits | bit)
    }
}

impl Cell {
    pub(crate) fn is_composite(&self) -> bool {
        !self.components.is_empty()
    }

    fn parse(text: &str, numbers: &HashMap<&'static str, u16>) -> Option<Self> {
        let (head, inner) = text.split_once('(').unwrap_or((text, ""));
        let (parts, _) = inner.split_once(')').unwrap_or(("", ""));
        let (head, _) = head.split_once('*').unwrap_or((head, ""));
        let repeat = text
            .rsplit_once('*')
            .and_then(|(_, times)| times.parse().ok())
            .unwrap_or(1);
        let number = head.trim_end_matches('M');
        let components: Vec<Cell> = match parts {
            "" => Vec::new(),
            parts => parts
                .split(',')
                .filter_map(|part| Self::parse(part, numbers))
                .collect(),
        };
        let element = numbers.get(number).copied();
        let mandatory = head.ends_with('M');
        let known = element.is_some() || !components.is_empty();
        known.then_some(Self {
            element,
            mandatory,
            repeat,
            components,
        })
    }
}

fn simple(line: &'static str, version: Version) -> Option<Simple> {
    let mut columns = line.strip_prefix("E\t")?.split('\t');
    let (number, mask) = (columns.next()?, columns.next()?);
    if !version.is_in(mask) {
        return None;
    }
    let name = columns.next()?;
    let form = match name {
        "ID" => ElementType::Code,
        "DT" => ElementType::Date,
        "TM" => ElementType::Time,
        "R" => ElementType::Decimal,
        "B" => ElementType::Binary,
        numeric if numeric.starts_with('N') => ElementType::Integer,
        _ => ElementType::Text,
    };
    let mut bound = || columns.next()?.parse().ok();
    Some(Simple {
        number,
        form,
        implied_decimals: implied_decimals(name),
        min: bound()?,
        max: bound().unwrap_or(u32::MAX),
    })
}

/// The implied decimals of a type such as `N2`; 0 for other types.
fn implied_decimals(name: &str) -> u8 {
    let digits = name
        .strip_prefix('N')
        .and_then(|digits| digits.parse().ok());
    digits.unwrap_or_default()
}

fn row(line: &'static str, version: Version) -> Option<(&'static str, Row)> {
    let mut columns = line.strip_prefix("S\t")?.split('\t');
    let (id, mask, cells) = (columns.next()?, columns.next()?, columns.next()?);
    if !version.is_in(mask) {
        return None;
    }
    let (notes, unconfirmed) = (columns.next().unwrap_or(""), columns.next().unwrap_or(""));
    Some((
        id,
        Row {
            cells,
            notes,
            unconfirmed,
            definition: OnceLock::new(),
        },
    ))
}
