//! Mapping by example: realistic tasks, scored on an input that the search did not get.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use b2bi_local_infer::{self as infer, Language, ValueComparison};
use b2bi_local_mapping::{Cancel, Cause, Engine, Jsonata, Limits, Run};
use b2bi_local_x12::{Layout, to_json, to_xml};
use serde_json::{Value, json};

/// The folder with the tasks.
const TASKS: &str = "../../fixtures/mapping/infer";
/// The page with the table of scores.
pub(crate) const README: &str = "../../docs/mapping-by-example.md";
/// The minimum number of right results on the unseen input.
const RIGHT: usize = 38;

/// The outcome of a task.
pub(crate) struct Score {
    pub(crate) name: String,
    language: Language,
    /// The share of the wanted lines in the template's output for its own input.
    accuracy: f64,
    /// Whether it gives the expected output for an unseen input.
    pub(crate) unseen: bool,
    /// The wrong values in the output for the unseen input, at members that have no comment.
    pub(crate) unmarked: Vec<String>,
}

fn generate(input: &str, output: &str, language: Language) -> String {
    infer::generate(input, output, language, &Cancel::default()).unwrap()
}

fn tasks() -> Vec<PathBuf> {
    folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join(TASKS))
}

/// The folders in a folder, sorted by name.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut tasks: Vec<PathBuf> = entries.filter(|entry| entry.is_dir()).collect();
    tasks.sort();
    tasks
}

/// A side of a task; X12 as the service-defined document.
fn side(task: &Path, name: &str, language: Language) -> String {
    let file = |extension: &str| task.join(format!("{name}.{extension}"));
    if let Ok(edi) = fs::read(file("edi")) {
        return match language {
            Language::Jsonata => to_json(&edi, Layout::Pretty).text,
            Language::Xslt => to_xml(&edi).text,
        };
    }
    fs::read_to_string(file("json"))
        .or_else(|_| fs::read_to_string(file("xml")))
        .unwrap()
}

fn map(template: &str, input: &str, language: Language) -> String {
    match language {
        Language::Jsonata => jsonata(template, input),
        Language::Xslt => xslt(template, input),
    }
}

fn jsonata(template: &str, input: &str) -> String {
    let run = Run::new(0, 1, Limits::standard());
    let compiled = Jsonata.compile(template).unwrap();
    // A template that fails has no output.
    let mapped = compiled.evaluate(input, &run).ok().flatten();
    mapped.unwrap_or_else(|| "null".to_owned())
}

/// The XSLT engine is in a crate that depends on this one, so this test uses xsltproc, which
/// `scripts/libxslt` installs.
fn xslt(template: &str, input: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("infer");
    fs::create_dir_all(&folder).unwrap();
    // Tests run in separate processes, and threads of different processes have the same ids.
    let unique = format!("{}-{:?}", std::process::id(), std::thread::current().id());
    let [stylesheet, document] = ["xsl", "xml"].map(|item| folder.join(format!("{unique}.{item}")));
    fs::write(&stylesheet, template).unwrap();
    fs::write(&document, input).unwrap();
    let ended = Command::new("xsltproc")
        .args([
            "--nonet".as_ref(),
            stylesheet.as_os_str(),
            document.as_os_str(),
        ])
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}\n{template}");
    String::from_utf8(ended.stdout).unwrap()
}

fn is_same(one: &str, other: &str, language: Language) -> bool {
    match language {
        Language::Jsonata => {
            let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            value(one) == value(other)
        }
        Language::Xslt => {
            let share = |one, other| infer::accuracy(one, other, language).unwrap();
            share(one, other) + share(other, one) > 1.999_999
        }
    }
}

/// A task's name, and its language, which the name states.
fn named(task: &Path) -> (String, Language) {
    let name = task.file_name().unwrap().to_string_lossy().into_owned();
    let language = if name.contains("xslt") {
        Language::Xslt
    } else {
        Language::Jsonata
    };
    (name, language)
}

/// Whether the member at a path of an output, or an enclosing one, has a comment in a template.
fn is_marked(template: &str, path: &str) -> bool {
    let names = path
        .split(['.', '/', '@'])
        .map(|part| part.split('[').next().unwrap_or(part));
    let mut names = names.filter(|name| !name.is_empty()).peekable();
    if names.peek().is_none() {
        // The template as a whole failed.
        return has_comment(template);
    }
    names.any(|name| {
        let (json, xml, attribute) = (
            format!("\"{name}\":"),
            format!("<{name}"),
            format!("<!-- {name}:"),
        );
        let lines: Vec<&str> = template.lines().collect();
        let is_member = |line: &str| line.contains(&json) || line.contains(&xml);
        let close = format!("</{name}>");
        lines.iter().any(|line| line.contains(&attribute))
            || lines.windows(2).any(|pair| match pair {
                [line, next] => {
                    let marked = has_comment(line) || (line.ends_with('[') && has_comment(next));
                    is_member(line) && marked
                }
                _ => false,
            })
            || lines
                .iter()
                .any(|line| line.contains(&close) && has_comment(line))
    })
}

