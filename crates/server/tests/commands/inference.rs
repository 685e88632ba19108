//! `generate` from several examples, and its notes about the template.

use super::{run, task};

/// The arguments for the two pairs of a task.
fn pairs(name: &str, kinds: [&str; 2]) -> Vec<String> {
    let mut arguments = vec!["generate".to_owned()];
    for start in ["", "unseen-"] {
        for (side, kind) in ["input", "output"].iter().zip(kinds) {
            arguments.push(format!("--{side}"));
            arguments.push(task(name, &format!("{start}{side}.{kind}")));
        }
    }
    arguments
}

#[test]
fn each_example_is_held_back_in_turn() {
    let arguments = pairs("03-parties-by-qualifier", ["edi", "json"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (status, template, report) = run(&arguments, "");
    assert_eq!(status, 0, "{report}");
    assert!(template.contains("N1_01 = \"ST\""), "{template}");
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 5, "{report}");
    assert!(
        lines
            .iter()
            .take(2)
            .all(|line| line.contains("accuracy 1.000")),
        "{report}"
    );
    assert!(
        lines[2].contains("input.edi: held out, values "),
        "{report}"
    );
    assert_eq!(lines[4], "held out: 2 of 2 are right");
}

#[test]
fn examples_that_contradict_each_other_are_named() {
    let folder = std::env::temp_dir().join(format!("b2bi-local-examples-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let input = file("in.json", "{\"number\": \"PO-7\", \"city\": \"Oslo\"}");
    let one = file("one.json", "{\"po\": \"PO-7\", \"to\": \"Oslo\"}");
    let two = file("two.json", "{\"po\": \"PO-7\", \"to\": \"Rome\"}");
    let arguments = [
        "generate", "--input", &input, "--output", &one, "--input", &input, "--output", &two,
    ];
    let (status, _, report) = run(&arguments, "");
    let (uneven, _, problem) = run(&arguments[..7], "");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(status, 0, "{report}");
    assert!(
        report.contains("  to: wanted \"Rome\", the template makes \"Oslo\""),
        "{report}"
    );
    assert!(report.ends_with("held out: 0 of 2 are right\n"), "{report}");
    assert_eq!(uneven, 2);
    assert!(problem.contains("2 --input and 1 --output"), "{problem}");
}

#[test]
fn explain_says_what_each_member_rests_on() {
    let mut arguments = pairs("16-json-to-order", ["json", "edi"]);
    arguments.truncate(5);
    arguments.push("--explain".to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (status, template, report) = run(&arguments, "");
    assert_eq!(status, 0, "{report}");
    let rows: Vec<&str> = report.lines().skip(1).collect();
    assert_eq!(rows.len(), template.matches("*/").count(), "{report}");
    assert!(
        rows.iter()
            .any(|row| row.contains("BEG_03  ") && row.contains("seen once")),
        "{report}"
    );
}
