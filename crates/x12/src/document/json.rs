//! The document as JSON, written while reading.

use std::borrow::Cow;
use std::sync::Arc;

use super::form::Reprinter;
use super::names::{GS_NAMES, ISA_11_STANDARD, ISA_NAMES, ST_NAMES};
use super::spare::SpareBuffers;
use super::{Layout, compact, pretty};
use crate::segment::Element;
use crate::tables::Set;
use crate::text::push_json;
use crate::{Isa, LoopKey, Place, Position, Segment, Sink};

const SPACES: &[u8] = &[b' '; 256];
/// The numbers of elements in keys, from `00` to `99`.
pub(super) const TWO_DIGITS: [[u8; 2]; 100] = two_digits();

/// Writes JSON from the calls of a reader.
pub struct JsonWriter {
    pub(super) out: Vec<u8>,
    pub(super) spare: SpareBuffers,
    pub(super) pretty: bool,
    depth: usize,
    /// Whether an item precedes the next one in the innermost array or object.
    pub(super) follows: bool,
    begun: bool,
    /// The text between two elements: a comma, the start of the line, and the key up to its value.
    key: Vec<u8>,
    /// Reformats the compact text.
    reprinter: Option<Reprinter>,
}

impl JsonWriter {
    /// A writer that expects to write about `capacity` bytes.
    #[must_use]
    pub fn new(layout: Layout, capacity: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity),
            spare: SpareBuffers::default(),
            pretty: layout == Layout::Pretty,
            depth: 0,
            follows: false,
            begun: false,
            key: Vec::with_capacity(SPACES.len()),
            reprinter: match layout {
                Layout::Form(form) => Some(Reprinter::new(form)),
                Layout::Pretty | Layout::Compact => None,
            },
        }
    }

    /// Passes on what has been written so far, so that a long document need not be in memory, and
    /// keeps the memory for what follows.
    pub fn hand_out<T>(&mut self, to: impl FnOnce(&[u8]) -> T) -> T {
        let taken = match &mut self.reprinter {
            None => to(&self.out),
            Some(reprinter) => to(&reprinted(reprinter, &self.out)),
        };
        self.out.clear();
        taken
    }

    /// Ends the document.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.begin();
        self.close_array();
        self.close_object();
        match &mut self.reprinter {
            None => self.out,
            Some(reprinter) => reprinted(reprinter, &self.out),
        }
    }

    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.out.push(b'{');
            self.depth = 1;
            self.open_array("interchanges");
        }
    }

    /// A comma if necessary, and the start of a line.
    #[inline]
    fn item(&mut self) {
        if self.follows {
            self.out.push(b',');
        }
        self.line();
        self.follows = true;
    }

    /// The text before the next item of compact JSON: a comma, or a bracket that is removed again
    /// unless it has been passed on.
    #[inline]
    fn before_item(&mut self) -> Option<u8> {
        if self.follows {
            Some(b',')
        } else {
            self.out.pop()
        }
    }

    /// Writes a plain segment, if the fast way allows it.
    #[inline]
    fn plain(&mut self, segment: &Segment<'_>) -> bool {
        if self.pretty {
            let length = self.out.len();
            if self.follows {
                self.out.push(b',');
            }
            let is_written = pretty::push_object(&mut self.out, self.depth, segment);
            if !is_written {
                self.out.truncate(length);
            }
            return is_written;
        }
        let before = self.before_item();
        if let Some(before) = before {
            compact::push_object(&mut self.out, before, segment);
        }
        before.is_some()
    }

    #[inline]
    fn line(&mut self) {
        if self.pretty {
            self.out.push(b'\n');
            let width = self.depth * 2;
            match SPACES.get(..width) {
                Some(spaces) => self.out.extend_from_slice(spaces),
                None => self.out.resize(self.out.len() + width, b' '),
            }
        }
    }

    fn key(&mut self, parts: &[&[u8]]) {
        self.item();
        self.out.push(b'"');
        for part in parts {
            self.out.extend_from_slice(part);
        }
        self.out
            .extend_from_slice(if self.pretty { b"\": " } else { b"\":" });
    }

    fn open_object(&mut self) {
        self.item();
        self.out.push(b'{');
        self.depth += 1;
        self.follows = false;
    }

    fn close_object(&mut self) {
        self.end(b'}');
    }

    fn open_array(&mut self, key: &str) {
        self.open_keyed_array(&[key.as_bytes()]);
    }

    fn open_keyed_array(&mut self, key: &[&[u8]]) {
        self.key(key);
        self.out.push(b'[');
        self.depth += 1;
        self.follows = false;
    }

    fn close_array(&mut self) {
        self.end(b']');
    }

    #[inline]
    fn end(&mut self, bracket: u8) {
        self.depth = self.depth.saturating_sub(1);
        if self.follows {
            self.line();
        }
        self.out.push(bracket);
        self.follows = true;
    }

    fn named(&mut self, prefix: &str, position: usize, name: &str, value: Element<'_>) {
        let number = format!("{position:02}");
        let key = [
            prefix.as_bytes(),
            b"_",
            number.as_bytes(),
            b"_",
            name.as_bytes(),
        ];
        self.key(&key);
        self.out.push(b'"');
        push_json(&mut self.out, value.raw(), value.classes);
        self.out.push(b'"');
    }

    /// Writes the elements of a header, which keep their spaces.
    fn header(&mut self, segment: &Segment<'_>, prefix: &str, names: &[&str]) {
        for ((position, name), value) in (1..).zip(names).zip(segment.elements()) {
            if !value.raw().is_empty() {
                self.named(prefix, position, name, value);
            }
        }
    }

    fn string(&mut self, value: Element<'_>) {
        self.out.push(b'"');
        push_json(&mut self.out, value.value(), value.classes);
        self.out.push(b'"');
    }

    /// Prepares the key of a segment's elements, for `number` to complete.
    #[inline]
    fn prepare(&mut self, id: &[u8]) {
        self.key.clear();
        self.key.push(b',');
        if self.pretty {
            self.key.push(b'\n');
            self.key
                .extend_from_slice(SPACES.get(..self.depth * 2).unwrap_or(SPACES));
        }
        self.key.push(b'"');
        self.key.extend_from_slice(id);
        self.key.extend_from_slice(if self.pretty {
            b"_00\": \""
        } else {
            b"_00\":\""
        });
    }

    /// Writes the comma if necessary, and the key of the element at `position`, up to and including
    /// the quote that begins its value.
    #[inline]
    fn element_key(&mut self, position: usize) {
        let quoted = if self.pretty { 4 } else { 3 };
        let end = self.key.len().saturating_sub(quoted);
        let place = self.key.get_mut(end.saturating_sub(2)..end);
        if let (Some(place), Some(digits)) = (place, TWO_DIGITS.get(position)) {
            place.copy_from_slice(digits);
        }
        let from = usize::from(!self.follows);
        let key = self.key.get(from..).unwrap_or(&[]);
        self.out.extend_from_slice(key);
        self.follows = true;
    }

    #[inline]
    fn element(&mut self, id: &[u8], position: usize, value: Element<'_>, composite: bool) {
        if value.has_repetitions() || value.has_components() || composite || position > 99 {
            self.repeated(id, position, value, composite);
            return;
        }
        let bytes = value.value();
        if !bytes.is_empty() {
            self.element_key(position);
            push_json(&mut self.out, bytes, value.classes);
            self.out.push(b'"');
        }
    }

    fn repeated(&mut self, id: &[u8], position: usize, value: Element<'_>, composite: bool) {
        let composite = composite || value.has_components();
        for (nth, repetition) in (1..).zip(value.repetitions()) {
            if composite {
                self.composite(id, position, nth, repetition);
            } else if !repetition.is_empty() {
                self.numbered_key(id, position, None, nth);
                self.string(repetition);
            }
        }
    }

    fn composite(&mut self, id: &[u8], position: usize, nth: usize, value: Element<'_>) {
        if value.components().all(|component| component.is_empty()) {
            return;
        }
        self.numbered_key(id, position, None, nth);
        self.out.push(b'{');
        self.depth += 1;
        self.follows = false;
        for (component, value) in (1..).zip(value.components()) {
            if !value.is_empty() {
                self.numbered_key(id, position, Some(component), 1);
                self.string(value);
            }
        }
        self.close_object();
    }

    /// The key `EB_03`, `EB_03_02` for a component, `EB_03#2` for a later repetition.
    fn numbered_key(
        &mut self,
        id: &[u8],
        position: usize,
        component: Option<usize>,
        repetition: usize,
    ) {
        self.item();
        self.out.push(b'"');
        self.out.extend_from_slice(id);
        for number in [Some(position), component].into_iter().flatten() {
            self.out.push(b'_');
            match TWO_DIGITS.get(number) {
                Some(digits) => self.out.extend_from_slice(digits),
                None => push_number(&mut self.out, number),
            }
        }
        if repetition > 1 {
            self.out.push(b'#');
            push_number(&mut self.out, repetition);
        }
        self.out
            .extend_from_slice(if self.pretty { b"\": " } else { b"\":" });
    }
}

