//! The envelope of an output: headers from the options, trailers with their counts.

use std::fmt;

use super::segments::{SegmentDraft, SegmentWriter};
use super::{DocumentError, DocumentFault, WriteOptions};
use crate::Delimiters;
use crate::isa::LENGTHS;

/// The first version in which ISA11 is a separator.
const REPETITION_FROM: &str = "00402";

/// An output that is being written.
pub(crate) struct Output<'o> {
    writing: &'o WriteOptions,
    writer: SegmentWriter,
    delimiters: Delimiters,
    interchanges: u64,
    groups_written: u64,
    isa13: String,
    gs06: String,
    st02: String,
    groups: u64,
    transactions: u64,
    segments: u64,
    /// The missing and wrong elements of the last header.
    faults: Vec<DocumentFault>,
    errors: Vec<DocumentError>,
    /// The number of errors that are not in `errors`.
    omitted: usize,
}

/// The place of a transaction that another output writes.
pub(crate) struct TransactionPlace {
    /// The number of bytes of this output before it.
    pub(crate) at: usize,
    delimiters: Delimiters,
    /// The number of transactions of its group before it.
    before: u64,
}

/// The maximum number of header errors that are listed.
const ERROR_LIMIT: usize = 20;

impl<'o> Output<'o> {
    pub(crate) fn new(writing: &'o WriteOptions) -> Self {
        Self {
            writing,
            writer: SegmentWriter::new(writing.wrap),
            delimiters: writing.delimiters,
            interchanges: 0,
            groups_written: 0,
            isa13: String::new(),
            gs06: String::new(),
            st02: String::new(),
            groups: 0,
            transactions: 0,
            segments: 0,
            faults: Vec::new(),
            errors: Vec::new(),
            omitted: 0,
        }
    }

    /// Records the place of the last header, if it has faults.
    pub(crate) fn locate_faults(&mut self, path: impl fmt::Display) {
        for fault in self.faults.drain(..) {
            if self.errors.len() < ERROR_LIMIT {
                self.errors.push(DocumentError::new(&path, fault));
            } else {
                self.omitted += 1;
            }
        }
    }

    /// Records which required elements a header lacks.
    fn need(&mut self, segment: &'static str, header: &SegmentDraft, positions: &[usize]) {
        let missing = |position| DocumentFault::HeaderMissing { segment, position };
        if header.is_empty() {
            self.faults.push(missing(0));
            return;
        }
        let is_missing = |position: &usize| header.value(*position).trim().is_empty();
        let positions = positions.iter().copied().filter(is_missing);
        self.faults.extend(positions.map(missing));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.writer.finish()
    }

    /// The output, or all errors if the document could not be written or headers have faults.
    pub(crate) fn checked(
        mut self,
        written: Result<(), DocumentError>,
    ) -> Result<Vec<u8>, DocumentError> {
        self.errors.extend(written.err());
        let mut errors = self.errors.into_iter();
        match errors.next() {
            None => Ok(self.writer.finish()),
            Some(first) => Err(DocumentError {
                others: errors.collect(),
                omitted: self.omitted,
                ..first
            }),
        }
    }

    /// Begins an interchange with the elements of the document, empty if it has none.
    pub(crate) fn interchange(&mut self, mut fields: [String; 16], first_group_version: &str) {
        for (position, value) in &self.writing.isa {
            if let Some(field) = fields.get_mut(position.wrapping_sub(1)) {
                field.clone_from(value);
            }
        }
        if let Some(numbers) = self.writing.numbers {
            set(
                &mut fields,
                13,
                (numbers.interchange + self.interchanges).to_string(),
            );
        }
        let fields = self.fitted(fields, first_group_version);
        self.isa13 = fields.get(12).cloned().unwrap_or_default();
        self.writer.write_isa(&fields, self.delimiters);
        self.interchanges += 1;
        self.groups = 0;
    }

    /// Fills in missing elements, chooses the delimiters, and adjusts each element to its length.
    fn fitted(&mut self, mut fields: [String; 16], first_group_version: &str) -> [String; 16] {
        const FILLING: [(usize, &str); 7] = [
            (1, "00"),
            (3, "00"),
            (5, "ZZ"),
            (7, "ZZ"),
            (13, "1"),
            (14, "0"),
            (15, "P"),
        ];
        for (position, value) in FILLING {
            fill(&mut fields, position, value);
        }
        fill(
            &mut fields,
            12,
            first_group_version.get(..5).unwrap_or("00401"),
        );
        let (isa11, repetition) = self.repetition(&fields);
        self.delimiters = Delimiters {
            repetition,
            ..self.writing.delimiters
        };
        set(&mut fields, 11, isa11);
        for ((position, field), length) in (1..).zip(&mut fields).zip(LENGTHS) {
            *field = fit(field, position, length);
            let found = field.chars().count();
            if found > length {
                self.faults.push(DocumentFault::HeaderTooLong {
                    position,
                    limit: length,
                    found,
                });
                *field = field.chars().take(length).collect();
            }
        }
        fields
    }

