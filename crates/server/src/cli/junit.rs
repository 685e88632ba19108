//! Reports in the format of `JUnit`, for continuous integration.

use std::fmt::Write as _;

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should.
    Passed,
    /// With another result, described by this text.
    Failed(String),
    /// With no result, described by this text.
    Error(String),
}

/// A case: its name, and how it ended.
pub(super) type Case = (String, Verdict);

/// The report of a suite.
pub(super) fn report(suite: &str, cases: &[Case]) -> String {
    let count = |is_meant: fn(&Verdict) -> bool| {
        cases
            .iter()
            .filter(|(_, verdict)| is_meant(verdict))
            .count()
    };
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        cases.len(),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::Error(_)))
    );
    let suite = escaped(suite);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  \
         <testsuite name=\"{suite}\" {counts}>\n"
    );
    for (name, verdict) in cases {
        let _ = write!(
            text,
            "    <testcase classname=\"{suite}\" name=\"{}\"",
            escaped(name)
        );
        match verdict {
            Verdict::Passed => text.push_str("/>\n"),
            Verdict::Failed(details) => push_details(&mut text, "failure", details),
            Verdict::Error(details) => push_details(&mut text, "error", details),
        }
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn push_details(text: &mut String, tag: &str, details: &str) {
    let first = details.lines().next().unwrap_or_default();
    let _ = write!(
        text,
        ">\n      <{tag} message=\"{}\">{}</{tag}>\n    </testcase>\n",
        escaped(first),
        escaped(details)
    );
}

/// Text for XML: characters that XML does not have are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if character.is_control() => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Verdict, report};

    #[test]
    fn a_report_counts_and_escapes() {
        let cases = [
            ("a".to_owned(), Verdict::Passed),
            (
                "<b>".to_owned(),
                Verdict::Failed("x & \"y\"\u{1d}\nz".to_owned()),
            ),
            ("c".to_owned(), Verdict::Error("gone".to_owned())),
        ];
        assert_eq!(
            report("watch", &cases),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites tests=\"3\" failures=\"1\" errors=\"1\">\n\
             \x20 <testsuite name=\"watch\" tests=\"3\" failures=\"1\" errors=\"1\">\n\
             \x20   <testcase classname=\"watch\" name=\"a\"/>\n\
             \x20   <testcase classname=\"watch\" name=\"&lt;b&gt;\">\n\
             \x20     <failure message=\"x &amp; &quot;y&quot;\">x &amp; &quot;y&quot;\nz</failure>\n\
             \x20   </testcase>\n\
             \x20   <testcase classname=\"watch\" name=\"c\">\n\
             \x20     <error message=\"gone\">gone</error>\n\
             \x20   </testcase>\n\
             \x20 </testsuite>\n</testsuites>\n"
        );
    }
}
