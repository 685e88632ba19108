//! The table of a specification: rows while reading.

mod frames;
mod part;

use std::sync::Arc;

use b2bi_local_x12::{Fit, Isa, LoopKey, Place, Position, Segment, Set, Sink, decode};

use crate::context::{Context, Origin};
use crate::problems::ValueProblem;
use crate::schema::{RowSink, Value};
use crate::spec::{Each, Kind, Specification, SpecificationColumn};

use frames::{ENVELOPE, Frames, Mask, Row, bit};
use part::Part;

/// The maximum number of kept values that do not fit their columns; the others are counted.
const PROBLEM_LIMIT: usize = 10_000;

/// Makes the rows of a specification.
pub(crate) struct TypedRows<R> {
    pub(crate) rows: R,
    pub(crate) problems: Vec<ValueProblem>,
    pub(crate) omitted: u64,
    specification: Arc<Specification>,
    context: Context,
    frames: Frames,
    /// Whether the open transaction is one of those that are read.
    is_wanted: bool,
}

impl<R: RowSink> TypedRows<R> {
    pub(crate) fn new(
        specification: Arc<Specification>,
        file: &str,
        origin: Origin,
        rows: R,
    ) -> Self {
        Self {
            rows,
            problems: Vec::new(),
            omitted: 0,
            specification,
            context: Context::new(file, origin),
            frames: Frames::default(),
            is_wanted: false,
        }
    }

    /// The patterns that a segment matches, in a loop of this name.
    fn mask(&self, part: Part<'_>, in_loop: &str) -> Mask {
        let patterns = (0..).zip(&self.specification.patterns);
        let matching = patterns.filter(|(_, pattern)| pattern.matches(part, in_loop));
        matching.fold(0, |mask, (number, _)| mask | bit(number))
    }

    /// A segment that opens a part of the envelope.
    fn header(&mut self, part: Part<'_>, position: &Position) {
        let mask = self.mask(part, "");
        self.frames.push("", mask);
        self.part(part, mask, true, position);
    }

    /// A segment in the innermost frame, or the one that has opened it.
    fn part(&mut self, part: Part<'_>, mask: Mask, opens: bool, position: &Position) {
        if mask == 0 {
            return;
        }
        let place = self.context.origin.place(position);
        let specification = Arc::clone(&self.specification);
        let is_row = specification
            .row
            .last()
            .is_some_and(|last| mask & bit(*last) != 0);
        if is_row && self.is_wanted && self.is_below(&specification.row, opens) {
            let row = Row {
                position: place,
                values: vec![None; specification.columns.len()],
            };
            match self.frames.last_mut() {
                Some(frame) if opens && specification.each.is_none() => frame.row = Some(row),
                _ => self.segment_rows(&specification, part, mask, row),
            }
        }
        for (index, column) in specification.columns.iter().enumerate() {
            let last = column.source.steps.last();
            if last.is_some_and(|last| mask & bit(*last) != 0) {
                self.column(index, column, part, opens, &place);
            }
        }
    }

    /// Whether the frames around a segment are the steps to a row.
    fn is_below(&self, steps: &[u8], opens: bool) -> bool {
        let around = self.frames.len().saturating_sub(usize::from(opens));
        self.frames
            .ends_with(around, steps.split_last().map_or(&[], |(_, steps)| steps))
    }

    /// Takes a value for a column, if the segment is one of the column's.
    fn column(
        &mut self,
        index: usize,
        column: &SpecificationColumn,
        part: Part<'_>,
        opens: bool,
        position: &Position,
    ) {
        let steps = column.source.steps.as_slice();
        let steps = steps.split_last().map_or(&[][..], |(_, steps)| steps);
        // A segment that opens a loop belongs to that loop, and to the one around it.
        let lengths = [self.frames.len(), self.frames.len().saturating_sub(1)];
        for length in lengths.into_iter().take(1 + usize::from(opens)) {
            if !self.frames.ends_with(length, steps) {
                continue;
            }
            let inside = steps
                .len()
                .saturating_sub(usize::from(column.source.is_above));
            let Some(at) = length.checked_sub(1 + inside) else {
                continue;
            };
            let is_free = self.frames.get(at).is_some_and(|frame| {
                if column.source.is_above {
                    frame.above.iter().all(|(known, _)| *known != index)
                } else {
                    let row = frame.row.as_ref();
                    row.is_some_and(|row| row.values.get(index).is_some_and(Option::is_none))
                }
            });
            if is_free
                && let Some(value) = self.value(column, part, 0, position)
                && let Some(frame) = self.frames.get_mut(at)
            {
                frame.set(index, column.source.is_above, value);
            }
        }
    }

