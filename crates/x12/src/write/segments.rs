//! Segments as bytes, with line breaks; delimiters never occur within data.

use crate::Delimiters;

/// The line breaks of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// A line break after each segment.
    Segment(LineBreak),
    /// No line breaks.
    OneLine,
    /// A line break after this number of bytes, at any place.
    Length(usize, LineBreak),
}

/// A line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineBreak {
    /// Carriage return, line feed.
    CrLf,
    /// Line feed.
    Lf,
    /// Carriage return.
    Cr,
}

impl LineBreak {
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::CrLf => b"\r\n",
            Self::Lf => b"\n",
            Self::Cr => b"\r",
        }
    }
}

/// The replacement for a delimiter in data.
const IN_PLACE: u8 = b'?';

/// A segment to be written: for each element its repetitions, and for each of these its components.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentDraft {
    pub(crate) id: String,
    elements: List<List<List<String>>>,
}

impl SegmentDraft {
    /// A segment of simple elements.
    pub(crate) fn new<'a>(id: &str, elements: impl IntoIterator<Item = &'a str>) -> Self {
        let mut draft = Self::default();
        id.clone_into(&mut draft.id);
        for (position, value) in (1..).zip(elements) {
            if let Some(slot) = draft.slot(position, 1, 1) {
                value.clone_into(slot);
            }
        }
        draft
    }

    /// Removes all elements, and keeps their memory for the next segment.
    pub(crate) fn clear(&mut self) {
        self.id.clear();
        self.elements.clear();
    }

    /// The place of a component, with positions from 1; created if it does not exist.
    pub(crate) fn slot(
        &mut self,
        element: usize,
        repetition: usize,
        component: usize,
    ) -> Option<&mut String> {
        let repetitions = self.elements.at(element)?;
        repetitions.at(repetition)?.at(component)
    }

    /// Whether no element has a value.
    pub(crate) fn is_empty(&self) -> bool {
        let repetitions = self.elements.items().iter().flat_map(List::items);
        let mut values = repetitions.flat_map(List::items);
        values.all(|value| value.trim().is_empty())
    }

    /// The element at `position`, if it is simple.
    pub(crate) fn value(&self, position: usize) -> &str {
        let element = self.elements.items().get(position.wrapping_sub(1));
        let first = element.and_then(|repetitions| repetitions.items().first()?.items().first());
        first.map_or("", String::as_str)
    }
}

/// The maximum number of elements, repetitions or components: a key in a document must not cause
/// large allocations.
const MOST: usize = 10_000;

/// A list that keeps the memory of removed items.
#[derive(Clone, Debug, Default)]
struct List<T> {
    items: Vec<T>,
    /// The number of items in the list; the other items are free memory.
    length: usize,
}

/// A container that keeps its memory when it is emptied.
trait Clear {
    fn clear(&mut self);
}

impl Clear for String {
    fn clear(&mut self) {
        self.clear();
    }
}

impl<T> Clear for List<T> {
    fn clear(&mut self) {
        self.length = 0;
    }
}

impl<T: Clear + Default> List<T> {
    /// The item at a position counted from 1, with empty items before it.
    fn at(&mut self, position: usize) -> Option<&mut T> {
        let index = position.checked_sub(1).filter(|index| *index < MOST)?;
        if index >= self.length {
            let free = self.items.iter_mut().skip(self.length);
            free.take(position - self.length).for_each(Clear::clear);
            if index >= self.items.len() {
                self.items.resize_with(position, T::default);
            }
            self.length = position;
        }
        self.items.get_mut(index)
    }
}

impl<T> List<T> {
    fn clear(&mut self) {
        self.length = 0;
    }

    fn items(&self) -> &[T] {
        self.items.get(..self.length).unwrap_or_default()
    }
}

/// Writes segments.
pub(crate) struct SegmentWriter {
    out: Vec<u8>,
    wrap: Wrap,
    column: usize,
    /// The segment that is being written.
    line: Vec<u8>,
}

