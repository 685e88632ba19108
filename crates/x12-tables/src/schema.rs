//! The columns of a table, and the values in them.

use std::borrow::Cow;

use b2bi_local_x12::{Isa, Segment, decode};

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Text with few distinct values, for a dictionary.
    Code,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A decimal number of 18 digits, with this many after the point.
    Decimal(u8),
    /// A day.
    Date,
    /// A list of texts.
    TextList,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: Cow<'static, str>,
    /// The type of its values, each of which may be null.
    pub kind: ColumnType,
}

impl Column {
    pub(crate) const fn new(name: &'static str, kind: ColumnType) -> Self {
        Self {
            name: Cow::Borrowed(name),
            kind,
        }
    }
}

/// A value in a row.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// There is no value.
    Null,
    /// For [`ColumnType::Text`] and [`ColumnType::Code`].
    Text(Cow<'a, str>),
    /// For [`ColumnType::Integer`] and [`ColumnType::Long`].
    Integer(i64),
    /// For [`ColumnType::Decimal`]: the number without its point.
    Decimal(i64),
    /// For [`ColumnType::Date`]: the days since 1 January 1970.
    Date(i32),
    /// For [`ColumnType::TextList`].
    Texts(&'a Elements<'a>),
}

impl<'a> Value<'a> {
    pub(crate) fn text(bytes: &'a [u8]) -> Self {
        Self::Text(decode(bytes))
    }

    /// Text, or null if it is empty.
    #[inline]
    pub(crate) fn filled_text(text: &'a str) -> Self {
        if text.is_empty() {
            Self::Null
        } else {
            Self::from(text)
        }
    }

    /// Bytes as text, or null if there are none.
    pub(crate) fn filled(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            Self::Null
        } else {
            Self::text(bytes)
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The elements of a segment as in the input, including spaces.
#[derive(Clone, Copy, Debug)]
pub enum Elements<'a> {
    /// The values of a segment that begins with its identifier.
    Segment(Segment<'a>),
    /// The values of a segment without identifier: all its parts except the first.
    Unnamed(Segment<'a>),
    /// The values of an ISA segment.
    Isa(&'a Isa),
}

impl<'a> Elements<'a> {
    /// The text before the first element separator, and the elements.
    pub(crate) fn of(segment: &Segment<'a>) -> (&'a [u8], Self) {
        let bytes = segment.bytes();
        if !segment.has_id() {
            let element = segment.delimiters().element;
            let id = bytes.split(|byte| *byte == element).next();
            return (id.unwrap_or_default(), Self::Unnamed(*segment));
        }
        let first = segment.element(1);
        let end = first.map_or(bytes.len(), |first| {
            (first.offset() as usize).saturating_sub(1)
        });
        (bytes.get(..end).unwrap_or(bytes), Self::Segment(*segment))
    }

    /// Hands each element over, in order.
    pub fn for_each(&self, mut take: impl FnMut(&str)) {
        match self {
            Self::Segment(segment) => named(*segment, &mut take),
            Self::Unnamed(segment) => {
                let element = segment.delimiters().element;
                let parts = segment.bytes().split(|byte| *byte == element);
                parts.skip(1).for_each(|part| take(&decode(part)));
            }
            Self::Isa(isa) => (1..=16).for_each(|at| take(&decode(isa.field(at)))),
        }
    }
}

/// Passes on the elements of a segment, whose text is checked once and not for each of them.
#[inline]
fn named(segment: Segment<'_>, take: &mut impl FnMut(&str)) {
    let text = std::str::from_utf8(segment.bytes()).unwrap_or_default();
    for element in segment.elements() {
        let (start, bytes) = (element.offset() as usize, element.raw());
        match text.get(start..start.saturating_add(bytes.len())) {
            Some(element) => take(element),
            None => take(&decode(bytes)),
        }
    }
}

/// Takes the rows of a table, one after the other.
pub trait RowSink {
    /// Takes a row: a value for each column, in their order.
    fn row(&mut self, row: &[Value<'_>]);
}

impl RowSink for () {
    fn row(&mut self, _: &[Value<'_>]) {}
}

impl<F: FnMut(&[Value<'_>])> RowSink for F {
    fn row(&mut self, row: &[Value<'_>]) {
        self(row);
    }
}
