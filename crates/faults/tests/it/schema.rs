use b2bi_local_faults::{Effect, Rule, RuleSet};
use serde_json::{Value, json};

fn rule(rule: &Value) -> Rule {
    serde_json::from_value(rule.clone()).unwrap()
}

#[test]
fn sets_are_tables_or_lists() {
    for (set, seed, count) in [
        (json!([]), None, 0),
        (json!([{}]), None, 1),
        (json!({}), None, 0),
        (json!({"seed": 7, "rules": [{}, {}]}), Some(7), 2),
    ] {
        let set: RuleSet = serde_json::from_value(set).unwrap();
        assert_eq!((set.seed, set.rules.len()), (seed, count));
    }
    for (set, expected) in [
        (
            json!({"rule": []}),
            "unknown key `rule`, the nearest valid one is `rules`",
        ),
        (
            json!({"rules": {}}),
            "expected a list of rules, found a table",
        ),
        (
            json!({"seed": "x"}),
            "seed: expected a whole number, 0 or more",
        ),
        (json!(1), "expected a table, found 1"),
    ] {
        let error = serde_json::from_value::<RuleSet>(set)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn rules_print_as_they_were_written() {
    for written in [
        json!({"id": "a", "description": "d", "enabled": false, "latency": {"fixedMs": 1}}),
        json!({"service": "b2bi", "region": ["a", "b"], "account": "*", "accessKey": "k",
               "appId": "a", "userAgent": "u", "resource": "r", "header": {"x": ["y", "z"]}, "body": {"/a/0": "b*"},
               "attempt": ["2..", 1], "http": {"statusCode": 502, "headers": {"a": "b"}, "body": "c"}}),
        json!({"probability": 0.0, "nth": "every 3", "times": 2, "per": ["account", "header:x"],
               "window": {"startMs": 1, "endMs": 9, "cycleMs": 4, "onMs": 2, "offsetMs": 1},
               "when": "twice"}),
        json!({"error": {"code": "A", "statusCode": 400, "message": "m", "retryAfterSeconds": 1,
               "retryAfterMs": 2, "fields": {"a": [1, null]}, "headers": {"b": "c"}}}),
        json!({"throttle": {"ratePerSecond": 2.5, "burst": 3,
               "error": {"code": "T", "statusCode": 429}}, "per": []}),
        json!({"connection": {"kind": "reset", "at": "headers", "afterBytes": 9, "holdMs": 5}}),
        json!({"connection": {"kind": "garbage", "at": "accept"}}),
        json!({"when": "twice", "response": {"truncate": {"percent": 50.0}, "finish": "reset",
               "contentLength": 9, "drip": {"bytes": 1, "everyMs": 2}, "drop": ["/a"],
               "set": {"/b/0": null}, "headers": {"x": "y"}}}),
        json!({"result": ["success", "4*"], "when": "after", "error": {"code": "A"}}),
        json!({"scenario": {"name": "s", "in": "a", "then": "b"}, "stale": {"forMs": 5}}),
        json!({"scenario": {"name": "s", "then": "b"}}),
        json!({"resource": "tr-*", "job": {"stage": "writeOutput", "outcome": "fail", "message": "m",
               "objects": 1, "keepPartial": true, "holdMs": 5, "polls": 2}}),
        json!({"response": {"truncate": {"bytes": 5}, "chunked": "badSize", "replaceBody": "x"}}),
        json!({"steps": ["reset(body)", "truncate(50%,reset)", "badchunk"]}),
        json!({"panic": true, "when": "after"}),
        json!({"job": {"stage": "parse", "outcome": "panic"}}),
        json!({"steps": ["2*error(A)", "after http(503)", "ok"], "loop": true}),
    ] {
        assert_eq!(serde_json::to_value(rule(&written)).unwrap(), written);
    }
}

/// The code and status of the error of a `LocalStack` rule.
fn check_localstack(body: Value, code: &str, status: Option<u16>) {
    match rule(&body).effect() {
        Some(Effect::Error(error)) => {
            assert_eq!(
                (error.code.as_str(), error.status_code),
                (code, status),
                "{body}"
            );
        }
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn localstack_bodies_are_read() {
    check_localstack(json!({}), "ServiceUnavailable", Some(503));
    check_localstack(
        json!({"region": "us-east-1"}),
        "ServiceUnavailable",
        Some(503),
    );
    check_localstack(json!({"when": "after"}), "ServiceUnavailable", Some(503));
    check_localstack(json!({"error": {}}), "ServiceUnavailable", Some(503));
    check_localstack(
        json!({"error": {"statusCode": 404}}),
        "ServiceUnavailable",
        Some(404),
    );
    check_localstack(json!({"error": {"code": "Oops"}}), "Oops", None);
    check_localstack(
        json!({"region": "us-east-1", "service": "b2bi", "operation": "CreateProfile",
               "probability": 0.1, "description": "d",
               "error": {"statusCode": 400, "code": "ThrottlingException"}}),
        "ThrottlingException",
        Some(400),
    );
}

#[test]
fn rules_are_found_again_by_what_was_sent() {
    let named = rule(&json!({"id": "a", "operation": "x"}));
    for (sent, expected) in [
        (json!({"id": "a", "operation": "x"}), true),
        (
            json!({"operation": ["x"], "error": {"statusCode": 503}}),
            true,
        ),
        (json!({"id": "b", "operation": "x"}), false),
        (json!({"operation": "y"}), false),
    ] {
        assert_eq!(named.is_like(&rule(&sent)), expected, "{sent}");
    }
}

#[test]
fn toml_reads_as_json_does() {
    let set: RuleSet = toml::from_str(
        r#"
        seed = 42
        [[rules]]
        operation = ["Get*", "List*"]
        throttle = { ratePerSecond = 2.0, burst = 5 }
        per = ["account", "region", "operation"]
        [[rules]]
        window = { startMs = 5000, cycleMs = 30000, onMs = 5000 }
        latency = { lognormal = { medianMs = 400, sigma = 0.6, maxMs = 5000 } }
        http = { statusCode = 503, body = "<html/>", headers = { content-type = "text/html" } }
        [[rules]]
        operation = "StartTransformerJob"
        steps = ["2*error(ThrottlingException)", "after http(503)", "ok"]
        "#,
    )
    .unwrap();
    assert_eq!((set.seed, set.rules.len()), (Some(42), 3));
    let error = toml::from_str::<RuleSet>("[[rules]]\nid = 'a'\nprobability = nan").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("rule 1 (a), probability: expected a number"),
        "{error}"
    );
}

#[test]
fn rules_tell_their_errors() {
    for (written, expected) in [
        (json!({"error": {"code": "A"}}), vec!["A"]),
        (
            json!({"throttle": {"ratePerSecond": 1, "burst": 1}}),
            vec!["ThrottlingException"],
        ),
        (
            json!({"steps": ["error(A)", "ok", "error(B)"]}),
            vec!["A", "B"],
        ),
        (json!({"http": {}}), vec![]),
    ] {
        let rule = rule(&written);
        let codes: Vec<_> = rule
            .errors()
            .iter()
            .map(|error| error.code.as_str())
            .collect();
        assert_eq!(codes, expected, "{written}");
    }
}
