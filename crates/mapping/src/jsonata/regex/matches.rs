//! Iterates over the matches in a text.

use std::iter;

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;

use super::super::errors::{CANCELLED, ITEMS, TIME};
use super::Patterns;
use super::pattern::{Found, Pattern};
use super::watch::Watch;
use crate::engine::{Cancel, Run};

/// The limits that all searches of an evaluation share.
pub(super) struct Search {
    pub string_bytes: usize,
    items: usize,
    cancel: Cancel,
    /// Present if a pattern needs it.
    watch: Option<Watch>,
}

impl Search {
    pub(super) fn new(patterns: &Patterns, run: &Run) -> Self {
        let watch = || Watch::new(run.limits.time);
        Self {
            string_bytes: run.limits.string_bytes,
            items: run.limits.items,
            cancel: run.cancel.clone(),
            watch: patterns.are_demanding().then(watch),
        }
    }

    /// Ends an evaluation that is cancelled or has exceeded its time.
    fn check_time(&self) -> Result<(), EvaluatorError> {
        let reason = if self.cancel.is_cancelled() {
            format!("{CANCELLED}: The evaluation was cancelled")
        } else if self.watch.as_ref().is_some_and(Watch::is_over) {
            format!("{TIME}: A regular expression took too long")
        } else {
            return Ok(());
        };
        Err(EvaluatorError::EvaluationError(reason))
    }

    /// Ends an evaluation if its list would exceed the limit.
    pub(super) fn check_items(&self, count: usize) -> Result<(), EvaluatorError> {
        if count < self.items {
            return Ok(());
        }
        let reason = format!(
            "{ITEMS}: A regular expression matches more than {} times",
            self.items
        );
        Err(EvaluatorError::EvaluationError(reason))
    }
}

/// The matches of a pattern in a text.
pub(super) struct Matches<'m> {
    pattern: &'m Pattern,
    text: &'m str,
    search: &'m Search,
    /// Where the next search begins; `None` before the first.
    from: Option<usize>,
    /// The start of the last match, in bytes and in the UTF-16 units that JavaScript counts.
    start: (usize, usize),
}

impl<'m> Matches<'m> {
    pub(super) fn new(pattern: &'m Pattern, text: &'m str, search: &'m Search) -> Self {
        Self {
            pattern,
            text,
            search,
            from: None,
            start: (0, 0),
        }
    }

    /// The next match. The first may be empty; a later empty match would be found endlessly.
    pub(super) fn next(&mut self) -> Result<Option<Found>, EvaluatorError> {
        if self.from.is_some_and(|from| from >= self.text.len()) {
            return Ok(None);
        }
        self.search.check_time()?;
        let found = self.pattern.find_at(self.text, self.from.unwrap_or(0))?;
        let Some(found) = found else {
            self.from = Some(self.text.len());
            return Ok(None);
        };
        if self.from.is_some() && found.start == found.end {
            return Err(EvaluatorError::EvaluationError(
                "D1004: Regular expression matches zero length string".to_owned(),
            ));
        }
        self.from = Some(found.end);
        let (bytes, units) = self.start;
        self.start = (found.start, units + self.units(bytes, found.start));
        Ok(Some(found))
    }

    /// The last match as an object; the second of the names is for its position.
    pub(super) fn object(&self, found: &Found, names: [&str; 2]) -> JValue {
        let (_, start) = self.start;
        let end = start + self.units(found.start, found.end);
        let group = |bounds: &Option<(usize, usize)>| match *bounds {
            Some((start, end)) => self.string(start, end),
            None => JValue::Undefined,
        };
        let groups = JValue::array(found.groups.iter().map(group).collect());
        let [text, place] = names;
        let members = [
            (text, self.string(found.start, found.end)),
            (place, number(start)),
        ];
        // Only a replacement function needs the end.
        let end = iter::once(("end", number(end))).filter(|_| place == "start");
        let members = members.into_iter().chain(end).chain([("groups", groups)]);
        JValue::object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    fn string(&self, start: usize, end: usize) -> JValue {
        JValue::string(self.text.get(start..end).unwrap_or_default())
    }

    fn units(&self, start: usize, end: usize) -> usize {
        let text = self.text.get(start..end).unwrap_or_default();
        if text.is_ascii() {
            text.len()
        } else {
            text.encode_utf16().count()
        }
    }
}

fn number(count: usize) -> JValue {
    JValue::from_i64(i64::try_from(count).unwrap_or(i64::MAX))
}
