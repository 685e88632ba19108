//! Splits an input into one interchange per transaction.

use std::borrow::Cow;
use std::sync::Arc;

use crate::delimiters::Narrowing;
use crate::tables::Set;
use crate::{Isa, LoopKey, Place, Position, ReadReport, Segment, Sink, read};

/// One transaction with its own envelope, or the next part of a long one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The interchange: the headers of the input, the transaction, and trailers with correct
    /// counts.
    pub bytes: Vec<u8>,
    /// The position of the transaction in the input.
    pub position: Position,
    /// Whether the interchange ends with these bytes.
    pub ends: bool,
}

/// Splits an input; each transaction becomes an interchange with the values of its envelope.
///
/// If a fatal problem ends the reading, the pieces before it are returned, and the caller decides
/// whether to use them.
#[must_use]
pub fn split(input: &[u8]) -> (Vec<Piece>, ReadReport) {
    let mut pieces = Vec::new();
    let (_, reading) = read(input, Splitter::new(|piece| pieces.push(piece)));
    (pieces, reading)
}

/// Splits while reading: passes on each transaction when it has ended.
pub struct Splitter<F> {
    take: F,
    /// The maximum number of bytes of a transaction that are kept before they are passed on.
    most: usize,
    isa: Vec<u8>,
    gs: Vec<u8>,
    body: Vec<u8>,
    interchange_control: Vec<u8>,
    group_control: Vec<u8>,
    terminator: u8,
    element: u8,
    position: Position,
    /// The delimiters of several bytes, which are one byte each in the segments.
    narrowing: Narrowing,
}

impl<F: FnMut(Piece)> Splitter<F> {
    /// A splitter that passes each transaction to `take` as one piece.
    pub fn new(take: F) -> Self {
        Self::in_parts(usize::MAX, take)
    }

    /// A splitter that passes a transaction of more than `most` bytes to `take` in parts.
    pub fn in_parts(most: usize, take: F) -> Self {
        Self {
            take,
            most,
            isa: Vec::new(),
            gs: Vec::new(),
            body: Vec::new(),
            interchange_control: Vec::new(),
            group_control: Vec::new(),
            terminator: b'~',
            element: b'*',
            position: Position::default(),
            narrowing: Narrowing::default(),
        }
    }

    fn append(&mut self, segment: &Segment<'_>) {
        self.body.extend_from_slice(segment.bytes());
        self.end_segment();
    }

    fn end_segment(&mut self) {
        self.body.push(self.terminator);
        if !matches!(self.terminator, b'\r' | b'\n') {
            self.body.push(b'\n');
        }
    }

    fn hand_over(&mut self, ends: bool) {
        let body = std::mem::take(&mut self.body);
        let bytes = match self.narrowing.widen(&body) {
            Cow::Borrowed(_) => body,
            Cow::Owned(wide) => wide,
        };
        (self.take)(Piece {
            bytes,
            position: self.position,
            ends,
        });
    }

    /// A trailer that counts one part.
    fn trailer(&mut self, id: &[u8], control: &[u8]) {
        self.body.extend_from_slice(id);
        self.body
            .extend_from_slice(&[self.element, b'1', self.element]);
        self.body.extend_from_slice(control);
        self.end_segment();
    }
}

impl<F: FnMut(Piece)> Sink for Splitter<F> {
    fn interchange(&mut self, isa: &Isa, _: &Position) {
        self.terminator = isa.delimiters().terminator;
        self.element = isa.delimiters().element;
        self.narrowing.learn(isa.wide());
        self.interchange_control = isa.field(13).to_vec();
        self.body = b"ISA".to_vec();
        for position in 1..=16 {
            self.body.push(self.element);
            self.body.extend_from_slice(isa.field(position));
        }
        self.end_segment();
        self.isa = std::mem::take(&mut self.body);
    }

    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        self.group_control = gs.value(6).to_vec();
        self.body.clear();
        self.append(gs);
        self.gs = std::mem::take(&mut self.body);
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, position: &Position) {
        self.position = *position;
        self.body.clear();
        self.body.extend_from_slice(&self.isa);
        self.body.extend_from_slice(&self.gs);
        self.append(st);
    }

    fn segment(&mut self, segment: &Segment<'_>, _: Place, _: &Position) {
        self.append(segment);
        if self.body.len() > self.most {
            self.hand_over(false);
        }
    }

    fn transaction_end(&mut self, se: &Segment<'_>, _: &Position) {
        // Without an SE, the piece has none either.
        if !se.is_empty() {
            self.append(se);
        }
        let (group, interchange) = (self.group_control.clone(), self.interchange_control.clone());
        self.trailer(b"GE", &group);
        self.trailer(b"IEA", &interchange);
        self.hand_over(true);
    }

    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn close(&mut self, _: &Position) {}
    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}
