//! JSONata expressions from the grammar, with sizes and pictures that users would not write.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

use crate::{one_of, several};

/// How deep expressions nest.
const DEPTH: usize = 5;

const NUMBERS: [&str; 20] = [
    "0", "1", "2", "-1", "7", "12", "36", "255", "0.5", "-2.75", "1e3", "1e6", "1e9", "1e15",
    "9007199254740993", "1e21", "1e300", "-1e300", "1e-300", "8.64e15",
];
const TEXTS: [&str; 14] = [
    "''", "'a'", "'é'", "'😀'", "'12'", "'2026-03-02T05:04:03.210Z'", "'+0530'", "'[1]'", "'a b,c'",
    "'MCMXC'", "'one hundred and two'", "'0x1F'", "'%E0'", "'\\u0000\\uFFFF'",
];
const NAMES: [&str; 9] = ["a", "b", "a.b", "items", "items.price", "*", "**", "%", "`é x`"];
const VARIABLES: [&str; 7] = ["$", "$$", "$x", "$y", "$f", "$i", "$missing"];
const OPERATORS: [&str; 20] = [
    "+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "in", "and", "or", ".", "~>", "?:",
    "??", ".",
];
const FUNCTIONS: [&str; 68] = [
    "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil",
    "contains", "count", "decodeUrl", "decodeUrlComponent", "distinct", "each", "encodeUrl",
    "encodeUrlComponent", "error", "eval", "exists", "filter", "floor", "formatBase",
    "formatInteger", "formatInteger", "formatNumber", "formatNumber", "fromMillis", "fromMillis",
    "join", "keys", "length", "lookup", "lowercase", "map", "match", "max", "merge", "millis", "min",
    "not", "now", "number", "pad", "parseInteger", "parseInteger", "power", "random", "reduce",
    "replace", "reverse", "round", "shuffle", "sift", "single", "sort", "split", "spread", "sqrt",
    "string", "substring", "substringAfter", "substringBefore", "sum", "toMillis", "toMillis", "trim",
    "type", "uppercase",
];
const PATTERNS: [&str; 10] = [
    "/a/", "/(a+)+$/", "/(?:)/", "/é/i", "/(a|aa)*b/", "/\\b/m", "/^(?=.)/", "/(.)\\1/", "/[^a]{0,99}/",
    "/./",
];

/// An expression.
///
/// # Errors
///
/// The input is at its end.
pub fn expression(u: &mut Unstructured<'_>) -> Result<String> {
    nested(u, DEPTH)
}

fn nested(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    if depth == 0 || u.is_empty() {
        return atom(u);
    }
    let inner = depth - 1;
    Ok(match u.int_in_range(0..=19)? {
        0..=2 => atom(u)?,
        3..=7 => call(u, inner)?,
        8 | 9 => format!("{} {} {}", nested(u, inner)?, one_of(u, &OPERATORS)?, nested(u, inner)?),
        10 => format!("[{}]", several(u, 3, ", ", |u| nested(u, inner))?),
        11 => format!("[{}..{}]", nested(u, inner)?, nested(u, inner)?),
        12 => format!("{{{}}}", several(u, 3, ", ", |u| pair(u, inner))?),
        13 => format!("({}[{}])", nested(u, inner)?, nested(u, inner)?),
        14 => format!("($x := {}; {})", nested(u, inner)?, nested(u, inner)?),
        15 => format!("($f := {}; $f({}))", lambda(u, inner)?, nested(u, inner)?),
        16 => format!("({} ? {} : {})", nested(u, inner)?, nested(u, inner)?, nested(u, inner)?),
        17 => format!("({}^(<{}, >b))", nested(u, inner)?, nested(u, inner)?),
        18 => format!("({} {{{}}})", nested(u, inner)?, pair(u, inner)?),
        _ => format!("({} ~> |{}|{{{}}}|)", nested(u, inner)?, nested(u, inner)?, pair(u, inner)?),
    })
}

