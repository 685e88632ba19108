//! Writes the page on fidelity: the source of each behaviour, collected from the code.

use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Outcome;
use crate::repository;

const PAGE: &str = "docs/fidelity.md";
const OPERATIONS: &str = "crates/b2bi/src/resources/operations";
const MODULES: &str = "crates/b2bi/src";
const TESTS: &str = "python/tests/test_operations";
const LIST: &str = "fixtures/ASSUMPTIONS.md";
const UNASKED: &str = "fixtures/calibration/unasked.toml";
const RECORDINGS: &str = "fixtures/recordings/*.json";
/// The beginning of a doc comment that names the source of a behaviour.
const SOURCE: &str = concat!("Source", ": ");
const GUESS: &str = concat!("Assumption ", "A-");

const INTRODUCTION: &str = "# Fidelity: how closely this matches AWS

`cargo xtask fidelity` generates this page from the sources, and CI checks that it is current. To change it,
change the sources.

The members, constraints, errors and pagination of each operation come from the service model in botocore
(`cargo xtask codegen`). Each operation has a test file, which runs against the server with two versions of
boto3. Behaviour that the model does not define comes from the documentation, from reports of what AWS does, or
from the X12 standard. The rest is guessed, and each guess has a number. [Correcting a guess](correcting-a-guess.md)
explains how to check one with an AWS account.

