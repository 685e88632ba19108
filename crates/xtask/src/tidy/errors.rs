//! Checks that errors are types: no function returns a `Result` whose error is a `String`.

use super::File;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let is_ours = |file: &&File| {
        file.path.starts_with("crates/") && file.path.ends_with(".rs") && !file.is_generated()
    };
    let mut problems = Vec::new();
    for file in files.iter().filter(is_ours) {
        for line in text_errors(&file.text) {
            let path = &file.path;
            problems.push(format!(
                "{path}:{line}: the error of a Result is a String; give it a type that ends in Error"
            ));
        }
    }
    problems
}

/// The lines on which a `Result` with text as its error begins.
fn text_errors(text: &str) -> Vec<usize> {
    let starts = text.match_indices("Result<");
    let found = starts.filter(|(start, name)| {
        let arguments = text.get(start + name.len()..).unwrap_or_default();
        error_of(arguments).is_some_and(|error| error == "String")
    });
    found
        .map(|(start, _)| text.get(..start).unwrap_or_default().lines().count().max(1))
        .collect()
}

/// The second argument, if there is one: the text after the last comma outside of brackets.
fn error_of(arguments: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut comma = None;
    let mut previous = ' ';
    for (at, character) in arguments.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' if previous == '-' => {}
            '>' if depth == 0 => {
                let error = arguments.get(comma? + 1..at)?;
                return Some(error.trim().trim_end_matches(','));
            }
            '>' | ')' | ']' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 && !arguments.get(at + 1..)?.trim_start().starts_with('>') => {
                comma = Some(at);
            }
            _ => {}
        }
        previous = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::text_errors;

    #[test]
    fn results_with_text_as_their_error_are_found() {
        // Written in two halves, so that this file does not find itself.
        let check = |result: &str, expected: &[usize]| {
            let text = format!("\nfn a() -> {}{result} {{}}", "Result");
            assert_eq!(text_errors(&text), expected, "{result}");
        };
        check("<(), String>", &[2]);
        check("<Vec<(u8, String)>, String>", &[2]);
        check("<fn(u8) -> Vec<u8>, String>", &[2]);
        check("<\n    (),\n    String,\n>", &[2]);
        check("<String>", &[]);
        check("<String, RowError>", &[]);
        check("<Vec<(u8, String)>, RowError>", &[]);
        check("<BTreeMap<u8, String>, RowError>", &[]);
        check("<BTreeMap<u8, String>>", &[]);
        check("<Option<String>, PrepareError>", &[]);
    }
}
