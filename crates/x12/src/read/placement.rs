//! Which loop a segment goes into.

use std::sync::Arc;

use super::levels::Levels;
use super::sink::{Fit, LoopKey, Place};
use crate::Segment;
use crate::tables::{Letter, Loop, Move, Set};

/// The open loops of a transaction, the transaction itself at the bottom.
#[derive(Default)]
pub(crate) struct Placement {
    set: Option<Arc<Set>>,
    open: Vec<Open>,
    levels: Levels,
}

#[derive(Clone, Copy)]
struct Open {
    number: u16,
    /// The letter of the HL loop in which this one stands, or which it is; 0 outside of one.
    letter: u8,
    /// How many loops named by their occurrence were opened here.
    occurrences: u8,
}

/// What a segment changes.
pub(crate) struct Step {
    /// How many loops it closes, the innermost first.
    pub(crate) closes: usize,
    /// The name of the loop it then opens.
    pub(crate) opens: Option<LoopKey>,
    /// Where it stands.
    pub(crate) place: Place,
}

const TRANSACTION: Open = Open {
    number: 0,
    letter: 0,
    occurrences: 0,
};

impl Placement {
    pub(crate) fn begin(&mut self, set: Option<Arc<Set>>) {
        self.set = set;
        self.levels.clear();
        self.open.clear();
        self.open.push(TRANSACTION);
    }

    pub(crate) fn set(&self) -> Option<&Set> {
        self.set.as_deref()
    }

    /// How many loops are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len().saturating_sub(1)
    }

    /// Looks from the innermost open loop outwards for one where the segment opens a loop or stands.
    ///
    /// Order and counts are not looked at: that is for validation. A segment that the set has, but no
    /// open loop, stays in the innermost; one that the set has not stands in the transaction.
    #[inline]
    pub(crate) fn place(&mut self, segment: &Segment<'_>) -> Step {
        let Some(set) = &self.set else {
            return Step {
                closes: 0,
                opens: None,
                place: Place::OUTSIDE,
            };
        };
        let Some(member) = set.member(segment.id()) else {
            let closes = self.close_to(1);
            return Step {
                closes,
                opens: None,
                place: Place {
                    fit: Fit::Unknown,
                    ..Place::OUTSIDE
                },
            };
        };
        let composites = set
            .members()
            .get(usize::from(member))
            .map_or(0, |member| member.composites);
        let place = Place {
            fit: Fit::Listed,
            in_loop: 0,
            member,
            composites,
        };
        for (at, open) in self.open.iter().enumerate().rev() {
            match set.step(open.number, member) {
                Move::None => {}
                Move::Stand => {
                    let in_loop = open.number;
                    let closes = self.close_to(at + 1);
                    return Step {
                        closes,
                        opens: None,
                        place: Place { in_loop, ..place },
                    };
                }
                Move::Open(number) => return self.open(at, number, segment, place),
            }
        }
        let in_loop = self.open.last().map_or(0, |open| open.number);
        Step {
            closes: 0,
            opens: None,
            place: Place {
                fit: Fit::Stray,
                in_loop,
                ..place
            },
        }
    }

    fn close_to(&mut self, length: usize) -> usize {
        let closes = self.open.len().saturating_sub(length);
        self.open.truncate(length);
        closes
    }

    fn open(&mut self, above: usize, number: u16, segment: &Segment<'_>, place: Place) -> Step {
        let Some(set) = self.set.clone() else {
            return Step {
                closes: 0,
                opens: None,
                place,
            };
        };
        let Some(opened) = set.loops().get(usize::from(number)) else {
            return Step {
                closes: 0,
                opens: None,
                place,
            };
        };
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
        let opens = Some(LoopKey {
            name: opened.name_for(segment),
            letter,
        });
        Step {
            closes,
            opens,
            place: Place {
                fit: Fit::Opens,
                in_loop: number,
                ..place
            },
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
            occurrences: 0,
        });
        printed
    }
}
