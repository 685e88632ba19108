//! The functions that use a regular expression, with the behaviour of jsonata-js.

use std::borrow::Cow;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::string::substitute_capture_groups;
use jsonata_core::value::JValue;

use super::Patterns;
use super::matches::{Matches, Search};
use super::pattern::{Found, Pattern};
use crate::engine::Run;

/// Whether a value is a function.
pub(super) const IS_FUNCTION: &str = "regex is function";
/// Whether a part of a text is a match.
pub(super) const IS_MATCH: &str = "regex is match";
/// The text that replaces a match.
pub(super) const REPLACED: &str = "regex replaced";
/// The parts of a text, joined again.
pub(super) const WHOLE: &str = "regex whole";

type Made = Result<JValue, EvaluatorError>;

/// A function of a text, a regular expression and further arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Contains,
    Match,
    Split,
    Replace,
    /// The divided text: the parts between the matches as texts, the matches as objects.
    Parts,
}

impl Function {
    pub(super) const ALL: [Self; 5] = [
        Self::Contains,
        Self::Match,
        Self::Split,
        Self::Replace,
        Self::Parts,
    ];

    /// Its name in the language.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::Match => "match",
            Self::Split => "split",
            Self::Replace | Self::Parts => "replace",
        }
    }

    /// Its name in the tree; `here` says that its text is the context.
    pub(super) const fn inner_name(self, here: bool) -> &'static str {
        match (self, here) {
            (Self::Contains, false) => "regex contains",
            (Self::Contains, true) => "regex contains here",
            (Self::Match, false) => "regex match",
            (Self::Match, true) => "regex match here",
            (Self::Split, false) => "regex split",
            (Self::Split, true) => "regex split here",
            (Self::Replace, false) => "regex replace",
            (Self::Replace, true) => "regex replace here",
            (Self::Parts, false) => "regex parts",
            (Self::Parts, true) => "regex parts here",
        }
    }

    fn carry_out(self, call: &Call<'_>) -> Made {
        match self {
            Self::Contains => Ok(JValue::Bool(call.pattern.find_at(call.text, 0)?.is_some())),
            Self::Match => call.matched(),
            Self::Split => call.split(),
            Self::Replace => call.replaced(),
            Self::Parts => call.parts(),
        }
    }
}

/// Registers the functions.
pub(in super::super) fn register(
    evaluator: &mut Evaluator,
    patterns: &Patterns,
    run: &Run,
) -> Result<(), EvaluatorError> {
    if patterns.0.is_empty() {
        return Ok(());
    }
    let search = Rc::new(Search::new(patterns, run));
    for function in Function::ALL {
        for here in [false, true] {
            let (search, patterns) = (Rc::clone(&search), patterns.clone());
            evaluator.register_fn(function.inner_name(here), move |given: &[JValue]| {
                match Call::new(function, here, given, &patterns, &search)? {
                    Some(call) => function.carry_out(&call),
                    None => Ok(JValue::Undefined),
                }
            })?;
        }
    }
    let limit = run.limits.string_bytes;
    evaluator.register_fn(IS_FUNCTION, |given: &[JValue]| {
        Ok(JValue::Bool(given.first().is_some_and(JValue::is_function)))
    })?;
    evaluator.register_fn(IS_MATCH, |given: &[JValue]| {
        Ok(JValue::Bool(given.first().is_some_and(JValue::is_object)))
    })?;
    evaluator.register_fn(REPLACED, |given: &[JValue]| match given.first() {
        Some(text @ JValue::String(_)) => Ok(text.clone()),
        _ => Err(EvaluatorError::TypeError(
            "D3012: Attempted to replace a matched string with a non-string value".to_owned(),
        )),
    })?;
    evaluator.register_fn(WHOLE, move |given: &[JValue]| whole(given.first(), limit))
}

/// A single part is the result itself; a list of parts is joined.
fn whole(parts: Option<&JValue>, limit: usize) -> Made {
    let Some(list) = parts.and_then(JValue::as_array) else {
        return Ok(parts.cloned().unwrap_or(JValue::Undefined));
    };
    let mut text = String::new();
    for part in list {
        text.push_str(part.as_str().unwrap_or_default());
        check_length(&text, limit)?;
    }
    Ok(JValue::string(text))
}

fn check_length(text: &str, limit: usize) -> Result<(), EvaluatorError> {
    if text.len() <= limit {
        return Ok(());
    }
    Err(super::super::guard::too_long(limit))
}

/// A call with arguments that match the signature.
struct Call<'c> {
    text: &'c str,
    pattern: &'c Pattern,
    /// The replacement for a match.
    replacement: &'c str,
    limit: Option<usize>,
    search: &'c Search,
}

