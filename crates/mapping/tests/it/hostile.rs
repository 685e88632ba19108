//! Templates that would use unlimited time or memory: each is refused within its limit.

use std::thread;
use std::time::{Duration, Instant};

use b2bi_local_mapping::{Cause, Engine, Jsonata, Limits, MappingError, Run};

const TIME: Duration = Duration::from_millis(500);
/// A busy machine notices later than an idle one.
const SOON: Duration = Duration::from_secs(10);

fn limits() -> Limits {
    Limits {
        depth: 2_000,
        time: TIME,
        string_bytes: 1 << 20,
        output_bytes: 1 << 20,
        items: 100_000,
    }
}

fn problem(template: &str, input: &str) -> MappingError {
    let begun = Instant::now();
    let result = Jsonata
        .compile(template)
        .and_then(|item| item.evaluate(input, &Run::new(0, 1, limits())));
    let taken = begun.elapsed();
    assert!(taken < SOON, "{template} took {taken:?}");
    result.unwrap_err()
}

fn check(template: &str, cause: Cause, code: &str) {
    let problem = problem(template, "{}");
    let found = (problem.cause, problem.code.as_deref());
    assert_eq!(found, (cause, Some(code)), "{template}: {problem}");
}

/// Whichever limit is reached first.
fn check_limit(template: &str) {
    let problem = problem(template, "{}");
    assert_eq!(problem.cause, Cause::Limit, "{template}: {problem}");
}

#[test]
fn recursion_without_end() {
    check(
        "($f := function($n) { $f($n + 1) }; $f(0))",
        Cause::Limit,
        "D1012",
    );
    check(
        "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
        Cause::Limit,
        "D1011",
    );
    check(
        "($f := function($n) { [$f($n), $f($n)] }; $f(0))",
        Cause::Limit,
        "D1011",
    );
}

#[test]
fn lists_without_end() {
    check("[1..1e8]", Cause::Limit, "D2014");
    check("[1..1e6]", Cause::Limit, "D2015");
    check(
        "$map([1..1e5], function($a) { $map([1..1e5], function($b) { $a * $b }) })",
        Cause::Limit,
        "D1012",
    );
    check_limit("[1..1e5].([1..1e5].($))");
}

#[test]
fn strings_that_double() {
    let doubling_steps = "{'a': 'x'}".to_owned() + &".{'a': a & a}".repeat(60);
    let doubling_variables = format!("($a := 'x'; {} 1)", "$a := $a & $a;".repeat(60));
    for template in [
        "($f := function($s) { $f($s & $s) }; $f('x'))",
        "$reduce([1..60], function($s, $n) { $s & $s }, 'x')",
        "$reduce([1..60], function($s, $n) { $join([$s, $s]) }, 'x')",
        "$reduce([1..60], function($s, $n) { $join([$s, $s], $s) }, 'x')",
        "$reduce([1..60], function($s, $n) { [$s, $s] ~> $join('') }, 'x')",
        "$reduce([1..60], function($s, $n) { $s & '-' & $s & '-' & $s }, 'x')",
        "$reduce([1..60], function($s, $n) { $replace($s, 'x', 'xx') }, 'x')",
        "$string($reduce([1..60], function($s, $n) { {'a': $s, 'b': $s} }, 'x'))",
        "$reduce([1..60], function($s, $n) { {'a': $s, 'b': $s} }, 'x') ~> $string()",
        "$reduce([1..60], function($o, $n) { {'s': $o.s & $o.s} }, {'s': 'x'})",
        "($reduce([1..60], function($s, $n) { {'a': $s, 'b': $s} }, 'x')).$string(a)",
        "($reduce([1..60], function($s, $n) { {'a': $s, 'b': $s} }, 'x')).{'c': $string($)}",
        doubling_steps.as_str(),
        doubling_variables.as_str(),
        "$pad('x', 1e9)",
        "'x' ~> $pad(-1e9)",
        "$pad('x', 1e300, 'ab')",
        "$replace($pad('', 1e5, 'x'), /x/, $pad('', 1e5, 'y'))",
    ] {
        check(template, Cause::Limit, "D2016");
    }
}

