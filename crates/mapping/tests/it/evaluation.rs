//! What templates select, build and refuse.

use b2bi_local_mapping::{Cause, Engine, Jsonata, Limits, MappingError, Position, Run};

const ORDER: &str = r#"{
  "order": {"number": "PO-7", "date": "20260301", "note": null},
  "lines": [
    {"sku": "A-1", "quantity": 3, "unit price": 2.5},
    {"sku": "B-2", "quantity": 1, "unit price": 36.07},
    {"sku": "C-3", "quantity": 10, "unit price": 65.00}
  ],
  "parties": [{"role": "ST", "name": "Cellar"}, {"role": "BT", "name": "Office"}]
}"#;
/// 2026-03-02, 05:04:03.210 in UTC.
const NOW: i64 = 1_772_427_843_210;

fn run() -> Run {
    Run::new(NOW, 7, Limits::standard())
}

fn map(template: &str) -> Result<Option<String>, MappingError> {
    Jsonata.compile(template)?.evaluate(ORDER, &run())
}

/// The result without whitespace.
fn compact(template: &str) -> String {
    let text = map(template).unwrap().unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value.to_string()
}

fn check(template: &str, wanted: &str) {
    assert_eq!(compact(template), wanted, "{template}");
}

#[test]
fn what_mappings_are_made_of_is_there() {
    check("lines#$i.($i & ':' & sku)", r#"["0:A-1","1:B-2","2:C-3"]"#);
    check("/* the number */ order.number /* is all */", r#""PO-7""#);
    check("lines.'unit price'", "[2.5,36.07,65]");
    check("lines[0].`unit price`", "2.5");
    check("**.sku", r#"["A-1","B-2","C-3"]"#);
    check("order.number ~> $substringAfter('-') ~> $number()", "7");
    check("parties[role = 'BT'].name", r#""Office""#);
    check(
        "$sum(lines.(quantity * 'unit price'.%.`unit price`))",
        "693.57",
    );
    check("lines^(>quantity).sku", r#"["C-3","A-1","B-2"]"#);
    check("lines{sku: quantity}", r#"{"A-1":3,"B-2":1,"C-3":10}"#);
    check("$string(65.00) & ' ' & $string(36.07)", r#""65 36.07""#);
    check(
        "lines@$l.parties@$p[$p.role='ST'].($l.sku & $p.name)",
        r#"["A-1Cellar","B-2Cellar","C-3Cellar"]"#,
    );
    check(
        "$ ~> |order|{'number': 'PO-8'}, 'note'| ~> $lookup('order')",
        r#"{"number":"PO-8","date":"20260301"}"#,
    );
    check("missing ?? 'other'", r#""other""#);
    check("lines[0].(sku = 'A-1' ? 'first')", r#""first""#);
}

#[test]
fn dates_are_read_and_written_by_pictures() {
    check("$now('[Y0001][M01][D01]')", r#""20260302""#);
    check("$now()", r#""2026-03-02T05:04:03.210Z""#);
    check("$now('[H01][m01]', '+0130')", r#""0634""#);
    check(
        "$now(missing, '-0500')",
        r#""2026-03-02T00:04:03.210-05:00""#,
    );
    check("$millis()", "1772427843210");
    check(
        "order.date ~> $toMillis('[Y0001][M01][D01]') ~> $fromMillis('[D] [MNn] [Y]')",
        r#""1 March 2026""#,
    );
    check("[1,2].$now('[Y]')", r#"["2026","2026"]"#);
    let problem = map("$now('[Q]')").unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("D3132"));
}

#[test]
fn a_builtin_is_the_same_however_it_is_called() {
    check("order.date ~> $replace(?, '01', '')", r#""202603""#);
    check("lines.sku ~> $join(?, ', ')", r#""A-1, B-2, C-3""#);
    check("order.number ~> $pad(?, -6, '0')", r#""00PO-7""#);
    check(
        "($f := $trim ~> $replace(?, '-', ''); $f(' a-b '))",
        r#""ab""#,
    );
    check(
        "$map(lines.sku, $replace(?, '-', ''))",
        r#"["A1","B2","C3"]"#,
    );
    check("['1', '2'] ~> $map($number)", "[1,2]");
    check("($j := $join; $j(['a', 'b'], '+'))", r#""a+b""#);
    check(
        "order.number ~> $replace(?, /-/, function($m) { '+' })",
        r#""PO+7""#,
    );
}

#[test]
fn the_templates_own_functions_have_the_names_they_like() {
    let own = "function($a) { 'own ' & $a }";
    for name in [
        "pad", "join", "replace", "string", "number", "match", "toMillis", "exists",
    ] {
        let wanted = r#""own x""#;
        check(&format!("(${name} := {own}; ${name}('x'))"), wanted);
        check(&format!("(${name} := {own}; 'x' ~> ${name})"), wanted);
        check(&format!("(${name} := {own}; $map(['x'], ${name}))"), wanted);
        check(
            &format!("(function(${name}) {{ ${name}('x') }})({own})"),
            wanted,
        );
    }
    check(
        "[($replace := function($a) { 'own ' & $a }; $replace('x')), $replace('abc', /b(?=c)/, '-')]",
        r#"["own x","a-c"]"#,
    );
    check(
        "($join := $join; $join($w := ['a', 'b'], '+') & $w[0])",
        r#""a+ba""#,
    );
}

#[test]
fn parts_of_a_date_count_on_as_in_javascript() {
    for (text, wanted) in [
        ("20260231", "20260303"),
        ("20261301", "20270101"),
        ("20260001", "20260101"),
        ("20260300", "20260228"),
        ("20240230", "20240301"),
    ] {
        let picture = "'[Y0001][M01][D01]'";
        check(
            &format!("'{text}' ~> $toMillis({picture}) ~> $fromMillis({picture})"),
            &format!("\"{wanted}\""),
        );
    }
    check("$toMillis('2026-02-31') ~> $fromMillis('[D]')", r#""3""#);
    check(
        "'202612312400' ~> $toMillis('[Y0001][M01][D01][H01][m01]') ~> $fromMillis()",
        r#""2027-01-01T00:00:00.000Z""#,
    );
    check("$fromMillis(2.5)", r#""1970-01-01T00:00:00.002Z""#);
    check(
        "'12-25' ~> $toMillis('[M]-[D]') ~> $fromMillis('[Y]')",
        r#""2026""#,
    );
}

#[test]
fn numbers_are_written_as_json_has_them() {
    for text in ["+5", "-.5", "5.", " 5 ", "", "1e", "0x"] {
        let problem = map(&format!("$number('{text}')")).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("D3030"), "{text}");
    }
    check(
        "['-5', '007', '1.50', '1e3', '0x1F'].$number()",
        "[-5,7,1.5,1000,31]",
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let template = Jsonata.compile("\u{feff}a").unwrap();
    let mapped = template.evaluate("\u{feff}{\"a\": 1}", &run()).unwrap();
    assert_eq!(mapped.as_deref(), Some("1"));
}

#[test]
fn objects_that_are_equal_are_not_the_same() {
    let input = r#"{"list": [{"a": {"b": 1}}, {"a": {"b": 1}}]}"#;
    for (template, wanted) in [
        ("list[0] in [list[1]]", "false"),
        ("$eval('list[0] in [list[1]]')", "false"),
        ("list[0].a in [list[0].a]", "true"),
        ("list[0] = list[1]", "true"),
        ("$count($distinct(list))", "1"),
    ] {
        let template = Jsonata.compile(template).unwrap();
        let made = template.evaluate(input, &run()).unwrap();
        assert_eq!(made.as_deref(), Some(wanted));
        assert_eq!(
            template.evaluate_owned(input.to_owned(), &run()).unwrap(),
            made
        );
    }
}

#[test]
fn recursion_is_as_deep_as_the_readme_says() {
    check(
        "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(9000))",
        "9000",
    );
    let problem = map("($f := function($n) { 1 + $f($n) }; $f(1))").unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("D1011"));
}

#[test]
fn a_stroke_among_brackets_ends_no_expression() {
    check("$contains('a/b', /[/]/)", "true");
    check("$split('a/b', /x|[/]/)", r#"["a","b"]"#);
    let problem = map("$contains('a/b', /[/]/) + 1 & $number('x')").unwrap_err();
    assert!(
        problem
            .position
            .is_some_and(|problem| problem.column <= Some(44)),
        "{problem}"
    );
}

#[test]
fn chance_follows_from_the_seed() {
    let draw = |seed| {
        let template = Jsonata.compile("[$random(), $shuffle([1..9])]").unwrap();
        template.evaluate("", &Run { seed, ..run() }).unwrap()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
    check("$count([1..100].($random())[$ >= 0 and $ < 1])", "100");
    check("$count($distinct([1..100].($random())))", "100");
    check("$shuffle([1..50])^($) = [1..50]", "true");
    check("$shuffle(1)", "[1]");
    check("$clone(order).number", r#""PO-7""#);
}

#[test]
fn a_result_is_laid_out_with_two_blanks() {
    let text = map("{'a': [1, {'b': 'x\\n\\u00e9'}], 'c': [], 'd': {}, 'e': null, 'f': $sum}");
    let wanted = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\\né\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {},\n  \"e\": null,\n  \"f\": \"\"\n}";
    assert_eq!(text.unwrap().unwrap(), wanted);
    for (template, wanted) in [
        ("1e20", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1e-7", "1e-7"),
        ("-0.000001", "-0.000001"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("-0", "0"),
        ("order.number", "\"PO-7\""),
    ] {
        assert_eq!(map(template).unwrap().unwrap(), wanted, "{template}");
    }
}

#[test]
fn selecting_nothing_is_no_result() {
    assert_eq!(map("order.missing").unwrap(), None);
    assert_eq!(map("order.note").unwrap().as_deref(), Some("null"));
    let of_nothing = Jsonata.compile("$").unwrap().evaluate(" ", &run());
    assert_eq!(of_nothing.unwrap(), None);
}

#[test]
fn a_wrong_template_says_where() {
    let check = |template: &str, wanted: &str| {
        let problem = map(template).unwrap_err();
        assert_eq!(problem.cause, Cause::Template, "{template}");
        assert_eq!(problem.to_string(), wanted, "{template}");
    };
    check("", "S0207: The template is empty (line 1, column 1)");
    check(
        "{\n  \"a\": 1,\n  \"b\" 2\n}",
        "S0202: Expected \":\" after \"b\", found \"2\". Put a colon between the name and the value \
         (line 3, column 7)",
    );
    check(
        "lines[0",
        "S0203: Expected \"]\" for the \"[\" of line 1, column 6 before the end of the template \
         (line 1, column 8)",
    );
    check(
        "lines]",
        "S0201: Expected an operator or the end of the template, found \"]\". No bracket is open \
         here; remove it (line 1, column 6)",
    );
    check(
        "'a' & 'b' &\n 'c",
        "S0101: String literal must be terminated by a matching quote. Close the text with the quote \
         that it begins with (line 2, column 2)",
    );
    check(
        "1 /* a */ + /* b",
        "S0106: Comment has no closing tag, which is */ (line 1, column 13)",
    );
    check(
        "\"é\" & \"\\q\"",
        "S0103: Unsupported escape sequence: \\q. Write a backslash in a text as \\\\ \
         (line 1, column 9)",
    );
    check(
        "order.7",
        "S0213: The literal value 7 cannot be used as a step within a path expression \
         (line 1, column 7)",
    );
}

#[test]
fn a_template_that_does_not_fit_says_why() {
    let check = |template: &str, code: &str, words: &str| {
        let problem = map(template).unwrap_err();
        assert_eq!(problem.cause, Cause::Evaluation, "{template}");
        assert_eq!(problem.code.as_deref(), Some(code), "{problem}");
        assert!(problem.reason.contains(words), "{problem}");
    };
    check("order.number - 1", "T2001", "number");
    check("$nonsense(1)", "T1006", "function");
    check("$error('no ship-to')", "D3137", "no ship-to");
    check("$assert(false, 'empty')", "D3141", "empty");
    check("'x' & $number('abc')", "D3030", "number");
    let input = Jsonata.compile("1").unwrap().evaluate("{\"a\":", &run());
    let problem = input.unwrap_err();
    assert_eq!(problem.cause, Cause::Input);
    assert!(problem.to_string().contains("line 1 column 5"), "{problem}");
}

#[test]
fn a_template_that_does_not_fit_says_where() {
    let check = |template: &str, line: usize, column: usize| {
        let problem = map(template).unwrap_err();
        let wanted = Position {
            line,
            column: Some(column),
        };
        assert_eq!(problem.position, Some(wanted), "{template}: {problem}");
    };
    check("order.number - 1", 1, 14);
    check("$nonsense(1)", 1, 1);
    check("{\n  'a': $number('1'),\n  'b': $number('x')\n}", 3, 8);
    check("[1 - 2,\n order.number - 1]", 2, 15);
    check("('1' ~> $number()) + ('x' ~> $number())", 1, 30);
    check(
        "lines.(\n  $n := sku;\n  { 'a': $uppercase($n), 'b': $n * 2 }\n)",
        3,
        34,
    );
    check(
        "($f := function($t) {\n  $substring($t, 1) & $error('no')\n}; $map(lines.sku, $f))",
        2,
        23,
    );
    check("/* $error( */ $error('no')", 1, 15);
    check(
        "$reduce([1, 2, 'x'],\n function($a, $b) { $a + $b })",
        2,
        24,
    );
    // With a sign before a number there is one more minus than operators.
    let problem = map("-1 - order.number").unwrap_err();
    assert_eq!(
        (problem.code.as_deref(), problem.position),
        (Some("T2002"), None)
    );
}
