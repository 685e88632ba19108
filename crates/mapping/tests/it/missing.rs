//! Filters that are true for a member that an item does not have.

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};

const INPUT: &str =
    r#"{"lines": [{"tags": ["a", "b"]}, {"tags": []}, {}, {"tags": "c"}], "one": {"a": 1}}"#;

fn check(template: &str, wanted: &str) {
    let run = Run::new(0, 1, Limits::standard());
    let output = Jsonata.compile(template).unwrap().evaluate(INPUT, &run);
    let output = output.unwrap().unwrap_or_else(|| "nothing".to_owned());
    let output: String = output.split_whitespace().collect();
    assert_eq!(output, wanted, "{template}");
}

#[test]
fn a_filter_that_is_true_for_nothing_makes_null() {
    check("lines.tags[true]", r#"["a","b",null,"c"]"#);
    check("lines.tags[$not($ = 'a')]", r#"["b",null,"c"]"#);
    check("lines.(tags)[true]", r#"["a","b",null,"c"]"#);
    check("$count(lines.tags[true])", "4");
    check("($k := 0; lines.tags[$k])", r#"["a",null,"c"]"#);
    check("lines[2].tags[true]", "nothing");
    check(
        "lines.{'t': tags[true]}",
        r#"[{"t":["a","b"]},{},{},{"t":"c"}]"#,
    );
}

#[test]
fn other_filters_pass_over_nothing() {
    check("lines.tags[$exists($) and $ != 'a']", r#"["b","c"]"#);
    check("lines.tags[$ = 'a' or $ = 'c']", r#"["a","c"]"#);
    check("lines.tags[0]", r#"["a","c"]"#);
    check("lines.tags[-1]", r#"["b","c"]"#);
    check("lines.tags[$contains($, 'a')]", r#""a""#);
    check("lines#$i.tags[true]", r#"["a","b","c"]"#);
}

#[test]
fn brackets_at_the_start_of_a_path_keep_the_list_of_a_chain() {
    check("one[] ~> $keys", r#"["a"]"#);
    check(
        "one[] ~> $map($string) ~> $filter(function($v) { true })",
        r#"["{\"a\":1}"]"#,
    );
    check("one.a[] ~> $map($string)", r#""1""#);
    check("one[] ~> $filter(function($v) { false })", "nothing");
}
