//! The XML that an S3 answers with, read into elements: it is short and has no attributes of use.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

/// How deep elements may lie in each other; those of S3 are at four.
const DEPTH: usize = 32;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The root of a document; none when it is not XML.
    pub(super) fn read(document: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(document).ok()?);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) if open.len() < DEPTH => {
                    open.push(Self::named(tag.local_name().as_ref()));
                }
                Event::Start(_) => return None,
                Event::Empty(tag) => {
                    let element = Self::named(tag.local_name().as_ref());
                    open.last_mut()?.children.push(element);
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

    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The element's own name, without a prefix.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text of the first child of this name.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        let mut children = self.children.iter();
        children
            .find(|child| child.name == name)
            .map(|find| find.text.as_str())
    }

    /// The children of this name.
    pub(super) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
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
    fn what_is_no_document_is_none() {
        let deep = "<a>".repeat(1000);
        for document in ["", "text", "<a>", "<a></b>", "<a>&nothing;</a>", &deep] {
            assert!(Element::read(document.as_bytes()).is_none(), "{document}");
        }
        assert!(Element::read(b"\xff").is_none());
    }
}
