//! The ISA segment, which is read by position and defines the delimiters.

use std::borrow::Cow;

use memchr::memmem;

use crate::Delimiters;
use crate::delimiters::{DelimiterFault, Wide, check};

/// The lengths of ISA01 to ISA16.
pub(crate) const LENGTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// The length of an ISA segment with fixed lengths, including its terminator.
pub(crate) const FIXED_LENGTH: usize = 106;
/// The maximum length of an ISA segment whose elements do not have their fixed lengths.
pub(crate) const LONGEST: usize = 4096;
const REPETITION_FROM: &[u8] = b"00402";
/// The segments that can follow an ISA segment.
const NEXT: [&[u8]; 5] = [b"GS", b"TA1", b"ISB", b"ISE", b"IEA"];

/// The elements of an ISA segment, padded and cut to their lengths, and the delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isa {
    fields: [Vec<u8>; 16],
    found_lengths: [usize; 16],
    control_number: Vec<u8>,
    delimiters: Delimiters,
    fault: Option<DelimiterFault>,
    wide: Wide,
}

/// The result of an attempt to read an ISA segment.
pub(crate) enum Header {
    /// It was read; the number is its length in bytes.
    Read(Box<Isa>, usize),
    /// It does not have sixteen elements, but this number.
    Elements(usize),
    /// More bytes are needed.
    Incomplete,
    /// The input has something else there.
    Other,
}

/// The parts of an ISA segment in the input.
struct Bounds {
    fields: [(usize, usize); 16],
    terminator: (usize, usize),
    /// Whether each element has its fixed length.
    in_place: bool,
}

impl Bounds {
    /// Whether it is followed by a segment that can follow an ISA segment.
    fn are_followed(&self, input: &[u8]) -> bool {
        let rest = input.get(self.terminator.1..).unwrap_or(&[]);
        let rest = rest.trim_ascii_start();
        NEXT.iter().any(|id| {
            let after = rest.strip_prefix(*id);
            after.is_some_and(|after| {
                after
                    .first()
                    .is_some_and(|first| !first.is_ascii_alphanumeric())
            })
        })
    }
}

impl Isa {
    /// The element at `position`, from 1 to 16, with its padding.
    #[must_use]
    pub fn field(&self, position: usize) -> &[u8] {
        let index = position.checked_sub(1);
        index
            .and_then(|index| self.fields.get(index))
            .map_or(&[], Vec::as_slice)
    }

    /// The delimiters of the interchange.
    ///
    /// A delimiter of several bytes is represented by one of the bytes 0xFC to 0xFF, which do not
    /// occur in UTF-8.
    #[must_use]
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// The delimiters of the input: element, component, repetition, terminator. Each may have
    /// several bytes, and the repetition separator may have none.
    #[must_use]
    pub fn delimiter_bytes(&self) -> [Cow<'_, [u8]>; 4] {
        let Delimiters {
            element,
            component,
            repetition,
            terminator,
        } = self.delimiters;
        let narrow = [Some(element), Some(component), repetition, Some(terminator)];
        narrow.map(|byte| match byte {
            None => Cow::Borrowed(&[][..]),
            Some(byte) => {
                let mut pairs = self.wide.pairs();
                match pairs.find(|(_, role)| *role == byte) {
                    Some((wide, _)) => Cow::Borrowed(wide),
                    None => Cow::Owned(vec![byte]),
                }
            }
        })
    }

    /// The problem with the delimiters, if there is one.
    pub(crate) fn fault(&self) -> Option<&DelimiterFault> {
        self.fault.as_ref()
    }

    /// The delimiters of several bytes.
    pub(crate) fn wide(&self) -> &Wide {
        &self.wide
    }

    /// Whether ISA11 is a separator and not the identifier of a standard.
    ///
    /// In versions before 00402 such a separator has no effect.
    #[must_use]
    pub fn has_separator(&self) -> bool {
        is_separator(self.field(11))
    }

