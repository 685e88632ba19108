//! Findings in templates without a document.

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run, Shape, cardinality, lint};
use b2bi_local_x12::{Outline, Version};
use serde_json::json;

fn outline(set: &str) -> Outline {
    let version = Version::ALL
        .iter()
        .find(|version| version.digits() == "4010");
    Outline::new(*version.unwrap(), set, None).unwrap()
}

/// The findings, each with severity, line, column and text.
fn found(template: &str, shape: Option<&Shape>) -> Vec<String> {
    let findings = lint(template, shape).unwrap();
    findings
        .iter()
        .map(|finding| {
            let place = finding.position.map_or_else(String::new, |place| {
                format!("{}:{}", place.line, place.column.unwrap_or_default())
            });
            format!("{} {place} {}", finding.severity.as_str(), finding.message)
        })
        .collect()
}

/// Checks that one finding has this beginning, or that there is none.
fn check(template: &str, shape: Option<&Shape>, wanted: &[&str]) {
    let found = found(template, shape);
    let fits = found.len() == wanted.len()
        && found
            .iter()
            .zip(wanted)
            .all(|(found, wanted)| found.starts_with(wanted));
    assert!(fits, "{template}\nwanted {wanted:#?}\nfound {found:#?}");
}

#[test]
fn texts_of_other_languages_are_found() {
    for (template, wanted) in [
        (
            "lines[0][\"sku\"]",
            &["warning 1:10 a text as a filter is true for every item; write .sku"] as &[&str],
        ),
        (
            "order.['unit price']",
            &["warning 1:8 this makes a list with a text; write .`unit price`"],
        ),
        (
            "'Total: ${order.total}' & '{{order.number}}'",
            &[
                "warning 1:1 a text has no placeholders",
                "warning 1:27 a text has no placeholders",
            ],
        ),
        (
            "$now('yyyy-MM-dd')",
            &["warning 1:6 the picture has no component"],
        ),
        (
            "$toMillis(date, 'YYYYMMDD') ~> $fromMillis('dd.MM.yyyy')",
            &[
                "warning 1:17 the picture has no component such as [Y0001], [M01] or [D01]; no date",
                "warning 1:44 the picture has no component such as [Y0001], [M01] or [D01]; every date",
            ],
        ),
        ("['sku', 'name']", &[]),
        ("lines[sku = 'a']['x' = sku]", &[]),
        ("$sum(['1'].$number())", &[]),
        ("lines.['a', sku]", &[]),
        ("$replace(sku, '$', '{') & $join(sku, '}}')", &[]),
        ("$now('[Y0001]', '+0100') & $toMillis('2026-03-01')", &[]),
        ("$fromMillis(0, '[D].[M]', '+0100') & $now()", &[]),
        (
            "$toMillis(date, $picture ? '[Y]' : 'x')",
            &["warning 1:17 nothing sets $picture"],
        ),
    ] {
        check(template, None, wanted);
    }
}

#[test]
fn variables_that_nothing_sets_are_found() {
    for (template, wanted) in [
        ("$totl", &["warning 1:1 nothing sets $totl"] as &[&str]),
        (
            "($total := 1; $totl)",
            &["warning 1:15 nothing sets $totl. Did you mean $total?"],
        ),
        (
            "$upper(a)",
            &["warning 1:1 nothing sets $upper. Did you mean $uppercase?"],
        ),
        (
            "[($x := 1; $x), $x]",
            &["warning 1:17 $x has no value here"],
        ),
        (
            "($f := function($a, $b) { $a & $b & $c }; $f(1, 2))",
            &["warning 1:37 nothing sets $c; it"],
        ),
        ("($f := function($a)<s:s> { $a }; $f(1))", &[]),
        (
            "($x := order.number\n{\"id\": $x})",
            &["warning 2:8 $x has no value here, within its own value; is a semicolon missing"],
        ),
        ("($x := 1; $x := $x + 1; $x)", &[]),
        ("($f := function($n) { $n ? $f($n - 1) : 0 }; $f(3))", &[]),
        ("{\"a\": $x := 1, \"b\": $x}", &[]),
        ("list@$l#$i.{ \"a\": $l.x & $i }", &[]),
        (
            "($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(3))",
            &[],
        ),
        ("$map(a, function($v, $i) { $v & $i }) ~> $join(', ')", &[]),
        ("$ & $$.a & '$b' /* $c */ & /$d/", &[]),
    ] {
        check(template, None, wanted);
    }
}

