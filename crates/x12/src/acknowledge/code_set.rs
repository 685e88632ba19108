//! A compact set of codes, for inputs with very many faulty parts.

use super::codes::SEGMENT_ERRORS;
use crate::verdict::Code;

/// The codes of parts: of a transaction, a group and an interchange.
///
/// Errors of segments and elements count as the transaction's code for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeSet {
    transaction: u32,
    group: u32,
    interchange: u32,
}

/// AK502 and IK502, and AK905.
const CODES: [&str; 32] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17",
    "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "I5", "I6", "I7", "I8", "",
];
/// TA105.
const NOTES: [&str; 32] = [
    "000", "001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "011", "012",
    "013", "014", "015", "016", "017", "018", "019", "020", "021", "022", "023", "024", "025",
    "026", "027", "028", "029", "030", "031",
];

impl CodeSet {
    pub(crate) fn insert(&mut self, code: Code) {
        match code {
            Code::Segment(_) | Code::Element(_) => self.transaction |= bit(&CODES, SEGMENT_ERRORS),
            Code::Transaction(code) => self.transaction |= bit(&CODES, code),
            Code::Group(code) => self.group |= bit(&CODES, code),
            Code::Nothing => {}
            Code::Interchange(note) => self.interchange |= bit(&NOTES, note),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Code> + use<> {
        let Self {
            transaction,
            group,
            interchange,
        } = *self;
        members(&CODES, transaction)
            .map(Code::Transaction)
            .chain(members(&CODES, group).map(Code::Group))
            .chain(members(&NOTES, interchange).map(Code::Interchange))
    }
}

fn bit(codes: &[&str; 32], code: &str) -> u32 {
    (0..)
        .zip(codes)
        .find_map(|(index, known)| (*known == code).then_some(1 << index))
        .unwrap_or(0)
}

fn members(codes: &'static [&str; 32], set: u32) -> impl Iterator<Item = &'static str> {
    (0..)
        .zip(codes)
        .filter(move |(index, _)| set & (1_u32 << index) != 0)
        .map(|(_, code)| *code)
}
