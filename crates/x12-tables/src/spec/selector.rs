//! Selectors such as `^HL[HL03=22]/NM1[NM101=IL]-09`: they lead from a row to a value.

/// One step of a selector: which segments, or loops by the segment that opens them, it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The segment's identifier.
    pub(crate) segment: Box<str>,
    /// The loop that contains it or that it opens, such as `2100`; empty for any loop.
    pub(crate) in_loop: Box<str>,
    pub(crate) conditions: Vec<Condition>,
}

/// The condition on an element of the segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) element: usize,
    /// 0 for the element as a whole.
    pub(crate) component: usize,
    /// Whether it must be different from the values.
    pub(crate) is_not: bool,
    pub(crate) values: Vec<Box<str>>,
}

/// The source of a column's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Whether it is searched around the row, and not in it.
    pub(crate) is_above: bool,
    /// The steps, each the number of a pattern.
    pub(crate) steps: Vec<u8>,
    /// 0 for the segment as a whole.
    pub(crate) element: usize,
    /// 0 for the element as a whole.
    pub(crate) component: usize,
}

/// The parts of a selector, not yet numbered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selector {
    pub(super) is_above: bool,
    pub(super) steps: Vec<Pattern>,
    pub(super) element: usize,
    pub(super) component: usize,
}

/// A selector that cannot be read; each variant has the part that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SelectorError {
    #[error("{0:?} names an element and is not the last step")]
    NotLast(String),
    #[error("{0:?} does not begin with a segment's identifier; write for example CLP-01")]
    Segment(String),
    #[error("{0:?} has no closing bracket")]
    Bracket(String),
    #[error("{0:?} is neither an element nor a loop")]
    Suffix(String),
    #[error(
        "{0:?} is not understood; a condition is [NM101=QC], an element -03, a type stands after a blank"
    )]
    Rest(String),
    #[error("{0:?} has more than an element and a component")]
    Numbers(String),
    #[error("the condition {0:?} has no equals sign")]
    Equals(String),
    #[error("{0:?} is not the number of an element, from 01 to 99")]
    Number(String),
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    ///
    /// The problem.
    pub(super) fn read(text: &str) -> Result<Self, SelectorError> {
        let (is_above, rest) = match text.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut selector = Self {
            is_above,
            steps: Vec::new(),
            element: 0,
            component: 0,
        };
        let parts = split_outside_brackets(rest);
        let last = parts.len().saturating_sub(1);
        for (at, part) in parts.into_iter().enumerate() {
            let (pattern, element, component) = step(part)?;
            if element > 0 && at < last {
                return Err(SelectorError::NotLast(part.to_owned()));
            }
            selector.steps.push(pattern);
            (selector.element, selector.component) = (element, component);
        }
        Ok(selector)
    }
}

/// The steps between slashes; a slash within brackets belongs to a value.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let mut is_within = false;
    let outside = |character: char| {
        match character {
            '[' => is_within = true,
            ']' => is_within = false,
            _ => {}
        }
        character == '/' && !is_within
    };
    text.split(outside).collect()
}

/// Reads a step: the pattern, the element and the component.
fn step(text: &str) -> Result<(Pattern, usize, usize), SelectorError> {
    let is_id = |character: char| character.is_ascii_uppercase() || character.is_ascii_digit();
    let end = text
        .find(|character| !is_id(character))
        .unwrap_or(text.len());
    let (segment, mut rest) = text.split_at(end);
    if !(2..=3).contains(&segment.len()) {
        return Err(SelectorError::Segment(text.to_owned()));
    }
    let mut pattern = Pattern {
        segment: segment.into(),
        in_loop: Box::default(),
        conditions: Vec::new(),
    };
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let begin = rest;
        if let Some(inside) = rest.strip_prefix('[') {
            let (inside, after) = inside
                .split_once(']')
                .ok_or_else(|| SelectorError::Bracket(begin.to_owned()))?;
            pattern.conditions.push(condition(segment, inside)?);
            rest = after;
        } else if let Some(suffix) = rest.strip_prefix('-') {
            let end = suffix.find(['-', '[']).unwrap_or(suffix.len());
            let (name, after) = suffix.split_at(end);
            match name.len() {
                1..=2 if !is_loop(name) => numbers.push(number(name)?),
                1.. if numbers.is_empty() && name.chars().all(is_id) => {
                    pattern.in_loop = name.into();
                }
                _ => return Err(SelectorError::Suffix(begin.to_owned())),
            }
            rest = after;
        } else {
            return Err(SelectorError::Rest(begin.to_owned()));
        }
    }
    match *numbers.as_slice() {
        [] => Ok((pattern, 0, 0)),
        [element] => Ok((pattern, element, 0)),
        [element, component] => Ok((pattern, element, component)),
        _ => Err(SelectorError::Numbers(text.to_owned())),
    }
}

/// Whether a short suffix is a loop, as in `LS-LS`, and no element.
fn is_loop(name: &str) -> bool {
    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Reads a condition in brackets: `NM101=QC`, `SV101-01=HC|WK`, `HI01-01!=BK`.
fn condition(segment: &str, text: &str) -> Result<Condition, SelectorError> {
    let (place, values) = text
        .split_once('=')
        .ok_or_else(|| SelectorError::Equals(text.to_owned()))?;
    let (place, is_not) = match place.strip_suffix('!') {
        Some(place) => (place, true),
        None => (place, false),
    };
    let place = place.strip_prefix(segment).unwrap_or(place);
    let place = place.strip_prefix('-').unwrap_or(place);
    let (element, component) = match place.split_once('-') {
        Some((element, component)) => (number(element)?, number(component)?),
        None => (number(place)?, 0),
    };
    Ok(Condition {
        element,
        component,
        is_not,
        values: values.split('|').map(Into::into).collect(),
    })
}

fn number(text: &str) -> Result<usize, SelectorError> {
    let number = text.parse().ok().filter(|number| (1..=99).contains(number));
    let number = number.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or_else(|| SelectorError::Number(text.to_owned()))
}
