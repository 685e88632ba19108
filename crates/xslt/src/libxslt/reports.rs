//! Parses the error messages that libxslt prints.
//!
//! A report is a line with the position, `runtime error: file F line N element E`, and lines with
//! the message. Lines before the first report are the texts of `xsl:message` and hints of libxml2.

use b2bi_local_mapping::{Cause, MappingError, Position};

use super::TEMPLATE;
use super::errors::Fault;
use super::names::{instead_of_element, instead_of_function};
use crate::problems::{NEEDS_NEWER, problem};

/// The longest message that is passed on, in characters.
const LONGEST: usize = 2_000;

/// A report of libxslt.
struct Report<'a> {
    /// The line of the template.
    line: Option<usize>,
    words: &'a str,
}

/// The first problem in the output.
pub(super) fn problem_of(
    cause: Cause,
    printed: &str,
    xpath: Option<&Fault>,
) -> Option<MappingError> {
    let reports = reports(printed);
    let last = reports.iter().position(|report| report.line.is_some());
    let told = reports.get(..=last.unwrap_or_default())?;
    if told
        .iter()
        .any(|told| told.words.contains("infinite template recursion"))
    {
        let mut deep = problem(Cause::Limit, "Templates call each other too deeply");
        deep.position = position(told);
        return Some(deep);
    }
    let words: Vec<String> = told.iter().map(|told| plain(told.words)).collect();
    let reason = match (missing_function(printed), xpath) {
        (Some(missing), _) => missing,
        (None, Some(fault)) => with_xpath(&words.join(": "), fault),
        (None, None) => words.join(": "),
    };
    let mut found = problem(cause, shortened(&reason));
    found.position = position(told);
    Some(found)
}

/// The texts of `xsl:message`: everything before the first report.
pub(super) fn messages(printed: &str) -> &str {
    let mut start = 0;
    for line in printed.split_inclusive('\n') {
        if place(line.trim_end()).is_some() {
            break;
        }
        start += line.len();
    }
    printed.get(..start).unwrap_or_default()
}

/// The problem of a template with an element that XSLT 1.0 has not.
pub(super) fn unknown_element(printed: &str) -> Option<MappingError> {
    let reports = reports(printed);
    let unknown = reports
        .iter()
        .find(|report| report.words.contains(": unknown "))?;
    let (_, name) = unknown.words.split_once(": unknown ")?;
    let name = name.split_whitespace().next()?.trim_start_matches("xsl:");
    let mut found = problem(
        Cause::Template,
        missing(&format!("element xsl:{name}"), instead_of_element(name)),
    );
    found.position = position(&[Report { ..*unknown }]);
    Some(found)
}

/// A name that XSLT 1.0 does not have: it is misspelled, or of a later version.
fn missing(what: &str, instead: Option<String>) -> String {
    match instead {
        Some(instead) => format!("XSLT 1.0 has no {what}. {instead}"),
        None => format!("XSLT 1.0 has no {what}; {NEEDS_NEWER}"),
    }
}

fn reports(printed: &str) -> Vec<Report<'_>> {
    let mut found: Vec<Report<'_>> = Vec::new();
    for line in printed.lines() {
        if let Some(place) = place(line) {
            found.push(Report {
                line: line_of_template(place),
                words: "",
            });
        } else if let Some(report) = found.last_mut()
            && report.words.is_empty()
        {
            report.words = line;
        }
    }
    found
}

/// The place in the first line of a report.
fn place(line: &str) -> Option<&str> {
    ["compilation error", "runtime error", "error"]
        .iter()
        .find_map(|item| line.strip_prefix(item))
        .filter(|rest| {
            rest.is_empty() || rest.starts_with(": file ") || rest.starts_with(": element ")
        })
}

fn line_of_template(place: &str) -> Option<usize> {
    let template = TEMPLATE.to_str().unwrap_or_default();
    let mut words = place.split(' ').skip_while(|part| *part != template);
    words.next()?;
    words.next().filter(|item| *item == "line")?;
    words.next()?.parse().ok()
}

fn position(reports: &[Report<'_>]) -> Option<Position> {
    let line = reports.iter().find_map(|report| report.line)?;
    Some(Position { line, column: None })
}

/// The message without the name of the C function.
fn plain(words: &str) -> String {
    let words = match words.split_once(':') {
        Some((name, rest)) if is_c_function(name.trim()) => rest,
        _ => words,
    };
    words.trim().trim_end_matches('.').replace(" : ", ": ")
}

fn is_c_function(name: &str) -> bool {
    let ours = ["xslt", "exslt", "xml"]
        .iter()
        .any(|item| name.starts_with(item));
    ours && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The message, and the problem of the expression in it.
fn with_xpath(words: &str, fault: &Fault) -> String {
    let detail = fault.message.trim_end_matches('.');
    if words.is_empty() || words == "XPath evaluation returned no result" {
        return detail.to_owned();
    }
    if !words.contains("could not compile") {
        return words.to_owned();
    }
    let newer = if words.contains("==") {
        ". Compare with a single =".to_owned()
    } else if looks_newer(words) {
        format!("; {NEEDS_NEWER}")
    } else {
        String::new()
    };
    format!("{words}: {detail}{newer}")
}

/// Whether an expression uses features of XPath 2.0.
fn looks_newer(words: &str) -> bool {
    let expression = words.split_once('\'').map_or("", |(_, parts)| parts);
    let tokens = [
        "for $",
        "some $",
        "every $",
        "if (",
        " eq ",
        " ne ",
        " lt ",
        " gt ",
        " le ",
        " ge ",
        " to ",
        " instance of ",
        " cast as ",
        " => ",
        " || ",
        "let $",
        "!",
    ];
    tokens.iter().any(|token| expression.contains(token))
}

/// An unknown function; libxml2 names it on a separate line.
fn missing_function(printed: &str) -> Option<String> {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("xmlXPathCompOpEval: function "))?;
    if let Some(name) = line.strip_suffix(" not found") {
        return Some(missing(
            &format!("function {name}()"),
            instead_of_function(name),
        ));
    }
    Some(format!("function {line}"))
}

/// A message at a length that can be read.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, problem_of};
    use b2bi_local_mapping::Cause;

    fn check(printed: &str, wanted: &str) {
        let found =
            problem_of(Cause::Template, printed, None).map(|problem_of| problem_of.to_string());
        assert_eq!(found.as_deref().unwrap_or_default(), wanted);
    }

    #[test]
    fn reports_are_read() {
        check("", "");
        check("a message\nof two lines\n", "");
        check(
            "compilation error: file mapping-template line 2 element for-each\nxsl:for-each : select is missing\n",
            "xsl:for-each: select is missing (line 2)",
        );
        check(
            "error\nxsltCompileStepPattern : ']' expected\ncompilation error: file mapping-template line 2 element template\nxsltCompilePattern : failed to compile 'a['\n",
            "']' expected: failed to compile 'a[' (line 2)",
        );
        check(
            "runtime error: file mapping-input line 2 element a\nA thing.\n",
            "A thing",
        );
        check(
            "runtime error: file mapping-template line 7 element call-template\nxsltApplySequenceConstructor: A potential infinite template recursion was detected.\nYou can\n",
            "Templates call each other too deeply (line 7)",
        );
    }

    #[test]
    fn names_of_c_functions_are_left_out() {
        assert_eq!(plain("xsltParse : bad"), "bad");
        assert_eq!(plain("xsl:sort : bad."), "xsl:sort: bad");
        assert_eq!(plain("bad: xsltParse"), "bad: xsltParse");
    }
}
