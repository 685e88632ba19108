//! Reads and writes the XML of S3's documents as elements.
//!
//! The documents are short, and the only attribute in use is the type of a grantee.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_xml_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The maximum depth of nested elements; those of S3 have four levels.
const DEPTH: usize = 32;

/// An element.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// The attribute `xsi:type`.
    pub(crate) kind: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The root element of a document; `None` if it is not XML.
    pub(crate) fn read(document: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(document).ok()?);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) if open.len() < DEPTH => {
                    open.push(Self::of_tag(&tag));
                }
                Event::Start(_) => return None,
                Event::Empty(tag) => {
                    open.last_mut()?.children.push(Self::of_tag(&tag));
                }
                Event::End(_) => {
                    let element = open.pop()?;
                    open.last_mut()?.children.push(element);
                }
                Event::Text(text) => open.last_mut()?.text += &text.xml10_content(),
                Event::CData(text) => open.last_mut()?.text += &text.xml10_content(),
                Event::GeneralRef(reference) => open.last_mut()?.text += &resolved(&reference)?,
                Event::Eof => break,
                _ => {}
            }
        }
        let [document] = <[Self; 1]>::try_from(open).ok()?;
        document.children.into_iter().next()
    }

    fn of_tag(tag: &BytesStart<'_>) -> Self {
        let mut attributes = tag.attributes().flatten();
        let kind = attributes.find(|attribute| attribute.key.as_ref() == "xsi:type");
        Self {
            name: tag.local_name().as_ref().to_owned(),
            kind: kind.map(|attribute| attribute.value.into_owned()),
            ..Self::default()
        }
    }

    /// An element with a text.
    pub(crate) fn with_text(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// An element with children.
    pub(crate) fn with_children(name: &str, children: Vec<Self>) -> Self {
        Self {
            name: name.to_owned(),
            children,
            ..Self::default()
        }
    }

    /// Writes the element without whitespace between its children.
    pub(crate) fn write(&self, out: &mut String) {
        out.extend(["<", &self.name]);
        if let Some(kind) = &self.kind {
            let namespace = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
            out.extend([" ", namespace, " xsi:type=\"", &escape(kind), "\""]);
        }
        out.push('>');
        if self.children.is_empty() {
            out.push_str(&escape(&self.text));
        }
        for child in &self.children {
            child.write(out);
        }
        out.extend(["</", &self.name, ">"]);
    }

    /// The element's own name, without a prefix.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text of the first child of this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of this name.
    pub(crate) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Some(character.to_string()),
        Ok(None) => resolve_xml_entity(reference).map(str::to_owned),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn elements_are_found_by_name() {
        let document =
            b"<?xml version=\"1.0\"?>\n<List xmlns=\"http://s3\"><Empty/><Key>a&amp;b&#33;</Key>\
            <Item><Key>1</Key></Item><Item><Key>2</Key></Item></List>";
        let list = Element::read(document).unwrap();
        assert_eq!((list.name(), list.text_of("Key")), ("List", Some("a&b!")));
        assert_eq!(list.text_of("Empty"), Some(""));
        let keys: Vec<_> = list
            .children_named("Item")
            .map(|children_named| children_named.text_of("Key"))
            .collect();
        assert_eq!(keys, [Some("1"), Some("2")]);
    }

    #[test]
    fn what_was_read_is_written_again() {
        let document = "<A> <B xsi:type=\"Group\"><C>a &lt; b&#xA;</C><D/></B> </A>";
        let mut written = String::new();
        Element::read(document.as_bytes())
            .unwrap()
            .write(&mut written);
        let expected = "<A><B xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\">\
                        <C>a &lt; b\n</C><D></D></B></A>";
        assert_eq!(written, expected);
    }

    #[test]
    fn what_is_no_document_is_none() {
        let deep = "<a>".repeat(1000);
        for document in ["", "text", "<a>", "<a></b>", "<a>&nothing;</a>", &deep] {
            assert!(Element::read(document.as_bytes()).is_none(), "{document}");
        }
        assert!(Element::read(b"\xff").is_none());
    }
}
