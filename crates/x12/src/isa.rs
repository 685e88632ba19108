//! The ISA segment, which is read by position and tells the delimiters.

use memchr::memchr;

use crate::Delimiters;

/// The lengths of ISA01 to ISA16.
pub(crate) const LENGTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// The length of an ISA segment whose elements have their lengths, with its terminator.
pub(crate) const FIXED_LENGTH: usize = 106;
/// The longest ISA segment that is read, where its elements do not have their lengths.
pub(crate) const LONGEST: usize = 4096;
const REPETITION_FROM: &[u8] = b"00402";

/// The elements of an ISA segment, padded and cut to their lengths, and the delimiters it sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isa {
    fields: [Vec<u8>; 16],
    found_lengths: [usize; 16],
    delimiters: Delimiters,
}

/// What became of an attempt to read an ISA segment.
pub(crate) enum Header {
    /// It was read, and is so many bytes long.
    Read(Box<Isa>, usize),
    /// More bytes are needed.
    Incomplete,
    /// Something else stands there.
    Other,
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
    #[must_use]
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// Whether ISA11 holds a separator and not the identifier of a standard.
    ///
    /// In versions before 00402 such a separator separates nothing.
    #[must_use]
    pub fn has_separator(&self) -> bool {
        is_separator(self.field(11))
    }

    /// The elements with a wrong length: position, the fixed length, the length found.
    pub(crate) fn wrong_lengths(&self) -> impl Iterator<Item = (u8, usize, usize)> + '_ {
        (1..)
            .zip(LENGTHS)
            .zip(self.found_lengths)
            .filter_map(|((position, expected), found)| {
                (expected != found).then_some((position, expected, found))
            })
    }

    /// Reads the segment at the beginning of `input`.
    pub(crate) fn read(input: &[u8], at_end: bool) -> Header {
        let is_isa = input.starts_with(b"ISA");
        // Whether it is read by position is decided once there are enough bytes for that.
        let needed = if is_isa { FIXED_LENGTH } else { 3 };
        if !at_end && input.len() < needed {
            return Header::Incomplete;
        }
        if !is_isa {
            return Header::Other;
        }
        // However much more there is, an ISA segment is looked for within these bytes only.
        let input = input.get(..LONGEST).unwrap_or(input);
        let Some((bounds, length)) = bounds(input) else {
            return Header::Incomplete;
        };
        match Self::from_bounds(input, bounds, length) {
            Some(isa) => Header::Read(Box::new(isa), length),
            None => Header::Incomplete,
        }
    }

    fn from_bounds(input: &[u8], bounds: [(usize, usize); 16], length: usize) -> Option<Self> {
        let fields: [&[u8]; 16] = bounds.map(|(start, end)| input.get(start..end).unwrap_or(&[]));
        let [.., isa11, isa12, _, _, _, isa16] = fields;
        let repeats = is_separator(isa11) && isa12 >= REPETITION_FROM;
        let delimiters = Delimiters {
            element: *input.get(3)?,
            component: *isa16.first()?,
            repetition: isa11.first().copied().filter(|_| repeats),
            terminator: *input.get(length.checked_sub(1)?)?,
        };
        let mut lengths = LENGTHS.into_iter();
        let fitted = fields.map(|field| fit(field, lengths.next().unwrap_or(0)));
        Some(Self {
            fields: fitted,
            found_lengths: fields.map(<[u8]>::len),
            delimiters,
        })
    }
}

fn is_separator(isa11: &[u8]) -> bool {
    matches!(isa11, [byte] if !byte.is_ascii_alphanumeric() && *byte != b' ')
}

fn fit(field: &[u8], length: usize) -> Vec<u8> {
    let mut fitted = field.get(..length).unwrap_or(field).to_vec();
    fitted.resize(length, b' ');
    fitted
}

/// Where the elements lie and how long the segment is with its terminator: by position where the
/// separators stand at theirs, else by counting sixteen separators.
fn bounds(input: &[u8]) -> Option<([(usize, usize); 16], usize)> {
    let separator = *input.get(3)?;
    let mut start = 4;
    let fixed = LENGTHS.map(|length| {
        let bounds = (start, start + length);
        start += length + 1;
        bounds
    });
    let in_place = |(start, _): &(usize, usize)| input.get(start - 1) == Some(&separator);
    if input.len() >= FIXED_LENGTH && fixed.iter().all(in_place) {
        return Some((fixed, FIXED_LENGTH));
    }
    counted(input, separator)
}

fn counted(input: &[u8], separator: u8) -> Option<([(usize, usize); 16], usize)> {
    let mut bounds = [(0, 0); 16];
    let mut start = 4;
    let (last, before) = bounds.split_last_mut()?;
    for bound in before {
        let end = start + memchr(separator, input.get(start..)?)?;
        *bound = (start, end);
        start = end + 1;
    }
    *last = (start, start + 1);
    let length = start + 2;
    (input.len() >= length).then_some((bounds, length))
}
