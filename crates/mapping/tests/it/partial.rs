//! Builtins that are applied partially, whose arguments jsonata-js does not check.

use b2bi_local_mapping::{Engine, Jsonata, Limits, MappingError, Run};

const INPUT: &str =
    r#"{"n": "abc", "number": 42.5, "list": ["a", "b"], "numbers": [3, 1, 2], "object": {"k": 1}}"#;

fn map(template: &str) -> Result<String, MappingError> {
    let run = Run::new(0, 1, Limits::standard());
    let output = Jsonata.compile(template)?.evaluate(INPUT, &run)?;
    let output = output.unwrap_or_else(|| "nothing".to_owned());
    Ok(output.split_whitespace().collect())
}

#[test]
fn values_of_the_right_type_are_used_as_in_a_call() {
    let check =
        |template: &str, wanted: &str| assert_eq!(map(template).unwrap(), wanted, "{template}");
    check("n ~> $pad(?, -5, '*')", r#""**abc""#);
    check("n ~> $replace(?, 'b', 'X')", r#""aXc""#);
    check("n ~> $substring(?, 1)", r#""bc""#);
    check("$map(list, $uppercase(?))", r#"["A","B"]"#);
    check("list ~> $join(?, '+')", r#""a+b""#);
    check("numbers ~> $sum(?)", "6");
    check("missing ~> $pad(?, 3)", "nothing");
    check(
        "list ~> $map(?, function($v) { $uppercase($v) })",
        r#"["A","B"]"#,
    );
    check("missing ~> $map(?, $uppercase)", "nothing");
    check(
        "($pad := function($a, $b) { 'own' }; number ~> $pad(?, 3))",
        r#""own""#,
    );
}

#[test]
fn other_values_are_converted_as_in_javascript() {
    let check =
        |template: &str, wanted: &str| assert_eq!(map(template).unwrap(), wanted, "{template}");
    check("list ~> $pad(?, 4, '*')", r#""a,b**""#);
    check("list ~> $length(?)", "2");
    check("list ~> $contains(?, 'b')", "true");
    check("list ~> $substringBefore(?, 'z')", r#"["a","b"]"#);
    check("numbers ~> $join(?, '-')", r#""3-1-2""#);
    check("'-5' ~> $abs(?)", "5");
    check("list ~> $sum(?)", r#""0ab""#);
    check("n ~> $count(?)", "3");
    check("object ~> $map(?, function($v) { $v })", "nothing");
    check("n ~> $map(?, function($v) { $v })", r#"["a","b","c"]"#);
    check(
        "list ~> $each(?, function($v, $k) { $k & $v })",
        r#"["0a","1b"]"#,
    );
    check("numbers ~> $zip(?, list)", "[[3],[1],[2]]");
}

#[test]
fn values_that_javascript_cannot_use_are_errors_without_a_code() {
    let check = |template: &str, code: Option<&str>, wanted: &str| {
        let problem = map(template).unwrap_err();
        assert_eq!(problem.code.as_deref(), code, "{template}: {problem}");
        assert!(
            problem.to_string().contains(wanted),
            "{template}: {problem}"
        );
    };
    check("number ~> $pad(?, 4)", None, "Argument 1 of $pad");
    check(
        "$map(numbers, $replace(?, '1', ''))",
        None,
        "line 1, column 1",
    );
    check("n ~> $join(?, '+')", None, "is not a list");
    check("number ~> $sum(?)", None, "is not a list");
    check("object ~> $number(?)", Some("D3030"), "");
    check("n ~> $replace(?, '', 'x')", Some("D3010"), "");
    check(
        "number ~> $string(?)",
        Some("S0208"),
        "function($v) { $string($v) }",
    );
}
