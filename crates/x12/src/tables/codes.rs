//! The code lists.

use std::sync::OnceLock;

use super::{Dictionary, Embedded, Version};

static CODES: Embedded = Embedded::new(include_bytes!("../../tables/codes.z"));
static BY_VERSION: [OnceLock<Vec<CodeList>>; 5] = [const { OnceLock::new() }; 5];

/// The codes of an element; an empty list says that they are not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeList(Vec<u64>);

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
            *list = CodeList::new(columns.next()?.split(' '));
        }
    }
    Some(lists)
}

impl CodeList {
    pub(crate) fn new<'a>(codes: impl Iterator<Item = &'a str>) -> Self {
        let mut packed: Vec<u64> = codes.filter_map(|code| pack(code.as_bytes())).collect();
        packed.sort_unstable();
        Self(packed)
    }

    pub(crate) fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    #[inline]
    pub(crate) fn contains(&self, code: &[u8]) -> bool {
        pack(code).is_some_and(|code| self.0.binary_search(&code).is_ok())
    }

    /// The list with some codes more and some fewer.
    pub(crate) fn changed(&self, add: &[String], remove: &[String]) -> Self {
        let packed = |codes: &[String]| -> Vec<u64> {
            codes
                .iter()
                .filter_map(|code| pack(code.as_bytes()))
                .collect()
        };
        let removed = packed(remove);
        let mut codes: Vec<u64> = self
            .0
            .iter()
            .filter(|code| !removed.contains(code))
            .copied()
            .collect();
        codes.extend(packed(add));
        codes.sort_unstable();
        Self(codes)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// A code that has a length within bounds.
    #[cfg(test)]
    pub(crate) fn sample(&self, min: usize, max: usize) -> Option<String> {
        let spelled = |code: &u64| -> String {
            code.to_be_bytes()
                .into_iter()
                .filter(|byte| *byte != 0)
                .map(char::from)
                .collect()
        };
        self.0
            .iter()
            .map(spelled)
            .find(|code| (min..=max).contains(&code.len()))
    }
}

/// A code of up to eight bytes as a number.
#[inline]
fn pack(code: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..code.len())?.copy_from_slice(code);
    Some(u64::from_be_bytes(bytes))
}
