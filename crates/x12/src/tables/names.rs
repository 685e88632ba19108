//! Loop names other than the one in a set's expression.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Embedded, Letter, Set, Version};

static NAMES: Embedded = Embedded::new(include_bytes!("../../tables/names.z"));

/// A name for a loop whose opening segment has one of some values at a position.
#[derive(Clone, Debug)]
pub(crate) struct Conditional {
    pub(crate) path: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) element: usize,
    pub(crate) values: Vec<Cow<'static, str>>,
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
    let (element, values) = condition(columns.next()?)?;
    let values = values.split('|').map(Cow::Borrowed).collect();
    Some(Conditional {
        path: path.into(),
        name: name.into(),
        element,
        values,
    })
}

/// Reads `NM1_01=85|87`: the position of the element, and the values.
fn condition(text: &str) -> Option<(usize, &str)> {
    let (target, values) = text.split_once('=')?;
    let (_, element) = target.split_once('_')?;
    Some((element.parse().ok()?, values))
}

/// Loop names that replace those of the tables.
///
/// Each line has a set, a version or a guide such as `005010X222`, the path of opening segments to
/// the loop (`HL/CLM/NM1`, with `#2` for a later sibling that opens with the same segment) and a
/// name, separated by tabs. These may be followed by a grade, which is ignored and may be omitted,
/// and a condition such as `NM1_01=85|87`; without a condition the name is the default. A `$` at
/// the end of a name is replaced by the letter of the HL depth, a `%` by the letter of the
/// occurrence. A conditional name of a path replaces all conditional names of the tables for it. A
/// name of a guide takes precedence over one of its version. Empty lines and lines that begin with
/// `#` are ignored.
#[derive(Debug, Default)]
pub struct LoopNames {
    rows: HashMap<(Version, String), Vec<Row>>,
    made: Mutex<Made>,
}

/// The tables with other names, by version, set, and the guide that has its own names.
type Made = HashMap<(Version, String, Option<String>), Arc<Set>>;

#[derive(Debug)]
struct Row {
    guide: Option<String>,
    path: String,
    name: String,
    condition: Option<(usize, Vec<String>)>,
}

/// The number of the line that is not a valid loop name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopNamesError {
    /// The line, the first being 1.
    pub line: usize,
}

impl fmt::Display for LoopNamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} is not a loop name: set, version or guide, path, name, -, ELEMENT=VALUE|VALUE",
            self.line
        )
    }
}

impl std::error::Error for LoopNamesError {}

impl LoopNames {
    /// Reads a table of names.
    ///
    /// # Errors
    /// The first line that has too few columns, an unknown version or a malformed condition.
    pub fn parse(text: &str) -> Result<Self, LoopNamesError> {
        let mut names = Self::default();
        for (line, content) in (1..).zip(text.lines()) {
            if !content.trim().is_empty() && !content.starts_with('#') {
                let (key, row) = row(content).ok_or(LoopNamesError { line })?;
                names.rows.entry(key).or_default().push(row);
            }
        }
        Ok(names)
    }

    /// The table of a set, with these names; a version such as `005010X222A1` selects the guide.
    pub(crate) fn set(&self, version: Version, set: &str, guide_version: &str) -> Option<Arc<Set>> {
        let standard = super::set_of_guide(version, set, guide_version)?;
        let key = (version, set.to_owned());
        let Some(rows) = self.rows.get(&key) else {
            return Some(standard);
        };
        // Only guides with their own names are cached: other names come from the input.
        let makes_difference = |name: &&str| {
            let is_named = rows.iter().any(|row| row.guide.as_deref() == Some(*name));
            is_named || super::guide(set, guide_version).is_some()
        };
        let guide = super::guide_name(guide_version).filter(makes_difference);
        let key = (key.0, key.1, guide.map(str::to_owned));
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(made.entry(key).or_insert_with(|| {
            Arc::new(renamed(&standard, rows, guide))
        })))
    }
}

fn row(line: &str) -> Option<((Version, String), Row)> {
    let mut columns = line.split('\t');
    let set = columns.next()?.to_owned();
    let (version, guide) = version_and_guide(columns.next()?)?;
    let (path, name) = (columns.next()?.to_owned(), columns.next()?.to_owned());
    let grade = columns.next().unwrap_or("");
    let when = if grade.contains('=') {
        Some(grade)
    } else {
        columns.next().filter(|when| !when.is_empty())
    };
    let condition = match when {
        Some(when) => {
            let (element, values) = condition(when)?;
            Some((element, values.split('|').map(str::to_owned).collect()))
        }
        None => None,
    };
    (!name.is_empty()).then_some((
        (version, set),
        Row {
            guide,
            path,
            name,
            condition,
        },
    ))
}

/// Reads `5010`, or a guide such as `005010X222A1`, `005010X222` or `5010X222`.
fn version_and_guide(text: &str) -> Option<(Version, Option<String>)> {
    let digits = text.strip_prefix("00").unwrap_or(text);
    let (version, rest) = digits.split_at_checked(4)?;
    let guide = match rest {
        "" => None,
        _ => Some(super::guide_name(&format!("00{digits}"))?.to_owned()),
    };
    Some((version.parse().ok()?, guide))
}

fn renamed(standard: &Set, rows: &[Row], guide: Option<&str>) -> Set {
    let mut set = standard.clone();
    let of_guide = rows
        .iter()
        .filter(|row| row.guide.is_some() && row.guide.as_deref() == guide);
    let of_version = rows.iter().filter(|row| row.guide.is_none());
    let rows: Vec<&Row> = of_guide.chain(of_version).collect();
    for found in &mut set.loops {
        let of_loop = || rows.iter().filter(|row| row.path == found.path);
        let conditional: Vec<Conditional> = of_loop().filter_map(|row| row.conditional()).collect();
        if let Some(row) = of_loop().find(|row| row.condition.is_none()) {
            found.letter = Letter::of(&row.name);
            found.name = Cow::Owned(row.name.trim_end_matches(['$', '%']).to_owned());
        }
        if !conditional.is_empty() {
            found.conditional = conditional;
        }
    }
    set
}

impl Row {
    fn conditional(&self) -> Option<Conditional> {
        let (element, values) = self.condition.as_ref()?;
        Some(Conditional {
            path: self.path.clone().into(),
            name: self.name.clone().into(),
            element: *element,
            values: values.iter().cloned().map(Cow::Owned).collect(),
        })
    }
}
