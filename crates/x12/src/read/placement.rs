//! Finds the loop of a segment.

use std::sync::Arc;

use super::levels::Levels;
use super::sink::{Fit, Place};
use crate::Segment;
use crate::tables::{Item, Letter, Loop, Set, Slot};

/// The open loops of a transaction, with the transaction itself at the bottom.
#[derive(Default)]
pub(crate) struct Placement {
    set: Option<Arc<Set>>,
    open: Vec<Open>,
    levels: Levels,
}

#[derive(Clone, Copy)]
struct Open {
    number: u16,
    /// The letter of this loop's HL loop; 0 outside of one.
    letter: u8,
    /// The number of loops named by occurrence that were opened here.
    occurrences: u8,
    /// The last item, and the number of its consecutive occurrences.
    item: u16,
    times: u32,
}

impl Open {
    #[inline]
    fn note(&mut self, item: u16) {
        self.times = if item == self.item {
            self.times.saturating_add(1)
        } else {
            1
        };
        self.item = item;
    }

    /// Whether a loop that an LS opens has had its LE here, as often as it may occur.
    #[inline]
    fn has_ended(&self, set: &Set, item: Option<Item>) -> bool {
        item.is_some_and(|item| {
            self.times >= item.max
                && set.id_of(&item) == "LS"
                && set.item(self.number, self.item) == Some(&item)
        })
    }

    /// Of several items that list a segment, the next one that may still occur.
    #[cold]
    fn in_order(&self, set: &Set, member: u16) -> Option<u16> {
        let items = set.loops().get(usize::from(self.number))?.items();
        let may_come = |(number, item): &(u16, &Item)| {
            item.member == member
                && (*number > self.item || (*number == self.item && self.times < item.max))
        };
        (0..).zip(items).find(may_come).map(|(number, _)| number)
    }
}

/// The effect of a segment.
pub(crate) struct Step {
    /// The number of loops it closes, the innermost first.
    pub(crate) closes: usize,
    /// The suffix letter of the loop that it then opens, if it opens one.
    pub(crate) letter: Option<u8>,
    /// Its place.
    pub(crate) place: Place,
    /// Whether it ends the loop that contains it.
    pub(crate) ends: bool,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            closes: 0,
            letter: None,
            place: Place::OUTSIDE,
            ends: false,
        }
    }
}

const TRANSACTION: Open = Open {
    number: 0,
    letter: 0,
    occurrences: 0,
    item: 0,
    times: 0,
};

impl Placement {
    pub(crate) fn begin(&mut self, set: Option<Arc<Set>>) {
        self.set = set;
        self.levels.clear();
        self.open.clear();
        self.open.push(TRANSACTION);
    }

    pub(crate) fn set(&self) -> Option<&Arc<Set>> {
        self.set.as_ref()
    }

    /// The name of the loop that a segment opens.
    pub(crate) fn name(&self, number: u16, opening: &Segment<'_>) -> &str {
        let opened = self
            .set
            .as_ref()
            .and_then(|set| set.loops().get(usize::from(number)));
        opened.map_or("", |opened| opened.name_for(opening))
    }

    /// The number of open loops.
    pub(crate) fn depth(&self) -> usize {
        self.open.len().saturating_sub(1)
    }

    /// Searches the open loops from the innermost outwards for one that lists the segment, alone or
    /// as the first of a loop.
    ///
    /// Order and counts do not matter here: validation checks them. A segment that no open loop or
    /// not even the set lists stays in the innermost loop. A segment that the transaction lists
    /// before its HL loops stays in the innermost HL loop.
    #[inline]
    pub(crate) fn place(&mut self, segment: &Segment<'_>) -> Step {
        let Some(set) = &self.set else {
            return Step::default();
        };
        let Some(member) = set.member(segment.id()) else {
            return self.unknown();
        };
        let composites = set
            .members()
            .get(usize::from(member))
            .map_or(0, |member| member.composites);
        let place = Place {
            fit: Fit::Listed,
            in_loop: 0,
            item: u16::MAX,
            member,
            composites,
        };
        for (at, open) in self.open.iter().enumerate().rev() {
            let item = match set.slot(open.number, member) {
                Slot::Nowhere => continue,
                Slot::Once(item) => item,
                Slot::Often(first) => open.in_order(set, member).unwrap_or(first),
            };
            if at == 0
                && set.is_before_hierarchy(item)
                && let Some(level) = self.innermost_level(set)
            {
                return self.stray(level + 1, place);
            }
            let place = Place {
                in_loop: open.number,
                item,
                ..place
            };
            let item = set.item(open.number, item).copied();
            return match item.and_then(|item| item.opens) {
                Some(_) if open.has_ended(set, item) && self.is_listed_below(set, at, member) => {
                    continue;
                }
                Some(number) => self.open(at, number, segment, place),
                None => self.stand(at, place, item.is_some_and(|item| item.ends)),
            };
        }
        self.stray(self.open.len(), place)
    }

