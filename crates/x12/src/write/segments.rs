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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentDraft {
    pub(crate) id: String,
    pub(crate) elements: Vec<Vec<Vec<String>>>,
}

impl SegmentDraft {
    /// A segment of simple elements.
    pub(crate) fn new<'a>(id: &str, elements: impl IntoIterator<Item = &'a str>) -> Self {
        let elements = elements
            .into_iter()
            .map(|element| vec![vec![element.to_owned()]])
            .collect();
        Self {
            id: id.to_owned(),
            elements,
        }
    }

    /// The place of a component, with positions from 1; created if it does not exist.
    pub(crate) fn slot(
        &mut self,
        element: usize,
        repetition: usize,
        component: usize,
    ) -> Option<&mut String> {
        let repetitions = at(&mut self.elements, element)?;
        at(at(repetitions, repetition)?, component)
    }

    /// Whether no element has a value.
    pub(crate) fn is_empty(&self) -> bool {
        let mut values = self.elements.iter().flatten().flatten();
        values.all(|value| value.trim().is_empty())
    }

    /// The element at `position`, if it is simple.
    pub(crate) fn value(&self, position: usize) -> &str {
        let element = self.elements.get(position.wrapping_sub(1));
        let first = element.and_then(|repetitions| repetitions.first()?.first());
        first.map_or("", String::as_str)
    }
}

/// The maximum number of elements, repetitions or components: a key in a document must not cause
/// large allocations.
const MOST: usize = 10_000;

fn at<T: Default>(list: &mut Vec<T>, position: usize) -> Option<&mut T> {
    let index = position.checked_sub(1).filter(|index| *index < MOST)?;
    if index >= list.len() {
        list.resize_with(index + 1, T::default);
    }
    list.get_mut(index)
}

/// Writes segments.
pub(crate) struct SegmentWriter {
    out: Vec<u8>,
    wrap: Wrap,
    column: usize,
}

impl SegmentWriter {
    pub(crate) fn new(wrap: Wrap) -> Self {
        Self {
            out: Vec::new(),
            wrap,
            column: 0,
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Writes a segment, without the empty elements and components at its end.
    pub(crate) fn write(&mut self, draft: &SegmentDraft, delimiters: Delimiters) {
        let mut line = draft.id.clone().into_bytes();
        let binary_at = match draft.id.as_str() {
            "BIN" => 2,
            "BDS" => 3,
            _ => usize::MAX,
        };
        let counted = draft.value(binary_at).len().to_string();
        for (position, element) in (1..).zip(&draft.elements) {
            line.push(delimiters.element);
            if position == binary_at {
                // The data has a stated length, so it may contain delimiters.
                line.extend_from_slice(draft.value(binary_at).as_bytes());
            } else if position + 1 == binary_at {
                line.extend_from_slice(counted.as_bytes());
            } else {
                self.element(&mut line, element, delimiters);
            }
        }
        if binary_at == usize::MAX {
            let end = line.iter().rposition(|byte| *byte != delimiters.element);
            line.truncate(end.map_or(0, |end| end + 1));
        }
        self.end(line, delimiters);
    }

    /// Writes an ISA segment, whose elements keep their lengths; the last element is a delimiter.
    pub(crate) fn write_isa(&mut self, fields: &[String], delimiters: Delimiters) {
        let mut line = b"ISA".to_vec();
        for (position, field) in (1..).zip(fields) {
            line.push(delimiters.element);
            match position {
                16 => line.push(delimiters.component),
                11 => line.extend_from_slice(field.as_bytes()),
                _ => self.data(&mut line, field, delimiters),
            }
        }
        self.end(line, delimiters);
    }

    fn element(&self, line: &mut Vec<u8>, element: &[Vec<String>], delimiters: Delimiters) {
        let start = line.len();
        for (nth, components) in element.iter().enumerate() {
            if nth > 0 {
                line.push(delimiters.repetition.unwrap_or(IN_PLACE));
            }
            let from = line.len();
            for (nth, component) in components.iter().enumerate() {
                if nth > 0 {
                    line.push(delimiters.component);
                }
                self.data(line, component, delimiters);
            }
            trim(line, from, delimiters.component);
        }
        if let Some(repetition) = delimiters.repetition {
            trim(line, start, repetition);
        }
    }

    fn data(&self, line: &mut Vec<u8>, text: &str, delimiters: Delimiters) {
        let breaks = self.wrap != Wrap::OneLine;
        let is_delimiter = |byte: u8| {
            byte == delimiters.element
                || byte == delimiters.component
                || byte == delimiters.terminator
                || Some(byte) == delimiters.repetition
                || (breaks && matches!(byte, b'\r' | b'\n'))
        };
        line.extend(
            text.bytes()
                .map(|byte| if is_delimiter(byte) { IN_PLACE } else { byte }),
        );
    }

    fn end(&mut self, mut line: Vec<u8>, delimiters: Delimiters) {
        line.push(delimiters.terminator);
        match self.wrap {
            Wrap::OneLine => self.out.append(&mut line),
            Wrap::Segment(line_break) => {
                self.out.append(&mut line);
                if !matches!(delimiters.terminator, b'\r' | b'\n') {
                    self.out.extend_from_slice(line_break.bytes());
                }
            }
            Wrap::Length(length, line_break) => {
                for byte in line {
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
