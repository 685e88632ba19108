//! The shape of documents: their members, how often each occurs, and whether it always occurs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use b2bi_local_x12::{Layout, Outline, OutlineSegment, to_json};
use serde_json::Value;

use super::codes::Codes;
use super::document::{kind_of, segment_of};

/// What may occur at a place of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The members of objects.
    pub(super) members: BTreeMap<String, Member>,
    /// The kinds of items of lists.
    pub(super) kinds: BTreeMap<String, Kind>,
    /// Whether a text, a number or another scalar can occur there.
    pub(super) is_scalar: bool,
    /// Whether it describes all documents of a set, and not a sample.
    is_complete: bool,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub shape: Shape,
    /// Whether it always occurs.
    pub is_required: bool,
}

/// Similar items of a list: the same segment, or the same loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub shape: Shape,
    /// The maximum number of them in a list.
    pub most: usize,
    /// Whether there is always at least one.
    pub is_required: bool,
}

impl Shape {
    /// The shape of a sample; other documents may have more, or lack some of it.
    #[must_use]
    pub fn of_sample(sample: &Value) -> Self {
        let mut shape = Self::default();
        shape.see(sample);
        shape
    }

    /// The shape of all documents of a transaction set.
    #[must_use]
    pub fn of_outline(outline: &Outline) -> Self {
        let document = document_of(outline);
        let mut shape = Self::of_sample(&document);
        let mut segments = outline.segments.iter().cloned().collect();
        shape.limit(&document, &mut segments);
        shape.is_complete = true;
        shape
    }

    /// Whether documents can have more than the shape describes.
    pub(super) const fn is_sample(&self) -> bool {
        !self.is_complete
    }

    /// The names of all members at any depth.
    pub(super) fn all_names(&self) -> BTreeSet<&str> {
        let own = self.members.keys().map(String::as_str);
        let members = self.members.values().map(|member| &member.shape);
        let inner = members.chain(self.kinds.values().map(|kind| &kind.shape));
        own.chain(inner.flat_map(Self::all_names)).collect()
    }

    /// Adds what a value has.
    fn see(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let member = self.members.entry(name.clone()).or_insert_with(|| Member {
                        shape: Self::default(),
                        is_required: true,
                    });
                    member.shape.see(value);
                }
                for (name, member) in &mut self.members {
                    member.is_required &= members.contains_key(name);
                }
            }
            Value::Array(items) => self.see_items(items),
            _ => self.is_scalar = true,
        }
    }

    fn see_items(&mut self, items: &[Value]) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for item in items {
            let kind = kind_of(item);
            *counts.entry(kind).or_default() += 1;
            let seen = self.kinds.entry(kind.to_owned()).or_insert_with(|| Kind {
                shape: Self::default(),
                most: 0,
                is_required: true,
            });
            seen.shape.see(item);
        }
        for (name, kind) in &mut self.kinds {
            let count = counts.get(name.as_str()).copied().unwrap_or_default();
            // A list that is not from X12 can always have more items.
            let least = if name.is_empty() { 2 } else { 0 };
            kind.most = kind.most.max(count).max(least);
            kind.is_required &= count > 0 && !name.is_empty();
        }
    }

    /// A document that has every element of a transaction set once, with the codes that a template
    /// compares with them.
    #[must_use]
    pub fn document_of(outline: &Outline, template: &str) -> Value {
        let mut document = document_of(outline);
        Codes::of(template).spread(&mut document);
        document
    }

    /// Takes from the outline how often each part occurs, and whether it always does.
    fn limit(&mut self, value: &Value, segments: &mut VecDeque<OutlineSegment>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if let Some(member) = self.members.get_mut(name) {
                        member.shape.limit(value, segments);
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.limit_item(item, segments);
                }
            }
            _ => {}
        }
    }

    fn limit_item(&mut self, item: &Value, segments: &mut VecDeque<OutlineSegment>) {
        let name = kind_of(item);
        let Some(kind) = self.kinds.get_mut(name) else {
            return;
        };
        if !name.ends_with("_loop") && segment_of(item).is_none() {
            kind.shape.limit(item, segments);
            return;
        }
        let Some(segment) = segments.pop_front() else {
            return;
        };
        kind.most = kind
            .most
            .max(usize::try_from(segment.max).unwrap_or(usize::MAX));
        kind.is_required &= segment.required;
        let Some(items) = item.get(name).and_then(Value::as_array) else {
            limit_elements(&mut kind.shape, &segment);
            return;
        };
        // The first segment of a loop always occurs exactly once.
        segments.push_front(OutlineSegment {
            required: true,
            max: 1,
            ..segment
        });
        if let Some(member) = kind.shape.members.get_mut(name) {
            for item in items {
                member.shape.limit_item(item, segments);
            }
        }
    }
}

fn limit_elements(shape: &mut Shape, segment: &OutlineSegment) {
    for (name, member) in &mut shape.members {
        let position = name
            .rsplit('_')
            .next()
            .and_then(|digits| digits.parse().ok());
        member.is_required = segment
            .elements
            .iter()
            .any(|element| Some(element.position) == position && element.required);
    }
}

/// A document that has every element of a set.
fn document_of(outline: &Outline) -> Value {
    let mut whole = outline.clone();
    let elements = whole
        .segments
        .iter_mut()
        .flat_map(|segment| &mut segment.elements);
    for element in elements {
        element.present = true;
        for value in &mut element.values {
            value.present = true;
            // A template may treat any text as a number.
            if value.codes.is_empty() && value.value.chars().all(|letter| letter == 'A') {
                value.value = value.value.replace('A', "1");
            }
        }
    }
    let json = to_json(whole.to_x12().as_bytes(), Layout::Compact);
    serde_json::from_str(&json.text).unwrap_or_default()
}
