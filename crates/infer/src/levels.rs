//! Hierarchical levels of an output: sibling HL loops, arranged as the tree that their numbers
//! describe.
//!
//! The numbers follow from the tree, so the search infers only the tree, and the template numbers
//! it.

use super::draft::{Draft, DraftPart, target_of};
use super::records::ListCase;
use super::scalar::Scalar;
use super::search::{Case, Search, Target};
use super::wanted::{Element, Wanted};

/// The XML elements that represent a tree of levels in the search: each contains its loop and the
/// levels below it.
const LEVELS: &str = "levels";
pub(super) const LEVEL: &str = "level";
const TREE: &str = "tree";
/// The members that represent a level in the search: its segments, and the levels below it.
pub(super) const LOOP: &str = "loop";
pub(super) const BELOW: &str = "below";
/// The elements that the template numbers.
const NUMBER: &str = "HL_01";
const ABOVE: &str = "HL_02";
const NUMBER_ID: &str = "HL01";
const ABOVE_ID: &str = "HL02";

/// A run of HL loops in a list.
struct Run<'a> {
    before: &'a [&'a Wanted],
    levels: &'a [&'a Wanted],
    after: &'a [&'a Wanted],
}

impl Search<'_> {
    /// The parts of lists whose items are, in part, levels; `None` for other lists.
    pub(super) fn levelled(
        &self,
        lists: &[ListCase<'_>],
        target: &Target,
    ) -> Option<Vec<DraftPart>> {
        let runs: Vec<Run<'_>> = lists
            .iter()
            .map(|list| run(&list.items))
            .collect::<Option<_>>()?;
        let name = runs.first()?.levels.first()?.class();
        let trees: Vec<Wanted> = runs
            .iter()
            .map(|run| tree(run.levels, &name))
            .collect::<Option<_>>()?;
        let cases: Vec<Case<'_, Wanted>> = lists
            .iter()
            .zip(&trees)
            .map(|(list, tree)| Case {
                context: list.context.clone(),
                wanted: Some(tree),
            })
            .collect();
        let beside = |after: bool| {
            let lists = lists.iter().zip(&runs).map(|(list, run)| ListCase {
                context: list.context.clone(),
                items: if after { run.after } else { run.before }.to_vec(),
            });
            self.list(lists.collect(), target)
        };
        let mut parts = beside(false);
        parts.push(DraftPart {
            each: Vec::new(),
            draft: Draft::Levels(name, Box::new(self.part(&cases, &target_of(BELOW)))),
        });
        if let [list] = lists
            && list.context.stack.len() == 1
        {
            self.levels.set(runs.first()?.levels.len());
        }
        parts.extend(beside(true));
        Some(parts)
    }
}

/// The HL loops of a list, and the items before and after them; `None` if they are not contiguous.
fn run<'a>(items: &'a [&'a Wanted]) -> Option<Run<'a>> {
    let is_level = |item: &&Wanted| {
        let class = item.class();
        let name = class.strip_prefix("loop ");
        let name = name.or_else(|| class.strip_suffix("_loop"));
        name.is_some_and(|name| name.starts_with("HL"))
    };
    let start = items.iter().position(is_level)?;
    let (before, rest) = items.split_at(start);
    let end = rest
        .iter()
        .position(|item| !is_level(item))
        .unwrap_or(rest.len());
    let (levels, after) = rest.split_at(end);
    let is_one_run = levels.len() > 1 && !after.iter().any(is_level);
    is_one_run.then_some(Run {
        before,
        levels,
        after,
    })
}

/// A level that may still get children.
struct Open {
    number: String,
    segments: Wanted,
    below: Vec<Wanted>,
}

impl Open {
    fn close(self) -> Wanted {
        if matches!(self.segments, Wanted::Element(_)) {
            let below = element(LEVELS, self.below);
            return element(LEVEL, vec![self.segments, below]);
        }
        let below = (BELOW.to_owned(), Wanted::List(self.below));
        Wanted::Object(vec![(LOOP.to_owned(), self.segments), below])
    }
}

fn element(name: &str, children: Vec<Wanted>) -> Wanted {
    Wanted::Element(Element {
        name: name.to_owned(),
        children,
        ..Element::default()
    })
}

/// The tree of numbered loops; `None` if the numbers are not those of the tree in document order.
fn tree(levels: &[&Wanted], name: &str) -> Option<Wanted> {
    let mut open: Vec<Open> = Vec::new();
    let mut roots: Vec<Wanted> = Vec::new();
    let mut is_deep = false;
    for (place, level) in levels.iter().enumerate() {
        let (number, above, segments) = parted(level, name)?;
        if number != (place + 1).to_string() {
            return None;
        }
        while open
            .last()
            .is_some_and(|last| Some(&last.number) != above.as_ref())
        {
            close_last(&mut open, &mut roots);
        }
        if above.is_some() && open.is_empty() {
            return None;
        }
        is_deep |= above.is_some();
        open.push(Open {
            number,
            segments,
            below: Vec::new(),
        });
    }
    while !open.is_empty() {
        close_last(&mut open, &mut roots);
    }
    is_deep.then(|| match roots.first() {
        // A single root, such as that of a shipment, is a value and not a list with one item.
        Some(Wanted::Element(_)) if roots.len() == 1 => element(TREE, roots),
        Some(Wanted::Element(_)) => element(LEVELS, roots),
        _ => Wanted::List(roots),
    })
}

fn close_last(open: &mut Vec<Open>, roots: &mut Vec<Wanted>) {
    let Some(closed) = open.pop().map(Open::close) else {
        return;
    };
    match open.last_mut() {
        Some(above) => above.below.push(closed),
        None => roots.push(closed),
    }
}

/// The number of a loop, the number of its parent, and its segments without these two numbers.
fn parted(level: &Wanted, name: &str) -> Option<(String, Option<String>, Wanted)> {
    let members = match level {
        Wanted::Object(members) => members,
        Wanted::Element(level) => return parted_element(level),
        _ => return None,
    };
    let (_, Wanted::List(segments)) = members.first().filter(|(key, _)| key == name)? else {
        return None;
    };
    let (Wanted::Object(elements), rest) = segments.split_first()? else {
        return None;
    };
    let value = |wanted: &str| {
        let found = elements.iter().find(|(key, _)| key == wanted);
        match found.map(|(_, value)| value) {
            Some(Wanted::Leaf(Scalar::Text(text))) => Some(text.clone()),
            _ => None,
        }
    };
    let mut elements = elements.clone();
    let (number, above) = (value(NUMBER)?, value(ABOVE));
    elements.retain(|(key, _)| key != NUMBER && key != ABOVE);
    let mut segments = vec![Wanted::Object(elements)];
    segments.extend(rest.iter().cloned());
    Some((number, above, Wanted::List(segments)))
}

/// The same for an element: its first segment loses the elements with the two numbers.
fn parted_element(level: &Element) -> Option<(String, Option<String>, Wanted)> {
    let mut level = level.clone();
    let Wanted::Element(segment) = level.children.first_mut()? else {
        return None;
    };
    let mut take = |id: &str| {
        let is_it = |child: &Wanted| match child {
            Wanted::Element(child) => child.id().as_deref() == Some(id),
            _ => false,
        };
        let place = segment.children.iter().position(is_it)?;
        match segment.children.remove(place) {
            Wanted::Element(child) => Some(child.text?.qualifier()?),
            _ => None,
        }
    };
    let (number, above) = (take(NUMBER_ID)?, take(ABOVE_ID));
    Some((number, above, Wanted::Element(level)))
}
