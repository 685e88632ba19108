use b2bi_local_faults::RuleSet;
use serde_json::{Value, json};

/// Reads a list with the one rule, and returns the error.
fn check_error(rule: Value, expected: &str) {
    let error = RuleSet::from_value(&json!([{}, rule])).unwrap_err();
    assert_eq!(error.index(), Some(1));
    let text = error.to_string();
    assert!(
        text.contains(expected),
        "{rule}:\n  found    {text}\n  expected {expected}"
    );
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_name() {
    for (rule, expected) in [
        (
            json!({"probabilty": 1}),
            "rule 2: unknown key `probabilty`, the nearest valid one is `probability` (of `id`, `description`,",
        ),
        (
            json!({"id": "x", "app_id": "a"}),
            "rule 2 (x): unknown key `app_id`, the nearest valid one is `appId`",
        ),
        (
            json!({"Operation": "a"}),
            "unknown key `Operation`, the nearest valid one is `operation`",
        ),
        (
            json!({"error": {"status_code": 1}}),
            "rule 2, error: unknown key `status_code`, the nearest valid one is `statusCode`",
        ),
        (
            json!({"throttle": {"ratePerSecond": 1, "burst": 1, "error": {"cod": 1}}}),
            "rule 2, throttle.error: unknown key `cod`, the nearest valid one is `code`",
        ),
        (
            json!({"latency": {"lognormal": {"median": 1}}}),
            "rule 2, latency.lognormal: unknown key `median`, the nearest valid one is `medianMs`",
        ),
        (
            json!({"window": {"start": 1}}),
            "rule 2, window: unknown key `start`, the nearest valid one is `startMs`",
        ),
        (
            json!({"http": {"content": 1}}),
            "rule 2, http: unknown key `content`",
        ),
        (
            json!({"per": ["acount"]}),
            "rule 2, per[0]: unknown partition `acount`, the nearest valid one is `account`",
        ),
        (
            json!({"when": "afterwards"}),
            "rule 2, when: unknown moment `afterwards`, the nearest valid one is `after`",
        ),
    ] {
        check_error(rule, expected);
    }
}

#[test]
fn wrong_values_are_refused_with_their_place() {
    for (rule, expected) in [
        (json!(3), "rule 2: expected a table, found 3"),
        (
            json!({"error": "x"}),
            "rule 2, error: expected a table, found the text \"x\"",
        ),
        (
            json!({"error": {"statusCode": 200}}),
            "rule 2, error.statusCode: expected a status from 400 to 599, found 200",
        ),
        (
            json!({"error": {"code": "a b"}}),
            "rule 2, error.code: expected an error code",
        ),
        (
            json!({"error": {"retryAfterMs": -1}}),
            "rule 2, error.retryAfterMs: expected a whole number, 0 or more, found -1",
        ),
        (
            json!({"error": {"fields": []}}),
            "rule 2, error.fields: expected a table, found a list",
        ),
        (
            json!({"http": {"headers": {"a b": "c"}}}),
            "rule 2, http.headers.a b: a header's name",
        ),
        (
            json!({"http": {"headers": {"a": "b\r\nc: d"}}}),
            "rule 2, http.headers.a: a header's value",
        ),
        (
            json!({"http": {"statusCode": 100}}),
            "expected a status from 200 to 599",
        ),
        (json!({"header": {"": "x"}}), "a header's name"),
        (
            json!({"probability": 1.1}),
            "rule 2, probability: expected a probability from 0 (never) to 1 (always), found 1.1",
        ),
        (
            json!({"probability": null}),
            "rule 2, probability: expected a number, found nothing",
        ),
        (
            json!({"times": 0}),
            "rule 2, times: expected a whole number, 1 or more, found 0",
        ),
        (
            json!({"nth": "third"}),
            "rule 2, nth: expected `3`, a range",
        ),
        (
            json!({"attempt": [1, "x"]}),
            "rule 2, attempt[1]: expected an ordinal from 1",
        ),
        (
            json!({"operation": []}),
            "rule 2, operation: the list is empty",
        ),
        (
            json!({"operation": ["a", 1]}),
            "rule 2, operation[1]: expected a text, found 1",
        ),
        (
            json!({"per": ["header:"]}),
            "rule 2, per[0]: a header's name",
        ),
        (
            json!({"enabled": "yes"}),
            "rule 2, enabled: expected true or false",
        ),
        (
            json!({"id": "a/b"}),
            "rule 2 (a/b), id: an id is of 1 to 128",
        ),
        (json!({"id": ""}), "an id is of 1 to 128"),
        (
            json!({"description": "x".repeat(8193)}),
            "at most 8192 characters",
        ),
    ] {
        check_error(rule, expected);
    }
}

#[test]
fn effects_that_cannot_be_are_refused() {
    for (rule, expected) in [
        (
            json!({"throttle": {"burst": 1}}),
            "rule 2, throttle: `ratePerSecond` is missing",
        ),
        (
            json!({"throttle": {"ratePerSecond": 0, "burst": 1}}),
            "expected a rate from 0.001",
        ),
        (
            json!({"throttle": {"ratePerSecond": 1, "burst": 0}}),
            "rule 2, throttle.burst: expected a whole number, 1 or more",
        ),
        (
            json!({"error": {}, "steps": "ok"}),
            "at most one of `error`, `http`, `throttle`, `connection`, `response`, `stale`, `job`, `panic`, `steps`; this one has `error` and `steps`",
        ),
        (
            json!({"steps": "ok", "when": "after"}),
            "`when` does not go with `steps`",
        ),
        (json!({"steps": []}), "rule 2, steps: the list is empty"),
        (
            json!({"steps": ["ok", "rset"]}),
            "rule 2, steps[1]: column 1: unknown effect `rset`",
        ),
        (
            json!({"steps": ["ok", "off", "ok"]}),
            "rule 2, steps[1]: `off` ends the chain",
        ),
        (json!({"loop": true}), "rule 2, loop: `loop` needs `steps`"),
        (
            json!({"steps": ["50%ok"], "loop": true}),
            "rule 2, loop: the steps never come to their end",
        ),
    ] {
        check_error(rule, expected);
    }
}

#[test]
fn connections_and_replies_that_cannot_be_are_refused() {
    for (rule, expected) in [
        (
            json!({"connection": {}}),
            "rule 2, connection: `kind` is missing",
        ),
        (
            json!({"connection": {"kind": "rst"}}),
            "connection.kind: unknown ending `rst`, the nearest valid one is `reset`",
        ),
        (
            json!({"connection": {"kind": "reset", "at": "header"}}),
            "connection.at: unknown place `header`, the nearest valid one is `headers`",
        ),
        (
            json!({"connection": {"kind": "reset", "at": "end", "afterBytes": 1}}),
            "connection: `afterBytes` counts bytes of the head or the body",
        ),
        (
            json!({"connection": {"kind": "stall", "holdMs": 3_600_001}}),
            "connection.holdMs: expected at most an hour",
        ),
        (
            json!({"connection": {"kind": "reset", "at": "body"}, "when": "before"}),
            "rule 2: before the handler there is no reply",
        ),
        (
            json!({"connection": {"kind": "reset", "at": "accept"}, "operation": "*"}),
            "rule 2: at `accept` nothing is known of a request",
        ),
        (
            json!({"body": {"name": "x"}}),
            "rule 2, body.name: `name` is not a JSON pointer",
        ),
        (
            json!({"response": {}}),
            "response: the reply would not change",
        ),
        (
            json!({"response": {"truncate": {"bytes": 1, "percent": 1}}}),
            "response.truncate: give exactly one of `bytes` and `percent`",
        ),
        (
            json!({"response": {"truncate": {"percent": 101}}}),
            "response.truncate.percent: expected a percentage from 0 to 100, found 101",
        ),
        (
            json!({"response": {"chunked": "badSize", "contentLength": 1}}),
            "response: a body in chunks has no length",
        ),
        (
            json!({"response": {"replaceBody": "", "drop": ["/a"]}}),
            "response: `replaceBody` leaves nothing to be edited",
        ),
        (
            json!({"response": {"drop": ["a"]}}),
            "response.drop[0]: `a` is not a JSON pointer",
        ),
        (
            json!({"response": {"set": {"": 1}}}),
            "response.set: `` is not a JSON pointer",
        ),
        (
            json!({"response": {"drip": {"bytes": 0, "everyMs": 1}}}),
            "response.drip.bytes: expected a whole number, 1 or more, found 0",
        ),
        (
            json!({"response": {"truncate": {"bytes": 1}}, "when": "before"}),
            "rule 2: before the handler there is no reply",
        ),
    ] {
        check_error(rule, expected);
    }
}

#[test]
fn what_contradicts_itself_at_another_moment_is_refused() {
    let job = |fault: Value| json!({"job": fault});
    for (rule, expected) in [
        (json!({"result": "success"}), "add `when = \"after\"`"),
        (json!({"result": "error", "steps": "reset"}), "add `when"),
        (
            json!({"stale": {"forMs": 0}}),
            "stale.forMs: expected milli",
        ),
        (
            json!({"stale": {"forMs": 1}, "when": "after"}),
            "`when` does not",
        ),
        (
            json!({"scenario": {"name": "a"}}),
            "needs `in`, `then` or both",
        ),
        (json!({"scenario": {"in": "a"}}), "`name` is missing"),
        (json!({"scenario": {"name": "", "in": "a"}}), "not empty"),
        (
            job(json!({"stage": "mapp", "outcome": "fail"})),
            "nearest valid one is `map`",
        ),
        (
            job(json!({"stage": "map", "outcome": "fial"})),
            "nearest valid one is `fail`",
        ),
        (job(json!({"stage": "map"})), "`outcome` is missing"),
        (
            job(json!({"stage": "map", "outcome": "delay"})),
            "`delay` needs",
        ),
        (
            job(json!({"stage": "map", "outcome": "stall", "polls": 1})),
            "`stall` has no end",
        ),
        (
            job(json!({"stage": "map", "outcome": "vanish", "message": "m"})),
            "only `fail`",
        ),
        (
            job(json!({"stage": "map", "outcome": "lose"})),
            "objects are written at",
        ),
        (
            job(json!({"stage": "map", "outcome": "late", "holdMs": 1})),
            "objects are written at",
        ),
        (
            job(json!({"stage": "writeOutput", "outcome": "late"})),
            "`late` needs `holdMs`",
        ),
        (
            job(json!({"stage": "fetchInput", "outcome": "truncate"})),
            "goes with the key `truncate`",
        ),
        (
            job(json!({"stage": "fetchInput", "outcome": "fail", "truncate": {"bytes": 1}})),
            "goes with the key `truncate`",
        ),
        (
            job(json!({"stage": "writeOutput", "outcome": "truncate", "truncate": {"bytes": 1}})),
            "only the input is cut",
        ),
        (
            job(json!({"stage": "writeOutput", "outcome": "vanish", "objects": 1})),
            "goes with `fail`",
        ),
        (
            job(json!({"stage": "writeOutput", "outcome": "fail", "keepPartial": true})),
            "`keepPartial` goes",
        ),
        (
            json!({"appId": "a", "job": {"stage": "map", "outcome": "fail"}}),
            "a job has no caller",
        ),
        (
            json!({"job": {"stage": "map", "outcome": "fail"}, "stale": {"forMs": 1}}),
            "at most one of",
        ),
    ] {
        check_error(rule, expected);
    }
}
