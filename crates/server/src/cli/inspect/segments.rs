//! The segments of a text with their places in it and in its document.

use std::ops::Range;
use std::sync::Arc;

use b2bi_local_x12::{
    Fit, Isa, JsonWriter, LoopKey, Place, Position, Segment, Set, Sink, XmlWriter,
};
use serde::Serialize;

use super::offsets::Offsets;
use super::places::Places;

/// Writes the document.
pub(super) enum DocumentWriter {
    Json(JsonWriter),
    Xml(XmlWriter),
}

/// A segment.
#[derive(Debug)]
struct Row {
    /// Where it begins, according to the reader.
    place: u64,
    /// Its length in bytes without its terminator; `None` if only the terminator determines it.
    length: Option<usize>,
    depth: usize,
    /// The loop that contains it, or that it opens.
    in_loop: Arc<str>,
    fit: &'static str,
    /// Its part of the document, in bytes.
    document: (usize, usize),
}

/// The segments of a part in columns, which are shorter than a list of rows: the numbers at one
/// index belong to one segment. Offsets count UTF-16 code units.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Columns {
    /// Where each begins and ends in the text.
    from: Vec<u64>,
    to: Vec<u64>,
    depth: Vec<usize>,
    /// The loop that contains it, or that it opens, as an index of `names`.
    in_loop: Vec<usize>,
    /// Why it is there, as an index of `names`.
    fit: Vec<usize>,
    /// Its part of the document.
    document_from: Vec<u64>,
    document_to: Vec<u64>,
    names: Vec<String>,
}

impl Columns {
    /// The index of a name. Consecutive segments often share it, and there are few names.
    fn name(&mut self, name: &str) -> usize {
        let found = self.names.iter().position(|known| known == name);
        found.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len().saturating_sub(1)
        })
    }
}

/// A sink that records one part of the segments and writes that part of the document.
pub(super) struct SegmentRecorder {
    writer: Option<DocumentWriter>,
    document: Vec<u8>,
    rows: Vec<Row>,
    loops: Vec<Arc<str>>,
    /// How many segments a part has.
    limit: usize,
    /// The numbers of the recorded segments, counted from zero.
    part: Range<usize>,
    /// The number of segments so far.
    count: usize,
    /// Where each part begins.
    starts: Vec<u64>,
    terminator: u8,
    is_wrapped: bool,
}

impl SegmentRecorder {
    /// Records the given part of the segments, counted from zero, where each part has `limit` segments.
    pub(super) fn new(writer: DocumentWriter, part: usize, limit: usize) -> Self {
        let first = part.saturating_mul(limit);
        Self {
            writer: Some(writer),
            document: Vec::new(),
            rows: Vec::new(),
            loops: Vec::new(),
            limit,
            part: first..first.saturating_add(limit),
            count: 0,
            starts: Vec::new(),
            terminator: b'~',
            is_wrapped: false,
        }
    }

    /// Whether all segments fit into one part.
    pub(super) fn is_whole(&self) -> bool {
        self.starts.len() <= 1
    }

    /// The number of segments.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Where each part begins, as an offset in the text.
    pub(super) fn starts(&self, places: &Places<'_>) -> Vec<u64> {
        self.starts.iter().map(|place| places.of(*place)).collect()
    }

    /// Whether the text is wrapped at a length: the reader then knows no lines.
    pub(super) fn is_wrapped(&self) -> bool {
        self.is_wrapped
    }

