//! Reads XML into the input tree and into the wanted output.

use quick_xml::Reader;
use quick_xml::escape::EscapeError;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};

use super::scalar::Scalar;
use super::tree::{Label, NodeId, Tree};
use super::wanted::{Element, Wanted};

/// The maximum depth of nested elements.
const DEPTH: usize = 128;

/// An element of the text.
struct Written {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Written>,
    text: String,
}

/// A text that is not XML.
#[derive(Debug, thiserror::Error)]
#[error("{reason} at byte {at}")]
pub(super) struct XmlError {
    #[source]
    reason: Reason,
    at: u64,
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Syntax(#[from] quick_xml::Error),
    #[error(transparent)]
    Attribute(#[from] AttrError),
    #[error(transparent)]
    Escape(#[from] EscapeError),
    #[error("elements nest more than {DEPTH} levels")]
    Depth,
    #[error("an end tag too many")]
    EndTag,
    #[error("the root element is missing or not ended")]
    Root,
}

/// The tree of an XML text.
///
/// # Errors
///
/// The text is not XML; the problem says where.
pub(super) fn input(text: &str) -> Result<Tree, XmlError> {
    let root = read(text)?;
    let mut tree = Tree::new();
    tree.namespaced = has_namespaces(&root);
    add(&mut tree, Tree::ROOT, None, &root);
    tree.close(Tree::ROOT);
    Ok(tree)
}

/// The wanted output from an XML text.
///
/// # Errors
///
/// The text is not XML; the problem says where.
pub(super) fn output(text: &str) -> Result<Wanted, XmlError> {
    Ok(wanted(read(text)?))
}

fn has_namespaces(element: &Written) -> bool {
    element
        .attributes
        .iter()
        .any(|(name, _)| is_declaration(name))
        || element.children.iter().any(has_namespaces)
}

fn is_declaration(attribute: &str) -> bool {
    attribute == "xmlns" || attribute.starts_with("xmlns:")
}

fn add(tree: &mut Tree, parent: NodeId, above: Option<&Written>, element: &Written) {
    let discriminator = match element.name.as_str() {
        "segment" | "element" | "loop" => Some("Id"),
        "subelement" => Some("Sequence"),
        _ => None,
    };
    let of = |(name, value): &(String, String)| {
        (Some(name.as_str()) == discriminator).then(|| value.clone())
    };
    let label = Label {
        field: element.name.clone(),
        class: element.attributes.iter().find_map(of),
    };
    let listed = is_listed(above, element);
    let node = tree.open(parent, label, listed);
    for (name, value) in &element.attributes {
        if Some(name.as_str()) != discriminator && !is_declaration(name) {
            leaf(tree, node, format!("@{name}"), value);
        }
    }
    for child in &element.children {
        add(tree, node, Some(element), child);
    }
    if element.children.is_empty() && tree.node(node).children.is_empty() {
        tree.set(node, Scalar::Text(element.text.clone()));
    } else if !element.text.trim().is_empty() {
        leaf(tree, node, "text()".to_owned(), element.text.trim());
    }
    tree.close(node);
}

fn leaf(tree: &mut Tree, parent: NodeId, field: String, value: &str) {
    let node = tree.open(parent, Label { field, class: None }, false);
    tree.set(node, Scalar::Text(value.to_owned()));
    tree.close(node);
}

/// Whether an element may repeat, although it occurs once here.
fn is_listed(above: Option<&Written>, element: &Written) -> bool {
    let service = ["interchange", "group", "transaction", "segment", "loop"];
    service.contains(&element.name.as_str())
        || above.is_some_and(|above| is_plural(&above.name, &element.name))
}

/// Whether a name is the plural or list of another: `lines` for `line`, `LineList` for `Line`.
pub(super) fn is_plural(plural: &str, singular: &str) -> bool {
    let (plural, singular) = (plural.to_lowercase(), singular.to_lowercase());
    let ending = plural.strip_prefix(&singular);
    matches!(ending, Some("s" | "es" | "list" | "_list"))
        || singular
            .strip_suffix('y')
            .is_some_and(|rest| plural.strip_prefix(rest) == Some("ies"))
}

fn wanted(element: Written) -> Wanted {
    let leaf = |text: String| Wanted::Leaf(Scalar::Text(text));
    let attribute = |(name, value)| (name, leaf(value));
    let text = element.children.is_empty() && !element.text.is_empty();
    Wanted::Element(Element {
        name: element.name,
        attributes: element.attributes.into_iter().map(attribute).collect(),
        children: element.children.into_iter().map(wanted).collect(),
        text: text.then(|| Box::new(leaf(element.text))),
    })
}

fn read(text: &str) -> Result<Written, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Written> = Vec::new();
    loop {
        let at = reader.buffer_position();
        let wrong = |reason| XmlError { reason, at };
        match reader.read_event().map_err(|error| wrong(error.into()))? {
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return Err(wrong(Reason::Depth));
                }
                open.push(element(&start).map_err(wrong)?);
            }
            Event::Empty(start) => {
                let element = element(&start).map_err(wrong)?;
                if let Some(root) = put(&mut open, element) {
                    return Ok(root);
                }
            }
            Event::End(_) => {
                let ended = open.pop().ok_or_else(|| wrong(Reason::EndTag))?;
                if let Some(root) = put(&mut open, ended) {
                    return Ok(root);
                }
            }
            Event::Text(text) => {
                append(&mut open, &text.xml10_content());
            }
            Event::CData(text) => append(&mut open, &text.xml10_content()),
            Event::GeneralRef(text) => {
                let spelled = format!("&{};", &*text);
                let meant =
                    quick_xml::escape::unescape(&spelled).map_err(|error| wrong(error.into()))?;
                append(&mut open, &meant);
            }
            Event::Eof => return Err(wrong(Reason::Root)),
            _ => {}
        }
    }
}

/// Adds a closed element to the one that is open; returns the root.
fn put(open: &mut [Written], mut element: Written) -> Option<Written> {
    if element.text.trim().is_empty() {
        element.text.clear();
    }
    match open.last_mut() {
        Some(above) => {
            above.children.push(element);
            None
        }
        None => Some(element),
    }
}

fn append(open: &mut [Written], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>) -> Result<Written, Reason> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let name = attribute.key.as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value)?;
        attributes.push((name, value.into_owned()));
    }
    Ok(Written {
        name: start.name().as_ref().to_owned(),
        attributes,
        children: Vec::new(),
        text: String::new(),
    })
}
