//! How a result differs from what is expected.

use std::time::Duration;

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use similar::TextDiff;

/// How long the shortest difference is looked for; after that any will do.
const TIMEOUT: Duration = Duration::from_secs(1);

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// A text with a line break at the end, and if it is JSON in the form of a JSONata result, so that blanks
/// and the way numbers are written do not count.
pub(super) fn laid_out(text: &str) -> String {
    let run = Run::new(0, 0, Limits::standard());
    let same = Jsonata
        .compile("$")
        .and_then(|item| item.evaluate(text, &run))
        .ok()
        .flatten();
    let mut text = same.unwrap_or_else(|| text.to_owned());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// A unified difference, from the expected text of the file `name` to the result.
pub(super) fn unified(expected: &str, result: &str, name: &str) -> String {
    TextDiff::configure()
        .timeout(TIMEOUT)
        .diff_lines(expected, result)
        .unified_diff()
        .header(name, "result")
        .to_string()
}

/// A unified difference in the colours that git gives it.
pub(super) fn colored(difference: &str) -> String {
    let color = |(nth, line): (usize, &str)| match line.as_bytes().first() {
        Some(b'-' | b'+') if nth < 2 => BOLD,
        Some(b'-') => RED,
        Some(b'+') => GREEN,
        Some(b'@') => CYAN,
        _ => "",
    };
    let paint = |(nth, line): (usize, &str)| match color((nth, line)) {
        "" => format!("{line}\n"),
        color => format!("{color}{line}{RESET}\n"),
    };
    difference.lines().enumerate().map(paint).collect()
}

#[cfg(test)]
mod tests {
    use super::{colored, laid_out, unified};

    #[test]
    fn the_way_json_is_written_does_not_count() {
        let compact = laid_out(r#"{"a":[1.0,2]}"#);
        assert_eq!(compact, laid_out("{\n    \"a\": [1, 2.00]\n}\n"));
        assert_ne!(compact, laid_out(r#"{"a":[2,1]}"#));
        assert_eq!(laid_out("ST*850*0001~"), "ST*850*0001~\n");
    }

    #[test]
    fn lines_have_the_colours_of_their_sides() {
        let difference = unified("same\n- old\n", "same\n+ new\n", "wanted.txt");
        assert_eq!(
            colored(&difference),
            "\x1b[1m--- wanted.txt\x1b[0m\n\x1b[1m+++ result\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n same\n\
             \x1b[31m-- old\x1b[0m\n\x1b[32m++ new\x1b[0m\n"
        );
    }
}
