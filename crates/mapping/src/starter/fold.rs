//! A folded sample: it keeps the first loop and segment of each kind and qualifier, and adds the
//! parts that only the others have. Each element keeps its note from the set's tables.

use b2bi_local_x12::{
    ElementType, Layout, Outline, OutlineElement, OutlineSegment, WriteOptions, to_json, write_json,
};
use serde_json::{Map, Value};

/// The suffix of a loop's name.
const LOOP: &str = "_loop";
/// The members of a document down to the transactions.
const LEVELS: [&str; 3] = ["interchanges", "functional_groups", "transactions"];
const SEGMENTS: &str = "segments";

/// The folded sample as X12 in its own envelope, and the outline of the remaining parts; `None` if
/// the sample has no transaction.
pub(super) fn folded(sample: &[u8], outline: &Outline) -> Option<(Vec<u8>, Outline)> {
    let mut document: Value = serde_json::from_str(&to_json(sample, Layout::Compact).text).ok()?;
    let segments = first_transaction(&mut document)?.get_mut(SEGMENTS)?;
    let known = places(outline);
    let mut outline = outline.clone();
    let mut kept = Vec::new();
    let items = std::mem::take(segments.as_array_mut()?);
    let folder = Folder {
        outline: &outline,
        known: &known,
    };
    *segments = Value::Array(folder.list(items, &[]));
    folder.guide(segments.as_array()?, &[], &mut kept);
    outline.segments = kept;
    Some((
        write_json(&document.to_string(), &WriteOptions::standard()).ok()?,
        outline,
    ))
}

/// The first transaction of a document; the others are removed.
fn first_transaction(document: &mut Value) -> Option<&mut Value> {
    let mut found = document;
    for level in LEVELS {
        let items = found.get_mut(level)?.as_array_mut()?;
        items.truncate(1);
        found = items.first_mut()?;
    }
    Some(found)
}

/// The place of each segment of an outline: the names of its loops, and its identifier.
fn places(outline: &Outline) -> Vec<(Vec<String>, String)> {
    let document = to_json(outline.to_x12().as_bytes(), Layout::Compact).text;
    let mut found = Vec::new();
    if let Ok(mut document) = serde_json::from_str::<Value>(&document)
        && let Some(Value::Array(items)) =
            first_transaction(&mut document).and_then(|transaction| transaction.get(SEGMENTS))
    {
        add_places(items, &mut Vec::new(), &mut found);
    }
    found
}

fn add_places(items: &[Value], path: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
    for item in items.iter().filter_map(Value::as_object) {
        match loop_of(item) {
            Some((name, inner)) => {
                path.push(name.to_owned());
                add_places(inner, path, found);
                path.pop();
            }
            None => found.push((path.clone(), id_of(item).to_owned())),
        }
    }
}

/// The name of the loop in an item, and its items; `None` for a segment.
fn loop_of(item: &Map<String, Value>) -> Option<(&str, &Vec<Value>)> {
    let (name, inner) = item.iter().next()?;
    Some((name.strip_suffix(LOOP)?, inner.as_array()?))
}

/// The identifier of a segment, with which the names of its members begin.
fn id_of(item: &Map<String, Value>) -> &str {
    let name = item.keys().next().map_or("", String::as_str);
    name.split('_').next().unwrap_or_default()
}

struct Folder<'o> {
    outline: &'o Outline,
    known: &'o [(Vec<String>, String)],
}

