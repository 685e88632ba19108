//! What segments and elements consist of.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{Embedded, Version};

static DICTIONARY: Embedded = Embedded::new(include_bytes!("../../tables/dictionary.z"));
static BY_VERSION: [OnceLock<Dictionary>; 5] = [const { OnceLock::new() }; 5];

/// The segments of a version.
#[derive(Debug)]
pub(crate) struct Dictionary {
    segments: HashMap<&'static str, Definition>,
}

/// A segment's elements.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Bit n is set when the element at position n is a composite.
    pub(crate) composites: u128,
}

impl Dictionary {
    pub(crate) fn of(version: Version) -> Option<&'static Self> {
        let dictionary = BY_VERSION.get(version.index())?;
        Some(dictionary.get_or_init(|| Self::parse(version)))
    }

    pub(crate) fn segment(&self, id: &str) -> Option<&Definition> {
        self.segments.get(id)
    }

    fn parse(version: Version) -> Self {
        let segments = DICTIONARY
            .lines()
            .filter_map(|line| segment(line, version))
            .collect();
        Self { segments }
    }
}

fn segment(line: &'static str, version: Version) -> Option<(&'static str, Definition)> {
    let mut columns = line.strip_prefix("S\t")?.split('\t');
    let (id, mask, cells) = (columns.next()?, columns.next()?, columns.next()?);
    if !version.is_in(mask) {
        return None;
    }
    let mut composites = 0;
    for (position, cell) in (1..128).zip(cells.split(' ')) {
        composites |= u128::from(cell.contains('(')) << position;
    }
    Some((id, Definition { composites }))
}
