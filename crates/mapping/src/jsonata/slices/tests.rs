use crate::engine::{Limits, Run};
use crate::jsonata::Expression;

const DOCUMENTS: [&str; 9] = [
    r#"{"interchanges": [{"no": 1, "functional_groups": [{"gs": "A", "transactions": [
        {"st": "0001", "segments": [{"BEG": "x"}, {"PO1": [{"sku": "a", "n": 2}, {"note": "q"}]}, {"PO1": [{"sku": "b", "n": 3}]}]},
        {"st": "0002", "segments": [{"BEG": "y"}, {"PO1": [{"sku": "c", "n": 0.1}]}]},
        {"st": "0003", "segments": []}
    ]}]}]}"#,
    r#"{"interchanges": [{"no": 1, "functional_groups": [{"gs": "A", "transactions": [{"st": "0001", "segments": [{"BEG": "x"}]}]}]}]}"#,
    r#"{"interchanges": [
        {"no": 1, "functional_groups": [{"gs": "A", "transactions": [{"st": "1", "segments": [{"BEG": "x"}]}]}, {"gs": "B", "transactions": []}]},
        {"no": 2, "functional_groups": [{"transactions": [{"st": "2", "segments": [{"BEG": null}, {"PO1": []}]}, {"st": "3"}], "gs": "C"}]}
    ]}"#,
    r#"{"interchanges": [{"no": 1, "functional_groups": [{"transactions": []}]}]}"#,
    r#"{"interchanges": []}"#,
    r#"[{"no": 4, "functional_groups": [{"transactions": [{"st": "1"}]}]}, {"functional_groups": [{"transactions": [{"st": "2"}, {}]}]}]"#,
    r#"{"no": 4, "functional_groups": [{"transactions": [{"st": "1"}, {"st": "1"}]}]}"#,
    r#"{"transactions": [{"st": "1"}], "st": 7, "interchanges": "none"}"#,
    "[]",
];

/// Documents that do not have the form of X12 documents: they are mapped as a whole.
const STRANGE: [&str; 6] = [
    r#"{"interchanges": [{"functional_groups": [{"transactions": {"st": "1"}}]}]}"#,
    r#"{"interchanges": [{"functional_groups": [{"transactions": [[{"st": "1"}], {"st": "2"}]}]}]}"#,
    r#"{"interchanges": [[{"functional_groups": [{"transactions": [{"st": "1"}]}]}]]}"#,
    r#"{"interchanges": [{"functional_groups": [{"transactions": [{"st": "1"}], "transactions": []}]}]}"#,
    r#"{"interchanges": [{"functional_groups": [{"transactions": [{"st": [["1"], "2"]}]}]}]}"#,
    r#"{"interchanges": [{"functional_groups": [{"transactions": [1, {"st": "1"}]}]}]}"#,
];

fn run() -> Run {
    Run::new(0, 1, Limits::standard())
}

fn all(text: &str) -> String {
    text.replace("ALL", "interchanges.functional_groups.transactions")
        .replace("OLD", "functional_groups.transactions")
}

#[test]
fn the_result_is_that_of_the_whole_document() {
    for template in [
        "ALL.st",
        "ALL.{'id': st}",
        "[ALL.{'id': st}]",
        "{'orders': ALL.{'id': st, 'lines': [segments.PO1.{'sku': sku}]}}",
        "{'orders': [ALL.{'id': st}], 'n': $count(ALL), 'from': interchanges.no}",
        "{'orders': [1, ALL.{'id': st}, ALL.st, [ALL.st], {'a': [ALL.st]}], 'again': ALL.st}",
        "{'deep': {'deeper': [{'all': ALL.{'id': st, 'empty': [], 'none': {}}}]}}",
        "($all := ALL; {'n': $count($all), 'orders': $all.{'id': st}})",
        "($rate := 2; $twice := function($n) { $n * $rate }; ALL.segments.PO1.{'n': $twice(n)})",
        "($f := function($n) { $n > 1 ? $f($n - 1) : 'end' }; ALL.{'f': $f(3)})",
        "{'sum': $sum(ALL.segments.PO1.n), 'max': $max(ALL.segments.PO1.n)}",
        "$join(ALL.st, ',') & '.'",
        "ALL.segments.PO1.sku[0]",
        "ALL.segments[0].BEG",
        "ALL.segments.PO1[n > 1].sku",
        "ALL.st[]",
        "{'a': ALL.st[]}",
        "(ALL.st)[1]",
        "(ALL.{'id': st})[id = '0002']",
        "$map(ALL.st, function($st) { $st & '!' })",
        "ALL.{'id': st}^(>id)",
        "ALL.segments.PO1{sku: $sum(n)}",
        "ALL.{'id': st} ~> $reverse",
        "$distinct(ALL.segments.BEG)",
        "ALL.(st & '.')",
        "ALL.$string(st)",
        "ALL.$uppercase(st)",
        "ALL.(segments.BEG)",
        "ALL.{'at': $now()}",
        "[[ALL.st]]",
        "ALL.({'id': st})",
        "{'x': ALL.st = '0001', 'y': $exists(ALL.st), 'z': ALL.st & ''}",
        "ALL.{'s': segments}",
        "ALL.{'s': *, 't': **.sku}",
        "ALL.(3)",
        "{'id': ALL.st, 'groups': interchanges.functional_groups.gs}",
        "OLD.{'id': st}",
        "{'no': no, 'orders': [OLD.{'id': st}]}",
    ] {
        let expression = Expression::read(&all(template)).unwrap();
        let slices = expression.slices.as_ref();
        let slices = slices.unwrap_or_else(|| panic!("{template} is not in parts"));
        let whole = |text| {
            expression
                .parse(text)
                .and_then(|value| expression.map(value, &run()))
        };
        let (seen, patterns) = (&expression.projection, &expression.patterns);
        for document in DOCUMENTS {
            let mapped = slices.map(document, seen, patterns, &run());
            let mapped = mapped.unwrap_or_else(|_| panic!("{template} of {document}"));
            assert_eq!(mapped, whole(document), "{template} of {document}");
        }
        for document in STRANGE {
            if let Ok(mapped) = slices.map(document, seen, patterns, &run()) {
                assert_eq!(mapped, whole(document), "{template} of {document}");
            }
        }
    }
}

