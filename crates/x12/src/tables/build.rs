//! Builds the table of a set from its notation.

use std::collections::HashMap;

use super::expression::{Token, tokens};
use super::index::SegmentIndex;
use super::names::{self, Conditional};
use super::set::{Item, Letter, Loop, Member, Set, Slot};
use super::version::Row;
use super::{Definition, Dictionary, Version};

impl Set {
    /// Builds the table of the set that `row` describes.
    pub(super) fn build(version: Version, row: &Row) -> Self {
        let mut builder = Builder::new(version, row);
        for token in tokens(row.expression) {
            builder.take(token);
        }
        builder.finish(version, row)
    }
}

struct Builder {
    dictionary: Option<&'static Dictionary>,
    conditional: Vec<Conditional>,
    loops: Vec<Loop>,
    members: Vec<Member>,
    numbers: HashMap<&'static str, u16>,
    open: Vec<u16>,
}

impl Builder {
    fn new(version: Version, row: &Row) -> Self {
        let transaction = Loop {
            name: "".into(),
            path: String::new(),
            parent: 0,
            items: Vec::new(),
            conditional: Vec::new(),
            letter: Letter::No,
            opener: "",
        };
        Self {
            dictionary: Dictionary::of(version),
            conditional: names::conditional(version, row.set),
            loops: vec![transaction],
            members: Vec::new(),
            numbers: HashMap::new(),
            open: vec![0],
        }
    }

    fn take(&mut self, token: Token<'static>) {
        match token {
            Token::Segment {
                id: "ST" | "SE", ..
            } => {}
            Token::Segment { id, min, max } => {
                let member = self.member(id);
                let ends = id == "LE" && self.is_bounded();
                self.list(Item {
                    member,
                    min,
                    max,
                    opens: None,
                    ends,
                });
            }
            Token::Open { name, id, min, max } => self.open(name, id, min, max),
            Token::Close => {
                self.open.pop();
            }
        }
    }

    fn open(&mut self, name: &'static str, id: &'static str, min: u32, max: u32) {
        let number = u16::try_from(self.loops.len()).unwrap_or(0);
        let parent = self.open.last().copied().unwrap_or(0);
        let path = self.path(parent, id);
        let member = self.member(id);
        let letter = Letter::of(name);
        let conditional = self
            .conditional
            .extract_if(.., |name| name.path == path)
            .collect();
        self.list(Item {
            member,
            min,
            max,
            opens: Some(number),
            ends: false,
        });
        self.loops.push(Loop {
            name: name.trim_end_matches(['$', '%']).into(),
            path,
            parent,
            items: Vec::new(),
            conditional,
            letter,
            opener: id,
        });
        self.open.push(number);
    }

    fn path(&self, parent: u16, id: &str) -> String {
        let same = |found: &&Loop| found.parent == parent && found.opener == id;
        let earlier = self.loops.iter().skip(1).filter(same).count();
        let above = self.loops.get(usize::from(parent)).map_or("", Loop::path);
        let slash = if above.is_empty() { "" } else { "/" };
        let nth = if earlier > 0 {
            format!("#{}", earlier + 1)
        } else {
            String::new()
        };
        format!("{above}{slash}{id}{nth}")
    }

    /// Whether the innermost loop was opened by an LS.
    fn is_bounded(&self) -> bool {
        let number = self.open.last().copied().unwrap_or(0);
        self.loops
            .get(usize::from(number))
            .is_some_and(|found| found.opener == "LS")
    }

    fn list(&mut self, item: Item) {
        let in_loop = self.open.last().copied().unwrap_or(0);
        if let Some(found) = self.loops.get_mut(usize::from(in_loop)) {
            found.items.push(item);
        }
    }

    fn member(&mut self, id: &'static str) -> u16 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u16::try_from(self.members.len()).unwrap_or(0);
        let definition = self
            .dictionary
            .and_then(|dictionary| dictionary.segment(id));
        let composites = definition.map_or(0, Definition::composites);
        self.members.push(Member { id, composites });
        self.numbers.insert(id, number);
        number
    }

    fn finish(self, version: Version, row: &Row) -> Set {
        let width = self.members.len();
        let mut moves = vec![Slot::Nowhere; width * self.loops.len()];
        for (at, found) in self.loops.iter().enumerate() {
            for (number, item) in (0..).zip(&found.items) {
                if let Some(slot) = moves.get_mut(at * width + usize::from(item.member)) {
                    *slot = found.listed_again(*slot, number, item);
                }
            }
        }
        let transaction = self.loops.first().map_or(&[][..], |found| &found.items);
        let opens_hierarchy = |item: &Item| {
            let opened = item
                .opens
                .and_then(|number| self.loops.get(usize::from(number)));
            opened.is_some_and(|opened| opened.opener == "HL")
        };
        let hierarchy = transaction.iter().position(opens_hierarchy);
        Set {
            hierarchy: hierarchy.and_then(|item| u16::try_from(item).ok()),
            version,
            id: row.set,
            group: row.group,
            index: SegmentIndex::new(self.members.iter().map(|member| member.id.as_bytes())),
            loops: self.loops,
            members: self.members,
            moves,
        }
    }
}

impl Loop {
    /// The slot of a segment that has `slot` so far and is listed as `item` too: the first item
    /// that opens a loop takes precedence, or else the first item.
    fn listed_again(&self, slot: Slot, number: u16, item: &Item) -> Slot {
        let (Slot::Once(first) | Slot::Often(first)) = slot else {
            return Slot::Once(number);
        };
        let opens = |item: u16| {
            self.items
                .get(usize::from(item))
                .is_some_and(|item| item.opens.is_some())
        };
        let comes_first = item.opens.is_some() && !opens(first);
        Slot::Often(if comes_first { number } else { first })
    }
}
