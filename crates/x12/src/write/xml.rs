//! Writes X12 from the document as XML.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{DocumentError, DocumentFault, Output, SegmentDraft, WriteOptions};

/// The attributes of an interchange that are ISA elements.
const INTERCHANGE: [(&str, usize); 12] = [
    ("AuthorizationQual", 1),
    ("Authorization", 2),
    ("SecurityQual", 3),
    ("Security", 4),
    ("Date", 9),
    ("Time", 10),
    ("StandardsId", 11),
    ("RepetitionSeparator", 11),
    ("Version", 12),
    ("Control", 13),
    ("AckRequest", 14),
    ("TestIndicator", 15),
];

/// The attributes of a group that are GS elements.
const GROUP: [(&str, usize); 8] = [
    ("GroupType", 1),
    ("ApplSender", 2),
    ("ApplReceiver", 3),
    ("Date", 4),
    ("Time", 5),
    ("Control", 6),
    ("StandardCode", 7),
    ("StandardVersion", 8),
];

/// The attributes of a transaction that are ST elements.
const TRANSACTION: [(&str, usize); 3] = [("DocType", 1), ("Control", 2), ("Version", 3)];

/// Writes an XML document as X12; loops matter only for the order of their segments.
///
/// # Errors
/// If the text is not XML, an element has no position in its segment, or headers lack values or
/// have wrong ones.
pub fn write_xml(document: &str, writing: &WriteOptions) -> Result<Vec<u8>, DocumentError> {
    let mut walk = Walk {
        output: Output::new(writing),
        isa: SegmentDraft::new("ISA", []),
        address: 6,
        has_begun: false,
        seen: false,
        segment: SegmentDraft::default(),
        slot: (0, 1, 1),
        text: String::new(),
    };
    let written = walk.read(document);
    walk.output.checked(written)
}

struct Walk<'o> {
    output: Output<'o>,
    isa: SegmentDraft,
    /// The position of the ISA element in the next address.
    address: usize,
    /// Whether the ISA of the open interchange has been written.
    has_begun: bool,
    seen: bool,
    segment: SegmentDraft,
    /// The element, repetition and component of the next text.
    slot: (usize, usize, usize),
    text: String,
}

impl Walk<'_> {
    fn read(&mut self, document: &str) -> Result<(), DocumentError> {
        let mut reader = Reader::from_str(document);
        let mut open = 0_usize;
        loop {
            let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let not_xml = || DocumentError::new("", DocumentFault::NotXml(at));
            match reader.read_event().map_err(|_| not_xml())? {
                Event::Start(tag) => {
                    open += 1;
                    self.start(&tag)?;
                }
                Event::Empty(tag) => {
                    self.start(&tag)?;
                    self.end(tag.name().as_ref());
                }
                Event::End(tag) => {
                    open = open.saturating_sub(1);
                    self.end(tag.name().as_ref());
                }
                Event::Text(text) => self.text += &text.xml10_content(),
                Event::CData(text) => self.text += &text.xml10_content(),
                Event::GeneralRef(reference) => {
                    self.text += &resolved(&reference).ok_or_else(not_xml)?;
                }
                Event::Eof if open > 0 => return Err(not_xml()),
                Event::Eof if self.seen => return Ok(()),
                Event::Eof => {
                    return Err(DocumentError::new(
                        "",
                        DocumentFault::Missing("interchange"),
                    ));
                }
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), DocumentError> {
        self.text.clear();
        match tag.name().as_ref() {
            "interchange" => {
                (self.has_begun, self.seen) = (false, true);
                self.isa = draft("ISA", tag, &INTERCHANGE);
            }
            "sender" => self.address = 6,
            "receiver" => self.address = 8,
            "address" => {
                let qualifier = self.address.wrapping_sub(1);
                merge(
                    &mut self.isa,
                    tag,
                    &[("Id", self.address), ("Qual", qualifier)],
                );
            }
            "group" => {
                let gs = draft("GS", tag, &GROUP);
                self.begin(gs.value(8));
                self.output.group(gs);
                self.output.locate_faults("group");
            }
            "transaction" => {
                self.output.transaction(draft("ST", tag, &TRANSACTION));
                self.output.locate_faults("transaction");
            }
            "segment" => {
                self.segment = SegmentDraft::new(&attribute(tag, "Id").unwrap_or_default(), []);
            }
            "element" => self.element(tag)?,
            "subelement" => {
                let sequence = attribute(tag, "Sequence").and_then(|number| number.parse().ok());
                self.slot.2 = sequence.unwrap_or(self.slot.2);
            }
            _ => {}
        }
        Ok(())
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), DocumentError> {
        let id = attribute(tag, "Id").unwrap_or_default();
        let position = id
            .strip_prefix(&self.segment.id)
            .and_then(|position| position.parse().ok());
        let Some(position) = position.filter(|position| *position > 0) else {
            return Err(DocumentError::new(
                &self.segment.id,
                DocumentFault::KeyUnknown(id),
            ));
        };
        let repetition = if self.slot.0 == position {
            self.slot.1 + 1
        } else {
            1
        };
        self.slot = (position, repetition, 1);
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "element" | "subelement" if !self.text.is_empty() => self.put(),
            "segment" => {
                self.output.segment(&std::mem::take(&mut self.segment));
                self.slot = (0, 1, 1);
            }
            "transaction" => self.output.transaction_end(),
            "group" => self.output.group_end(),
            "interchange" => {
                self.begin("");
                self.output.interchange_end();
            }
            _ => {}
        }
    }

    /// Adds the text at its place; spaces around subelements are ignored.
    fn put(&mut self) {
        let (element, repetition, component) = self.slot;
        let text = std::mem::take(&mut self.text);
        if let Some(slot) = self
            .segment
            .slot(element, repetition, component)
            .filter(|_| !text.trim().is_empty())
        {
            *slot = text;
        }
    }

    fn begin(&mut self, version: &str) {
        if !self.has_begun {
            self.has_begun = true;
            let isa = std::mem::take(&mut self.isa);
            let fields = std::array::from_fn(|index| isa.value(index + 1).to_owned());
            self.output.interchange(fields, version);
            self.output.locate_faults("interchange");
        }
    }
}

fn draft(id: &str, tag: &BytesStart<'_>, names: &[(&str, usize)]) -> SegmentDraft {
    let mut draft = SegmentDraft::new(id, []);
    merge(&mut draft, tag, names);
    draft
}

fn merge(draft: &mut SegmentDraft, tag: &BytesStart<'_>, names: &[(&str, usize)]) {
    for (name, position) in names {
        if let Some(value) = attribute(tag, name)
            && let Some(slot) = draft.slot(*position, 1, 1)
        {
            *slot = value;
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()?
            .into_owned(),
    )
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    resolve_xml_entity(reference).map(str::to_owned)
}
