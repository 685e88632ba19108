//! The implementation guides: which parts of a set they use, and how.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::guide_names::Named;
use super::{CodeList, Embedded};

static GUIDES: Embedded = Embedded::new(include_bytes!("../../tables/guides.z"));
static PARSED: Mutex<Vec<(String, Option<Arc<Guide>>)>> = Mutex::new(Vec::new());

/// A guide: its loops, the first of which is the transaction.
#[derive(Debug)]
pub(crate) struct Guide {
    /// Whether the table comes from the guide itself, and not from a related one.
    pub(crate) is_attested: bool,
    pub(crate) loops: Vec<Vec<Use>>,
    /// The guide's name of each loop, such as `2010AA`; empty for the transaction.
    pub(crate) ids: Vec<&'static str>,
    /// The levels (HL03) that are allowed below a level, or without a parent.
    pub(crate) levels: Vec<(Option<&'static str>, &'static str)>,
    pub(super) named: Named,
}

/// One place of a guide's loop: a segment, with the values that distinguish it from others.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) segment: &'static str,
    /// The number of its identifier.
    key: u32,
    pub(crate) qualifiers: Vec<Qualifier>,
    pub(crate) required: bool,
    pub(crate) max: u32,
    /// The loop that the segment opens.
    pub(crate) opens: Option<usize>,
    pub(crate) elements: Vec<ElementUse>,
    /// The number of the first elements that do not allow anything.
    checked: usize,
}

/// Values of an element that select a place.
#[derive(Debug)]
pub(crate) struct Qualifier {
    pub(crate) element: usize,
    pub(crate) component: usize,
    pub(crate) values: Vec<&'static str>,
}

/// A guide's use of an element.
#[derive(Debug)]
pub(crate) struct ElementUse {
    pub(crate) element: usize,
    /// 0 for the element as a whole.
    pub(crate) component: usize,
    pub(crate) usage: Usage,
    pub(crate) codes: CodeList,
}

/// Whether an element is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    Required,
    Situational,
    NotUsed,
}

/// The guides of 005010: the transaction set and the guide's name, such as `X222`.
pub fn guides() -> impl Iterator<Item = (&'static str, &'static str)> {
    GUIDES.lines().filter_map(|line| {
        let mut columns = line.strip_prefix("H\t")?.split('\t');
        Some((columns.next()?, columns.next()?))
    })
}

/// The guide of a set in a version such as `005010X222A1`.
pub(crate) fn guide(set: &str, version: &str) -> Option<Arc<Guide>> {
    let name = guide_name(version)?;
    let key = format!("{set}\t{name}");
    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, guide)) = parsed.iter().find(|(known, _)| *known == key) {
        return guide.clone();
    }
    let guide = parse(&key).map(Arc::new);
    // Only names of existing guides are cached: others come from the input.
    if guide.is_some() {
        parsed.push((key, guide.clone()));
    }
    guide
}

impl Guide {
    /// Whether transactions name the guide in ST03, and whether they must.
    pub(crate) fn st03(&self) -> Usage {
        let places = self.loops.first().map_or(&[][..], Vec::as_slice);
        let st = places.iter().find(|place| place.segment == "ST");
        let third = st.and_then(|st| st.elements.iter().find(|element| element.element == 3));
        third.map_or(Usage::NotUsed, |third| third.usage)
    }
}

impl Use {
    /// Puts the elements that allow anything after the others.
    fn sort_elements(&mut self) {
        self.elements.sort_by_key(ElementUse::allows_all);
        self.checked = self.elements.partition_point(|used| !used.allows_all());
    }

    /// Whether it is a place of a segment with this identifier. Each segment is compared with many places, so the
    /// comparison is one of numbers.
    #[inline]
    pub(crate) fn is_of(&self, id: &[u8]) -> bool {
        self.key == key(id)
    }

    /// The elements and components that do not allow anything.
    pub(crate) fn checked(&self) -> &[ElementUse] {
        self.elements.get(..self.checked).unwrap_or_default()
    }
}