    fn innermost(&self) -> u16 {
        self.open.last().map_or(0, |open| open.number)
    }

    /// The index of the innermost HL loop among the open loops.
    #[cold]
    fn innermost_level(&self, set: &Set) -> Option<usize> {
        let is_level = |open: &Open| {
            let opened = set.loops().get(usize::from(open.number));
            opened.is_some_and(|opened| opened.opener() == "HL")
        };
        self.open.iter().rposition(is_level)
    }

    /// Leaves a segment that is not in the set in the innermost loop.
    #[cold]
    fn unknown(&self) -> Step {
        let place = Place {
            fit: Fit::Unknown,
            in_loop: self.innermost(),
            ..Place::OUTSIDE
        };
        Step {
            place,
            ..Step::default()
        }
    }

    /// Leaves a segment in the innermost of the `keep` outermost loops, which does not list it.
    #[cold]
    fn stray(&mut self, keep: usize, place: Place) -> Step {
        let closes = self.close_to(keep);
        let place = Place {
            fit: Fit::Stray,
            in_loop: self.innermost(),
            ..place
        };
        Step {
            closes,
            place,
            ..Step::default()
        }
    }

    /// Whether one of the loops below the one at `at` lists a segment.
    fn is_listed_below(&self, set: &Set, at: usize, member: u16) -> bool {
        let below = self.open.get(..at).unwrap_or(&[]);
        below
            .iter()
            .any(|open| set.slot(open.number, member) != Slot::Nowhere)
    }

    #[inline]
    fn stand(&mut self, at: usize, place: Place, ends: bool) -> Step {
        let closes = self.close_to(at + 1);
        if let Some(open) = self.open.last_mut() {
            open.note(place.item);
        }
        if ends {
            self.open.pop();
        }
        Step {
            closes,
            place,
            ends,
            letter: None,
        }
    }

    /// Closes all loops and returns their number.
    pub(crate) fn close_all(&mut self) -> usize {
        self.close_to(1)
    }

    fn close_to(&mut self, length: usize) -> usize {
        let closes = self.open.len().saturating_sub(length);
        self.open.truncate(length);
        closes
    }

    fn open(&mut self, above: usize, number: u16, segment: &Segment<'_>, place: Place) -> Step {
        // Moved out and back: a clone would count a reference for each loop.
        let set = self.set.take();
        let loops = set.as_ref().map(|set| set.loops());
        let opened = loops.and_then(|loops| loops.get(usize::from(number)));
        let step = opened.map(|opened| self.open_as(opened, above, number, segment, place));
        self.set = set;
        step.unwrap_or(Step {
            place,
            ..Step::default()
        })
    }

    fn open_as(
        &mut self,
        opened: &Loop,
        above: usize,
        number: u16,
        segment: &Segment<'_>,
        place: Place,
    ) -> Step {
        if let Some(open) = self.open.get_mut(above) {
            open.note(place.item);
        }
        let mut keep = above + 1;
        let mut level = 0;
        if opened.nests() {
            let depth = self.levels.enter(segment.value(1), segment.value(2));
            let nested = self
                .open
                .iter()
                .skip(keep)
                .take_while(|open| open.number == number)
                .count();
            keep += nested.min(usize::from(depth));
            level = b'A'.saturating_add(depth).min(b'Z');
        }
        let closes = self.close_to(keep);
        let letter = self.push(opened, number, level);
        Step {
            closes,
            letter,
            place: Place {
                fit: Fit::Opens,
                in_loop: number,
                ..place
            },
            ends: false,
        }
    }

    /// Opens a loop and returns the letter of its name.
    fn push(&mut self, opened: &Loop, number: u16, level: u8) -> Option<u8> {
        let parent = self.open.last_mut();
        let inherited = parent.as_ref().map_or(0, |parent| parent.letter);
        let letter = if opened.nests() { level } else { inherited };
        let printed = match opened.letter() {
            Letter::No => None,
            Letter::Level => Some(letter).filter(|letter| *letter != 0),
            Letter::Occurrence => parent.map(|parent| {
                parent.occurrences = parent.occurrences.saturating_add(1);
                (b'A' - 1).saturating_add(parent.occurrences).min(b'Z')
            }),
        };
        self.open.push(Open {
            number,
            letter,
            ..TRANSACTION
        });
        printed
    }
}
