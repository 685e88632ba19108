//! The context of every row: the file, the envelope and the loop.

use std::fmt::Write as _;

use b2bi_local_x12::{Isa, LoopKey, Position, Segment, decode};

/// Where in its file an input begins; the default is its beginning.
///
/// An input that begins at a transaction is read after the ISA and GS segments of that transaction,
/// which give no rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The headers of the first transaction, each with its terminator; empty at the file's beginning.
    pub head: Vec<u8>,
    /// The byte at which the input begins in the file.
    pub byte: u64,
    /// The ordinal of the first transaction's interchange, from 1 on.
    pub interchange: u32,
    /// The ordinal of its group in the interchange, from 1 on.
    pub group: u32,
    /// The ordinal of the transaction in the group, from 1 on.
    pub transaction: u32,
    /// The ordinal of its first segment in the interchange, from 1 on.
    pub segment_in_interchange: u32,
    /// Whether the input is one of several ranges; then its file is not wrapped at a length.
    pub is_part: bool,
}

/// The segments before the first one of an input with a head: ISA and GS.
const HEAD_SEGMENTS: u32 = 2;

impl Origin {
    /// The place in the file of a position in head and input.
    pub(crate) fn place(&self, position: &Position) -> Position {
        let mut place = *position;
        if self.head.is_empty() {
            return place;
        }
        let head = self.head.len() as u64;
        place.byte = self.byte.saturating_add(position.byte.saturating_sub(head));
        place.interchange = shifted(position.interchange, 1, self.interchange);
        if position.interchange == 1 {
            place.segment_in_interchange = shifted(
                position.segment_in_interchange,
                HEAD_SEGMENTS + 1,
                self.segment_in_interchange,
            );
            place.group = shifted(position.group, 1, self.group);
            if position.group == 1 {
                place.transaction = shifted(position.transaction, 1, self.transaction);
            }
        }
        place
    }

    /// Whether a position belongs to the head.
    pub(crate) fn is_head(&self, position: &Position) -> bool {
        position.byte < self.head.len() as u64
    }
}

/// An ordinal counted from `to` on instead of from `from`; 0 remains 0.
fn shifted(ordinal: u32, from: u32, to: u32) -> u32 {
    match ordinal {
        0 => 0,
        _ => ordinal.saturating_sub(from).saturating_add(to),
    }
}

/// The open parts of the envelope.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) file: Box<str>,
    pub(crate) origin: Origin,
    /// ST01 of the open transaction.
    pub(crate) set: String,
    /// ST03 of the open transaction, else GS08 of the open group.
    pub(crate) version: String,
    group_version: String,
    /// The delimiters of the interchange, one after the other.
    pub(crate) delimiters: String,
}

impl Context {
    pub(crate) fn new(file: &str, origin: Origin) -> Self {
        Self {
            file: file.into(),
            origin,
            ..Self::default()
        }
    }

    pub(crate) fn interchange(&mut self, isa: &Isa) {
        let bytes = isa.delimiter_bytes();
        self.delimiters = bytes.iter().map(|bytes| decode(bytes)).collect();
        self.version.clear();
        self.set.clear();
    }

    pub(crate) fn group(&mut self, gs: &Segment<'_>) {
        self.group_version = decode(gs.value(8)).into_owned();
        self.version.clone_from(&self.group_version);
    }

    pub(crate) fn transaction(&mut self, st: &Segment<'_>) {
        self.set.clear();
        self.set.push_str(&decode(st.value(1)));
        self.version.clear();
        match st.value(3) {
            [] => self.version.push_str(&self.group_version),
            convention => self.version.push_str(&decode(convention)),
        }
    }

    pub(crate) fn transaction_end(&mut self) {
        self.set.clear();
        self.version.clone_from(&self.group_version);
    }

    pub(crate) fn group_end(&mut self) {
        self.group_version.clear();
        self.version.clear();
    }
}

/// The open loops of a transaction.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    /// The names of the open loops, joined by `/`.
    path: String,
    open: Vec<OpenLoop>,
    /// The loops that the transaction itself has had so far.
    children: Counts,
}

type Counts = Vec<(Box<str>, u32)>;

#[derive(Debug)]
struct OpenLoop {
    /// How long the path is without the loop.
    parent_path: usize,
    segment: u32,
    occurrence: u32,
    children: Counts,
}

impl Loops {
    pub(crate) fn clear(&mut self) {
        self.path.clear();
        self.open.clear();
        self.children.clear();
    }

    pub(crate) fn open(&mut self, key: LoopKey<'_>, position: &Position) {
        let parent_path = self.path.len();
        if parent_path > 0 {
            self.path.push('/');
        }
        let begin = self.path.len();
        self.path.push_str(key.name);
        if let Some(letter) = key.letter {
            // Writing to a string cannot fail.
            let _ = self.path.write_char(char::from(letter));
        }
        let name = self.path.get(begin..).unwrap_or_default();
        let parent = self.open.last_mut();
        let counts = parent.map_or(&mut self.children, |parent| &mut parent.children);
        let occurrence = count(counts, name);
        self.open.push(OpenLoop {
            parent_path,
            segment: position.segment,
            occurrence,
            children: Counts::new(),
        });
    }

    pub(crate) fn close(&mut self) {
        if let Some(closed) = self.open.pop() {
            self.path.truncate(closed.parent_path);
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Which of its name the innermost loop is in its parent, from 1 on; 0 outside of loops.
    pub(crate) fn occurrence(&self) -> u32 {
        self.open.last().map_or(0, |open| open.occurrence)
    }

    /// The segment in the transaction that opened the innermost loop; 0 outside of loops.
    pub(crate) fn segment(&self) -> u32 {
        self.open.last().map_or(0, |open| open.segment)
    }

    /// The segment that opened the loop around the innermost; 0 if there is none.
    pub(crate) fn parent_segment(&self) -> u32 {
        let parent = self.open.iter().rev().nth(1);
        parent.map_or(0, |open| open.segment)
    }
}

/// Counts another occurrence of a name and returns the number so far.
fn count(counts: &mut Counts, name: &str) -> u32 {
    if let Some((_, count)) = counts.iter_mut().find(|(known, _)| **known == *name) {
        *count = count.saturating_add(1);
        return *count;
    }
    counts.push((name.into(), 1));
    1
}
