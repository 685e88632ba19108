//! The document as XML, written while reading.

use std::sync::Arc;

use super::spare::SpareBuffers;
use crate::segment::Element;
use crate::tables::Set;
use crate::text::push_xml;
use crate::{Isa, LoopKey, Place, Position, Segment, Sink};

const BEGINNING: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><ediroot>"#;

/// The attributes of an interchange and the corresponding ISA elements.
const INTERCHANGE: [(usize, &str); 11] = [
    (1, "AuthorizationQual"),
    (2, "Authorization"),
    (3, "SecurityQual"),
    (4, "Security"),
    (9, "Date"),
    (10, "Time"),
    (STANDARD, "StandardsId"),
    (12, "Version"),
    (13, "Control"),
    (14, "AckRequest"),
    (15, "TestIndicator"),
];

/// ISA11; the usual separator has no attribute.
const STANDARD: usize = 11;
const USUAL_SEPARATOR: u8 = b'^';

/// The attributes of a group, for GS01 to GS08.
const GROUP: [&str; 8] = [
    "GroupType",
    "ApplSender",
    "ApplReceiver",
    "Date",
    "Time",
    "Control",
    "StandardCode",
    "StandardVersion",
];

/// Writes XML from the calls of a reader.
pub struct XmlWriter {
    pub(super) out: Vec<u8>,
    pub(super) spare: SpareBuffers,
}

impl XmlWriter {
    /// A writer that expects to write about `capacity` bytes.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity.max(BEGINNING.len()));
        out.extend_from_slice(BEGINNING);
        Self {
            out,
            spare: SpareBuffers::default(),
        }
    }

    /// Passes on what has been written so far, so that a long document need not be in memory, and
    /// keeps the memory for what follows.
    pub fn hand_out<T>(&mut self, to: impl FnOnce(&[u8]) -> T) -> T {
        let taken = to(&self.out);
        self.out.clear();
        taken
    }

    /// Ends the document.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.raw("</ediroot>");
        self.out
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn attribute(&mut self, name: &str, value: &[u8]) {
        self.raw(" ");
        self.raw(name);
        self.raw("=\"");
        push_xml(&mut self.out, value, u8::MAX);
        self.raw("\"");
    }

    fn address(&mut self, tag: &str, id: &[u8], qualifier: &[u8]) {
        self.raw("<");
        self.raw(tag);
        self.raw("><address");
        self.attribute("Id", id);
        self.attribute("Qual", qualifier);
        self.raw("/></");
        self.raw(tag);
        self.raw(">");
    }

    fn element(&mut self, id: &[u8], position: usize, value: Element<'_>, composite: bool) {
        if value.components().all(|component| component.is_empty()) {
            return;
        }
        self.raw("<element Id=\"");
        push_xml(&mut self.out, id, u8::MAX);
        self.raw(&format!("{position:02}\""));
        if composite || value.has_components() {
            self.raw(" Composite=\"yes\">");
            self.components(value);
        } else {
            self.raw(">");
            push_xml(&mut self.out, value.value(), value.classes);
        }
        self.raw("</element>");
    }

    fn components(&mut self, value: Element<'_>) {
        for (sequence, component) in (1..).zip(value.components()) {
            if !component.is_empty() {
                self.raw(&format!("<subelement Sequence=\"{sequence}\">"));
                push_xml(&mut self.out, component.value(), component.classes);
                self.raw("</subelement>");
            }
        }
    }
}

impl Sink for XmlWriter {
    fn interchange(&mut self, isa: &Isa, _: &Position) {
        self.raw("<interchange");
        self.attribute("Standard", b"ANSI X.12");
        for (position, name) in INTERCHANGE {
            if position != STANDARD || !isa.has_separator() {
                self.attribute(name, isa.field(position));
            } else if isa.delimiters().repetition != Some(USUAL_SEPARATOR) {
                self.attribute("RepetitionSeparator", isa.field(position));
            }
        }
        self.raw(">");
        self.address("sender", isa.field(6), isa.field(5));
        self.address("receiver", isa.field(8), isa.field(7));
    }

    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        self.raw("<group");
        for (position, name) in (1..).zip(GROUP) {
            let value = gs.element(position).map_or(&[][..], |value| value.raw());
            self.attribute(name, value);
        }
        self.raw(">");
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {
        self.raw("<transaction");
        self.attribute("DocType", st.value(1));
        let control = st.element(2).map_or(&[][..], |value| value.raw());
        self.attribute("Control", control);
        if !st.value(3).is_empty() {
            self.attribute("Version", st.value(3));
        }
        self.raw(">");
    }

    fn open(&mut self, key: LoopKey<'_>, _: &Position) {
        self.raw("<loop Id=\"");
        self.raw(key.name);
        self.out.extend_from_slice(key.letter.as_slice());
        self.raw("\">");
    }

    fn segment(&mut self, segment: &Segment<'_>, place: Place, _: &Position) {
        if segment.id().is_empty() {
            return;
        }
        self.raw("<segment");
        self.attribute("Id", segment.id());
        self.raw(">");
        for (position, value) in (1..).zip(segment.elements()) {
            for repetition in value.repetitions() {
                self.element(
                    segment.id(),
                    position,
                    repetition,
                    place.is_composite(position),
                );
            }
        }
        self.raw("</segment>");
    }

    fn close(&mut self, _: &Position) {
        self.raw("</loop>");
    }

    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.raw("</transaction>");
    }

    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.raw("</group>");
    }

    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.raw("</interchange>");
    }
}
