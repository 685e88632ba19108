//! The order of members whose names are array indexes: as in JavaScript, they come first.

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use serde_json::Value;

const INPUT: &str = r#"{"b": 1, "10": {"z": 1, "3": 2}, "9": 3, "01": 4, "lines": [{"sku": "b", "qty": 30}, {"sku": "7", "qty": 4}]}"#;

fn map(template: &str, input: &str) -> String {
    let run = Run::new(0, 1, Limits::standard());
    let output = Jsonata.compile(template).unwrap().evaluate(input, &run);
    let value: Value = serde_json::from_str(&output.unwrap().unwrap()).unwrap();
    value.to_string()
}

fn check(template: &str, wanted: &str) {
    assert_eq!(map(template, INPUT), wanted, "{template}");
}

#[test]
fn members_of_an_input_are_ordered() {
    check(
        "$sift($, function($v, $k) { $k != 'lines' })",
        r#"{"9":3,"10":{"3":2,"z":1},"b":1,"01":4}"#,
    );
    check("$keys($)", r#"["9","10","b","01","lines"]"#);
    check("`10`.*", "[2,1]");
}

#[test]
fn members_of_long_inputs_are_ordered() {
    for length in [70_000, 17 << 20] {
        let filler = "x".repeat(length);
        let input =
            format!(r#"{{"filler": "{filler}", "order": {{"b": 1, "2": {{"c": 1, "1": 2}}}}}}"#);
        assert_eq!(
            map("order", &input),
            r#"{"2":{"1":2,"c":1},"b":1}"#,
            "{length}"
        );
        assert_eq!(
            map("$.order", &input),
            r#"{"2":{"1":2,"c":1},"b":1}"#,
            "{length}"
        );
    }
}

#[test]
fn members_of_a_template_are_ordered() {
    check(r#"{"b": 1, "10": 2, "9": 3}"#, r#"{"9":3,"10":2,"b":1}"#);
    check(r#"{"b": 1, "10": 2, "9": 3}.*"#, "[3,2,1]");
    check(
        r#"{"0": 1, "4294967295": 2, "4294967294": 3, "01": 4, "-1": 5}"#,
        r#"{"0":1,"4294967294":3,"4294967295":2,"01":4,"-1":5}"#,
    );
    check(r#"{"b": 1, $string(b): 2}"#, r#"{"1":2,"b":1}"#);
    check("(lines{$string(qty): sku}).*", r#"["7","b"]"#);
    check("lines{sku: qty}", r#"{"7":4,"b":30}"#);
}

#[test]
fn members_that_a_function_adds_are_ordered() {
    check("$merge(lines.{sku: qty}).*", "[4,30]");
    check("lines.{sku: qty} ~> $merge", r#"{"7":4,"b":30}"#);
    check("lines.{sku: qty} ~> $merge()", r#"{"7":4,"b":30}"#);
    check("$keys(lines.{sku: qty})", r#"["7","b"]"#);
    check("lines.{sku: qty} ~> $keys", r#"["7","b"]"#);
    check(
        r#"lines ~> |$|{"5": 1}, "qty"|"#,
        r#"[{"5":1,"sku":"b"},{"5":1,"sku":"7"}]"#,
    );
    check(
        r#"($change := |$|{$string(qty): 1}, "qty"|; $change(lines[0]))"#,
        r#"{"30":1,"sku":"b"}"#,
    );
    check(
        r#"$eval("{'b': 1, '3': [{'d': 1, '2': 2}]}")"#,
        r#"{"3":[{"2":2,"d":1}],"b":1}"#,
    );
}

#[test]
fn functions_of_a_template_keep_their_meaning() {
    check("($merge := function($x) { $x }; $merge('a'))", r#""a""#);
    check("($keys := function($x) { 'own' }; {} ~> $keys)", r#""own""#);
}
