//! The parameters of builtins that take the context for a missing first argument.
//!
//! If the first argument has the wrong type, the library names the second one, or the context.

use jsonata_core::value::JValue;

/// The types of the parameters: a string, a number, an object, a function, or a string or pattern
/// (`p`). Parameters after `?` are optional.
const PARAMETERS: [(&str, &str); 16] = [
    ("$contains", "sp"),
    ("$formatBase", "n?n"),
    ("$formatInteger", "ns"),
    ("$formatNumber", "ns?o"),
    ("$fromMillis", "n?ss"),
    ("$match", "sf?n"),
    ("$pad", "sn?s"),
    ("$parseInteger", "ss"),
    ("$power", "nn"),
    ("$replace", "spp?n"),
    ("$round", "n?n"),
    ("$split", "sp?n"),
    ("$substring", "sn?n"),
    ("$substringAfter", "ss"),
    ("$substringBefore", "ss"),
    ("$toMillis", "s?s"),
];

/// The first argument with the wrong type: its number from 1, and the type that the function takes.
/// `None` if the function is not listed, or if the context is the fault.
pub(super) fn wrong(function: &str, arguments: &[JValue]) -> Option<(usize, &'static str)> {
    let (_, parameters) = PARAMETERS.iter().find(|(name, _)| *name == function)?;
    let required = parameters.split('?').next().unwrap_or_default().len();
    let all = || parameters.chars().filter(|kind| *kind != '?');
    let lacks_first = arguments.len() < required;
    let after_context = all().skip(1).zip(arguments);
    if lacks_first
        && after_context
            .into_iter()
            .all(|(kind, value)| fits(kind, value))
    {
        return None;
    }
    let mut numbered = (1..).zip(all().zip(arguments));
    let (nth, (kind, _)) = numbered.find(|(_, (kind, value))| !fits(*kind, value))?;
    Some((nth, name(kind)))
}

fn fits(kind: char, value: &JValue) -> bool {
    match (kind, value) {
        (_, JValue::Undefined)
        | ('s' | 'p', JValue::String(_))
        | ('n', JValue::Number(_))
        | ('o', JValue::Object(_)) => true,
        ('f' | 'p', value) => value.is_function(),
        _ => false,
    }
}

const fn name(kind: char) -> &'static str {
    match kind {
        's' => "a string",
        'n' => "a number",
        'o' => "an object",
        'f' => "a function",
        _ => "a string or a function",
    }
}
