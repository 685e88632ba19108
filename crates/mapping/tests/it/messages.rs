//! The messages for wrong templates, from `fixtures/mapping/errors`: one template per line with its
//! position, code and message.

use std::fs;
use std::path::Path;

use b2bi_local_mapping::{Engine, Jsonata, Limits, MappingError, Run};

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mapping/errors");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn error(template: &str, input: &str) -> MappingError {
    let run = Run::new(0, 1, Limits::standard());
    let mapped = Jsonata
        .compile(template)
        .and_then(|compiled| compiled.evaluate(input, &run));
    match mapped {
        Ok(output) => unreachable!("{template} is mapped to {output:?}"),
        Err(error) => error,
    }
}

#[test]
fn wrong_templates_say_what_is_wrong_and_where() {
    let (lines, input) = (fixture("messages.tsv"), fixture("input.json"));
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let template = line.split('\t').next().unwrap_or_default();
        let error = error(&template.replace("\\n", "\n"), &input);
        let place = error.position.map_or_else(
            || "-".to_owned(),
            |place| format!("{}:{}", place.line, place.column.unwrap_or_default()),
        );
        let code = error.code.unwrap_or_default();
        let found = format!("{template}\t{place}\t{code}\t{}", error.reason);
        if found != line {
            wrong.push(format!("wanted {line}\nfound  {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(lines.lines().count() >= 100);
}

#[test]
fn an_excerpt_shows_the_line_with_a_caret() {
    let check = |template: &str, wanted: &str| {
        let excerpt = error(template, "{}").excerpt(template);
        assert_eq!(excerpt.as_deref(), Some(wanted), "{template}");
    };
    check(
        "{\n\t\"é\": $sum(1 : 2)\n}",
        "2 |  \"é\": $sum(1 : 2)\n  |              ^\n",
    );
    check("[1,", "1 | [1,\n  |    ^\n");
    let long = format!("\"{}\" & (1 2) & \"{0}\"", "x".repeat(200));
    let excerpt = error(&long, "{}").excerpt(&long).unwrap();
    assert!(
        excerpt.lines().all(|line| line.chars().count() <= 110),
        "{excerpt}"
    );
    assert!(excerpt.contains("(1 2)"), "{excerpt}");
}
