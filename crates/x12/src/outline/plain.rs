//! The outline of a set by the standard.

use super::OutlineSegment;
use super::fill::{Filler, Standard};
use crate::tables::{Dictionary, Item, Set};

/// Every segment of every loop, in order, without ST and SE.
pub(super) fn segments(set: &Set, dictionary: &'static Dictionary) -> Vec<OutlineSegment> {
    let version = set.version();
    let mut walk = Walk {
        set,
        filler: Filler {
            version,
            dictionary,
        },
        levels: 0,
        out: Vec::new(),
    };
    walk.items(0, 0);
    walk.out
}

struct Walk<'s> {
    set: &'s Set,
    filler: Filler,
    levels: usize,
    out: Vec<OutlineSegment>,
}

impl Walk<'_> {
    fn items(&mut self, in_loop: u16, depth: usize) {
        let found = self.set.loops().get(usize::from(in_loop));
        for item in found.map_or(&[][..], |found| found.items()) {
            for _ in 0..item.min.max(1) {
                let segment = self.segment(item, depth);
                self.out.push(segment);
                if let Some(number) = item.opens {
                    self.items(number, depth + 1);
                }
            }
        }
    }

    fn segment(&mut self, item: &Item, depth: usize) -> OutlineSegment {
        let id = self.set.id_of(item);
        let mut segment = OutlineSegment {
            id,
            required: item.min > 0,
            max: item.max,
            opens: item.opens.is_some(),
            depth: depth + usize::from(item.opens.is_some()),
            usual: false,
            elements: self.filler.elements(id, &Standard),
        };
        if id == "HL" {
            self.levels += 1;
            segment.set(1, self.levels.to_string());
            segment.set(3, "20");
        }
        segment
    }
}