impl SegmentWriter {
    pub(crate) fn new(wrap: Wrap) -> Self {
        Self {
            out: Vec::new(),
            wrap,
            column: 0,
            line: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// The number of bytes so far.
    pub(crate) fn length(&self) -> usize {
        self.out.len()
    }

    /// Writes a segment, without the empty elements and components at its end.
    pub(crate) fn write(&mut self, draft: &SegmentDraft, delimiters: Delimiters) {
        self.line.extend_from_slice(draft.id.as_bytes());
        let binary_at = match draft.id.as_str() {
            "BIN" => 2,
            "BDS" => 3,
            _ => usize::MAX,
        };
        for (position, element) in (1..).zip(draft.elements.items()) {
            self.line.push(delimiters.element);
            if position == binary_at {
                // The data has a stated length, so it may contain delimiters.
                self.line
                    .extend_from_slice(draft.value(binary_at).as_bytes());
            } else if position + 1 == binary_at {
                let counted = draft.value(binary_at).len().to_string();
                self.line.extend_from_slice(counted.as_bytes());
            } else {
                self.element(element, delimiters);
            }
        }
        if binary_at == usize::MAX {
            let is_data = |byte: &u8| *byte != delimiters.element;
            let end = self.line.iter().rposition(is_data);
            self.line.truncate(end.map_or(0, |end| end + 1));
        }
        self.end(delimiters);
    }

    /// Writes an ISA segment, whose elements keep their lengths; the last element is a delimiter.
    pub(crate) fn write_isa(&mut self, fields: &[String], delimiters: Delimiters) {
        self.line.extend_from_slice(b"ISA");
        for (position, field) in (1..).zip(fields) {
            self.line.push(delimiters.element);
            match position {
                16 => self.line.push(delimiters.component),
                11 => self.line.extend_from_slice(field.as_bytes()),
                _ => self.data(field, delimiters),
            }
        }
        self.end(delimiters);
    }

    fn element(&mut self, element: &List<List<String>>, delimiters: Delimiters) {
        let start = self.line.len();
        for (nth, components) in element.items().iter().enumerate() {
            if nth > 0 {
                self.line.push(delimiters.repetition.unwrap_or(IN_PLACE));
            }
            let from = self.line.len();
            for (nth, component) in components.items().iter().enumerate() {
                if nth > 0 {
                    self.line.push(delimiters.component);
                }
                self.data(component, delimiters);
            }
            trim(&mut self.line, from, delimiters.component);
        }
        if let Some(repetition) = delimiters.repetition {
            trim(&mut self.line, start, repetition);
        }
    }

    fn data(&mut self, text: &str, delimiters: Delimiters) {
        let breaks = self.wrap != Wrap::OneLine;
        let is_delimiter = |byte: u8| {
            byte == delimiters.element
                || byte == delimiters.component
                || byte == delimiters.terminator
                || Some(byte) == delimiters.repetition
                || (breaks && matches!(byte, b'\r' | b'\n'))
        };
        let start = self.line.len();
        self.line.extend_from_slice(text.as_bytes());
        for byte in self.line.get_mut(start..).unwrap_or_default() {
            if is_delimiter(*byte) {
                *byte = IN_PLACE;
            }
        }
    }

    /// Moves the line to the output.
    fn end(&mut self, delimiters: Delimiters) {
        self.line.push(delimiters.terminator);
        match self.wrap {
            Wrap::OneLine => self.out.append(&mut self.line),
            Wrap::Segment(line_break) => {
                self.out.append(&mut self.line);
                if !matches!(delimiters.terminator, b'\r' | b'\n') {
                    self.out.extend_from_slice(line_break.bytes());
                }
            }
            Wrap::Length(length, line_break) => {
                for byte in self.line.drain(..) {
                    if self.column == length.max(1) {
                        self.out.extend_from_slice(line_break.bytes());
                        self.column = 0;
                    }
                    self.out.push(byte);
                    self.column += 1;
                }
            }
        }
    }
}

fn trim(line: &mut Vec<u8>, from: usize, separator: u8) {
    while line.len() > from && line.last() == Some(&separator) {
        line.pop();
    }
}