/// A piece of a document in another form.
fn reprinted(reprinter: &mut Reprinter, piece: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(piece.len());
    reprinter.push(piece, &mut out);
    out
}

/// An identifier that is safe in a key: any, once it is escaped.
#[inline]
fn plain(id: &[u8]) -> Cow<'_, [u8]> {
    if id.iter().all(u8::is_ascii_alphanumeric) {
        return Cow::Borrowed(id);
    }
    let mut escaped = Vec::new();
    push_json(&mut escaped, id, u8::MAX);
    Cow::Owned(escaped)
}

/// Appends a number.
fn push_number(out: &mut Vec<u8>, number: usize) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(digit(number));
}

const fn two_digits() -> [[u8; 2]; 100] {
    let mut all = [[b'0'; 2]; 100];
    let mut rest: &mut [[u8; 2]] = &mut all;
    let mut digits = [b'0'; 2];
    while let [first, others @ ..] = rest {
        *first = digits;
        digits = match digits {
            [tens, b'9'] => [tens + 1, b'0'],
            [tens, ones] => [tens, ones + 1],
        };
        rest = others;
    }
    all
}

#[inline]
fn digit(number: usize) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}

impl Sink for JsonWriter {
    fn interchange(&mut self, isa: &Isa, _: &Position) {
        self.begin();
        self.open_object();
        for (position, name) in (1..).zip(ISA_NAMES) {
            let is_standard = position == 11 && !isa.has_separator();
            let name = if is_standard { ISA_11_STANDARD } else { name };
            let number = format!("{position:02}_");
            self.key(&[b"ISA_", number.as_bytes(), name.as_bytes()]);
            self.out.push(b'"');
            push_json(&mut self.out, isa.field(position), u8::MAX);
            self.out.push(b'"');
        }
        self.open_array("functional_groups");
    }

    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        self.open_object();
        self.header(gs, "GS", &GS_NAMES);
        self.open_array("transactions");
    }

    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {
        self.open_object();
        self.header(st, "ST", &ST_NAMES);
        self.open_array("segments");
    }

    #[inline]
    fn open(&mut self, key: LoopKey<'_>, _: &Position) {
        self.open_object();
        let letter = key.letter.as_slice();
        self.open_keyed_array(&[key.name.as_bytes(), letter, b"_loop"]);
    }

    #[inline]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, _: &Position) {
        if compact::is_plain(segment, place) && self.plain(segment) {
            self.follows = true;
            return;
        }
        // Two terminators in a row contain nothing for a document.
        if segment.id().is_empty() {
            return;
        }
        self.open_object();
        let id = plain(segment.id());
        self.prepare(&id);
        let mut composites = place.composites;
        for (position, value) in (1..).zip(segment.elements()) {
            composites >>= 1;
            self.element(&id, position, value, composites & 1 == 1);
        }
        if !self.follows {
            // Assumption A-160: without a key, the segment could not be written again.
            self.element_key(1);
            self.out.push(b'"');
        }
        self.close_object();
    }

    #[inline]
    fn close(&mut self, _: &Position) {
        self.close_array();
        self.close_object();
    }

    fn transaction_end(&mut self, _: &Segment<'_>, position: &Position) {
        self.close(position);
    }

    fn group_end(&mut self, _: &Segment<'_>, position: &Position) {
        self.close(position);
    }

    fn interchange_end(&mut self, _: &Segment<'_>, position: &Position) {
        self.close(position);
    }
}