    /// ISA11 and the separator in it, if any.
    fn repetition(&self, fields: &[String; 16]) -> (String, Option<u8>) {
        let [.., isa11, isa12, _, _, _, _] = fields;
        if isa11 == " " && self.writing.delimiters.repetition.is_none() {
            return (isa11.clone(), None);
        }
        // A separator of several bytes is not written.
        let given = isa11.trim().bytes().next().filter(u8::is_ascii);
        let chosen = self.writing.delimiters.repetition;
        let (shown, separator) = match given {
            _ if isa12.as_str() < REPETITION_FROM => (given.unwrap_or(b'U'), None),
            Some(standard) if standard.is_ascii_alphanumeric() && chosen.is_none() => {
                (standard, None)
            }
            _ => {
                let separator = chosen.or(given).unwrap_or(b'^');
                (separator, Some(separator))
            }
        };
        (char::from(shown).to_string(), separator)
    }

    pub(crate) fn group(&mut self, mut gs: SegmentDraft) {
        for (position, value) in &self.writing.gs {
            replace(&mut gs, *position, value);
        }
        if let Some(digits) = self.writing.time_digits {
            let time: String = gs
                .value(5)
                .chars()
                .chain(std::iter::repeat('0'))
                .take(digits)
                .collect();
            replace(&mut gs, 5, &time);
        }
        if let Some(numbers) = self.writing.numbers {
            replace(
                &mut gs,
                6,
                &(numbers.group + self.groups_written).to_string(),
            );
        }
        self.need("GS", &gs, &[6, 8]);
        gs.value(6).clone_into(&mut self.gs06);
        self.writer.write(&gs, self.delimiters);
        self.groups += 1;
        self.groups_written += 1;
        self.transactions = 0;
    }

    pub(crate) fn transaction(&mut self, mut st: SegmentDraft) {
        if let Some(numbers) = self.writing.numbers {
            replace(
                &mut st,
                2,
                &format!("{:04}", numbers.transaction + self.transactions),
            );
        }
        self.need("ST", &st, &[1, 2]);
        st.value(2).clone_into(&mut self.st02);
        self.writer.write(&st, self.delimiters);
        self.transactions += 1;
        self.segments = 1;
    }

    /// Counts a transaction that another output writes.
    pub(crate) fn pass_transaction(&mut self) -> TransactionPlace {
        let place = TransactionPlace {
            at: self.writer.length(),
            delimiters: self.delimiters,
            before: self.transactions,
        };
        self.transactions += 1;
        place
    }

    /// Continues at a place in another output.
    pub(crate) fn begin_at(&mut self, place: &TransactionPlace) {
        self.delimiters = place.delimiters;
        self.transactions = place.before;
    }

    pub(crate) fn segment(&mut self, segment: &SegmentDraft) {
        self.writer.write(segment, self.delimiters);
        self.segments += 1;
    }

    pub(crate) fn transaction_end(&mut self) {
        let count = (self.segments + 1).to_string();
        self.writer.write(
            &SegmentDraft::new("SE", [count.as_str(), &self.st02]),
            self.delimiters,
        );
    }

    pub(crate) fn group_end(&mut self) {
        let count = self.transactions.to_string();
        self.writer.write(
            &SegmentDraft::new("GE", [count.as_str(), &self.gs06]),
            self.delimiters,
        );
    }

    pub(crate) fn interchange_end(&mut self) {
        let count = self.groups.to_string();
        self.writer.write(
            &SegmentDraft::new("IEA", [count.as_str(), &self.isa13]),
            self.delimiters,
        );
    }
}

fn set(fields: &mut [String; 16], position: usize, value: String) {
    if let Some(field) = fields.get_mut(position - 1) {
        *field = value;
    }
}

fn fill(fields: &mut [String; 16], position: usize, value: &str) {
    if let Some(field) = fields
        .get_mut(position - 1)
        .filter(|field| field.trim().is_empty())
    {
        value.clone_into(field);
    }
}

fn replace(draft: &mut SegmentDraft, position: usize, value: &str) {
    if let Some(slot) = draft.slot(position, 1, 1) {
        value.clone_into(slot);
    }
}

/// Padded to its length: a control number with leading zeros; a date loses its century.
fn fit(field: &str, position: usize, length: usize) -> String {
    let digits = field.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match position {
        13 if is_number => format!("{digits:0>length$}"),
        9 if is_number && digits.len() == 8 => digits.get(2..).unwrap_or(digits).to_owned(),
        _ => format!("{:<length$}", field.trim_end()),
    }
}
