//! Builtins that are applied partially, such as `$pad(?, 9)`.
//!
//! jsonata-js checks the types of a call's arguments, but not those of a partial application: it calls the
//! JavaScript function with whatever it gets. Most functions then fail without a code, and some convert the value.

mod convert;
mod lists;
mod numeric;
mod texts;

use jsonata_core::ast::{AstNode, BinaryOp};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

pub(super) use self::convert::written;
use super::builtins::is_builtin;
use super::calls::call;
use super::dates::by_the_library;
use super::names::Names;
use super::overrides::Returned;
use super::sequences::FILLED;

/// Calls the builtin that its first argument names; no template can call it.
const PARTIAL: &str = "partial builtin";
/// Fails; no template can call it.
const REFUSED: &str = "refused partial builtin";
/// Fails where a builtin is called that a partial application has; no template can call it.
const CALLED: &str = "called builtin of a partial application";
/// Converts a value to the list that JavaScript iterates over; no template can call it.
const ITEMS: &str = "items of any value";
/// Converts a value to the object whose members JavaScript iterates over; no template can call it.
const MEMBERS: &str = "members of any value";
/// What the message of a value of a wrong type contains.
const APPLIED: &str = ", which is applied partially, ";

type Function = fn(&Arguments<'_>) -> Returned;

/// The builtins that are called as their JavaScript functions.
const FUNCTIONS: [(&str, Function); 29] = [
    ("abs", numeric::abs),
    ("average", lists::average),
    ("ceil", numeric::ceil),
    ("contains", texts::contains),
    ("count", lists::count),
    ("floor", numeric::floor),
    ("join", lists::join),
    ("keys", lists::keys),
    ("length", texts::length),
    ("lowercase", texts::lowercase),
    ("max", lists::max),
    ("merge", lists::merge),
    ("min", lists::min),
    ("number", numeric::number),
    ("pad", texts::pad),
    ("power", numeric::power),
    ("replace", texts::replace),
    ("reverse", lists::reverse),
    ("round", numeric::round),
    ("sort", lists::sort),
    ("split", texts::split),
    ("sqrt", numeric::sqrt),
    ("substring", texts::substring),
    ("substringAfter", texts::substring_after),
    ("substringBefore", texts::substring_before),
    ("sum", lists::sum),
    ("trim", texts::trim),
    ("uppercase", texts::uppercase),
    ("zip", |given| Ok(lists::zip(given))),
];

/// The builtins that call a function for each item or member, and the function that converts what they get.
const ITERATING: [(&str, &str); 6] = [
    ("each", MEMBERS),
    ("filter", ITEMS),
    ("map", ITEMS),
    ("reduce", ITEMS),
    ("sift", MEMBERS),
    ("single", ITEMS),
];

/// The arguments of a call.
struct Arguments<'v> {
    function: &'v str,
    values: &'v [JValue],
    /// The maximum length of a string in bytes.
    limit: usize,
}

impl<'v> Arguments<'v> {
    fn get(&self, nth: usize) -> &'v JValue {
        self.values.get(nth).unwrap_or(&JValue::Undefined)
    }

    fn first(&self) -> &'v JValue {
        self.get(0)
    }

    /// The call of the library's function.
    fn checked(&self) -> Returned {
        by_the_library(self.function, self.values)
    }

    /// Whether the first argument is an empty text.
    fn is_empty(&self) -> bool {
        self.first().as_str() == Some("")
    }

    /// The error for a value that the JavaScript function cannot use, for which jsonata-js has no code.
    fn wrong(&self, nth: usize, wanted: &str) -> EvaluatorError {
        wrong(self.function, nth, wanted)
    }
}

fn wrong(function: &str, nth: usize, wanted: &str) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "Argument {} of ${function}{APPLIED}is not {wanted}",
        nth + 1
    ))
}

/// Whether the message of an error reports a wrong argument of a builtin that is applied partially.
pub(super) fn is_wrong_argument(message: &str) -> bool {
    message.contains(APPLIED)
}