    /// Whether ISA12 names a version in which ISA11 is a separator.
    pub(crate) fn repeats(&self) -> bool {
        self.field(12) >= REPETITION_FROM
    }

    /// ISA13 without spaces, whatever its length.
    pub(crate) fn control_number(&self) -> &[u8] {
        &self.control_number
    }

    /// The number of characters in each element, from ISA01 on.
    pub(crate) fn found_lengths(&self) -> &[usize; 16] {
        &self.found_lengths
    }

    /// The elements with a wrong length: position, fixed length, actual length.
    pub(crate) fn wrong_lengths(&self) -> impl Iterator<Item = (u8, usize, usize)> + '_ {
        (1..)
            .zip(LENGTHS)
            .zip(self.found_lengths)
            .filter_map(|((position, expected), found)| {
                (expected != found).then_some((position, expected, found))
            })
    }

    /// Reads the segment at the start of `input`.
    pub(crate) fn read(input: &[u8], at_end: bool) -> Header {
        let is_isa = input.starts_with(b"ISA");
        // Whether it is read by position is decided once there are enough bytes.
        let needed = if is_isa { FIXED_LENGTH + 6 } else { 3 };
        if !at_end && input.len() < needed {
            return Header::Incomplete;
        }
        if !is_isa {
            return Header::Other;
        }
        // An ISA segment is searched only within these bytes, however much more there is.
        let complete = at_end || input.len() >= LONGEST;
        let input = input.get(..LONGEST).unwrap_or(input);
        let found = bounds(input);
        let read = found
            .as_ref()
            .and_then(|found| Self::from_bounds(input, found));
        if let (Some(bounds), Some(isa)) = (&found, &read)
            && bounds.in_place
            && isa.fault.is_none()
            // The terminator may be the beginning of a longer character.
            && (complete || bounds.terminator.1 + 3 <= input.len())
        {
            return Header::Read(Box::new(isa.clone()), bounds.terminator.1);
        }
        // The beginning of the next segment shows what is wrong.
        if !complete {
            return Header::Incomplete;
        }
        let follows = found
            .as_ref()
            .is_some_and(|found| found.are_followed(input));
        match (elements(input), found, read) {
            (Some(count), _, _) if count != LENGTHS.len() && !follows => Header::Elements(count),
            (_, Some(bounds), Some(isa)) => Header::Read(Box::new(isa), bounds.terminator.1),
            _ => Header::Incomplete,
        }
    }

    fn from_bounds(input: &[u8], bounds: &Bounds) -> Option<Self> {
        let part = |(start, end): (usize, usize)| input.get(start..end).unwrap_or(&[]);
        let fields: [&[u8]; 16] = bounds.fields.map(part);
        let [.., isa11, isa12, isa13, _, _, isa16] = fields;
        let repeats = is_separator(isa11) && isa12 >= REPETITION_FROM;
        let separator = input.get(3..bounds.fields.first()?.0)?;
        let terminator = part(bounds.terminator);
        let wide = Wide::of([separator, isa16, isa11, terminator]);
        let [element, component, repetition, terminator] = wide.narrow()?;
        let mut delimiters = Delimiters {
            element,
            component,
            repetition: Some(repetition).filter(|_| repeats),
            terminator,
        };
        let blank_separator = isa12 >= REPETITION_FROM && isa11.trim_ascii().is_empty();
        let fault = check(&mut delimiters, blank_separator);
        let mut lengths = LENGTHS.into_iter();
        Some(Self {
            fields: fields.map(|field| fit(field, lengths.next().unwrap_or(0))),
            found_lengths: fields.map(length),
            control_number: isa13.trim_ascii().to_vec(),
            delimiters,
            fault,
            wide,
        })
    }
}

/// Whether an ISA segment may begin here, and not a word: a possible separator follows.
pub(crate) fn may_begin(input: &[u8]) -> bool {
    let after = input.strip_prefix(b"ISA").and_then(<[u8]>::first);
    after.is_some_and(|byte| !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace())
}