#[test]
fn outputs_that_double() {
    check(
        "$reduce([1..60], function($s, $n) { {'a': $s, 'b': $s} }, 1)",
        Cause::Limit,
        "D2016",
    );
    check_limit("$reduce([1..60], function($s, $n) { [$s, $s] }, ['x'])");
    check_limit("[1..100000].{'a': $, 'b': $, 'c': $}");
}

#[test]
fn long_chains_of_strings_are_whole() {
    let chain = vec!["$"; 300].join(" & ");
    let output = Jsonata
        .compile(&chain)
        .and_then(|item| item.evaluate("\"ab\"", &Run::new(0, 1, limits())));
    assert_eq!(output.unwrap().unwrap().len(), 602);
}

#[test]
fn expressions_that_would_backtrack() {
    let input = format!("\"{}!\"", "a".repeat(30_000));
    let begun = Instant::now();
    let result = Jsonata
        .compile("$contains($, /(a+)+$/)")
        .and_then(|item| item.evaluate(&input, &Run::new(0, 1, limits())));
    assert_eq!(result.unwrap().as_deref(), Some("false"));
    assert!(begun.elapsed() < SOON);
}

#[test]
fn expressions_that_look_around_are_cut() {
    let refused = |template: &str, length: usize, reason: &str| {
        let problem = problem(template, &format!("\"{}!\"", "a".repeat(length)));
        assert_eq!(problem.cause, Cause::Limit, "{template}: {problem}");
        assert!(problem.reason.contains(reason), "{template}: {problem}");
    };
    refused("$contains($, /^(?:(a|aa)(?=.))+$/)", 1_000, "100000 times");
    refused("$match($, /(a*)*\\1b/)", 8_000, "20000 times");
    refused("$replace($, /a(?=b)/, '')", 20_000, "up to 8192 bytes");
    // Each search is short, but there are very many.
    let again = "$map([1..100000], function($n) { $split($$, /(?<=(?:a|b)*)a(?=.*c)/) })";
    refused(again, 2_000, "");
}

#[test]
fn expressions_whose_machine_would_be_huge() {
    for expression in [
        "(((a{1000}){1000}){1000}){1000}",
        &("(".repeat(5_000) + "a" + &")".repeat(5_000)),
        &("(?=".repeat(5_000) + "a" + &")".repeat(5_000)),
    ] {
        let problem = problem(&format!("$match('a',\n /{expression}/)"), "{}");
        assert_eq!(problem.cause, Cause::Template, "{problem}");
        assert_eq!(
            problem.position.map(|problem| problem.line),
            Some(2),
            "{problem}"
        );
    }
}

#[test]
fn expressions_without_number() {
    let list: Vec<String> = (0..5_000).map(|nth| format!("/a{{900}}{nth}/")).collect();
    check(&format!("[{}]", list.join(", ")), Cause::Limit, "D2016");
}

/// Checks evaluate nothing twice, so nested calls do not double with each level.
#[test]
fn calls_in_arguments_of_calls() {
    let mut template = "'-'".to_owned();
    for _ in 0..40 {
        template = format!("$join(['a'], $replace('a-', '-', {template}))");
    }
    let result = Jsonata
        .compile(&template)
        .and_then(|item| item.evaluate("{}", &Run::new(0, 1, limits())));
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn templates_and_inputs_that_nest() {
    let deep = |open: &str, close: &str| open.repeat(50_000) + "1" + &close.repeat(50_000);
    assert_eq!(problem(&deep("(", ")"), "{}").cause, Cause::Template);
    assert_eq!(problem("$", &deep("[", "]")).cause, Cause::Input);
}

#[test]
fn a_run_can_be_cancelled() {
    let limits = Limits {
        time: Duration::from_mins(1),
        ..limits()
    };
    let run = Run::new(0, 1, limits);
    let cancel = run.cancel.clone();
    let begun = Instant::now();
    let running = thread::spawn(move || {
        let template = Jsonata
            .compile("($f := function() { $f() }; $f())")
            .unwrap();
        template.evaluate("", &run).unwrap_err()
    });
    thread::sleep(Duration::from_millis(50));
    cancel.cancel();
    let problem = running.join().unwrap();
    assert_eq!(problem.cause, Cause::Cancelled);
    assert!(begun.elapsed() < SOON);
}