/// A number for each identifier of a segment, which has two or three bytes, and one for all others.
#[inline]
fn key(id: &[u8]) -> u32 {
    match *id {
        [first, second] => u32::from_be_bytes([0, 0, first, second]),
        [first, second, third] => u32::from_be_bytes([0, first, second, third]),
        _ => u32::MAX,
    }
}

impl ElementUse {
    /// Whether any value is allowed, and none.
    fn allows_all(&self) -> bool {
        self.usage == Usage::Situational && !self.codes.is_known()
    }
}

/// The name of the guide in a version such as `005010X222A1`: `X222`.
pub(crate) fn guide_name(version: &str) -> Option<&str> {
    let suffix = version.get(6..)?;
    let end = suffix.find('A').unwrap_or(suffix.len());
    suffix.get(..end).filter(|name| name.starts_with('X'))
}

fn parse(key: &str) -> Option<Guide> {
    let heading = format!("H\t{key}\t");
    let mut lines = GUIDES
        .lines()
        .skip_while(|line| !line.starts_with(&heading));
    let basis = lines.next()?.rsplit('\t').next()?;
    let mut builder = Builder {
        loops: vec![Vec::new()],
        ids: vec![""],
        paths: HashMap::from([("-".to_owned(), 0)]),
        orders: HashMap::new(),
    };
    for line in lines.take_while(|line| !line.starts_with("H\t")) {
        builder.take(line);
    }
    let places = builder.loops.iter_mut().flatten();
    places.for_each(Use::sort_elements);
    let mut levels = Vec::new();
    collect_levels(&builder.loops, 0, None, &mut levels);
    Some(Guide {
        is_attested: basis.starts_with("guide:"),
        loops: builder.loops,
        ids: builder.ids,
        levels,
        named: Named::default(),
    })
}

/// Adds the levels below the loop `number`, whose own level is `above`.
fn collect_levels(
    loops: &[Vec<Use>],
    number: usize,
    above: Option<&'static str>,
    levels: &mut Vec<(Option<&'static str>, &'static str)>,
) {
    let places = loops.get(number).map_or(&[][..], Vec::as_slice);
    for place in places.iter().filter(|place| place.segment == "HL") {
        // A loop comes after the one that contains it.
        let Some(inner) = place.opens.filter(|inner| *inner > number) else {
            continue;
        };
        for code in place.levels() {
            levels.push((above, code));
            collect_levels(loops, inner, Some(code), levels);
        }
    }
}

impl Use {
    /// The allowed values of HL03 in an HL segment here.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &'static str> {
        let level = self
            .qualifiers
            .iter()
            .filter(|qualifier| qualifier.element == 3);
        level.flat_map(|qualifier| qualifier.values.iter().copied())
    }
}

struct Builder {
    loops: Vec<Vec<Use>>,
    ids: Vec<&'static str>,
    /// Loops by their paths.
    paths: HashMap<String, usize>,
    /// Places by the path of their loop and their order in it.
    orders: HashMap<(&'static str, &'static str), (usize, usize)>,
}

impl Builder {
    fn take(&mut self, line: &'static str) -> Option<()> {
        let columns: Vec<&'static str> = line.split('\t').collect();
        match columns.as_slice() {
            ["S", path, order, segment, usage, max, rest @ ..] => {
                let number = *self.paths.get(*path)?;
                self.list(
                    number,
                    (path, order),
                    place(segment, usage, max, rest.first().copied()),
                );
            }
            ["L", id, parent, order, segment, qualifiers, max, usage] => {
                let above = *self.paths.get(*parent)?;
                let number = self.loops.len();
                self.loops.push(Vec::new());
                self.ids.push(id);
                let place = place(segment, usage, max, Some(qualifiers));
                self.list(
                    above,
                    (parent, order),
                    Use {
                        opens: Some(number),
                        ..place
                    },
                );
                self.paths.insert(path(parent, id), number);
            }
            ["E", path, order, _, position, usage, rest @ ..] => {
                let (number, at) = *self.orders.get(&(*path, *order))?;
                let place = self.loops.get_mut(number)?.get_mut(at)?;
                place
                    .elements
                    .push(element(position, usage, rest.get(1).copied())?);
            }
            _ => {}
        }
        Some(())
    }