fn has_comment(line: &str) -> bool {
    line.contains("/*") || line.contains("<!--")
}

pub(crate) fn score(task: &Path) -> Score {
    let (name, language) = named(task);
    let of = |name| side(task, name, language);
    let template = generate(&of("input"), &of("output"), language);
    let again = map(&template, &of("input"), language);
    let unseen = map(&template, &of("unseen-input"), language);
    let compared = ValueComparison::new(&of("unseen-output"), &unseen, language);
    let wrong = compared.differences.into_iter().map(|wrong| wrong.path);
    let unmarked = wrong.filter(|path| !is_marked(&template, path)).collect();
    Score {
        unmarked,
        accuracy: infer::accuracy(&of("output"), &again, language).unwrap(),
        unseen: is_same(&unseen, &of("unseen-output"), language),
        name,
        language,
    }
}

fn table(scores: &[Score]) -> String {
    let mut table =
        "| task | language | accuracy | unseen input |\n| --- | --- | --- | --- |\n".to_owned();
    for score in scores {
        let language = match score.language {
            Language::Jsonata => "JSONata",
            Language::Xslt => "XSLT",
        };
        let unseen = if score.unseen { "right" } else { "wrong" };
        let (name, accuracy) = (&score.name, score.accuracy);
        writeln!(table, "| {name} | {language} | {accuracy:.3} | {unseen} |").unwrap();
    }
    table
}

#[test]
fn the_tasks_score_as_the_readme_says() {
    let scores: Vec<Score> = tasks().iter().map(|task| score(task)).collect();
    assert_eq!(scores.len(), 39);
    let right = scores.iter().filter(|score| score.unseen).count();
    let table = table(&scores);
    assert!(
        right >= RIGHT,
        "{right} of {} are right\n{table}",
        scores.len()
    );
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(README)).unwrap();
    assert!(
        readme.contains(&table),
        "the table in {README} must be\n\n{table}"
    );
}

#[test]
fn the_same_examples_always_give_the_same_template() {
    for task in tasks() {
        let (name, language) = named(&task);
        let of = |name| side(&task, name, language);
        let first = generate(&of("input"), &of("output"), language);
        let second = generate(&of("input"), &of("output"), language);
        assert_eq!(first, second, "{name}");
    }
}

/// Checks how the template writes an output with one new value.
fn check(input: &Value, output: &Value, wanted: &str) {
    let template = generate(&input.to_string(), &output.to_string(), Language::Jsonata);
    assert!(template.contains(wanted), "{wanted} is not in\n{template}");
}

#[test]
fn numbers_and_texts_are_not_put_in_an_order() {
    let lines = |item: [&str; 3]| {
        let lines = [json!(0), json!("20000000"), json!("0-")];
        let lines = lines.into_iter().zip(item);
        let lines = lines.map(|(note, sku)| json!({"sku": sku, "note": note}));
        json!({ "lines": lines.collect::<Vec<_>>() })
    };
    let input = lines(["mug", "tray", "bowl"]);
    for (output, wanted) in [
        (json!({"last": "tray"}), json!({"last": "tray"})),
        (json!({"note": "0-"}), json!({"note": "0-"})),
        (
            json!([{"sku": "mug"}, {"sku": "bowl"}, {"sku": "tray"}]),
            json!([{"sku": "mug"}, {"sku": "bowl"}, {"sku": "tray"}]),
        ),
    ] {
        let template = generate(&input.to_string(), &output.to_string(), Language::Jsonata);
        let mapped = map(&template, &input.to_string(), Language::Jsonata);
        let mapped: Value = serde_json::from_str(&mapped).unwrap();
        assert_eq!(mapped, wanted, "{template}");
    }
}

#[test]
fn values_are_explained_in_the_way_that_generalises_best() {
    let two =
        json!({"parties": [{"role": "ST", "name": "Depot"}, {"role": "BT", "name": "Office"}]});
    check(
        &two,
        &json!({"to": "Office"}),
        r#"parties[role = "BT"].name"#,
    );
    let dated = json!({"date": "20260301", "at": "2026-03-01T09:15:00Z"});
    check(&dated, &json!({"on": "2026-03-01"}), "$substring($, 0, 4)");
    check(&json!({"a": "007"}), &json!({"n": 7}), "$number(a)");
    check(
        &json!({"cents": "64490"}),
        &json!({"total": 644.9}),
        "$number(cents) / 100",
    );
    check(
        &json!({"name": "Keller, Martha"}),
        &json!({"first": "Martha"}),
        r#"$substringAfter(name, ", ")"#,
    );
    check(
        &json!({"code": "ABC"}),
        &json!({"code": "abc"}),
        "$lowercase(code)",
    );
    check(
        &json!({"a": [{"n": "red"}, {"n": "blue"}]}),
        &json!({"all": "red, blue"}),
        r#"$join(a.n, ", ")"#,
    );
    check(
        &json!({"a": [{"n": "red"}, {"n": "blue"}]}),
        &json!({"count": 2}),
        "$count(a)",
    );
    check(
        &json!({"a": "x"}),
        &json!({"b": "unheard of"}),
        "/* constant: not found in the input */",
    );
}