#[test]
fn comparisons_for_assignments_and_names_without_quotes_are_found() {
    for (template, wanted) in [
        ("($x = 3; $x)", &["warning 1:2 = compares $x"] as &[&str]),
        ("($x := 1; $x = 3; $x)", &["warning 1:11 = compares $x"]),
        ("($x := 1; $x = 1)", &[]),
        ("($x := 1; $y := ($x = 1); $y)", &[]),
        ("list[$x = 1]", &["warning 1:6 nothing sets $x"]),
        (
            "{id: 1}",
            &["warning 1:2 the member has the name that the input holds at id"],
        ),
        (
            "{\"a\": 1, id: 1}",
            &["warning 1:10 the member has the name"],
        ),
        ("list{id: price}", &[]),
        ("list.{id: price}", &[]),
    ] {
        check(template, None, wanted);
    }
}

#[test]
fn elements_and_loops_that_a_set_does_not_have_are_found() {
    let shape = Shape::of_outline(&outline("850"));
    let start = "interchanges.functional_groups.transactions.segments";
    let lines = "`PO1-8000_loop`";
    for (path, wanted) in [
        ("BEG_03", &[] as &[&str]),
        (
            "BEG_3",
            &["warning 1:61 the set has no BEG_3 here. Did you mean BEG_03?"],
        ),
        (
            "PO1_loop.PO1_01",
            &["warning 1:61 the set has no PO1_loop here. Did you mean `PO1-8000_loop`?"],
        ),
        ("MTX_01", &["warning 1:61 the set has no MTX_01 here"]),
        (
            "BEG_03.x",
            &["warning 1:68 what is selected here has no members, so x is always missing"],
        ),
        (
            "`N1-4000_loop`[N1_01 = 'ST'].N1_99",
            &["warning 1:90 the set has no N1_99 here"],
        ),
    ] {
        let template = format!("{{\"a\": [{start}.{path}]}}");
        check(&template, Some(&shape), wanted);
    }
    let kinds = [
        (
            format!("[{start}.{lines}.{{\"sku\": PO1_07}}]"),
            2,
            "makes an object of every segment here",
        ),
        (
            format!("[{start}.{lines}[PO1_01].{{\"sku\": PO1_01 ?? ''}}]"),
            0,
            "",
        ),
        (
            format!("{{\"skus\": {start}.{lines}.PO1_07 }}"),
            2,
            "\"skus\" is a list where a document has several",
        ),
        (format!("{{\"skus\": [{start}.{lines}.PO1_07] }}"), 0, ""),
        (
            format!("{{\"skus\": {start}.{lines}.PO1_07[] }}"),
            1,
            "note",
        ),
        (format!("{{\"number\": {start}.BEG_03 }}"), 0, ""),
        (
            format!("{{\"currency\": {start}.CUR_02 }}"),
            1,
            "note 1:2 \"currency\" is left out",
        ),
        (format!("{{\"currency\": {start}.CUR_02 ?? 'USD' }}"), 0, ""),
        (
            format!("{{\"first\": {start}.{lines}[0].PO1_01 ?? '' }}"),
            0,
            "",
        ),
    ];
    for (template, count, words) in kinds {
        let found = found(&template, Some(&shape));
        assert_eq!(found.len(), count, "{template}: {found:#?}");
        assert!(
            count == 0 || found.iter().any(|found| found.contains(words)),
            "{template}: {found:#?}"
        );
    }
}

#[test]
fn elements_that_a_template_writes_are_looked_up_too() {
    let shape = Shape::of_outline(&outline("810"));
    let template = r#"{"interchanges": [{"functional_groups": [{"transactions": [{"segments": [
      {"BIG_01": date, "BIG_99": 1}, {"IT1_loop": []}]}]}]}], "note": 1}"#;
    check(
        template,
        Some(&shape),
        &[
            "warning 2:24 the set has no BIG_99. Did you mean",
            "warning 2:39 the set has no IT1_loop. Did you mean IT1-6000_loop?",
        ],
    );
}

#[test]
fn members_that_change_with_the_number_of_items_are_found() {
    let document =
        json!({"id": "7", "lines": [{"sku": "A", "notes": ["x"]}, {"sku": "B", "notes": ["y"]}]});
    let run = Run::new(0, 1, Limits::standard());
    for (template, wanted) in [
        (
            "{\"skus\": lines.sku}",
            &[
                "1:2 \"skus\" is a list with two of lines",
                "1:2 \"skus\" is left out without lines",
            ] as &[&str],
        ),
        ("{\"skus\": [lines.sku]}", &[]),
        (
            "{\"id\": id, \"lines\": [lines.{\"sku\": sku, \"note\": notes[$ != '']}]}",
            &[
                "1:41 \"lines.note\" is a list with two of notes",
                "1:41 \"lines.note\" is left out without notes",
            ],
        ),
        (
            "{\"n\": $count(lines), \"max\": $uppercase(lines.sku)}",
            &["\"max\""],
        ),
    ] {
        let compiled = Jsonata.compile(template).unwrap();
        let found = cardinality(template, compiled.as_ref(), &document, &run);
        let Ok(findings) = found else {
            assert!(template.contains("uppercase"), "{template}: {found:?}");
            continue;
        };
        let found: Vec<String> = findings
            .iter()
            .map(|finding| {
                let place = finding.position.unwrap();
                format!(
                    "{}:{} {}",
                    place.line,
                    place.column.unwrap_or_default(),
                    finding.message
                )
            })
            .collect();
        let fits = found.len() == wanted.len()
            && found
                .iter()
                .zip(wanted)
                .all(|(one, two)| one.starts_with(two));
        assert!(fits, "{template}: {found:#?}");
    }
}

