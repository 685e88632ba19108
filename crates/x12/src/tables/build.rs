//! From the notation of a set to its table.

use std::collections::HashMap;

use super::expression::{Token, tokens};
use super::index::SegmentIndex;
use super::names::{self, Conditional};
use super::set::{Grade, Item, Letter, Loop, Member, Set};
use super::version::Row;
use super::{Dictionary, Version};

impl Set {
    /// Builds the table of the set that `row` describes.
    pub(super) fn build(version: Version, row: &Row) -> Self {
        let mut builder = Builder::new(version, row);
        for token in tokens(row.expression) {
            builder.take(token);
        }
        builder.finish(row)
    }
}

struct Builder {
    dictionary: Option<&'static Dictionary>,
    conditional: Vec<Conditional>,
    loops: Vec<Loop>,
    paths: Vec<String>,
    members: Vec<Member>,
    numbers: HashMap<&'static str, u16>,
    open: Vec<u16>,
    grades: std::str::Chars<'static>,
}

impl Builder {
    fn new(version: Version, row: &Row) -> Self {
        let transaction = Loop {
            name: "",
            parent: 0,
            items: Vec::new(),
            conditional: Vec::new(),
            letter: Letter::No,
            grade: Grade::Seen,
            opener: "",
        };
        Self {
            dictionary: Dictionary::of(version),
            conditional: names::conditional(version, row.set),
            loops: vec![transaction],
            paths: vec![String::new()],
            members: Vec::new(),
            numbers: HashMap::new(),
            open: vec![0],
            grades: row.grades.chars(),
        }
    }

    fn take(&mut self, token: Token<'static>) {
        match token {
            Token::Segment {
                id: "ST" | "SE", ..
            } => {}
            Token::Segment { id, min, max } => {
                let member = self.member(id);
                self.list(Item {
                    member,
                    min,
                    max,
                    opens: None,
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
        let letter = match name.as_bytes().last() {
            Some(b'$') => Letter::Level,
            Some(b'%') => Letter::Occurrence,
            _ => Letter::No,
        };
        let conditional = self
            .conditional
            .extract_if(.., |name| name.path == path)
            .collect();
        self.list(Item {
            member,
            min,
            max,
            opens: Some(number),
        });
        self.loops.push(Loop {
            name: name.trim_end_matches(['$', '%']),
            parent,
            items: Vec::new(),
            conditional,
            letter,
            grade: grade(self.grades.next()),
            opener: id,
        });
        self.paths.push(path);
        self.open.push(number);
    }

    fn path(&self, parent: u16, id: &str) -> String {
        let same = |found: &&Loop| found.parent == parent && found.opener == id;
        let earlier = self.loops.iter().skip(1).filter(same).count();
        let above = self
            .paths
            .get(usize::from(parent))
            .map_or("", String::as_str);
        let slash = if above.is_empty() { "" } else { "/" };
        let nth = if earlier > 0 {
            format!("#{}", earlier + 1)
        } else {
            String::new()
        };
        format!("{above}{slash}{id}{nth}")
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
        let composites = definition.map_or(0, |definition| definition.composites);
        self.members.push(Member { id, composites });
        self.numbers.insert(id, number);
        number
    }

    fn finish(self, row: &Row) -> Set {
        let width = self.members.len();
        let mut moves = vec![0; width * self.loops.len()];
        for (at, found) in self.loops.iter().enumerate() {
            for item in &found.items {
                let slot = moves.get_mut(at * width + usize::from(item.member));
                let wanted = item.opens.map_or(1, |number| number + 1);
                // An opening wins over a plain place, and the first opening over a later one.
                if let Some(slot) = slot.filter(|slot| **slot < 2) {
                    *slot = wanted;
                }
            }
        }
        Set {
            id: row.set,
            group: row.group,
            index: SegmentIndex::new(self.members.iter().map(|member| member.id.as_bytes())),
            loops: self.loops,
            members: self.members,
            moves,
        }
    }
}

fn grade(letter: Option<char>) -> Grade {
    match letter {
        Some('a') => Grade::Seen,
        Some('b') => Grade::Numbered,
        _ => Grade::Ruled,
    }
}
