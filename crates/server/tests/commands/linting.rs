//! `lint`, and the messages of `map` about a template.

use super::run;

/// Lints a template from standard input; returns the exit status and the output.
fn lint(template: &str, arguments: &[&str]) -> (i32, String) {
    let arguments: Vec<&str> = ["lint", "-"].iter().chain(arguments).copied().collect();
    let (status, printed, _) = run(&arguments, template);
    (status, printed)
}

#[test]
fn lint_prints_findings_with_a_caret() {
    let set = ["--set", "850", "--version", "4010"];
    let (status, printed) = lint("{ \"a\": $totl }", &[]);
    let wanted = "standard input: warning: nothing sets $totl; it is always missing (line 1, column 8)\n\
                  1 | { \"a\": $totl }\n  |        ^\nstandard input: 1 warning, 0 notes\n";
    assert_eq!((status, printed.as_str()), (1, wanted));
    let path = "interchanges.functional_groups.transactions.segments";
    let (status, printed) = lint(&format!("{{ \"a\": {path}.BEG_3 }}"), &set);
    assert_eq!(status, 1, "{printed}");
    assert!(printed.contains("Did you mean BEG_03?"), "{printed}");
    let (status, printed) = lint(&format!("{{ \"a\": {path}.CUR_02 }}"), &set);
    assert_eq!(status, 0, "{printed}");
    assert!(printed.contains(": note: \"a\" is left out"), "{printed}");
    assert_eq!(
        lint("{}", &[]),
        (0, "standard input: nothing found\n".to_owned())
    );
}

#[test]
fn lint_tries_each_loop_at_none_one_and_two() {
    let template = "{ \"skus\": interchanges.functional_groups.transactions.segments\
                    .`PO1-8000_loop`.PO1_07 }";
    let set = ["--set", "850", "--version", "4010", "--cardinality"];
    let (status, printed) = lint(template, &set);
    assert_eq!(status, 1, "{printed}");
    assert!(
        printed.contains("a list with two of PO1-8000_loop and none with one"),
        "{printed}"
    );
}

#[test]
fn lint_says_what_it_cannot_check() {
    let (status, printed) = lint("{ \"a\" 1 }", &[]);
    assert_eq!(status, 1);
    assert!(
        printed.starts_with("standard input: error: S0202"),
        "{printed}"
    );
    for (template, arguments, words) in [
        ("<a/>", &["lint", "-"] as &[&str], "is XSLT"),
        ("1", &["lint", "-", "--cardinality"], "needs --set"),
        (
            "1",
            &["lint", "-", "--set", "999", "--version", "4010"],
            "no transaction set",
        ),
    ] {
        let (status, _, error) = run(arguments, template);
        assert_eq!(status, 2, "{template}");
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn map_shows_the_line_where_a_template_is_wrong() {
    let file =
        std::env::temp_dir().join(format!("b2bi-local-wrong-{}.jsonata", std::process::id()));
    std::fs::write(&file, "{\n  \"a\": $uppercase(n)\n}").unwrap();
    let name = file.to_string_lossy().into_owned();
    let (status, _, error) = run(&["map", "--template", &name], "{\"n\": 7}");
    let (explained, printed, _) = run(&["map", "--explain", "--template", &name], "{\"n\": \"x\"}");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(status, 2);
    let wanted = "T0410: Argument 1 of $uppercase must be a string, found 7 (line 2, column 8)\n\
                  2 |   \"a\": $uppercase(n)\n  |        ^\n";
    assert!(error.ends_with(wanted), "{error}");
    assert_eq!((explained, printed), (0, format!("a  {name}:2  n\n")));
}