#[test]
fn each_member_tells_what_it_rests_on() {
    let lines =
        json!({"n": "7", "lines": [{"a": "p", "b": "q"}, {"a": "r"}, {"a": "s", "b": "t"}]});
    check(&lines, &json!({"number": "7"}), "n /* seen once */");
    let wanted = json!([{"x": "p", "y": "q"}, {"x": "r"}, {"x": "s", "y": "t"}]);
    check(&lines, &wanted, "a, /* from 3 of 3 */");
    check(&lines, &wanted, "b /* from 2 of 3 */");
    check(
        &lines,
        &json!({"third": "s"}),
        "; position, not qualifier */",
    );
}

#[test]
fn a_coincidence_is_no_rule() {
    let check_not = |input: &Value, output: &Value, unwanted: &str| {
        let template = generate(&input.to_string(), &output.to_string(), Language::Jsonata);
        assert!(!template.contains(unwanted), "{unwanted} is in\n{template}");
    };
    let orders = json!({"orders": [{"no": "HB-88120", "x": 1}, {"no": "HB-88121", "x": 2}]});
    let cartons = json!([{"no": "HB-88120", "cartons": 7}, {"no": "HB-88121", "cartons": 9}]);
    check_not(&orders, &cartons, "$lookup");
    let marked = json!([{"no": "HB-88120", "late": true}, {"no": "HB-88121", "late": false}]);
    check_not(&orders, &marked, r#"= "HB-88120""#);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let cancel = Cancel::default();
    for (input, output, language, words) in [
        (
            "x",
            "{}",
            Language::Jsonata,
            "the input is not JSON: expected value",
        ),
        ("{}", "", Language::Jsonata, "the output is not JSON: EOF"),
        ("<a>", "<b/>", Language::Xslt, "the input is not XML"),
        ("<a/>", "{}", Language::Xslt, "the output is not XML"),
    ] {
        let problem = infer::generate(input, output, language, &cancel).unwrap_err();
        assert_eq!(problem.cause, Cause::Input);
        assert!(problem.reason.contains(words), "{}", problem.reason);
    }
}

#[test]
fn a_search_that_nobody_waits_for_ends() {
    let cancel = Cancel::default();
    cancel.cancel();
    let problem = infer::generate("{}", "{}", Language::Jsonata, &cancel).unwrap_err();
    assert_eq!(problem.cause, Cause::Cancelled);
}

/// Orders with many lines of different values.
fn lines(count: usize) -> (Value, Value) {
    let line = |n: usize| json!({"sku": format!("SKU-{n}"), "qty": n % 97, "note": format!("note {n} of many")});
    let made = |n: usize| json!({"item": format!("SKU-{n}"), "quantity": (n % 97).to_string(), "text": format!("note {n} of many")});
    (
        json!({"lines": (0..count).map(line).collect::<Vec<_>>()}),
        json!({"items": (0..count).map(made).collect::<Vec<_>>()}),
    )
}

#[test]
fn long_examples_are_explained_in_seconds() {
    let (input, output) = lines(20_000);
    let began = Instant::now();
    let template = generate(&input.to_string(), &output.to_string(), Language::Jsonata);
    assert!(
        began.elapsed() < Duration::from_mins(1),
        "{:?}",
        began.elapsed()
    );
    assert!(template.len() < 1_000, "{template}");
    let mapped = jsonata(&template, &input.to_string());
    assert!(is_same(&mapped, &output.to_string(), Language::Jsonata));
}

#[test]
fn long_examples_that_nothing_explains_end() {
    let (input, _) = lines(2_000);
    let strange = |n: usize| json!({"a": format!("{n}-strange"), "b": n * 7919, "c": ["x", n]});
    let output = json!({"items": (0..2_000).map(strange).collect::<Vec<_>>()});
    let began = Instant::now();
    let template = generate(&input.to_string(), &output.to_string(), Language::Jsonata);
    assert!(
        began.elapsed() < Duration::from_mins(1),
        "{:?}",
        began.elapsed()
    );
    assert!(!template.is_empty());
}
