//! Checks that functions are short enough to read without scrolling.

use std::collections::BTreeSet;

use super::File;

/// The maximum number of lines of a function, from its `fn` to its closing brace.
const MOST_LINES: usize = 50;

/// Longer functions that are tables: one `match` or one list, with a row for each case. Split, a table
/// would lose the compiler's check that every case has a row.
const TABLES: &[(&str, &str)] = &[
    ("crates/mapping/src/jsonata/children.rs", "for_each_child"),
    ("crates/x12/src/problem_name.rs", "name"),
    ("crates/x12/src/verdict.rs", "row"),
    ("crates/x12/src/verdict_page.rs", "kinds"),
];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut unused: BTreeSet<(&str, &str)> = TABLES.iter().copied().collect();
    for file in files {
        let is_source = file.source_of().is_some() && !file.path.ends_with("/tests.rs");
        if !is_source || file.is_generated() {
            continue;
        }
        let path = file.path.as_str();
        for (name, line, lines) in long_functions(shipped(&file.text)) {
            if !unused.remove(&(path, name)) {
                problems.push(format!(
                    "{path}:{line}: the function {name} has {lines} lines, {MOST_LINES} at most"
                ));
            }
        }
    }
    let unused = unused.into_iter();
    problems.extend(unused.map(|(path, name)| format!("{path}: {name} needs no exception")));
    problems
}

/// A file up to its tests, which may have long tables of cases.
fn shipped(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// The name, the first line and the length of each function that is too long.
///
/// The code is formatted: a function ends at the first closing brace that is as far to the right as
/// its beginning.
fn long_functions(text: &str) -> Vec<(&str, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let is_end = |line: &&str| {
            let rest = line.get(indent..).unwrap_or_default();
            let is_outer = line.len() - line.trim_start().len() == indent;
            is_outer && (rest == "}" || rest.ends_with(';') || rest.ends_with('}'))
        };
        let length = lines.iter().skip(at).position(is_end);
        let length = length.map_or(0, |last| last + 1);
        if length > MOST_LINES {
            found.push((name, at + 1, length));
        }
    }
    found
}

/// The name of the function that begins on a line.
fn function(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if rest.starts_with("pub") {
        let end = if rest.starts_with("pub(") { ") " } else { " " };
        rest = rest.split_once(end)?.1;
    }
    for word in ["const ", "async ", "unsafe ", "extern \"C\" "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

#[cfg(test)]
mod tests {
    use super::long_functions;

    #[test]
    fn long_functions_are_found_wherever_they_are() {
        let check = |head: &str, lines: usize, expected: &[(&str, usize, usize)]| {
            let indent: String = head.chars().take_while(|c| *c == ' ').collect();
            let body = format!("{indent}    call();\n").repeat(lines);
            let text = format!("mod a {{}}\n{head} {{\n{body}{indent}}}\nfn short() {{}}\n");
            assert_eq!(long_functions(&text), expected, "{head}");
        };
        check("fn a()", 48, &[]);
        check("fn a()", 49, &[("a", 2, 51)]);
        check(
            "    pub(crate) async fn b_c<T>(t: T)",
            49,
            &[("b_c", 2, 51)],
        );
        check("pub(in crate::x) const unsafe fn d()", 60, &[("d", 2, 62)]);
        check("fn e(\n    a: u8,\n    b: u8,\n)", 46, &[("e", 2, 51)]);
        check("impl A", 60, &[]);
        check("// fn f()", 60, &[]);
    }
}