fn is_separator(isa11: &[u8]) -> bool {
    let is_one = length(isa11) == 1;
    is_one
        && isa11
            .first()
            .is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b' ')
}

/// The number of characters in a field: UTF-8 counts characters, anything else counts bytes.
fn length(field: &[u8]) -> usize {
    std::str::from_utf8(field).map_or(field.len(), |text| text.chars().count())
}

fn fit(field: &[u8], wanted: usize) -> Vec<u8> {
    let cut = match std::str::from_utf8(field) {
        Ok(text) => text.char_indices().nth(wanted).map(|(at, _)| at),
        Err(_) => Some(wanted),
    };
    let mut fitted = cut.and_then(|at| field.get(..at)).unwrap_or(field).to_vec();
    let missing = wanted.saturating_sub(length(&fitted));
    fitted.resize(fitted.len() + missing, b' ');
    fitted
}

/// The bounds of the character at a place: a UTF-8 sequence, or otherwise one byte.
fn character(input: &[u8], at: usize) -> Option<(usize, usize)> {
    let first = *input.get(at)?;
    let long = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let whole = input.get(at..at + long);
    let is_utf8 = whole.is_some_and(|whole| std::str::from_utf8(whole).is_ok());
    Some((at, at + if is_utf8 { long } else { 1 }))
}

/// The bounds of the elements and the terminator: by position if the separators are at their
/// positions, otherwise by counting sixteen separators.
fn bounds(input: &[u8]) -> Option<Bounds> {
    let (_, first) = character(input, 3)?;
    let separator = input.get(3..first)?;
    let mut fields = [(0, 0); 16];
    let mut start = first;
    let (last, before) = fields.split_last_mut()?;
    for bound in before {
        let end = start + memmem::find(input.get(start..)?, separator)?;
        *bound = (start, end);
        start = end + separator.len();
    }
    *last = character(input, start)?;
    let terminator = character(input, last.1)?;
    let counted = Bounds {
        fields,
        terminator,
        in_place: false,
    };
    let part = |(start, end): (usize, usize)| length(input.get(start..end).unwrap_or(&[]));
    if counted.fields.map(part) == LENGTHS {
        return Some(Bounds {
            in_place: true,
            ..counted
        });
    }
    // A separator may occur within an element that has its fixed length.
    if let Some(fixed) = by_position(input, separator) {
        return Some(fixed);
    }
    Some(counted)
}

fn by_position(input: &[u8], separator: &[u8]) -> Option<Bounds> {
    let mut at = 3;
    let mut fields = [(0, 0); 16];
    for (bound, length) in fields.iter_mut().zip(LENGTHS) {
        if !input.get(at..)?.starts_with(separator) {
            return None;
        }
        let start = at + separator.len();
        at = start + length;
        *bound = (start, at);
    }
    let last = character(input, fields.last()?.0)?;
    *fields.last_mut()? = last;
    Some(Bounds {
        fields,
        terminator: character(input, last.1)?,
        in_place: true,
    })
}

/// The number of elements before the next segment, if that can be found.
fn elements(input: &[u8]) -> Option<usize> {
    let (_, first) = character(input, 3)?;
    let separator = input.get(3..first)?;
    let begins = |id: &[u8]| {
        let wanted = [id, separator].concat();
        let mut places = memmem::find_iter(input, &wanted);
        places.find(|at| {
            let before = input.get(..*at).and_then(<[u8]>::last);
            before.is_some_and(|byte| !byte.is_ascii_alphanumeric() && *at > first)
        })
    };
    let end = NEXT.into_iter().filter_map(begins).min()?;
    let header = input.get(3..end)?;
    // A separator directly before the next segment would be its terminator.
    let header = header.trim_ascii_end();
    let header = header.get(..header.len().checked_sub(1)?)?;
    Some(memmem::find_iter(header, separator).count())
}