/// Registers the functions, with the maximum length of a string in bytes.
pub(super) fn register(evaluator: &mut Evaluator, limit: usize) -> Result<(), EvaluatorError> {
    evaluator.register_fn(PARTIAL, move |given: &[JValue]| {
        let Some((JValue::String(name), values)) = given.split_first() else {
            return Ok(JValue::Undefined);
        };
        let arguments = Arguments {
            function: name,
            values,
            limit,
        };
        match FUNCTIONS.iter().find(|(function, _)| *function == &**name) {
            Some((_, function)) => function(&arguments),
            None => arguments.checked(),
        }
    })?;
    evaluator.register_fn(ITEMS, lists::items)?;
    evaluator.register_fn(MEMBERS, |given: &[JValue]| Ok(lists::members(given)))?;
    evaluator.register_fn(CALLED, |_: &[JValue]| {
        Err(EvaluatorError::TypeError(
            "A builtin in a partial application cannot be called for each item; write function($v) { $name($v) }"
                .to_owned(),
        ))
    })?;
    evaluator.register_fn(REFUSED, |_: &[JValue]| {
        Err(EvaluatorError::EvaluationError(
            "S0208: $string cannot be applied partially, because its second parameter has a default; write \
             function($v) { $string($v) }"
                .to_owned(),
        ))
    })
}

/// Changes a builtin that is applied partially.
pub(super) fn change(node: &mut AstNode, names: &Names) {
    let Some((name, args)) = call(node, names) else {
        return;
    };
    let is_placeholder = |argument: &&AstNode| **argument == AstNode::Placeholder;
    let placeholders = args.iter().filter(is_placeholder).count();
    if placeholders == 0 {
        return;
    }
    if let Some((_, converted)) = ITERATING.iter().find(|(function, _)| *function == name) {
        if placeholders == 1 && args.first() == Some(&AstNode::Placeholder) {
            if let Some(function) = args.get_mut(1) {
                refuse_builtin(function, names);
            }
            if name == "reduce" && args.len() == 2 {
                compose(FILLED, node);
            }
            compose(converted, node);
        }
        return;
    }
    let new = if name == "string" {
        args.retain(|argument| *argument != AstNode::Placeholder);
        REFUSED
    } else if FUNCTIONS.iter().any(|(function, _)| *function == name)
        && args.iter().all(|argument| is_value(argument, names))
    {
        let name = AstNode::string(name);
        args.insert(0, name);
        PARTIAL
    } else {
        return;
    };
    if let AstNode::Function { name, .. } = node {
        new.clone_into(name);
    }
}

/// JavaScript can call a function of the template in `$map(?, $f)`, but not a builtin.
fn refuse_builtin(function: &mut AstNode, names: &Names) {
    let AstNode::Variable(name) = &*function else {
        return;
    };
    if !is_builtin(name) || names.is_bound(name) {
        return;
    }
    let body = AstNode::Function {
        name: CALLED.to_owned(),
        args: Vec::new(),
        is_builtin: true,
    };
    *function = AstNode::Lambda {
        params: vec!["first value".to_owned(), "second value".to_owned()],
        body: Box::new(body),
        signature: None,
        thunk: false,
    };
}

/// Applies one function after another.
fn compose(first: &str, second: &mut AstNode) {
    let rhs = std::mem::replace(second, AstNode::Null);
    *second = AstNode::Binary {
        op: BinaryOp::ChainPipe,
        lhs: Box::new(AstNode::variable(first)),
        rhs: Box::new(rhs),
    };
}

/// Whether an argument cannot be a function or a regular expression, which only the library can call.
fn is_value(argument: &AstNode, names: &Names) -> bool {
    !names.is_expression(argument)
        && !matches!(
            argument,
            AstNode::Lambda { .. } | AstNode::Variable(_) | AstNode::Regex { .. }
        )
}