#[test]
fn a_part_can_use_the_envelope() {
    for template in [
        "ALL.{'id': st, 'from': $$.interchanges.no}",
        "ALL.{'id': st, 'from': $$.interchanges[0].no, 'all': $count($$.interchanges)}",
        "{'n': $count(ALL), 'orders': [ALL.{'groups': [$$.interchanges.functional_groups.gs]}]}",
        "ALL.{'is': $exists($$.interchanges) ? st : 'none'}",
        "ALL.{'n': $count($$.interchanges.functional_groups)}",
        "ALL.{'with': $$.interchanges[functional_groups].no}",
        "ALL.segments.PO1.{'sku': sku, 'by': $$.interchanges.functional_groups[gs = 'A'].gs}",
        "ALL.{'skus': $map(segments.PO1.sku, function($sku) { $sku & $$.interchanges[0].no })}",
    ] {
        let expression = Expression::read(&all(template)).unwrap();
        let slices = expression.slices.as_ref();
        let slices = slices.unwrap_or_else(|| panic!("{template} is not in parts"));
        let (seen, patterns) = (&expression.projection, &expression.patterns);
        for document in DOCUMENTS {
            let mapped = slices.map(document, seen, patterns, &run());
            let whole = expression.parse(document);
            let whole = whole.and_then(|value| expression.map(value, &run()));
            match mapped {
                Ok(mapped) => assert_eq!(mapped, whole, "{template} of {document}"),
                Err(_) => assert!(document.starts_with('['), "{template} of {document}"),
            }
        }
    }
}

#[test]
fn what_sees_more_than_one_transaction_is_not_in_parts() {
    for template in [
        "interchanges",
        "$",
        "ALL",
        "ALL[0].st",
        "ALL[].st",
        "ALL[st = '1'].st",
        "ALL#$i.{'i': $i}",
        "ALL@$t.{'id': $t.st}",
        "ALL.{'from': $$}",
        "ALL.{'from': $$.interchanges}",
        "ALL.{'from': $$.interchanges.functional_groups.transactions.st}",
        "ALL.{'from': $$.*}",
        "ALL.{'from': $$.**.st}",
        "($no := function() { $$.interchanges.no }; ALL.{'no': $no()})",
        "ALL.{'gs': %.gs}",
        "ALL.[st]",
        "ALL^(st).st",
        "ALL{st: 1}",
        "true ? ALL.st : 1",
        "no and ALL.st",
        "$map(ALL, function($t) { $t.st })",
        "($no := interchanges.no; ALL.{'no': $no})",
        "($i := 0; $i := 1; ALL.{'i': $i})",
        "($all := ALL; $all[0])",
        "($all := ALL; $f := function() { $all.st }; [$all.st, $f()])",
        "($f := function() { ALL.st }; $f())",
        "ALL.{'r': $random()}",
        "$eval('1') + ALL.st",
        "[ALL.st, **.st]",
        "[ALL.st, interchanges.functional_groups]",
        "[ALL.st, interchanges.functional_groups.transactions[0].st]",
        "[ALL.st, $$.interchanges.functional_groups.transactions.st]",
        "[ALL.st, $count(interchanges.functional_groups.*)]",
    ] {
        let expression = Expression::read(&all(template)).unwrap();
        assert!(expression.slices.is_none(), "{template}");
    }
}

#[test]
fn what_fails_is_left_to_the_whole_document() {
    let expression = Expression::read(&all("ALL.{'n': $number(st & 'x')}")).unwrap();
    let slices = expression.slices.as_ref().unwrap();
    let (seen, patterns) = (&expression.projection, &expression.patterns);
    let mapped = |text| slices.map(text, seen, patterns, &run());
    assert!(mapped(DOCUMENTS[0]).is_err());
    assert!(mapped("{").is_err());
    let cancelled = run();
    cancelled.cancel.cancel();
    assert!(
        slices
            .map(DOCUMENTS[0], seen, patterns, &cancelled)
            .is_err()
    );
}
