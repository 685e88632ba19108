use crate::engine::{Limits, Run};
use crate::jsonata::Expression;
use crate::jsonata::projection::Projection;
use crate::jsonata::slices::{Slices, Threads, Unsliced};
use crate::problem::MappingError;

const DOCUMENTS: [&str; 12] = [
    r#"{"interchanges": [{"functional_groups": [{"transactions": [{"segments": []}]}, {"transactions": [{"segments": [{"BEG": "x"}]}, {}]}]}]}"#,
    r#"{"interchanges": [{"functional_groups": [{"transactions": [{"segments": []}, {"segments": []}]}, {"transactions": [{"segments": [{"BEG": "x"}]}]}]}]}"#,
    r#"{"interchanges": {"no": 3, "functional_groups": {"transactions": [{"st": "1", "segments": [{"BEG": "x"}]}]}}}"#,
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
    r#"{"st": 7, "interchanges": "none"}"#,
    "[]",
];

/// Documents that do not have the form of X12 documents: they are mapped as a whole.
const STRANGE: [&str; 9] = [
    r#"{"transactions": [{"st": "1"}], "st": 7, "interchanges": "none"}"#,
    r#"{"interchanges": [{"transactions": [{"st": "1"}], "functional_groups": [{"transactions": [{"st": "1"}]}]}]}"#,
    r#"{"interchanges": [{"functional_groups": [{"\u0001part 0": 1, "transactions": [{"st": "1"}]}]}]}"#,
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
        "ALL[st = '0001'].st",
        "ALL[$exists(segments.PO1) and st > '0001'].{'id': st}",
        "{'n': $count(ALL[st = '0002']), 'any': $exists(ALL.st)}",
        "true ? ALL.st : 1",
        "no and ALL.st",
        "($f := function() { ALL.st }; $f())",
        "($all := ALL; $f := function() { $all.st }; [$all.st, $f()])",
        "($all := ALL[st = '0001']; [$all.{'id': st}, $count($all)])",
        "($first := interchanges[0].functional_groups[0].transactions[0]; {'id': $first.st, 'lines': [$first.segments.PO1.{'sku': sku}]})",
        "ALL[0].st",
        "ALL[1].{'id': st}",
        "interchanges[0].functional_groups[0].transactions.{'id': st}",
        "[ALL.st, interchanges.functional_groups.transactions[0].st]",
        "[ALL.st, $$.interchanges.functional_groups.transactions.st]",
        "interchanges.{'no': no, 'orders': [functional_groups.transactions.{'id': st}]}",
        "interchanges.{'no': no, 'orders': functional_groups.transactions.{'id': st, 'lines': [segments.PO1.{'sku': sku}]}}",
        "{'groups': [interchanges.functional_groups.{'gs': gs, 'orders': [transactions.{'id': st}], 'n': $count(transactions)}]}",
        "interchanges.functional_groups.(gs & $join(transactions.st))",
        "interchanges[no = 2].functional_groups[gs != 'B'].transactions.{'id': st}",
        "($input := $; {'no': $input.interchanges.no, 'orders': [$input.ALL.{'id': st}]})",
        "($doc := $$; $doc.ALL.{'id': st})",
        "($i := interchanges[0]; $g := $i.functional_groups; {'no': $i.no, 'orders': $g.transactions.{'id': st}})",
        "($orders := function($of) { $of.functional_groups.transactions.{'id': st} }; $orders(interchanges))",
        "$map(interchanges, function($i) { {'no': $i.no, 'orders': $i.functional_groups.transactions.st} })",
        "$map(ALL, function($t) { {'id': $t.st, 'lines': [$t.segments.PO1.{'sku': sku}]} })",
        "($order := function($t) { {'id': $t.st} }; $map(ALL, $order))",
        "($order := function($t) { {'id': $t.st} }; {'orders': [ALL.$order($)]})",
        "($all := ALL; $map($all, function($t) {( $id := $t.st; {'id': $id} )}))",
        "($lines := function($segments) { $segments.PO1.{'sku': sku} }; ALL.($segments := segments; {'lines': [$lines($segments)]}))",
        "ALL.{'a': ($n := 1; $n), 'b': ($n := 2; $n)}",
        "[ALL.{'id': st}, interchanges.no, ALL.{'id': st}]",
        "($twice := function() { [ALL.{'id': st}] }; {'a': $twice(), 'b': $twice()})",
        "{'a': [ALL.{'id': st}].id, 'b': (ALL.{'id': st}).id}",
    ] {
        check(template);
    }
}