    /// The depth of each segment.
    pub(super) fn depths(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.depth)
    }

    /// Ends the document.
    pub(super) fn finish(mut self) -> Self {
        let rest = match self.writer.take() {
            Some(DocumentWriter::Json(writer)) => writer.finish(),
            Some(DocumentWriter::Xml(writer)) => writer.finish(),
            None => Vec::new(),
        };
        self.document.extend_from_slice(&rest);
        self
    }

    /// Takes the document as far as it has been recorded.
    pub(super) fn take_document(&mut self) -> String {
        let document = std::mem::take(&mut self.document);
        String::from_utf8(document)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// The segments, without those that are not in the text.
    pub(super) fn columns(&self, text: &str, places: &Places<'_>, document: &str) -> Columns {
        let of_document = Offsets::new(document);
        let of_document = |byte: usize| of_document.of(u64::try_from(byte).unwrap_or(u64::MAX));
        let mut columns = Columns::default();
        for row in &self.rows {
            let Some((from, to)) = self.range(row, text, places) else {
                continue;
            };
            columns.from.push(places.of_byte(from));
            columns.to.push(places.of_byte(to));
            columns.depth.push(row.depth);
            let (in_loop, fit) = (columns.name(&row.in_loop), columns.name(row.fit));
            columns.in_loop.push(in_loop);
            columns.fit.push(fit);
            columns.document_from.push(of_document(row.document.0));
            columns.document_to.push(of_document(row.document.1));
        }
        columns
    }

    /// The bytes of a segment in the text.
    fn range(&self, row: &Row, text: &str, places: &Places<'_>) -> Option<(u64, u64)> {
        let from = places.byte(row.place);
        let to = self.end(row, usize::try_from(from).ok()?, text, places)?;
        Some((from, u64::try_from(to).ok()?))
    }

    /// Where a segment ends in the text, without its terminator; `None` if it is not in the text.
    fn end(&self, row: &Row, start: usize, text: &str, places: &Places<'_>) -> Option<usize> {
        let rest = text.as_bytes().get(start..)?;
        match row.length {
            None => {
                let length = rest.iter().position(|byte| *byte == self.terminator);
                Some(start.saturating_add(length.unwrap_or(rest.len())))
            }
            Some(0) => None,
            Some(length) => {
                let last = u64::try_from(length.checked_sub(1)?).ok()?;
                let end = places
                    .byte(row.place.saturating_add(last))
                    .saturating_add(1);
                usize::try_from(end).ok().filter(|end| *end <= text.len())
            }
        }
    }

    /// Passes a call to the writer, and returns the part of the document that it wrote.
    fn write(&mut self, call: impl FnOnce(&mut dyn Sink)) -> (usize, usize) {
        let from = self.document.len();
        match &mut self.writer {
            Some(DocumentWriter::Json(writer)) => {
                call(writer);
                writer.hand_out(|bytes| self.document.extend_from_slice(bytes));
            }
            Some(DocumentWriter::Xml(writer)) => {
                call(writer);
                writer.hand_out(|bytes| self.document.extend_from_slice(bytes));
            }
            None => {}
        }
        (from, self.document.len())
    }

    /// Records a segment of the envelope, which is in no loop.
    fn envelope(
        &mut self,
        length: Option<usize>,
        position: &Position,
        depth: usize,
        call: impl FnOnce(&mut dyn Sink),
    ) {
        if self.counts(position) {
            let document = self.write(call);
            self.push(length, position, depth, "", document);
        }
    }

    /// Counts a segment, and returns whether the writer needs it.
    fn counts(&mut self, position: &Position) -> bool {
        if self.count.is_multiple_of(self.limit) {
            self.starts.push(position.byte);
        }
        if self.is_before_end() {
            return true;
        }
        self.count = self.count.saturating_add(1);
        false
    }

    /// Whether the next segment belongs to the recorded part or an earlier one.
    fn is_before_end(&self) -> bool {
        self.count < self.part.end
    }

    fn push(
        &mut self,
        length: Option<usize>,
        position: &Position,
        depth: usize,
        fit: &'static str,
        document: (usize, usize),
    ) {
        let is_recorded = self.part.contains(&self.count);
        self.count = self.count.saturating_add(1);
        if !is_recorded {
            // Only the writer needs the segments before the recorded part.
            self.document.clear();
            return;
        }
        let in_loop = self.loops.last().map(Arc::clone);
        self.rows.push(Row {
            place: position.byte,
            length,
            depth,
            in_loop: in_loop.unwrap_or_default(),
            fit,
            document,
        });
    }
}

/// The depths of segments in an interchange, a group and a transaction.
const IN_INTERCHANGE: usize = 1;
const IN_GROUP: usize = 2;
const IN_TRANSACTION: usize = 3;

impl Sink for SegmentRecorder {
    fn interchange(&mut self, isa: &Isa, position: &Position) {
        self.terminator = isa.delimiters().terminator;
        self.is_wrapped |= position.line == 0;
        self.loops.clear();
        self.envelope(None, position, 0, |writer| {
            writer.interchange(isa, position);
        });
    }

    fn group(&mut self, gs: &Segment<'_>, position: &Position) {
        let length = Some(gs.bytes().len());
        self.envelope(length, position, IN_INTERCHANGE, |writer| {
            writer.group(gs, position);
        });
    }

    fn transaction(&mut self, st: &Segment<'_>, set: Option<&Arc<Set>>, position: &Position) {
        let length = Some(st.bytes().len());
        self.envelope(length, position, IN_GROUP, |writer| {
            writer.transaction(st, set, position);
        });
    }

    fn open(&mut self, key: LoopKey<'_>, position: &Position) {
        let letter = key.letter.map(char::from).map(String::from);
        let name = [key.name, letter.as_deref().unwrap_or_default()].concat();
        self.loops.push(name.into());
        if self.is_before_end() {
            self.write(|writer| writer.open(key, position));
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, place: Place, position: &Position) {
        if !self.counts(position) {
            return;
        }
        let document = self.write(|writer| writer.segment(segment, place, position));
        let opens = place.fit == Fit::Opens;
        let loops = self.loops.len().saturating_sub(usize::from(opens));
        let fit = match place.fit {
            Fit::Opens => "opens",
            Fit::Listed => "listed",
            Fit::Stray => "stray",
            Fit::Unknown => "unknown",
            Fit::NoTable => "",
        };
        let depth = IN_TRANSACTION.saturating_add(loops);
        self.push(Some(segment.bytes().len()), position, depth, fit, document);
    }

    fn close(&mut self, position: &Position) {
        self.loops.pop();
        if self.count <= self.part.end {
            self.write(|writer| writer.close(position));
        }
    }

    fn transaction_end(&mut self, se: &Segment<'_>, position: &Position) {
        self.loops.clear();
        let length = Some(present(se));
        self.envelope(length, position, IN_GROUP, |writer| {
            writer.transaction_end(se, position);
        });
    }

    fn group_end(&mut self, ge: &Segment<'_>, position: &Position) {
        let length = Some(present(ge));
        self.envelope(length, position, IN_INTERCHANGE, |writer| {
            writer.group_end(ge, position);
        });
    }

    fn interchange_end(&mut self, iea: &Segment<'_>, position: &Position) {
        let length = Some(present(iea));
        self.envelope(length, position, 0, |writer| {
            writer.interchange_end(iea, position);
        });
    }

    fn control(&mut self, segment: &Segment<'_>, position: &Position) {
        let length = Some(segment.bytes().len());
        self.envelope(length, position, IN_INTERCHANGE, |writer| {
            writer.control(segment, position);
        });
    }
}

/// The length of a trailer; one that the reader supplied has no elements and is not in the text.
fn present(trailer: &Segment<'_>) -> usize {
    if trailer.is_empty() {
        0
    } else {
        trailer.bytes().len()
    }
}
