//! The parts of the envelope and the loops that are open, and the levels above them.

use b2bi_local_x12::{Position, Segment};

use crate::schema::Value;

pub(super) type Mask = u128;

pub(super) fn bit(pattern: u8) -> Mask {
    1 << (pattern & 127)
}

/// How many frames the envelope has: ISA, GS and ST.
pub(super) const ENVELOPE: usize = 3;

/// A part of the envelope or a loop that is open.
pub(super) struct Frame {
    /// The steps of the specification that match the segment that opened it.
    pub(super) mask: Mask,
    pub(super) name: Box<str>,
    /// HL01, if an HL opened it.
    pub(super) level: Option<Box<[u8]>>,
    /// The row that it gives.
    pub(super) row: Option<Row>,
    /// The values for columns of rows within it that are searched above the row: the column, and
    /// its value.
    pub(super) above: Vec<(usize, Value<'static>)>,
}

pub(super) struct Row {
    pub(super) position: Position,
    pub(super) values: Vec<Option<Value<'static>>>,
}

impl Frame {
    pub(super) fn set(&mut self, index: usize, is_above: bool, value: Value<'static>) {
        if is_above {
            self.above.push((index, value));
        } else if let Some(row) = &mut self.row
            && let Some(cell) = row.values.get_mut(index)
        {
            *cell = Some(value);
        }
    }
}

/// The open frames, outermost first.
///
/// In some sets the HL loops are not nested: the ancestors through HL02 are kept as levels.
#[derive(Default)]
pub(super) struct Frames {
    open: Vec<Frame>,
    /// HL loops that have ended, each the parent of the next; the last is the parent of the open one.
    levels: Vec<Frame>,
}

impl Frames {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Frame> {
        self.open.get(at)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Frame> {
        self.open.get_mut(at)
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Frame> {
        self.open.last_mut()
    }

    pub(super) fn last_name(&self) -> &str {
        self.open.last().map_or("", |frame| &frame.name)
    }

    pub(super) fn push(&mut self, name: &str, mask: Mask) {
        self.open.push(Frame {
            mask,
            name: name.into(),
            level: None,
            row: None,
            above: Vec::new(),
        });
    }

    /// Closes the innermost frame.
    pub(super) fn pop(&mut self) {
        let frame = self.open.pop();
        if self.open.len() < ENVELOPE {
            self.levels.clear();
        } else {
            self.levels
                .extend(frame.filter(|frame| frame.level.is_some()));
        }
    }

    /// The frame opened last is a level, below the one that HL02 names.
    pub(super) fn enter_level(&mut self, hl: &Segment<'_>) {
        let parent = hl.value(2);
        let is_parent = |level: &Frame| level.level.as_deref() == Some(parent);
        let known = self.levels.iter().rposition(is_parent);
        let kept = known.map_or(0, |at| at.saturating_add(1));
        self.levels.truncate(kept);
        if let Some(frame) = self.open.last_mut() {
            frame.level = Some(hl.value(1).into());
        }
    }

    /// Whether the first `length` frames end with these steps.
    pub(super) fn ends_with(&self, length: usize, steps: &[u8]) -> bool {
        let frames = self.open.get(..length).unwrap_or_default();
        let mut frames = frames.iter().rev();
        steps.iter().rev().all(|step| {
            let frame = frames.next();
            frame.is_some_and(|frame| frame.mask & bit(*step) != 0)
        })
    }

    /// The values of the first `length` frames for a column of rows within them, from the innermost
    /// on.
    pub(super) fn above(&self, length: usize, column: usize) -> Option<&Value<'static>> {
        let open = self.open.get(..length).unwrap_or_default();
        let (envelope, loops) = open.split_at(open.len().min(ENVELOPE));
        let is_level = |frame: &Frame| frame.level.is_some();
        let has_levels = self.open.iter().any(is_level);
        let levels = self.levels.iter().rev().filter(|_| has_levels);
        let frames = loops
            .iter()
            .rev()
            .chain(levels)
            .chain(envelope.iter().rev());
        let mut values = frames.flat_map(|frame| &frame.above);
        let found = values.find(|(of, _)| *of == column);
        found.map(|(_, value)| value)
    }
}
