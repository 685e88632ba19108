//! JSONata templates that the library's own limits do not stop.

use std::time::Duration;

use b2bi_local_mapping::{Cause, Limits, MappingError};
use b2bi_local_sandbox::{Sandbox, Settings};

use super::{map, run, settings};

fn sandbox() -> Sandbox {
    Sandbox::new(Settings {
        memory_bytes: 256 << 20,
        grace: |limits| limits.search_time(),
        ..settings("jsonata_worker")
    })
}

fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(2),
        string_bytes: 1 << 20,
        output_bytes: 1 << 20,
        ..Limits::standard()
    }
}

fn problem(sandbox: &Sandbox, template: &str) -> MappingError {
    let found = sandbox.map(template, "{\"a\": [1, {\"b\": 2}]}", &run(limits()));
    found.expect_err(template)
}

/// jsonata-core 2.2.13 writes one letter for each thousand, at about 200 MB a second, and does not
/// check the time. jsonata-js 2.2.2 fails with "Maximum call stack size exceeded".
const ROMAN: &str = "$formatInteger(1e300, 'I')";

#[test]
fn what_the_library_does_not_limit_is_limited() {
    let sandbox = sandbox();
    let nested = |open: &str, close: &str, n: usize| open.repeat(n) + "1" + &close.repeat(n);
    for template in [
        ROMAN,
        "$formatInteger(1e300, 'i')",
        "$formatInteger(1e18, 'I')",
        "$fromMillis(1, '[Y,1000000000]')",
        "$fromMillis(1, '[Y,1000000000000]')",
        "$fromMillis(1, '[Y,*-9999999999]')",
        "$fromMillis(1, '[M,99999999999999999999]')",
        "$pad('x', 1e18)",
        "$pad('x', -1e18)",
        "$eval('$string($reduce([1..60], function($s, $n) { $s & $s }, \"x\"))')",
        "$eval('$pad(\"x\", 1e18)')",
        "$map(['x'], $pad(?, 1e18))",
        "[1..5000000].[1..5000000]",
        "$reduce([1..100000], function($a, $b) { [$a] }, 1)",
        "$sort([1..1000000], function($l, $r) { $l < $r })",
        &nested("(", ")", 100_000),
        &nested("[", "]", 100_000),
        &nested("{'a':", "}", 50_000),
        &nested("$f(", ")", 100_000),
        &nested("function(){", "}", 30_000),
        &nested("-", "", 300_000),
        &nested("1 ? 1 : ", "", 60_000),
        &format!("1{}", " + 1".repeat(80_000)),
        &format!("a{}", ".a".repeat(150_000)),
        "$eval($join([1..100000].'['))",
    ] {
        // A reply within the limits is right too; a dead server would give none.
        let _ = sandbox.map(template, "{}", &run(limits()));
        let after = map(&sandbox, "1 + 1", "{}");
        let name: String = template.chars().take(60).collect();
        assert_eq!(after, Ok(Some("2".to_owned())), "{name}");
    }
}

#[test]
fn limits_of_the_system_are_named() {
    let sandbox = sandbox();
    let found = problem(&sandbox, ROMAN);
    assert_eq!(found.cause, Cause::Limit, "{found}");
    for (template, words) in [
        // The engine's own limits keep their messages.
        ("($f := function($n) { 1 + $f($n + 1) }; $f(0))", "D1011"),
        (
            "$pad('x', 1e9)",
            "D2016: The string is longer than 1048576 bytes",
        ),
        ("($f := function($n) { $f($n + 1) }; $f(0))", "D1012"),
    ] {
        let found = problem(&sandbox, template);
        assert!(found.to_string().starts_with(words), "{template}: {found}");
        assert_eq!(found.cause, Cause::Limit, "{template}");
    }
}

#[test]
fn problems_arrive_as_they_are() {
    let sandbox = sandbox();
    for (template, words) in [
        (
            "'a' - 1",
            "T2001: The left side of - must be a number, found \"a\"",
        ),
        (
            "{\n  'a' 1\n}",
            "S0202: Expected \":\" after 'a', found \"1\". Put a colon between the name and the value \
             (line 2, column 7)",
        ),
        (
            "$error('no ship-to')",
            "D3137: no ship-to (line 1, column 1)",
        ),
    ] {
        let found = problem(&sandbox, template);
        assert!(found.to_string().starts_with(words), "{template}: {found}");
    }
}