    /// The value of a column in a segment; `None` if there is none, or one that does not fit.
    ///
    /// The element is `shift` positions after the column's.
    fn value(
        &mut self,
        column: &SpecificationColumn,
        part: Part<'_>,
        shift: usize,
        position: &Position,
    ) -> Option<Value<'static>> {
        if column.kind == Kind::SegmentNumber {
            return Some(position.segment.into());
        }
        let element = column.source.element.saturating_add(shift);
        let bytes = part.value(element, column.source.component);
        if bytes.is_empty() {
            return None;
        }
        let text = decode(bytes);
        let value = column.kind.value(&text).ok();
        if value.is_none() {
            self.not_of_kind(column, part, element, &text, position);
        }
        value
    }

    #[cold]
    fn not_of_kind(
        &mut self,
        column: &SpecificationColumn,
        part: Part<'_>,
        element: usize,
        text: &str,
        position: &Position,
    ) {
        if self.problems.len() >= PROBLEM_LIMIT {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        let id = decode(part.id());
        let short: String = text.chars().take(80).collect();
        let message = format!(
            "{id}-{element:02}, column {} of {}: {short:?} is not {}",
            column.name,
            self.specification.name,
            column.kind.description()
        );
        self.problems.push(ValueProblem {
            position: Position {
                element: u16::try_from(element).unwrap_or(u16::MAX),
                component: u16::try_from(column.source.component).unwrap_or(u16::MAX),
                ..*position
            },
            segment: id.into(),
            message: message.into(),
        });
    }

    /// The rows of a segment that opens no loop, or of which each group of elements gives a row.
    fn segment_rows(
        &mut self,
        specification: &Specification,
        part: Part<'_>,
        mask: Mask,
        row: Row,
    ) {
        let once = Each {
            first: 0,
            step: usize::MAX,
            last: 0,
        };
        let each = specification.each.unwrap_or(once);
        let firsts = (each.first..=each.last).step_by(each.step);
        for (first, item) in firsts.zip(1..) {
            let group = first..first.saturating_add(each.step);
            let is_there = |at: usize| !part.value(at, 0).is_empty();
            let last = group.end.min(each.last.saturating_add(1));
            if specification.each.is_some() && !(group.start..last).any(is_there) {
                continue;
            }
            let mut values = Vec::with_capacity(specification.columns.len());
            for column in &specification.columns {
                let is_own = !column.source.is_above
                    && matches!(*column.source.steps, [step] if mask & bit(step) != 0);
                let in_group = (each.first..each.first.saturating_add(each.step))
                    .contains(&column.source.element);
                let shift = if in_group { first - each.first } else { 0 };
                values.push(if is_own {
                    self.value(column, part, shift, &row.position)
                } else {
                    None
                });
            }
            let row = Row {
                position: row.position,
                values,
            };
            self.emit(row, specification.each.map(|_| item), self.frames.len());
        }
    }

    /// Hands a row on, with what the first `around` frames have for it.
    fn emit(&mut self, row: Row, item: Option<u32>, around: usize) {
        let columns = self.specification.columns.iter().enumerate();
        let own = columns.zip(row.values).map(|((index, column), value)| {
            if column.source.is_above {
                let found = self.frames.above(around, index);
                found.cloned().unwrap_or(Value::Null)
            } else {
                value.unwrap_or(Value::Null)
            }
        });
        let place = [
            Value::from(&*self.context.file),
            row.position.interchange.into(),
            row.position.group.into(),
            row.position.transaction.into(),
            row.position.segment.into(),
        ];
        let item = item.map(Value::from);
        let values: Vec<Value<'_>> = place.into_iter().chain(item).chain(own).collect();
        self.rows.row(&values);
    }

    fn pop(&mut self) {
        if let Some(row) = self.frames.last_mut().and_then(|frame| frame.row.take()) {
            self.emit(row, None, self.frames.len().saturating_sub(1));
        }
        self.frames.pop();
    }

    fn pop_to(&mut self, length: usize) {
        while self.frames.len() > length {
            self.pop();
        }
    }
}

impl<R: RowSink> Sink for TypedRows<R> {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.context.interchange(isa);
        self.is_wanted = false;
        self.pop_to(0);
        self.header(Part::Isa(isa), position);
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        self.context.group(gs);
        self.is_wanted = false;
        self.pop_to(1);
        self.header(Part::Segment(gs), position);
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, position: &Position) {
        self.context.transaction(st);
        let Context { set, version, .. } = &self.context;
        self.is_wanted = self.specification.is_for(set, version);
        self.pop_to(ENVELOPE - 1);
        self.header(Part::Segment(st), position);
    }

    fn open(&mut self, key: LoopKey<'_>, _: &Position) {
        if self.is_wanted {
            match key.letter {
                Some(letter) => self
                    .frames
                    .push(&format!("{}{}", key.name, char::from(letter)), 0),
                None => self.frames.push(key.name, 0),
            }
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        if !self.is_wanted {
            return;
        }
        let part = Part::Segment(segment);
        let mask = self.mask(part, self.frames.last_name());
        let opens = place.fit == Fit::Opens;
        if opens && let Some(frame) = self.frames.last_mut() {
            frame.mask = mask;
        }
        if opens && segment.id() == b"HL" {
            self.frames.enter_level(segment);
        }
        self.part(part, mask, opens, position);
    }

    fn close(&mut self, _: &Position) {
        if self.is_wanted {
            self.pop();
        }
    }

    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.pop_to(ENVELOPE - 1);
        self.is_wanted = false;
        self.context.transaction_end();
    }

    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.pop_to(1);
        self.context.group_end();
    }

    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {
        self.pop_to(0);
    }
}
