//! Registers our functions in place of the library's builtins of the same name.
//!
//! The library calls the registered function however the builtin is called: by name, through `~>`,
//! as a partial application, composed, or passed to another function. It does not pass the context,
//! which is the default for a missing first argument; so `calls` turns a direct call with fewer
//! arguments than the function takes into a call of a second name, with the context as the first
//! argument.
//!
//! The library compiles `$number` and `$join` where it can, and refuses an override of them. They
//! are renamed in the tree instead.

use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

/// The result of one of our functions.
pub(super) type Returned = Result<JValue, EvaluatorError>;

/// A builtin that one of our functions replaces.
pub(super) struct Override {
    pub name: &'static str,
    /// The maximum number of arguments.
    pub arguments: usize,
    /// Whether a value can be the first argument; if not, the context is used as the first. `None`
    /// if the context is never used.
    pub is_first: Option<fn(&JValue) -> bool>,
    /// Whether a value can be the second argument, which is required if the context is the first.
    is_second: fn(&JValue) -> bool,
    /// The name in the tree, if an override under the builtin's own name is refused.
    pub renamed: Option<&'static str>,
    /// The name in the tree of a call that gets the context as its first argument.
    pub with_context: &'static str,
}

/// All builtins that are replaced entirely.
pub(super) const OVERRIDES: [Override; 11] = [
    of_text("encodeUrl", 1, "encodeUrl of context"),
    of_text("encodeUrlComponent", 1, "encodeUrlComponent of context"),
    of_text("decodeUrl", 1, "decodeUrl of context"),
    of_text("decodeUrlComponent", 1, "decodeUrlComponent of context"),
    of_text("base64encode", 1, "base64encode of context"),
    of_text("base64decode", 1, "base64decode of context"),
    of_text("toMillis", 2, "toMillis of context"),
    Override {
        is_second: JValue::is_number,
        ..of_text("pad", 3, "pad of context")
    },
    Override {
        is_first: Some(JValue::is_number),
        is_second: is_text,
        ..of_text("fromMillis", 3, "fromMillis of context")
    },
    Override {
        is_first: Some(is_number_like),
        renamed: Some("strict number"),
        ..of_text("number", 1, "number of context")
    },
    Override {
        is_first: None,
        renamed: Some("limited join"),
        ..of_text("join", 2, "join of context")
    },
];

const fn of_text(name: &'static str, arguments: usize, with_context: &'static str) -> Override {
    Override {
        name,
        arguments,
        is_first: Some(is_text),
        is_second: is_none,
        renamed: None,
        with_context,
    }
}

fn is_text(value: &JValue) -> bool {
    matches!(value, JValue::String(_))
}

fn is_none(_: &JValue) -> bool {
    false
}

fn is_number_like(value: &JValue) -> bool {
    matches!(
        value,
        JValue::Number(_) | JValue::String(_) | JValue::Bool(_)
    )
}

/// The override of a builtin.
pub(super) fn of(name: &str) -> Option<&'static Override> {
    OVERRIDES.iter().find(|item| item.name == name)
}

/// Registers the function that replaces a builtin, in both forms.
pub(super) fn register(
    evaluator: &mut Evaluator,
    name: &str,
    function: impl Fn(&[JValue]) -> Returned + 'static,
) -> Result<(), EvaluatorError> {
    let Some(replaced) = of(name) else {
        return Ok(());
    };
    let function = Rc::new(function);
    let of_context = Rc::clone(&function);
    // Functions such as `$map` pass more arguments than allowed.
    let direct = move |given: &[JValue]| function(given);
    match replaced.renamed {
        Some(renamed) => evaluator.register_fn(renamed, direct)?,
        None => evaluator.register_fn_override(name, direct)?,
    }
    evaluator.register_fn(replaced.with_context, move |given: &[JValue]| {
        let rest = given.get(1..).unwrap_or_default();
        check_count(replaced, rest.len())?;
        if is_complete(replaced, rest) {
            return of_context(rest);
        }
        match (given.first(), replaced.is_first) {
            (Some(context), Some(is_first))
                if is_first(context) || matches!(context, JValue::Undefined) =>
            {
                of_context(given)
            }
            _ if fits_after_context(replaced, rest) => Err(wrong_context(replaced.name)),
            _ => Err(wrong_argument(replaced.name, rest.len().max(1))),
        }
    })
}

/// Whether the arguments fit the parameters after the first.
fn fits_after_context(replaced: &Override, arguments: &[JValue]) -> bool {
    let is_wanted = replaced.name == "pad";
    let others = arguments.get(1..).unwrap_or_default();
    (!arguments.is_empty() || !is_wanted)
        && others
            .iter()
            .all(|value| is_text(value) || value.is_undefined())
}

/// Whether the call has its first argument.
fn is_complete(replaced: &Override, arguments: &[JValue]) -> bool {
    let Some(first) = arguments.first() else {
        return false;
    };
    arguments.len() >= replaced.arguments
        || matches!(first, JValue::Undefined)
        || !(replaced.is_second)(first)
        || replaced.is_first.is_none_or(|is_first| is_first(first))
}

fn check_count(replaced: &Override, count: usize) -> Result<(), EvaluatorError> {
    if count <= replaced.arguments {
        return Ok(());
    }
    Err(wrong_argument(replaced.name, replaced.arguments + 1))
}

/// An argument that the function's signature refuses; counted from 1.
pub(super) fn wrong_argument(name: &str, nth: usize) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "T0410: Argument {nth} of function {name} does not match function signature"
    ))
}

/// A context that cannot be used as the first argument.
pub(super) fn wrong_context(name: &str) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "T0411: Context value is not a compatible type with argument 1 of function {name}"
    ))
}