By default, the server accepts set-ups that AWS would refuse. To find them before production, start the server with
[`--strict-aws`](pipelines.md#what-aws-requires-of-buckets). It then processes a file only if EventBridge is on and the
bucket policies allow the service access, and it requires that the buckets of a capability exist.
";

/// Writes the page; `--check` only compares.
pub fn run(arguments: &[String]) -> Outcome {
    let page = page(&repository::root())?;
    let path = repository::root().join(PAGE);
    match arguments.first().map(String::as_str) {
        None => fs::write(&path, page).context(PAGE),
        Some("--check") if read(&path)? == page => Ok(()),
        Some("--check") => bail!("{PAGE} is out of date: run `cargo xtask fidelity`"),
        Some(other) => bail!("fidelity accepts only --check, not {other}"),
    }
}

fn page(root: &Path) -> anyhow::Result<String> {
    let sources = rust_files(root)?;
    let list = read(&root.join(LIST))?;
    let why_not = read(&root.join(UNASKED))?;
    let parts = [
        INTRODUCTION.to_owned(),
        operations(root, &sources)?,
        behaviours(&sources),
        guesses(
            &list,
            &sources,
            &Known {
                recorded: recorded(root)?,
                reasons: unasked(&why_not),
            },
        ),
    ];
    Ok(parts.join("\n"))
}

/// A source file of ours: its path in the repository, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The numbers of the guesses that the file names.
    fn guesses(&self) -> Vec<&str> {
        let named = self.text.split(GUESS).skip(1);
        let mut numbers: Vec<&str> = named.map(number_at_start).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

fn number_at_start(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

fn operations(root: &Path, sources: &[Source]) -> anyhow::Result<String> {
    let mut table = String::from(
        "## Operations\n\nThe last column lists the guesses in the operation's file and in the modules that it \
         calls.\n\n| operation | what it does | tests | guesses |\n| --- | --- | --- | --- |\n",
    );
    for source in sources.iter().filter(|source| is_operation(&source.path)) {
        let (name, purpose) = described(&source.text);
        let test = format!("{TESTS}/test_{}.py", stem(&source.path));
        read(&root.join(&test))?;
        let guesses = guesses_behind(source, sources).join(", ");
        let _ = writeln!(
            table,
            "| [{name}](../{}) | {purpose} | [tests](../{test}) | {guesses} |",
            source.path
        );
    }
    Ok(table)
}

fn is_operation(path: &str) -> bool {
    path.starts_with(OPERATIONS) && !path.ends_with("/mod.rs")
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.trim_end_matches(".rs")
}

/// The operation's name, and the first sentence of its function's comment.
fn described(text: &str) -> (String, String) {
    let name = text.lines().next().unwrap_or_default();
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    let function = format!("fn {}", crate::codegen::snake(name));
    let before = text.split(&function).next().unwrap_or_default();
    let comment = before.rsplit("\n\n").next().unwrap_or_default();
    let lines = comment.lines().filter_map(|line| line.strip_prefix("/// "));
    let comment = lines.take_while(|line| !line.starts_with('#'));
    let comment: Vec<&str> = comment.collect();
    let comment = comment.join(" ");
    let sentence = comment.split(". ").next().unwrap_or_default();
    (name.to_owned(), sentence.trim_end_matches('.').to_owned())
}

/// The guesses in an operation's file and in the modules that it uses.
fn guesses_behind(operation: &Source, sources: &[Source]) -> Vec<String> {
    let called = |source: &&Source| {
        let inner = source.path.strip_prefix(MODULES).unwrap_or_default();
        let inner = inner.trim_start_matches('/').trim_end_matches(".rs");
        let names = |module: &str| operation.text.contains(&format!("{module}::"));
        // An import from a submodule is not a use of the folder's own module.
        let calls = |module: &str| {
            let mut lines = operation.text.lines();
            lines.any(|line| !line.starts_with("use ") && line.contains(&format!("{module}::")))
        };
        let is_named = match inner.rsplit_once('/') {
            // The code of jobs is spread over many files.
            Some(("jobs" | "state/job", _)) => names("jobs") || names("job"),
            Some((folder, "mod")) => calls(folder),
            Some((_, module)) => names(module),
            None => !inner.is_empty() && names(inner),
        };
        is_named && !source.path.starts_with(OPERATIONS)
    };
    let mut numbers = operation.guesses();
    for source in sources.iter().filter(called) {
        numbers.extend(source.guesses());
    }
    numbers.sort_unstable_by_key(|numbers| (numbers.len(), *numbers));
    numbers.dedup();
    numbers.iter().map(|number| format!("A-{number}")).collect()
}

/// Every `Source:` comment, with its file.
fn behaviours(sources: &[Source]) -> String {
    let mut table = String::from(
        "## Sources of behaviour\n\nThe `Source:` comments of the code, by file.\n\n| file | source |\n| --- | --- |\n",
    );
    for source in sources {
        for statement in statements(&source.text) {
            let _ = writeln!(table, "| [{0}](../{0}) | {statement} |", source.path);
        }
    }
    table
}

/// The text after each `Source:`, up to the end of its paragraph.
fn statements(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let comment = line.trim_start().trim_start_matches(['/', '!']);
        let is_comment = line.trim_start().starts_with("//") && !comment.trim().is_empty();
        match comment.trim().strip_prefix(SOURCE.trim_end()) {
            Some(first) if is_comment => {
                found.push(first.trim().to_owned());
                is_open = true;
            }
            _ if is_comment && is_open => {
                if let Some(last) = found.last_mut() {
                    last.push(' ');
                    last.push_str(comment.trim());
                }
            }
            _ => is_open = false,
        }
    }
    found
        .iter()
        .map(|found| found.replace('|', "\\|"))
        .collect()
}

/// Every guess, with the files that name it.
fn guesses(list: &str, sources: &[Source], known: &Known<'_>) -> String {
    let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        for number in source.guesses() {
            files.entry(number).or_default().push(&source.path);
        }
    }
    let rows = || list.lines().filter(|line| line.starts_with("| A-"));
    let (all, unasked, recorded) = (rows().count(), known.reasons.len(), known.recorded.len());
    let asked = all.saturating_sub(unasked);
    let mut page = format!(
        "## Guesses\n\nThe guesses are listed in [{LIST}](../{LIST}). If no file is named below, the guess is in data or in \
         many places. `b2bi-local record` can ask AWS about {asked} of the {all} guesses. Recordings in this \
         repository answer {recorded}.\n"
    );
    for row in rows() {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, what, why, how] = cells[..] else {
            continue;
        };
        let files = files.get(number.trim_start_matches("A-"));
        let files: Vec<String> = files
            .into_iter()
            .flatten()
            .map(|file| format!("`{file}`"))
            .collect();
        let basis = basis(why, known.recorded.get(number));
        let _ = write!(
            page,
            "\n**{number}** {what}.\n\n- Basis: {basis}.\n- Why: {why}.\n"
        );
        if how != "–" {
            let _ = writeln!(page, "- To find out: {how}.");
        }
        if let Some(reason) = known.reasons.get(number) {
            let _ = writeln!(page, "- `record` does not ask: {reason}.");
        }
        if !files.is_empty() {
            let _ = writeln!(page, "- Where: {}.", files.join(", "));
        }
    }
    page
}

/// What is known about guesses, by number.
struct Known<'a> {
    /// The first day on which AWS answered a question about the guess.
    recorded: BTreeMap<String, String>,
    /// Why no question asks AWS.
    reasons: BTreeMap<&'a str, String>,
}

/// The evidence for a guess: a recording of AWS, documentation, or none.
fn basis(why: &str, recorded: Option<&String>) -> String {
    match recorded {
        Some(date) => format!("recorded since {date}"),
        None if why.starts_with("documented") => "documented in part".to_owned(),
        None => "guessed".to_owned(),
    }
}

/// The guesses that recordings of AWS answer, each with the date of the first recording.
fn recorded(root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut days: BTreeMap<String, String> = BTreeMap::new();
    let listed = repository::output_of("git", &["ls-files", RECORDINGS])?;
    for path in listed.lines() {
        answered(&read(&root.join(path))?, &mut days).with_context(|| path.to_owned())?;
    }
    Ok(days)
}