    fn list(&mut self, number: usize, key: (&'static str, &'static str), place: Use) {
        if let Some(found) = self.loops.get_mut(number) {
            self.orders.insert(key, (number, found.len()));
            found.push(place);
        }
    }
}

/// The path of a loop.
fn path(parent: &str, id: &str) -> String {
    if parent == "-" {
        id.to_owned()
    } else {
        format!("{parent}/{id}")
    }
}

fn place(segment: &'static str, usage: &str, max: &str, qualifiers: Option<&'static str>) -> Use {
    Use {
        segment,
        key: key(segment.as_bytes()),
        qualifiers: qualifiers
            .unwrap_or("")
            .split(';')
            .filter_map(qualifier)
            .collect(),
        required: usage == "R",
        max: max.parse().unwrap_or(u32::MAX),
        opens: None,
        elements: Vec::new(),
        checked: 0,
    }
}

fn qualifier(text: &'static str) -> Option<Qualifier> {
    let (target, values) = text.split_once('=')?;
    let (element, component) = position(target.split_once('_')?.1)?;
    Some(Qualifier {
        element,
        component,
        values: values.split('|').collect(),
    })
}

/// Reads `03`, or `03-02` for a component.
fn position(text: &str) -> Option<(usize, usize)> {
    let (element, component) = text.split_once('-').unwrap_or((text, "0"));
    Some((element.parse().ok()?, component.parse().ok()?))
}

fn element(at: &str, usage: &str, codes: Option<&'static str>) -> Option<ElementUse> {
    let (element, component) = position(at)?;
    let usage = match usage {
        "R" => Usage::Required,
        "N" => Usage::NotUsed,
        _ => Usage::Situational,
    };
    let codes = CodeList::new(
        codes
            .unwrap_or("")
            .split('|')
            .filter(|code| !code.is_empty()),
    );
    Some(ElementUse {
        element,
        component,
        usage,
        codes,
    })
}

#[cfg(test)]
mod tests {
    use super::{ElementUse, guide, guides};
    use crate::tables::codes::codes;
    use crate::tables::segments::{Cell, Definition};
    use crate::tables::{Dictionary, Version};

    /// The element or component to which a row of a guide applies.
    fn cell<'d>(definition: &'d Definition, used: &ElementUse) -> Option<&'d Cell> {
        let cell = definition.cells.get(used.element.checked_sub(1)?)?;
        match used.component.checked_sub(1) {
            Some(component) => cell.components.get(component),
            None => Some(cell),
        }
    }

    #[test]
    fn a_code_that_a_guide_allows_is_one_of_the_standard() {
        let dictionary = Dictionary::of(Version::V5010).unwrap();
        let lists = codes(Version::V5010);
        let mut unlisted = Vec::new();
        for (set, name) in guides() {
            let guide = guide(set, &format!("005010{name}")).unwrap();
            for place in guide.loops.iter().flatten() {
                let definition = dictionary.segment(place.segment).unwrap();
                for used in &place.elements {
                    let number = cell(definition, used).and_then(|cell| cell.element);
                    let list = number.and_then(|number| lists.get(usize::from(number)));
                    let Some(list) = list.filter(|list| list.is_known()) else {
                        continue;
                    };
                    let codes = used.codes.spelled();
                    let codes = codes.filter(|code| !list.contains(code.as_bytes()));
                    unlisted.extend(codes.map(|code| (set, name, place.segment, code)));
                }
            }
        }
        assert_eq!(unlisted, []);
    }
}
