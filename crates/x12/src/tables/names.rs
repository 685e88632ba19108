//! Loop names that depend on a value of the opening segment.

use super::{Embedded, Version};

static NAMES: Embedded = Embedded::new(include_bytes!("../../tables/names.z"));

/// A name for a loop whose opening segment has one of some values at a position.
#[derive(Debug)]
pub(crate) struct Conditional {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    pub(crate) element: usize,
    pub(crate) values: Vec<&'static str>,
}

/// The conditional names of a set.
pub(crate) fn conditional(version: Version, set: &str) -> Vec<Conditional> {
    NAMES
        .lines()
        .filter_map(|line| parse(line, version, set))
        .collect()
}

fn parse(line: &'static str, version: Version, set: &str) -> Option<Conditional> {
    let mut columns = line.split('\t');
    if columns.next()? != set || !version.is_in(columns.next()?) {
        return None;
    }
    let (path, name, _grade) = (columns.next()?, columns.next()?, columns.next()?);
    let (target, values) = columns.next()?.split_once('=')?;
    let (_, element) = target.split_once('_')?;
    Some(Conditional {
        path,
        name,
        element: element.parse().ok()?,
        values: values.split('|').collect(),
    })
}