/// Adds the answers of one recording; recordings of servers other than AWS do not count.
fn answered(text: &str, days: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let recording: Value = serde_json::from_str(text)?;
    let source = recording["source"].as_str();
    let date = recording["date"]
        .as_str()
        .context("a recording has a date")?;
    if source != Some("aws") {
        return Ok(());
    }
    let answers = recording["answers"].as_array().into_iter().flatten();
    let numbers = answers.filter_map(|answer| answer["assumptions"].as_array());
    for number in numbers.flatten().filter_map(Value::as_str) {
        let day = days.entry(number.to_owned());
        let day = day.or_insert_with(|| date.to_owned());
        if date < day.as_str() {
            date.clone_into(day);
        }
    }
    Ok(())
}

/// Why no question asks AWS about a guess, by number: lines `A-23 = "reason"`.
fn unasked(text: &str) -> BTreeMap<&str, String> {
    let rows = text.lines().filter_map(|line| line.split_once(" = "));
    let rows = rows.filter(|(number, _)| number.starts_with("A-"));
    rows.map(|(number, reason)| (number, reason.trim_matches('"').to_owned()))
        .collect()
}

/// The files of all crates, ordered by path, without generated files and tests.
fn rust_files(root: &Path) -> anyhow::Result<Vec<Source>> {
    let listed = repository::output_of("git", &["ls-files", "crates/*/src/*.rs"])?;
    let is_ours = |text: &&str| !text.contains("/generated/") && !text.starts_with("crates/xtask/");
    let files = listed.lines().filter(is_ours).map(|path| {
        let text = read(&root.join(path))?;
        Ok(Source {
            path: path.to_owned(),
            text,
        })
    });
    files.collect()
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_go_to_the_end_of_their_comments() {
        let text = concat!(
            "/// Makes it.\n///\n/// Source",
            ": seen on AWS, all\n/// of it.\n///\n/// More.\nfn a() {}\n",
            "    // Source",
            ": Assumption ",
            "A-1.\n    let b = 1;\n    // Because.\n"
        );
        assert_eq!(
            statements(text),
            ["seen on AWS, all of it.", concat!("Assumption ", "A-1.")]
        );
    }

    #[test]
    fn operations_are_described_by_their_functions() {
        let text = "//! `GetIt`.\n\nuse a::b;\n\n/// Gets it, and\n/// nothing else. Fast.\n///\n/// # Errors\n///\n/// None.\npub fn get_it() {}\n";
        assert_eq!(
            described(text),
            ("GetIt".to_owned(), "Gets it, and nothing else".to_owned())
        );
    }

    #[test]
    fn recordings_of_aws_settle_what_they_answer() {
        let recording = |source: &str, date: &str| {
            serde_json::json!({
                "date": date, "source": source,
                "answers": [{"assumptions": ["A-06", "A-07"], "body": {"date": "1999-01-01"}}],
                "skipped": [{"assumptions": ["A-08"]}],
            })
            .to_string()
        };
        let mut days = BTreeMap::new();
        answered(&recording("endpoint", "2026-01-01"), &mut days).unwrap();
        assert!(days.is_empty());
        for date in ["2026-11-29", "2026-11-28", "2026-11-30"] {
            answered(&recording("aws", date), &mut days).unwrap();
        }
        let day = "2026-11-28".to_owned();
        let expected = [("A-06".to_owned(), day.clone()), ("A-07".to_owned(), day)];
        assert_eq!(days, BTreeMap::from(expected));
        assert!(answered("{}", &mut days).is_err());
        assert!(answered("no recording", &mut days).is_err());
    }

    #[test]
    fn guesses_are_listed_with_the_files_that_name_them() {
        let list = "| number | what |\n| --- | --- |\n| A-07 | it is so | unknown | try |\n| A-08 | or so | unknown | – |\n";
        let source = Source {
            path: "a.rs".to_owned(),
            text: concat!("// Assumption ", "A-07, Assumption ", "A-07").to_owned(),
        };
        let recorded = BTreeMap::from([("A-08".to_owned(), "2026-11-29".to_owned())]);
        let reasons = unasked("# Reasons\nA-08 = \"it takes a week\"\n");
        let page = guesses(list, &[source], &Known { recorded, reasons });
        assert!(
            page.contains(
                "**A-07** it is so.\n\n- Basis: guessed.\n- Why: unknown.\n- To find out: try.\n- Where: `a.rs`.\n"
            ),
            "{page}"
        );
        assert!(
            page.ends_with(
                "**A-08** or so.\n\n- Basis: recorded since 2026-11-29.\n- Why: unknown.\n- `record` does not ask: it takes a week.\n"
            ),
            "{page}"
        );
    }
}
