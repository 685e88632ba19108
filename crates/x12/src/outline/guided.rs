//! The outline of a set by an implementation guide.

use super::OutlineSegment;
use super::fill::{Filler, Narrowing};
use crate::tables::{CodeList, Dictionary, ElementUse, Guide, Usage, Use, Version};

/// The addenda of the guides in force.
const ADDENDA: [(&str, &str); 7] = [
    ("X220", "A1"),
    ("X221", "A1"),
    ("X222", "A1"),
    ("X223", "A2"),
    ("X224", "A2"),
    ("X231", "A1"),
    ("X279", "A1"),
];

/// The addendum of a guide: the suffix of its full name.
pub(super) fn addendum(guide: &str) -> &'static str {
    let known = ADDENDA.iter().find(|(name, _)| *name == guide);
    known.map_or("", |(_, addendum)| addendum)
}

/// Every segment of every loop that the guide uses, in order, without ST and SE.
pub(super) fn segments(
    version: Version,
    guide: &Guide,
    dictionary: &'static Dictionary,
) -> Vec<OutlineSegment> {
    let mut walk = Walk {
        guide,
        filler: Filler {
            version,
            dictionary,
        },
        levels: 0,
        out: Vec::new(),
    };
    walk.places(0, 0, 0);
    walk.out
}

struct Walk<'g> {
    guide: &'g Guide,
    filler: Filler,
    levels: usize,
    out: Vec<OutlineSegment>,
}

impl<'g> Walk<'g> {
    /// The places of a loop, within the HL loop with the number `level`.
    fn places(&mut self, number: usize, level: usize, depth: usize) {
        // The first place of a loop is the segment that opened it.
        let opener = usize::from(number > 0);
        let places = self.loop_of(number);
        for (at, place) in places.iter().enumerate().skip(opener) {
            let before = places.get(opener..at).unwrap_or_default();
            if matches!(place.segment, "ST" | "SE")
                || before.iter().any(|before| before.covers(place))
            {
                continue;
            }
            let inside = self.place(place, level, depth);
            if let Some(number) = place.opens {
                self.places(number, inside, depth + 1);
            }
        }
    }

    fn loop_of(&self, number: usize) -> &'g [Use] {
        self.guide.loops.get(number).map_or(&[], Vec::as_slice)
    }

    /// Writes a place; returns the HL loop that contains what follows.
    fn place(&mut self, place: &'g Use, level: usize, depth: usize) -> usize {
        let inner = place.opens.map_or(&[][..], |number| self.loop_of(number));
        let narrowing = Places([Some(place), inner.first()]);
        let mut segment = OutlineSegment {
            id: place.segment,
            required: place.required,
            max: place.max,
            opens: place.opens.is_some(),
            depth: depth + usize::from(place.opens.is_some()),
            usual: false,
            elements: self.filler.elements(place.segment, &narrowing),
        };
        let mut level = level;
        if place.segment == "HL" {
            self.levels += 1;
            segment.set(1, self.levels.to_string());
            if level > 0 {
                segment.set(2, level.to_string());
            }
            let parent = inner
                .iter()
                .any(|inner| inner.segment == "HL" && inner.opens.is_some());
            let listed = narrowing.codes(4, 0).filter(|code| code.is_known());
            let flag = if parent { "1" } else { "0" };
            if listed.is_none_or(|listed| listed.contains(flag.as_bytes())) {
                segment.set(4, flag);
            }
            level = self.levels;
        }
        self.out.push(segment);
        level
    }
}

impl Use {
    /// Whether every segment meant for another place would also match this one.
    fn covers(&self, other: &Self) -> bool {
        self.segment == other.segment && self.qualifiers.is_empty()
    }
}

/// A place, and the first place of the loop that it opens: both are the same segment.
struct Places<'g>([Option<&'g Use>; 2]);

impl<'g> Places<'g> {
    fn all(&self) -> impl Iterator<Item = &'g Use> + '_ {
        self.0.iter().copied().flatten()
    }

    fn rules(&self, element: usize, component: usize) -> impl Iterator<Item = &'g ElementUse> + '_ {
        self.all()
            .flat_map(|place| &place.elements)
            .filter(move |item| item.element == element && item.component == component)
    }
}

impl Narrowing for Places<'_> {
    fn is_unused(&self, element: usize, component: usize) -> bool {
        self.rules(element, component)
            .any(|rule| rule.usage == Usage::NotUsed)
    }

    fn is_required(&self, element: usize, component: usize) -> bool {
        self.rules(element, component)
            .any(|rule| rule.usage == Usage::Required)
    }

    fn codes(&self, element: usize, component: usize) -> Option<&CodeList> {
        self.rules(element, component)
            .map(|rules| &rules.codes)
            .find(|codes| codes.is_known())
    }

    fn value(&self, element: usize, component: usize) -> Option<&str> {
        let mut qualifiers = self.all().flat_map(|place| &place.qualifiers);
        let found = qualifiers
            .find(|qualifier| qualifier.element == element && qualifier.component == component);
        found.and_then(|found| found.values.first()).copied()
    }
}