impl<'c> Call<'c> {
    /// The call, unless there is no text.
    fn new(
        function: Function,
        here: bool,
        given: &'c [JValue],
        patterns: &'c Patterns,
        search: &'c Search,
    ) -> Result<Option<Self>, EvaluatorError> {
        let at = usize::from(!here);
        let (text, rest) = given.split_first().unwrap_or((&JValue::Undefined, &[]));
        let text = match text {
            JValue::String(text) => Some(&**text),
            JValue::Undefined => None,
            _ if here => return Err(wrong_context(function)),
            _ => return Err(wrong_argument(function, 1)),
        };
        let (pattern, rest) = rest.split_first().unwrap_or((&JValue::Undefined, &[]));
        let JValue::Regex { pattern, flags } = pattern else {
            return Err(wrong_argument(function, at + 1));
        };
        let pattern = patterns
            .get(pattern, flags)
            .ok_or_else(|| wrong_argument(function, at + 1))?;
        let (replacement, rest) = match (function, rest.split_first()) {
            (Function::Replace, Some((JValue::String(text), rest))) => (&**text, rest),
            // For other values, jsonata-js assumes a missing first argument and stops checking.
            (Function::Replace, _) => return Err(wrong_context(function)),
            _ => ("", rest),
        };
        let limit = match rest.first() {
            None | Some(JValue::Undefined) => None,
            Some(JValue::Number(limit)) => Some(*limit),
            Some(_) => return Err(wrong_argument(function, given.len() - usize::from(here))),
        };
        let Some(text) = text else {
            return Ok(None);
        };
        let limit = limit
            .map(|limit| whole_limit(function, limit))
            .transpose()?;
        Ok(Some(Self {
            text,
            pattern,
            replacement,
            limit,
            search,
        }))
    }

    /// Passes on each match, up to the limit. As in jsonata-js, the next match is searched too,
    /// because an empty match is an error.
    fn each(
        &self,
        mut take: impl FnMut(&Found, &Matches<'_>) -> Result<(), EvaluatorError>,
    ) -> Result<usize, EvaluatorError> {
        let mut count = 0;
        if self.limit == Some(0) {
            return Ok(count);
        }
        let mut matches = Matches::new(self.pattern, self.text, self.search);
        let mut next = matches.next()?;
        while let Some(found) = next {
            take(&found, &matches)?;
            count += 1;
            next = matches.next()?;
            if self.limit.is_some_and(|limit| count >= limit) {
                break;
            }
        }
        Ok(count)
    }

    fn matched(&self) -> Made {
        let mut list = Vec::new();
        self.each(|found, matches| {
            self.search.check_items(list.len())?;
            list.push(matches.object(found, ["match", "index"]));
            Ok(())
        })?;
        Ok(JValue::sequence(list))
    }

    fn split(&self) -> Made {
        let (mut list, mut start) = (Vec::new(), 0);
        let count = self.each(|found, _| {
            self.search.check_items(list.len())?;
            list.push(JValue::string(part(self.text, start, found.start)));
            start = found.end;
            Ok(())
        })?;
        if self.limit.is_none_or(|limit| count < limit) {
            list.push(JValue::string(part(self.text, start, self.text.len())));
        }
        Ok(JValue::array(list))
    }

    fn replaced(&self) -> Made {
        let (mut made, mut start) = (String::with_capacity(self.text.len()), 0);
        self.each(|found, _| {
            made.push_str(part(self.text, start, found.start));
            start = found.end;
            let group = |nth: usize| {
                let bounds = found.groups.get(nth).copied().flatten();
                let group = bounds.map(|(start, end)| Cow::Borrowed(part(self.text, start, end)));
                Ok::<_, EvaluatorError>(group)
            };
            let whole = part(self.text, found.start, found.end);
            substitute_capture_groups(
                &mut made,
                self.replacement,
                whole,
                found.groups.len(),
                group,
            )?;
            check_length(&made, self.search.string_bytes)
        })?;
        made.push_str(part(self.text, start, self.text.len()));
        check_length(&made, self.search.string_bytes)?;
        Ok(JValue::string(made))
    }

    fn parts(&self) -> Made {
        let (mut list, mut start) = (Vec::new(), 0);
        self.each(|found, matches| {
            self.search.check_items(list.len())?;
            list.push(JValue::string(part(self.text, start, found.start)));
            start = found.end;
            list.push(matches.object(found, ["match", "start"]));
            Ok(())
        })?;
        list.push(JValue::string(part(self.text, start, self.text.len())));
        Ok(JValue::array(list))
    }
}

fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

fn wrong_argument(function: Function, nth: usize) -> EvaluatorError {
    let name = function.name();
    EvaluatorError::TypeError(format!(
        "T0410: Argument {nth} of function {name} does not match function signature"
    ))
}

fn wrong_context(function: Function) -> EvaluatorError {
    let name = function.name();
    EvaluatorError::TypeError(format!(
        "T0411: Context value is not a compatible type with argument 1 of function {name}"
    ))
}

/// The number of matches that a limit allows; a fraction is rounded up.
fn whole_limit(function: Function, limit: f64) -> Result<usize, EvaluatorError> {
    if limit < 0.0 {
        let (code, nth) = match function {
            Function::Match => ("D3040", "Third"),
            Function::Split => ("D3020", "Third"),
            _ => ("D3011", "Fourth"),
        };
        let name = function.name();
        return Err(EvaluatorError::EvaluationError(format!(
            "{code}: {nth} argument of {name} function must evaluate to a positive number"
        )));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what does not fit is beyond every text, and no number is none"
    )]
    let whole = limit.ceil() as usize;
    Ok(whole)
}