/// The messages of a run with fewer and more of each loop.
fn tried(template: &str, document: &serde_json::Value) -> Vec<String> {
    let compiled = Jsonata.compile(template).unwrap();
    let run = Run::new(0, 1, Limits::standard());
    let findings = cardinality(template, compiled.as_ref(), document, &run).unwrap();
    findings.into_iter().map(|one| one.message).collect()
}

#[test]
fn items_with_each_code_of_the_template_are_tried() {
    const SEGMENTS: &str = "interchanges.functional_groups.transactions.segments";
    let sample = json!({"parties": [{"role": "BT", "name": "A"}, {"role": "ST", "name": "B"}]});
    let both = [
        "\"to\" is a list with two of parties",
        "\"to\" is left out without parties",
    ];
    let of_set = [
        "\"to\" is a list with two of N1-4000_loop",
        "\"to\" is left out without N1-4000_loop",
    ];
    let set = |filter: &str| format!("{{\"to\": {SEGMENTS}.`N1-4000_loop`{filter}}}");
    let function = format!(
        "($of := function($q) {{ {SEGMENTS}.`N1-4000_loop`[N1_01 = $q].N1_02 }}; {{\"to\": $of('ST')}})"
    );
    for (template, wanted) in [
        ("{\"to\": parties[role = 'ST'].name}".to_owned(), &both),
        ("{\"to\": parties['ST' = role].name}".to_owned(), &both),
        (set("[N1_01 = 'ST'].N1_02"), &of_set),
        (set("[N1_01 in ['ST', 'BT']].N1_02"), &of_set),
        (function, &of_set),
    ] {
        let document = if wanted == &both {
            sample.clone()
        } else {
            Shape::document_of(&outline("850"), &template)
        };
        let found = tried(&template, &document);
        let all = wanted
            .iter()
            .all(|one| found.iter().any(|found| found.starts_with(one)));
        assert!(all && found.len() == 2, "{template}: {found:#?}");
    }
}

#[test]
fn levels_of_a_set_are_within_each_other() {
    let template = "($all := interchanges.functional_groups.transactions.segments.`HL-1000_loop`;
        $of := function($level, $within) { $all[HL_03 = $level and (HL_02 = $within or $level = 'S')].HL_01 };
        $s := $of('S', ''); $o := $of('O', $s); {\"item\": $of('I', $o)})";
    let document = Shape::document_of(&outline("856"), template);
    let compiled = Jsonata.compile(template).unwrap();
    let run = Run::new(0, 1, Limits::standard());
    let text = compiled.evaluate(&document.to_string(), &run).unwrap();
    assert_eq!(text.as_deref(), Some("{\n  \"item\": \"3\"\n}"));
}

#[test]
fn a_template_that_cannot_be_read_is_an_error() {
    assert_eq!(
        lint("{\"a\" 1}", None).unwrap_err().code.as_deref(),
        Some("S0202")
    );
}

/// Parts of templates, valid and invalid.
const PIECES: [&str; 32] = [
    "$x",
    ":=",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ",",
    ".",
    "\"a\"",
    ":",
    "BEG_03",
    "segments",
    "interchanges",
    "`PO1-8000_loop`",
    "function($y)",
    "$map(",
    "1",
    "~>",
    "?",
    "/[/]/",
    "“",
    "//",
    "/*",
    "'",
    "^",
    "@$z",
    "#$i",
    "&",
];

proptest::proptest! {
    #[test]
    fn any_template_is_checked_or_refused(picks in proptest::collection::vec(0..PIECES.len(), 0..14)) {
        let template: String = picks.iter().filter_map(|pick| PIECES.get(*pick)).copied().collect();
        let shape = Shape::of_sample(&json!({"interchanges": [{"segments": [{"BEG_03": "1"}]}]}));
        for finding in lint(&template, Some(&shape)).unwrap_or_default() {
            let place = finding.position.map(|place| place.offset(&template));
            proptest::prop_assert!(place.is_none_or(|place| template.is_char_boundary(place)));
        }
    }
}
