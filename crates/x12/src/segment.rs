//! A segment and its elements, borrowed from the input.

use crate::delimiters::{BINARY, COMPONENT, Class, Delimiters, REPETITION};

/// The bounds of an element in the bytes of its segment, and the classes of its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) classes: Class,
}

/// One segment: its identifier and its elements.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    pub(crate) bytes: &'a [u8],
    id: &'a [u8],
    pub(crate) spans: &'a [Span],
    /// The classes of bytes in all elements.
    pub(crate) classes: Class,
    pub(crate) delimiters: Delimiters,
}

/// One element, one repetition of it, or one component.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    bytes: &'a [u8],
    pub(crate) classes: Class,
    delimiters: Delimiters,
    start: u32,
}

impl<'a> Segment<'a> {
    #[inline]
    pub(crate) fn new(
        bytes: &'a [u8],
        spans: &'a [Span],
        classes: Class,
        delimiters: Delimiters,
    ) -> Self {
        let id_of = |spans: &[Span]| {
            spans
                .first()
                .map_or(&[][..], |span| element(bytes, span, delimiters).value())
        };
        let mut spans = spans;
        let mut id = id_of(spans);
        if id.is_empty() {
            spans = named_by_value(bytes, spans, delimiters);
            id = id_of(spans);
        }
        Self {
            bytes,
            id,
            spans,
            classes,
            delimiters,
        }
    }

    /// A segment that has only its identifier.
    pub(crate) fn without_elements(id: &'a [u8]) -> Self {
        Self {
            bytes: id,
            id,
            spans: &[],
            classes: 0,
            delimiters: Delimiters {
                element: b'*',
                component: b':',
                repetition: None,
                terminator: b'~',
            },
        }
    }

    /// The identifier, such as `BEG`.
    #[must_use]
    #[inline]
    pub fn id(&self) -> &'a [u8] {
        self.id
    }

    /// Whether the segment begins with an identifier. If not, its first value is used as the
    /// identifier, as the document shows it; the identifier is empty if there is no value either.
    #[must_use]
    pub fn has_id(&self) -> bool {
        let start = self.spans.first().map_or(0, |span| span.start);
        start == 0 && !self.id.is_empty()
    }

    /// The position of the element with the length of binary data, if that does not lead to the
    /// segment's end.
    #[inline]
    pub(crate) fn miscounted(&self) -> Option<usize> {
        if self.id.first() != Some(&b'B') || self.classes & BINARY != 0 {
            return None;
        }
        let count = match self.id {
            b"BIN" => 1,
            b"BDS" => 2,
            _ => return None,
        };
        let is_given = self.len() > count && !self.value(count).is_empty();
        is_given.then_some(count)
    }

    /// Whether the segment exists in the input. For a missing trailer, a sink gets a segment that
    /// does not.
    #[must_use]
    pub fn is_in_input(&self) -> bool {
        !self.spans.is_empty()
    }

    /// The bytes of the segment, from its identifier up to its terminator.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The delimiters of the segment's interchange.
    #[must_use]
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The number of elements in the segment, including empty ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len().saturating_sub(1)
    }

    /// Whether the segment has only its identifier.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at `position`, the first being 1.
    #[must_use]
    pub fn element(&self, position: usize) -> Option<Element<'a>> {
        if position == 0 {
            None
        } else {
            self.at(position)
        }
    }

    /// The trimmed bytes of the element at `position`, empty if the segment is shorter.
    #[must_use]
    pub fn value(&self, position: usize) -> &'a [u8] {
        self.element(position)
            .map_or(&[], |element| element.value())
    }

    /// The elements in order, including empty ones.
    pub fn elements(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let Segment {
            bytes,
            spans,
            delimiters,
            ..
        } = *self;
        spans
            .iter()
            .skip(1)
            .map(move |span| element(bytes, span, delimiters))
    }

    #[inline]
    fn at(&self, index: usize) -> Option<Element<'a>> {
        Some(element(self.bytes, self.spans.get(index)?, self.delimiters))
    }
}

/// The elements from the first one with a value, or the last.
#[cold]
fn named_by_value<'a>(bytes: &[u8], spans: &'a [Span], delimiters: Delimiters) -> &'a [Span] {
    let has_value = |span: &Span| !element(bytes, span, delimiters).is_empty();
    let first = spans.iter().position(has_value);
    let from = first.unwrap_or(spans.len().saturating_sub(1));
    spans.get(from..).unwrap_or(spans)
}

#[inline]
fn element<'a>(bytes: &'a [u8], span: &Span, delimiters: Delimiters) -> Element<'a> {
    Element {
        bytes: bytes
            .get(span.start as usize..span.end as usize)
            .unwrap_or(&[]),
        classes: span.classes,
        delimiters,
        start: span.start,
    }
}

impl<'a> Element<'a> {
    /// The bytes between the delimiters.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes without leading and trailing spaces, which only binary data keeps.
    #[must_use]
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        match self.bytes {
            [first, .., last] if *first > b' ' && *last > b' ' => self.bytes,
            [only] if *only > b' ' => self.bytes,
            _ if self.classes & BINARY != 0 => self.bytes,
            _ => trim(self.bytes),
        }
    }

    /// Whether it contains only spaces.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    /// The start of the element, counted from the first byte of its segment.
    #[must_use]
    pub fn offset(&self) -> u32 {
        self.start
    }

    /// Whether a component separator occurs.
    #[must_use]
    pub fn has_components(&self) -> bool {
        self.classes & COMPONENT != 0
    }

    /// Whether a repetition separator occurs.
    #[must_use]
    pub(crate) fn has_repetitions(&self) -> bool {
        self.classes & REPETITION != 0
    }

    /// Whether it has several repetitions or components.
    pub(crate) fn is_divided(&self) -> bool {
        self.classes & (REPETITION | COMPONENT) != 0
    }

    /// The repetitions, at least one.
    pub fn repetitions(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        self.split(self.delimiters.repetition, REPETITION)
    }

    /// The components, at least one.
    pub fn components(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        self.split(Some(self.delimiters.component), COMPONENT)
    }

    /// The parts between separators of a class, which then no longer occurs.
    fn split(
        &self,
        separator: Option<u8>,
        class: Class,
    ) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let occurs = self.classes & class != 0;
        let separator = separator.filter(|_| occurs);
        let whole = Element {
            classes: self.classes & !class,
            ..*self
        };
        let mut start = self.start;
        let parts = whole.bytes.split(move |byte| Some(*byte) == separator);
        parts.map(move |bytes| {
            let part = Element {
                bytes,
                start,
                ..whole
            };
            start = start
                .saturating_add(u32::try_from(bytes.len()).unwrap_or(0))
                .saturating_add(1);
            part
        })
    }
}

fn trim(bytes: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| *byte == b' ' || (b'\t'..=b'\r').contains(byte);
    let start = bytes.iter().position(|byte| !is_blank(byte));
    let end = bytes.iter().rposition(|byte| !is_blank(byte));
    match (start, end) {
        (Some(start), Some(end)) => bytes.get(start..=end).unwrap_or(&[]),
        _ => &[],
    }
}
