//! Checks that an error type that contains another error returns it as its `source()`.

use super::File;

/// The attributes with which `thiserror` returns a field as the cause.
const MARKS: &[&str] = &["#[source]", "#[from]", "transparent", "source:"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        if file.source_of().is_none() || file.is_generated() {
            continue;
        }
        for (name, lost) in lost_causes(&file.text) {
            let path = &file.path;
            problems.push(format!(
                "{path}: {name} holds {lost} and does not give it as its source()"
            ));
        }
    }
    problems
}

/// The error types of a text that contain another error without returning it as their cause.
fn lost_causes(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, name) in error_types(text) {
        let by_hand = format!("Error for {name} {{");
        let lost = match text.split_once(&by_hand) {
            Some((_, implementation)) if gives_source(implementation) => None,
            Some(_) => held_error(definition(text, at), name),
            None if attributes(text, at).contains("transparent") => None,
            None => parts(definition(text, at)).find_map(|part| {
                let is_marked = MARKS.iter().any(|mark| part.contains(mark));
                held_error(part, name).filter(|_| !is_marked)
            }),
        };
        found.extend(lost.map(|lost| (name, lost)));
    }
    found
}

/// The position and name of each type whose name ends in `Error`.
fn error_types(text: &str) -> impl Iterator<Item = (usize, &str)> {
    ["struct ", "enum "].into_iter().flat_map(move |kind| {
        text.match_indices(kind).filter_map(move |(at, kind)| {
            let before = text.get(..at)?.rsplit('\n').next()?;
            let is_code = before.is_empty() || before.starts_with("pub");
            let name = words(text.get(at + kind.len()..)?).next()?;
            (is_code && name.ends_with("Error")).then_some((at, name))
        })
    })
}

/// The comment and the attributes before a type.
fn attributes(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.rsplit("\n\n").next().unwrap_or(before)
}

/// The definition of a type, from its name on.
fn definition(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let head = rest.find(['{', ';']).unwrap_or(rest.len());
    let end = if rest.get(head..).is_some_and(|rest| rest.starts_with('{')) {
        rest.find("\n}").unwrap_or(rest.len())
    } else {
        head
    };
    rest.get(..end).unwrap_or(rest)
}

/// The variants of an enumeration; a structure is one part.
fn parts(definition: &str) -> impl Iterator<Item = &str> {
    let is_structure = definition.starts_with("struct");
    let ends = move |line: &str| {
        let is_outer = line.starts_with("    ") && !line.starts_with("     ");
        !is_structure && is_outer && line.trim_end().ends_with(',')
    };
    let mut rest = definition;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            length += line.len();
            if ends(line) {
                break;
            }
        }
        let (part, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(part)
    })
}

/// Another type of an error than `owner` among the fields.
fn held_error<'a>(part: &'a str, owner: &str) -> Option<&'a str> {
    let lines = part.lines().map(str::trim_start);
    let mut code = lines.filter(|line| !line.starts_with("//") && !line.starts_with("#[error"));
    code.find_map(|line| {
        let fields = line.split_once(['(', ':'])?.1;
        let is_dynamic = fields.contains("dyn Error");
        let is_error = |word: &&str| word.len() > "Error".len() && word.ends_with("Error");
        let named = words(fields).find(|word| is_error(word) && *word != owner);
        named.or_else(|| is_dynamic.then_some("dyn Error"))
    })
}

/// Whether the implementation of `Error` that begins here has a method `source`.
fn gives_source(implementation: &str) -> bool {
    let body = implementation.split("\n}").next();
    body.is_some_and(|body| body.contains("fn source("))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::lost_causes;

    #[test]
    fn causes_that_are_not_given_are_found() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            assert_eq!(lost_causes(text), expected, "{text}");
        };
        let derived = "#[derive(Debug, thiserror::Error)]\n";
        check(
            &format!("{derived}pub enum AError {{\n    #[error(\"{{0}}\")]\n    B(BError),\n}}\n"),
            &[("AError", "BError")],
        );
        check(
            &format!(
                "{derived}enum AError {{\n    B(#[source] BError),\n    C(Box<CError>),\n}}\n"
            ),
            &[("AError", "CError")],
        );
        check(
            &format!(
                "{derived}enum AError {{\n    B {{\n        source: BError,\n    }},\n    C,\n}}\n"
            ),
            &[],
        );
        check(&format!("{derived}struct AError(#[from] BError);\n"), &[]);
        check(
            &format!("{derived}struct AError(Box<dyn Error>);\n"),
            &[("AError", "dyn Error")],
        );
        check(
            "enum AError {\n    B(io::BError),\n}\nimpl Error for AError {}\n",
            &[("AError", "BError")],
        );
        check(
            "enum AError {\n    B(BError),\n}\nimpl Error for AError {\n    fn source(&self) {}\n}\n",
            &[],
        );
        check(
            "/// Not a BError.\npub struct AError {\n    place: Place,\n}\n",
            &[],
        );
        check("#[error(transparent)]\npub struct AError(BError);\n", &[]);
        check("struct AError {\n    others: Vec<AError>,\n}\n", &[]);
        check("struct Other(BError);\n", &[]);
    }
}