impl Folder<'_> {
    /// The tables' entry for a segment.
    fn segment(&self, path: &[&str], id: &str) -> Option<&OutlineSegment> {
        self.outline.segments.get(self.at(path, id)?)
    }

    fn at(&self, path: &[&str], id: &str) -> Option<usize> {
        let is_it = |(loops, known): &(Vec<String>, String)| known == id && loops == path;
        self.known.iter().position(is_it)
    }

    /// The items of a list, one of each kind; items that are not in the tables are left out.
    fn list(&self, items: Vec<Value>, path: &[&str]) -> Vec<Value> {
        let mut kept: Vec<(String, Value)> = Vec::new();
        for item in items {
            let Some(kind) = item.as_object().and_then(|item| self.kind(item, path)) else {
                continue;
            };
            match kept.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, first)) => merge(first, item),
                None => kept.push((kind, item)),
            }
        }
        // Parts that the first loop lacks are added in the order of the tables.
        if !path.is_empty() {
            kept.sort_by_key(|(_, item)| self.place(item, path));
        }
        let inner = |(_, item)| self.inside(item, path);
        kept.into_iter().map(inner).collect()
    }

    /// The position of an item's first segment in the tables.
    fn place(&self, item: &Value, path: &[&str]) -> Option<usize> {
        let item = item.as_object()?;
        match loop_of(item) {
            Some((name, inner)) => self.place(inner.first()?, &[path, &[name]].concat()),
            None => self.at(path, id_of(item)),
        }
    }

    /// A loop with its items folded.
    fn inside(&self, mut item: Value, path: &[&str]) -> Value {
        let object = item.as_object_mut();
        if let Some((name, Value::Array(items))) = object.and_then(|item| item.iter_mut().next())
            && let Some(name) = name.strip_suffix(LOOP)
        {
            let path = [path, &[name]].concat();
            *items = self.list(std::mem::take(items), &path);
        }
        item
    }

    /// What makes items one kind for folding: the name, and the code that distinguishes the segment
    /// from others.
    fn kind(&self, item: &Map<String, Value>, path: &[&str]) -> Option<String> {
        let Some((name, inner)) = loop_of(item) else {
            let segment = self.segment(path, id_of(item))?;
            return Some(format!("{} {}", segment.id, qualifier(segment, item)));
        };
        let path = [path, &[name]].concat();
        let first = inner.first()?.as_object()?;
        Some(format!("{name} {}", self.kind(first, &path)?))
    }

    /// Adds the outline of each segment, with the elements that the sample has.
    fn guide(&self, items: &[Value], path: &[&str], kept: &mut Vec<OutlineSegment>) {
        for item in items.iter().filter_map(Value::as_object) {
            if let Some((name, inner)) = loop_of(item) {
                self.guide(inner, &[path, &[name]].concat(), kept);
            } else if let Some(segment) = self.segment(path, id_of(item)) {
                let mut segment = segment.clone();
                for element in &mut segment.elements {
                    let key = format!("{}_{:02}", segment.id, element.position);
                    fill(element, &key, item.get(&key));
                }
                kept.push(segment);
            }
        }
    }
}

/// The code in the first element of a segment, or the level of an HL; empty if there is none.
fn qualifier(segment: &OutlineSegment, item: &Map<String, Value>) -> String {
    let position = if segment.id == "HL" { 3 } else { 1 };
    let coded = segment.elements.iter().any(|element| {
        let is_code = element
            .values
            .first()
            .is_some_and(|value| value.form == ElementType::Code);
        element.position == position && !element.composite && is_code
    });
    let value = item.get(&format!("{}_{position:02}", segment.id));
    let code = value.and_then(Value::as_str).filter(|_| coded);
    code.unwrap_or_default().to_owned()
}

/// Adds to the first item of a kind what it lacks and another has: elements of a segment, items of
/// a loop.
fn merge(first: &mut Value, other: Value) {
    let (Value::Object(first), Value::Object(other)) = (first, other) else {
        return;
    };
    for (name, value) in other {
        match first.get_mut(&name) {
            Some(Value::Array(known)) if name.ends_with(LOOP) => {
                known.extend(value.as_array().into_iter().flatten().cloned());
            }
            Some(_) => {}
            None => {
                first.insert(name, value);
                first.sort_keys();
            }
        }
    }
}

/// Gives an element the sample's value, the first of several; without one it is absent.
fn fill(element: &mut OutlineElement, key: &str, value: Option<&Value>) {
    let value = match value {
        Some(Value::Array(several)) => several.first(),
        value => value,
    };
    element.present = value.is_some();
    for part in &mut element.values {
        let text = match (element.composite, value) {
            (true, Some(value)) => value.get(format!("{key}_{:02}", part.component)),
            (_, value) => value,
        };
        if let Some(text) = text.and_then(Value::as_str) {
            text.clone_into(&mut part.value);
        }
        part.present = !element.composite || text.is_some();
    }
}