type Mapped = Result<Result<Option<String>, MappingError>, Unsliced>;

/// The output by transactions, on one thread and on three.
fn mapped(
    (seen, slices): &(Projection, Slices),
    document: &str,
    expression: &Expression,
    run: &Run,
) -> [Mapped; 2] {
    [1, 3].map(|count| {
        let least_bytes = 0;
        let threads = Threads { count, least_bytes };
        let mapped = slices.map(document, seen, expression, (run, threads));
        mapped.map(|mapped| mapped.text(run))
    })
}

/// Compares the results of a template, by transactions and as a whole.
fn check(template: &str) {
    assert!(is_equal(template), "{template} is not in parts");
}

/// Whether a template is in parts; if so, its results are compared.
fn is_equal(template: &str) -> bool {
    let expression = Expression::read(&all(template)).unwrap();
    let (seen, slices) = expression.slices().unwrap();
    let Some(slices) = slices else {
        return false;
    };
    let parts = (seen, slices);
    for document in DOCUMENTS.iter().chain(&STRANGE) {
        let whole = expression.parse(document);
        let whole = whole.and_then(|value| expression.map(value, &run()));
        // Transactions elsewhere, and errors, are left to the whole document.
        let may_fail = STRANGE.contains(document)
            || whole.is_err()
            || !(document.starts_with(r#"{"interchanges""#) || template.contains("OLD"));
        for mapped in mapped(&parts, document, &expression, &run()) {
            match mapped {
                Ok(mapped) => assert_eq!(mapped, whole, "{template} of {document}"),
                Err(_) => assert!(may_fail, "{template} of {document}"),
            }
        }
    }
    true
}

#[test]
fn the_result_is_the_same_wherever_a_path_is() {
    const PATHS: [&str; 5] = [
        "ALL",
        "interchanges[0].functional_groups.transactions",
        "$input.interchanges.functional_groups[0].transactions",
        "ALL[st != '0002']",
        "$groups.transactions",
    ];
    const ENDS: [&str; 9] = [
        ".st",
        ".{'id': st}",
        ".segments.PO1.sku",
        ".segments[0]",
        ".segments",
        ".st[]",
        ".segments.PO1[0].sku",
        ".{'no': $no, 'of': [segments.PO1.{'n': n * $rate}]}",
        ".(st & segments.BEG)",
    ];
    const PLACES: [&str; 24] = [
        "X",
        "[X]",
        "[[X], X]",
        "{'a': X, 'b': [X], 'c': {'d': [X]}}",
        "{'a': [X, X], 'n': $count(X)}",
        "(X)[0]",
        "(X)[-1]",
        "[X][0]",
        "$string(X)",
        "$type(X)",
        "$append(X, 1)",
        "$append(1, X)",
        "$reverse(X)",
        "$map(X, $string)",
        "$filter(X, function($x) { $x })",
        "$distinct(X)",
        "X ~> $count",
        "(X).$string()",
        "X = '0001' or $exists(X)",
        "'0001' in X",
        "($x := X; [$x, $count($x)])",
        "($f := function($x) { [$x] }; $f(X))",
        "{'a': {'b': X}}.a.b",
        "{'x': (X)}.*",
    ];
    let mut sliced = 0;
    for path in PATHS {
        for (nth, end) in ENDS.iter().enumerate() {
            // Each end in a third of the places, another third for each path.
            for place in PLACES.iter().skip((nth + path.len()) % 3).step_by(3) {
                let place = place.replace('X', &format!("{path}{end}"));
                let start = "$input := $; $rate := 2; $no := interchanges[0].no";
                let groups = "$groups := interchanges.functional_groups";
                sliced += usize::from(is_equal(&format!("({start}; {groups}; {place})")));
            }
        }
    }
    assert!(sliced > 250, "{sliced}");
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
        "($no := interchanges.no; ALL.{'no': $no})",
        "($no := interchanges[0].no; $text := 'no ' & $no; {'all': [ALL.{'no': $text, 'id': st}], 'no': $no})",
        "($no := $$.interchanges.no; $text := function($st) { $st & $no[0] }; ALL.{'no': $text(st)})",
        "($no := function() { $$.interchanges.no }; ALL.{'no': $no()})",
        "($input := $; ALL.{'no': $input.interchanges[0].no})",
        "($input := $; $map(ALL, function($t) { {'id': $t.st, 'no': $input.interchanges[0].no} }))",
        "($i := interchanges; $i.functional_groups.transactions.{'no': $i[0].no})",
        "($isa := interchanges[0]; $gs := $isa.functional_groups[0]; {'gs': $gs.gs, 'orders': [$gs.transactions.{'no': $isa.no, 'gs': $gs.gs}]})",
        "($gs := [interchanges.functional_groups.gs]; ALL.{'gs': $gs})",
        "{'no': ($no := interchanges.no; [ALL.{'no': $no}])}",
        "ALL.{'skus': $map(segments.PO1.sku, function($sku) { $sku & $$.interchanges[0].no })}",
    ] {
        check(template);
    }
}

#[test]
fn what_sees_more_than_one_transaction_is_not_in_parts() {
    for template in [
        "interchanges",
        "$",
        "ALL",
        "ALL[].st",
        "ALL#$i.{'i': $i}",
        "ALL@$t.{'id': $t.st}",
        "$exists(ALL)",
        "ALL[-1].st",
        "ALL[$number(st)].st",
        "ALL['0001'].st",
        "($all := ALL; $all[0].st)",
        "($first := ALL[0]; $first)",
        "$map(ALL, function($t) { $t.st })",
        "$map(ALL, function($t, $i) { {'i': $i} })",
        "$map(ALL, function($t) { {'no': interchanges.no} })",
        "interchanges.($no := no; functional_groups.transactions.{'no': $no})",
        "interchanges.functional_groups.($gs := gs; transactions.{'gs': $gs})",
        "interchanges@$i.functional_groups.transactions.{'no': $i.no}",
        "interchanges.functional_groups.{'orders': transactions.{'gs': %.gs}}",
        "($input := $; ALL.{'from': $input})",
        "($s := function() { $string($$) }; ALL.{'from': $s()})",
        "($a := interchanges; ($a := 1; ALL.{'a': $a}))",
        "ALL.{'from': $$}",
        "ALL.{'from': $$.interchanges}",
        "ALL.{'from': $$.interchanges.functional_groups.transactions.st}",
        "ALL.{'from': $$.*}",
        "ALL.{'from': $$.**.st}",
        "ALL.{'gs': %.gs}",
        "ALL.[st]",
        "ALL^(st).st",
        "ALL{st: 1}",
        "($i := 0; $i := 1; ALL.{'i': $i})",
        "($all := ALL; $all[0])",
        "ALL.{'r': $random()}",
        "$eval('1') + ALL.st",
        "[ALL.st, **.st]",
        "[ALL.st, interchanges.functional_groups]",
        "[ALL.st, $count(interchanges.functional_groups.*)]",
    ] {
        let expression = Expression::read(&all(template)).unwrap();
        assert!(expression.slices().unwrap().1.is_none(), "{template}");
    }
}

#[test]
fn what_fails_is_left_to_the_whole_document() {
    let expression = Expression::read(&all("ALL.{'n': $number(st & 'x')}")).unwrap();
    let (seen, slices) = expression.slices().unwrap();
    let parts = (seen, slices.unwrap());
    let fails = |text: &str, run: &Run| {
        let mapped = mapped(&parts, text, &expression, run);
        assert!(mapped.iter().all(Result::is_err), "{text}");
    };
    fails(DOCUMENTS[0], &run());
    fails("{", &run());
    let cancelled = run();
    cancelled.cancel.cancel();
    fails(DOCUMENTS[0], &cancelled);
}
