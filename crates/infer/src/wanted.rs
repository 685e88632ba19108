//! The wanted output.

use super::scalar::Scalar;
use super::tree::{class_of, is_segment_id};

/// A value of the wanted output.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    Object(Vec<(String, Wanted)>),
    List(Vec<Wanted>),
    Leaf(Scalar),
    Element(Element),
}

/// An element of the wanted XML.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, Wanted)>,
    /// Child elements; an element without any has its text in `text`.
    pub(super) children: Vec<Wanted>,
    pub(super) text: Option<Box<Wanted>>,
}

impl Wanted {
    /// The wanted output from a JSON value.
    pub(super) fn of_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Object(members) => {
                let member = |(key, value): (&String, _)| (key.clone(), Self::of_json(value));
                Self::Object(members.iter().map(member).collect())
            }
            serde_json::Value::Array(items) => {
                Self::List(items.iter().map(Self::of_json).collect())
            }
            scalar => Self::Leaf(Scalar::of_json(scalar).unwrap_or(Scalar::Null)),
        }
    }

    /// The class of a list's item: the segment, the loop, or the element's name.
    pub(super) fn class(&self) -> String {
        match self {
            Self::Object(members) => {
                class_of(members.iter().map(|(key, _)| key)).unwrap_or_else(|| "{}".to_owned())
            }
            Self::Element(element) => match element.id() {
                Some(id) => format!("{} {id}", element.name),
                None => element.name.clone(),
            },
            Self::List(_) => "[]".to_owned(),
            Self::Leaf(_) => String::new(),
        }
    }

    /// The first scalar that distinguishes it from others of its class, such as `ST` in an N1 loop.
    pub(super) fn qualifier(&self) -> Option<String> {
        match self {
            Self::Object(members) => members.iter().find_map(|(_, value)| value.qualifier()),
            Self::List(items) => items.first()?.qualifier(),
            Self::Leaf(scalar) => Some(scalar.text()),
            Self::Element(element) => match &element.text {
                Some(text) => text.qualifier(),
                None => element.children.first()?.qualifier(),
            },
        }
    }

    /// Its scalars, without those of its lists.
    pub(super) fn own_leaves<'a>(&'a self, into: &mut Vec<&'a Scalar>) {
        match self {
            Self::Object(members) => members
                .iter()
                .for_each(|(_, member)| member.own_leaves(into)),
            Self::List(items) => {
                let segment = |item: &&Self| is_segment_id(&item.class());
                items
                    .iter()
                    .filter(segment)
                    .for_each(|item| item.own_leaves(into));
            }
            Self::Leaf(scalar) => into.push(scalar),
            Self::Element(element) => {
                let attributes = element.attributes.iter().filter(|(name, _)| name != "Id");
                attributes.for_each(|(_, attribute)| attribute.own_leaves(into));
                element.text.iter().for_each(|text| text.own_leaves(into));
                for child in &element.children {
                    let class = child.class();
                    let alike = element
                        .children
                        .iter()
                        .filter(|child| child.class() == class);
                    if alike.count() == 1 && !class.starts_with("loop ") && child.is_simple() {
                        child.own_leaves(into);
                    }
                }
            }
        }
    }

    /// Whether it is an element without child elements, or a segment.
    fn is_simple(&self) -> bool {
        match self {
            Self::Element(element) => element.children.is_empty() || element.id().is_some(),
            _ => true,
        }
    }

    /// All its scalars.
    pub(super) fn leaves<'a>(&'a self, into: &mut Vec<&'a Scalar>) {
        match self {
            Self::Object(members) => members.iter().for_each(|(_, member)| member.leaves(into)),
            Self::List(items) => items.iter().for_each(|item| item.leaves(into)),
            Self::Leaf(scalar) => into.push(scalar),
            Self::Element(element) => {
                let attributes = element.attributes.iter().filter(|(name, _)| name != "Id");
                attributes.for_each(|(_, attribute)| attribute.leaves(into));
                element.children.iter().for_each(|child| child.leaves(into));
                element.text.iter().for_each(|text| text.leaves(into));
            }
        }
    }
}

impl Element {
    /// The attribute `Id` of a segment, element or loop.
    pub(super) fn id(&self) -> Option<String> {
        let known = matches!(self.name.as_str(), "segment" | "element" | "loop");
        let id = self.attributes.iter().find(|(name, _)| name == "Id");
        match id {
            Some((_, Wanted::Leaf(id))) if known => Some(id.text()),
            _ => None,
        }
    }
}