fn atom(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=9)? {
        0 | 1 => one_of(u, &NUMBERS)?.to_owned(),
        2 => u.arbitrary::<i16>()?.to_string(),
        3 => one_of(u, &TEXTS)?.to_owned(),
        4 => format!("'{}'", picture(u)?),
        5 => one_of(u, &NAMES)?.to_owned(),
        6 => one_of(u, &VARIABLES)?.to_owned(),
        7 => one_of(u, &PATTERNS)?.to_owned(),
        8 => one_of(u, &["true", "false", "null", "[]", "{}", "?"])?.to_owned(),
        _ => format!("${}", one_of(u, &FUNCTIONS)?),
    })
}

fn pair(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    Ok(format!("{}: {}", nested(u, depth)?, nested(u, depth)?))
}

fn lambda(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let signature = one_of(u, &["", "", "<n:n>", "<(sn)?a<s>-:x>", "<f<n>:o>"])?;
    Ok(format!("function($x, $y){signature} {{ {} }}", nested(u, depth)?))
}

fn call(u: &mut Unstructured<'_>, depth: usize) -> Result<String> {
    let name = one_of(u, &FUNCTIONS)?;
    let arguments = match name {
        "fromMillis" | "formatInteger" | "formatNumber" => {
            format!("{}, '{}'", nested(u, depth)?, picture(u)?)
        }
        "toMillis" | "parseInteger" => format!("{}, '{}'", one_of(u, &TEXTS)?, picture(u)?),
        "now" => format!("'{}'", picture(u)?),
        "map" | "filter" | "each" | "sift" | "reduce" | "sort" if u.arbitrary()? => {
            format!("{}, {}", nested(u, depth)?, lambda(u, depth)?)
        }
        _ => several(u, 3, ", ", |u| nested(u, depth))?,
    };
    Ok(format!("${name}({arguments})"))
}

/// A picture of a date, an integer or a number.
fn picture(u: &mut Unstructured<'_>) -> Result<String> {
    let text = match u.int_in_range(0..=3)? {
        0 | 1 => several(u, 3, "-", component)?,
        2 => integer(u)?,
        _ => several(u, 8, "", |u| {
            Ok(one_of(u, &["#", "0", ",", ".", "e", "%", "‰", ";", "é", "'", "-", "9", "٠"])?.to_owned())
        })?,
    };
    Ok(text.replace('\'', "\\'"))
}

fn component(u: &mut Unstructured<'_>) -> Result<String> {
    const LETTERS: [&str; 24] = [
        "Y", "M", "D", "d", "F", "W", "w", "X", "x", "H", "h", "P", "m", "s", "f", "Z", "z", "C", "E",
        "é", "", "[", "q", "😀",
    ];
    let (letter, modifier) = (one_of(u, &LETTERS)?, integer(u)?);
    let width = match u.int_in_range(0..=3)? {
        0 => String::new(),
        1 => format!(",{}", width(u)?),
        2 => format!(",{}-{}", width(u)?, width(u)?),
        _ => format!(",*-{}", width(u)?),
    };
    Ok(format!("[{letter}{modifier}{width}]"))
}

fn width(u: &mut Unstructured<'_>) -> Result<&'static str> {
    const WIDTHS: [&str; 12] = [
        "0", "1", "2", "3", "*", "é", "-1", "99", "65536", "1000000000", "9999999999",
        "99999999999999999999",
    ];
    one_of(u, &WIDTHS)
}

/// How an integer is presented.
fn integer(u: &mut Unstructured<'_>) -> Result<String> {
    const FORMS: [&str; 26] = [
        "", "", "1", "01", "0001", "#", "##0", "#,##0", "#'##0", "0,0,0", "A", "a", "I", "i", "w", "W",
        "Ww", "n", "N", "Nn", "é", "٠١", "①", "𝟎", "0é0", "01;o",
    ];
    let form = one_of(u, &FORMS)?;
    Ok(form.to_owned() + one_of(u, &["", "", "", "o", ";o", ";o(-é)", ";c", "t"])?)
}
