use b2bi_local_faults::{Facts, Seam};
use serde_json::{Value, json};

use crate::{REQUEST, engine, show};

/// Sends the same request again and again.
pub(crate) fn check(rules: Value, expected: &[&str]) {
    let engine = engine(&rules);
    let found: Vec<_> = expected
        .iter()
        .map(|_| show(&engine.decide(&REQUEST, 1_000)))
        .collect();
    assert_eq!(found, expected, "{rules}");
}

fn check_match(criteria: Value, facts: &Facts<'_>, expected: bool) {
    let fired = engine(&json!([criteria]))
        .decide(facts, 1_000)
        .outcome
        .is_some();
    assert_eq!(fired, expected, "{criteria} on {facts:?}");
}

#[test]
fn every_criterion_is_heeded() {
    for (fits, fails) in [
        (json!({"service": "b2bi"}), json!({"service": "s3"})),
        (json!({"region": "eu-*"}), json!({"region": "us-*"})),
        (
            json!({"operation": ["Get*", "Create*"]}),
            json!({"operation": ["Get*", "List*"]}),
        ),
        (
            json!({"account": "1234?6789012"}),
            json!({"account": "1234?"}),
        ),
        (json!({"accessKey": "AKIA*"}), json!({"accessKey": "ASIA*"})),
        (
            json!({"appId": "orders-test-*"}),
            json!({"appId": "orders"}),
        ),
        (
            json!({"userAgent": "*retry-mode#standard*"}),
            json!({"userAgent": "*legacy*"}),
        ),
        (json!({"resource": "p-*"}), json!({"resource": "ca-*"})),
        (json!({"resource": "tr-?"}), json!({"resource": "tr-??"})),
        (
            json!({"header": {"X-Tenant": "b*"}}),
            json!({"header": {"x-tenant": "red"}}),
        ),
        (
            json!({"header": {"x-tenant": "*"}}),
            json!({"header": {"x-tenant": "*", "x-b": "*"}}),
        ),
        (json!({"attempt": 1}), json!({"attempt": 2})),
        (json!({"attempt": "..3"}), json!({"attempt": "2.."})),
        (json!({"attempt": ["3..", 1]}), json!({"attempt": [2, 3]})),
        (json!({}), json!({"enabled": false})),
        (
            json!({"region": "eu-*", "operation": "C*"}),
            json!({"region": "eu-*", "operation": "c*"}),
        ),
    ] {
        check_match(fits, &REQUEST, true);
        check_match(fails, &REQUEST, false);
    }
}

#[test]
fn what_is_absent_fits_nothing() {
    for key in ["accessKey", "appId", "userAgent", "resource"] {
        check_match(json!({key: "*"}), &Facts::default(), false);
    }
    check_match(json!({"attempt": "1.."}), &Facts::default(), false);
    check_match(
        json!({"header": {"x-tenant": "*"}}),
        &Facts::default(),
        false,
    );
}

#[test]
fn the_first_outcome_wins_and_latencies_add_up() {
    let error = json!({"error": {"code": "A"}});
    let slow = |ms: u64, when: &str| json!({"latency": {"fixedMs": ms}, "when": when});
    check(json!([]), &["-"]);
    check(json!([error, {"http": {}}]), &["A"]);
    check(
        json!([slow(5, "before"), slow(7, "before"), error]),
        &["A +12"],
    );
    check(json!([slow(5, "after"), slow(7, "before")]), &["- +7+5"]);
    check(json!([error, slow(5, "before")]), &["A"]);
    check(json!([slow(5, "twice"), error]), &["twice - +5"]);
    check(json!([{"enabled": false}, error]), &["A"]);
    check(json!([{"times": 1}, error]), &["ServiceUnavailable", "A"]);
    check(
        json!([{"error": {"code": "B"}, "when": "after", "latency": {"fixedMs": 9}}]),
        &["after B +0+9"],
    );
}

#[test]
fn a_plan_names_its_seam_and_its_rules() {
    for (when, seam) in [
        ("before", Seam::Protocol),
        ("after", Seam::Model),
        ("twice", Seam::Model),
    ] {
        let rules = json!([{"id": "slow", "latency": {"fixedMs": 1}}, {"when": when, "http": {}}]);
        let plan = engine(&rules).decide(&REQUEST, 1_000);
        assert_eq!(plan.seam(), seam);
        assert_eq!(plan.rule_ids().collect::<Vec<_>>(), ["slow", "rule-2"]);
    }
}

#[test]
fn members_of_the_body_are_matched() {
    let body = json!({"name": "orders-7", "tags": [{"key": "a"}], "count": 3, "on": true});
    let facts = Facts {
        body: Some(&body),
        ..Facts::default()
    };
    for (pointer, pattern, expected) in [
        ("/name", "orders-*", true),
        ("/name", "bills-*", false),
        ("/tags/0/key", "a", true),
        ("/tags/1/key", "*", false),
        ("/count", "3", true),
        ("/on", "true", true),
        ("/tags", "*", false),
    ] {
        let engine = engine(&json!([{"body": {pointer: pattern}}]));
        assert_eq!(
            !engine.decide(&facts, 1_000).is_empty(),
            expected,
            "{pointer} {pattern}"
        );
        assert!(engine.decide(&REQUEST, 1_000).is_empty());
    }
}
