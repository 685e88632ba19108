//! The code lists.

use std::sync::OnceLock;

use super::{Dictionary, Embedded, Version};

static CODES: Embedded = Embedded::new(include_bytes!("../../tables/codes.z"));
static BY_VERSION: [OnceLock<Vec<CodeList>>; 5] = [const { OnceLock::new() }; 5];

/// The codes of an element; an empty list means that they are not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeList {
    /// The codes as in the table, separated by spaces.
    text: &'static str,
    /// The codes as numbers, sorted; computed on first use.
    packed: OnceLock<Vec<u64>>,
}

/// The code lists of a version, in the order of its dictionary's elements.
pub(crate) fn codes(version: Version) -> &'static [CodeList] {
    let parse = || parse(version).unwrap_or_default();
    BY_VERSION
        .get(version.index())
        .map_or(&[], |codes| codes.get_or_init(parse))
}

fn parse(version: Version) -> Option<Vec<CodeList>> {
    let dictionary = Dictionary::of(version)?;
    let mut lists = vec![CodeList::default(); dictionary.elements().len()];
    for line in CODES.lines() {
        let mut columns = line.split('\t');
        let (element, mask) = (columns.next()?, columns.next()?);
        let number = dictionary.number(element).filter(|_| version.is_in(mask));
        if let Some(list) = number.and_then(|number| lists.get_mut(usize::from(number))) {
            list.text = columns.next()?;
        }
    }
    Some(lists)
}

impl CodeList {
    pub(crate) fn new<'a>(codes: impl Iterator<Item = &'a str>) -> Self {
        Self {
            text: "",
            packed: OnceLock::from(sorted(codes)),
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.text.is_empty() || self.packed.get().is_some_and(|codes| !codes.is_empty())
    }

    #[inline]
    pub(crate) fn contains(&self, code: &[u8]) -> bool {
        pack(code).is_some_and(|code| self.codes().binary_search(&code).is_ok())
    }

    pub(crate) fn len(&self) -> usize {
        self.codes().len()
    }

    fn codes(&self) -> &[u64] {
        self.packed
            .get_or_init(|| sorted(self.text.split(' ').filter(|code| !code.is_empty())))
    }

    /// The list with some codes added and some removed.
    pub(crate) fn changed(&self, add: &[String], remove: &[String]) -> Self {
        let removed = sorted(remove.iter().map(String::as_str));
        let kept = self
            .codes()
            .iter()
            .filter(|code| removed.binary_search(code).is_err());
        let mut codes: Vec<u64> = kept
            .copied()
            .chain(sorted(add.iter().map(String::as_str)))
            .collect();
        codes.sort_unstable();
        Self {
            text: "",
            packed: OnceLock::from(codes),
        }
    }

    /// The codes, in byte order.
    pub(crate) fn spelled(&self) -> impl Iterator<Item = String> + '_ {
        self.codes().iter().map(|code| {
            let bytes = code.to_be_bytes().into_iter().filter(|byte| *byte != 0);
            bytes.map(char::from).collect()
        })
    }
}

fn sorted<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let mut packed: Vec<u64> = codes.filter_map(|code| pack(code.as_bytes())).collect();
    packed.sort_unstable();
    packed
}

/// A code of up to eight bytes as a number.
#[inline]
fn pack(code: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..code.len())?.copy_from_slice(code);
    Some(u64::from_be_bytes(bytes))
}
